import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type * as Testcontainers from 'testcontainers';
import { type ConfigOptions, formatVariableName } from './app/options.ts';
import { requirePeer } from './lib/assets.ts';
import { messageOf } from './lib/errors.ts';
import { connect } from './library/connect.ts';
import type { ControlClient } from './library/control-client.ts';
import type { ClientCredentials } from './library/credentials.ts';

// An import could not explain what to install.
const { AbstractStartedContainer, GenericContainer, getContainerRuntimeClient, Wait } =
  requirePeer<typeof Testcontainers>('testcontainers');

/** The default port inside the image. */
const PORT = 6625;
const ETC = '/etc/nv-auth-mock';

/** The image of this package's version, built from its Dockerfile. */
const IMAGE = 'nv-auth-mock';

/** The server's message when it is seeded and listening, as text and as JSON. */
const READY = /nv-auth-mock ready on |"event":"ready"/;

/** The maximum length of server output in an error. A rejected start is one line. */
const MAX_OUTPUT = 4000;

/** Makes copied files readable for the image's user, whatever their owner on this machine. */
const READABLE_BY_ALL = 0o644;

/** Options of the server, named as for `startMock`. The container sets its address and its data. */
export type ContainerOptions = Omit<ConfigOptions, 'port' | 'host' | 'data' | 'seed' | 'alias' | 'exitWithStdin'>;

/** A mock in a container, which counts as started when it reports that it is ready. */
export class NvAuthMockContainer extends GenericContainer {
  #aliases: string[] = [];
  #adminToken: string | null = null;
  readonly #files: string[] = [];
  #output = '';
  #log: Readable | null = null;

  constructor(image = IMAGE) {
    super(image);
    this.withExposedPorts(PORT).withWaitStrategy(Wait.forLogMessage(READY));
  }

  /** Replaces the built-in cast with a seed (JSON or YAML, in the form of the cast). @param file on this machine */
  withSeed(file: string): this {
    return this.#withFile(file, 'seed');
  }

  /** Reads options from a file with flag names as keys. @param file on this machine */
  withConfig(file: string): this {
    return this.#withFile(file, 'config');
  }

  #withFile(source: string, name: string): this {
    this.#files.push(source);
    const target = `${ETC}/${name}.${source.endsWith('.json') ? 'json' : 'yaml'}`;
    return this.withCopyFilesToContainer([{ source, target, mode: READABLE_BY_ALL }]);
  }

  withOptions(options: ContainerOptions): this {
    const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
    return this.withEnvironment(
      Object.fromEntries(given.map(([name, value]) => [formatVariableName(name), [value].flat().join(',')])),
    );
  }

  /** An admin token among the variables is also used by the control API client of the started container. */
  override withEnvironment(environment: Readonly<Record<string, string>>): this {
    this.#adminToken = environment[formatVariableName('adminToken')] ?? this.#adminToken;
    return super.withEnvironment(environment);
  }

  /** Adds names of the container in its network, which the server recognises as its own. */
  override withNetworkAliases(...aliases: string[]): this {
    this.#aliases = [...this.#aliases, ...aliases];
    return super
      .withNetworkAliases(...aliases)
      .withEnvironment({ [formatVariableName('alias')]: this.#aliases.join(',') });
  }

  /** @throws Error with the server's last output if it doesn't become ready */
  override async start(): Promise<StartedNvAuthMockContainer> {
    await Promise.all(this.#files.map(mustBeReadable));
    try {
      return new StartedNvAuthMockContainer(await super.start(), this.#aliases[0] ?? null, this.#adminToken);
    } catch (cause) {
      const output = this.#output.trim();
      const message = `The mock did not become ready: ${messageOf(cause)}.`;
      throw new Error(output === '' ? `${message} It has printed nothing.` : `${message} Its output:\n${output}`, {
        cause,
      });
    } finally {
      this.#log?.destroy();
    }
  }

  /** Reads the log from the start, because a container that fails to become ready is removed together with its log. */
  protected override async containerCreated(containerId: string): Promise<void> {
    this.#output = '';
    this.#log = await this.logOf(containerId);
    this.#log.on('data', (text: unknown) => {
      this.#output = `${this.#output}${String(text)}`.slice(-MAX_OUTPUT);
    });
  }

  /** Returns the output of a container from now on. */
  protected async logOf(containerId: string): Promise<Readable> {
    const { container } = await getContainerRuntimeClient();
    return container.attach(container.getById(containerId));
  }
}

async function mustBeReadable(file: string): Promise<void> {
  await access(file, constants.R_OK).catch((cause: unknown) => {
    throw new Error(`${file} does not exist or cannot be read. Use the path of a file on this machine.`, { cause });
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

  /** Returns the URL for this machine. */
  getUrl(): string {
    return `http://${this.getHost()}:${this.getMappedPort(PORT)}`;
  }

  /** Returns the URL for other containers in its network. @throws Error without a network alias */
  getInternalUrl(): string {
    if (this.#alias === null) throw new Error('the container has no network alias: add one with withNetworkAliases');
    return `http://${this.#alias}:${PORT}`;
  }

  /** Returns the root of the control API. */
  getAdminUrl(): string {
    return `${this.getUrl()}/_mock`;
  }

  /** @param world the id of an existing world; default: the default world */
  getControlClient(world?: string): ControlClient {
    return connect(this.getUrl(), { adminToken: this.#adminToken, ...(world !== undefined && { world }) });
  }

  /** See `ControlClient`. */
  getToken(who?: string | ClientCredentials): Promise<string> {
    return this.getControlClient().getToken(who);
  }
}
