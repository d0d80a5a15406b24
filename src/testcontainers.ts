import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type * as Testcontainers from 'testcontainers';
import { type ConfigOptions, variableName } from './config/options.ts';
import { connect } from './library/client.ts';
import type { ClientCredentials } from './library/credentials.ts';
import type { Switchboard } from './library/switchboard.ts';
import { requirePeer } from './platform/assets.ts';

// An import could not say what to install.
const { AbstractStartedContainer, GenericContainer, getContainerRuntimeClient, Wait } =
  requirePeer<typeof Testcontainers>('testcontainers');

/** Inside the container; the image's default. */
const PORT = 6625;
const ETC = '/etc/nv-auth-mock';

/** The image of this package's version, built from its Dockerfile. */
const IMAGE = 'nv-auth-mock';

/** The server's message when it is seeded and listening, in text and in JSON. */
const READY = /nv-auth-mock ready on |"event":"ready"/;

/** How many characters of the server's output an error repeats: a refused start is one line. */
const MAX_SAID = 4000;

/** The user of the image may read the copied files, regardless of their owner on this machine. */
const FOR_EVERYBODY = 0o644;

/** Options of the server, by the names of `startMock`. The container determines its address and its data. */
export type ContainerOptions = Omit<ConfigOptions, 'port' | 'host' | 'data' | 'seed' | 'alias' | 'exitWithStdin'>;

/** A mock in a container, which has started when it says that it is ready. */
export class NvAuthMockContainer extends GenericContainer {
  #aliases: string[] = [];
  #adminToken: string | null = null;
  readonly #files: string[] = [];
  #said = '';
  #log: Readable | null = null;

  constructor(image = IMAGE) {
    super(image);
    this.withExposedPorts(PORT).withWaitStrategy(Wait.forLogMessage(READY));
  }

  /** A seed in the form of the cast, JSON or YAML, in place of the built-in cast. @param file on this machine */
  withSeed(file: string): this {
    return this.#withFile(file, 'seed');
  }

  /** Options from a file, whose keys are flag names. @param file on this machine */
  withConfig(file: string): this {
    return this.#withFile(file, 'config');
  }

  #withFile(source: string, name: string): this {
    this.#files.push(source);
    const target = `${ETC}/${name}.${source.endsWith('.json') ? 'json' : 'yaml'}`;
    return this.withCopyFilesToContainer([{ source, target, mode: FOR_EVERYBODY }]);
  }

  withOptions(options: ContainerOptions): this {
    const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
    return this.withEnvironment(
      Object.fromEntries(given.map(([name, value]) => [variableName(name), [value].flat().join(',')])),
    );
  }

  /** If the admin token is among the variables, the control API client of the started container sends it. */
  override withEnvironment(environment: Readonly<Record<string, string>>): this {
    this.#adminToken = environment[variableName('adminToken')] ?? this.#adminToken;
    return super.withEnvironment(environment);
  }

  /** Further names of the container in its network, which the server recognises as its own. */
  override withNetworkAliases(...aliases: string[]): this {
    this.#aliases = [...this.#aliases, ...aliases];
    return super.withNetworkAliases(...aliases).withEnvironment({ [variableName('alias')]: this.#aliases.join(',') });
  }

  /** @throws Error with the server's last output, if it does not become ready */
  override async start(): Promise<StartedNvAuthMockContainer> {
    await Promise.all(this.#files.map(mustBeReadable));
    try {
      return new StartedNvAuthMockContainer(await super.start(), this.#aliases[0] ?? null, this.#adminToken);
    } catch (cause) {
      const said = this.#said.trim();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The mock did not become ready: ${why}. It said ${said === '' ? 'nothing' : `last:\n${said}`}`, {
        cause,
      });
    } finally {
      this.#log?.destroy();
    }
  }

  /** From its first line on: a container that does not become ready is removed together with its log. */
  protected override async containerCreated(containerId: string): Promise<void> {
    this.#said = '';
    this.#log = await this.logOf(containerId);
    this.#log.on('data', (text: unknown) => {
      this.#said = `${this.#said}${String(text)}`.slice(-MAX_SAID);
    });
  }

  /** The output of a container from now on. */
  protected async logOf(containerId: string): Promise<Readable> {
    const { container } = await getContainerRuntimeClient();
    return container.attach(container.getById(containerId));
  }
}

async function mustBeReadable(file: string): Promise<void> {
  await access(file, constants.R_OK).catch((cause: unknown) => {
    throw new Error(`${file} does not exist, or cannot be read. Give the path of a file on this machine.`, { cause });
  });
}

/** A running container, with its URLs and its control API. */
export class StartedNvAuthMockContainer extends AbstractStartedContainer {
  readonly #alias: string | null;
  readonly #adminToken: string | null;

  constructor(started: Testcontainers.StartedTestContainer, alias: string | null, adminToken: string | null = null) {
    super(started);
    this.#alias = alias;
    this.#adminToken = adminToken;
  }

  /** As this machine reaches it. */
  getUrl(): string {
    return `http://${this.getHost()}:${this.getMappedPort(PORT)}`;
  }

  /** As other containers in its network reach it. @throws Error without a network alias */
  getInternalUrl(): string {
    if (this.#alias === null)
      throw new Error('the container has no name in a network: give it one with withNetworkAliases');
    return `http://${this.#alias}:${PORT}`;
  }

  /** The control API's root. */
  getAdminUrl(): string {
    return `${this.getUrl()}/_mock`;
  }

  /** @param world the id of an existing world; default: the default world */
  getSwitchboard(world?: string): Switchboard {
    return connect(this.getUrl(), { adminToken: this.#adminToken, ...(world !== undefined && { world }) });
  }

  /** As in `Switchboard`. */
  getToken(who?: string | ClientCredentials): Promise<string> {
    return this.getSwitchboard().getToken(who);
  }
}
