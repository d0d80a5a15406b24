import { AbstractStartedContainer, GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { connect, type Switchboard } from './library/client.ts';
import { type ConfigOptions, variableName } from './options.ts';

/** Inside the container; the image's own. */
const PORT = 6625;
const ETC = '/etc/nv-auth-mock';

/** The image of this package's version, as its Dockerfile makes it. */
const IMAGE = 'nv-auth-mock';

/** Options of the server, by the names of `startMock`. Where it listens and what it keeps is the container's. */
export type ContainerOptions = Omit<ConfigOptions, 'port' | 'host' | 'data' | 'seed' | 'alias' | 'exitWithStdin'>;

/** A mock in a container, which is started when its own health check says that it is ready. */
export class NvAuthMockContainer extends GenericContainer {
  #aliases: string[] = [];
  #adminToken: string | null = null;

  constructor(image = IMAGE) {
    super(image);
    this.withExposedPorts(PORT).withWaitStrategy(Wait.forHealthCheck());
  }

  /** A world in the form of the cast, JSON or YAML, in place of the built-in one. @param file on this machine */
  withSeed(file: string): this {
    return this.withCopyFilesToContainer([{ source: file, target: `${ETC}/seed.yaml` }]);
  }

  /** Options from a file, whose keys are flag names. @param file on this machine */
  withConfig(file: string): this {
    return this.withCopyFilesToContainer([{ source: file, target: `${ETC}/config.yaml` }]);
  }

  withOptions(options: ContainerOptions): this {
    this.#adminToken = options.adminToken ?? this.#adminToken;
    const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
    return this.withEnvironment(
      Object.fromEntries(given.map(([name, value]) => [variableName(name), [value].flat().join(',')])),
    );
  }

  /** Further names of the container in its network; the server knows them as its own. */
  override withNetworkAliases(...aliases: string[]): this {
    this.#aliases = [...this.#aliases, ...aliases];
    return super.withNetworkAliases(...aliases).withEnvironment({ [variableName('alias')]: this.#aliases.join(',') });
  }

  override async start(): Promise<StartedNvAuthMockContainer> {
    return new StartedNvAuthMockContainer(await super.start(), this.#aliases[0] ?? null, this.#adminToken);
  }
}

/** A running container, with its URLs and its switchboard. */
export class StartedNvAuthMockContainer extends AbstractStartedContainer {
  readonly #alias: string | null;
  readonly #adminToken: string | null;

  constructor(started: StartedTestContainer, alias: string | null, adminToken: string | null = null) {
    super(started);
    this.#alias = alias;
    this.#adminToken = adminToken;
  }

  /** As this machine reaches it. */
  getUrl(): string {
    return `http://${this.getHost()}:${this.getMappedPort(PORT)}`;
  }

  /** As other containers of its network reach it. @throws Error without a network alias */
  getInternalUrl(): string {
    if (this.#alias === null)
      throw new Error('the container has no name in a network: give it one by withNetworkAliases');
    return `http://${this.#alias}:${PORT}`;
  }

  /** The switchboard's root. */
  getAdminUrl(): string {
    return `${this.getUrl()}/_mock`;
  }

  getSwitchboard(): Switchboard {
    return connect(this.getUrl(), this.#adminToken);
  }

  /** As of the switchboard. */
  getToken(client?: { readonly clientId: string; readonly clientSecret: string }): Promise<string> {
    return this.getSwitchboard().getToken(client);
  }
}
