import type { Cast } from '../contract/cast.ts';
import { DEFAULT_WORLD, WORLD_HEADER, worldPathOf } from '../lib/world-id.ts';
import type { Send } from './calls.ts';
import { checkObject } from './check-arguments.ts';
import { createControlClient, MockError } from './connect.ts';
import type { ControlClient } from './control-client.ts';
import { findCastKey } from './credentials.ts';
import type { Intercepting, Interception, InterceptOptions } from './intercept.ts';
import { endContext, enterContext } from './interception/contexts.ts';
import type { CreatedCredentials, WorldOrder } from './worlds.ts';

/** The options of a new world. */
export interface WorldOptions extends Omit<WorldOrder, 'seed'> {
  /** A file, `builtin`, `none`, or a seed as a value. Default: the seed of the mock. */
  readonly seed?: string | object | null;
}

/**
 * A world with everything that a mock has. An app that uses its URL or its credentials shares nothing with other
 * worlds. `await using world = await mock.world()` deletes it at the end of the block.
 */
export interface World extends ControlClient, AsyncDisposable {
  readonly id: string;
  /** A label for users, such as the test that created the world. */
  readonly label: string | null;
  /** The base URL of the world; without a socket, a base URL that `fetch` accepts. */
  readonly url: string;
  /** The certificate of the mock's own authority (`tls: true`) as PEM, for clients to trust, or null. */
  readonly ca: string | null;
  /** The world's URL with a separate host name; null if the server has no name, such as with a network address. */
  readonly hostUrl: string | null;
  /** The identities in the world's seed, with credentials. */
  readonly cast: Cast;
  /** One line about the server's state and versions. */
  readonly posture: string;
  /** Client ids, and ids of keys, that other worlds have as well, so they don't identify a world. */
  readonly ambiguous: readonly string[];
  /** For a copy with its own credentials: the objects created since the seed; otherwise null. */
  readonly created: CreatedCredentials | null;
  /**
   * Responds in process, with or without a socket. It streams, supports abort, and fails like Node's own `fetch`.
   * Returns redirects instead of following them. Paths are relative to this world unless they start with `/w/`. Any
   * host name works: `https://acme.run.ai/api/v1/token` also reaches this world (by the header `x-mock-world`), or on
   * the mock itself, the world of the credential.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Returns the text of a key in the cast, such as `nvcf-deployer`.
   *
   * @param name the name, or `org/name`
   * @throws Error with the nearest name or the existing names
   */
  key(name: string): string;
  /**
   * Creates another world on the same server. Worlds don't nest.
   *
   * @throws Error named `Unusable` for an invalid seed file, MockError for any other error
   */
  world(options?: WorldOptions): Promise<World>;
  /**
   * Redirects this process's requests for the vendors' hosts to this world: those sent with `fetch`, `node:http` and
   * `node:https`, and undici's global dispatcher. It applies to the async context of the caller, such as a test. On the
   * mock itself, it applies to all contexts without their own interception. If several cover a host, the newest wins.
   *
   * @example await using production = await world.intercept({ others: 'refuse' });
   * @throws TypeError with the invalid option
   */
  intercept(options?: InterceptOptions): Promise<Interception>;
  /** Deletes the world after running requests finish. Can be called again, even if the world has already ended. */
  stop(): Promise<void>;
}

/** A running mock, and its default world. `await using mock = await startMock()` stops it at the end of the block. */
export interface Mock extends World {
  /** Stops the server after running requests finish. All worlds end. Can be called again. */
  stop(): Promise<void>;
}

/** The server of the worlds, as used by the library. */
export interface Host extends Intercepting {
  /** The root URL. */
  readonly url: string;
  readonly posture: string;
  readonly ca: string | null;
  readonly adminToken: string | null;
  /** Responds in process. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Reads a seed file into a value. @throws UserError with the reason */
  readonly readSeed: (file: string) => Promise<object>;
  /** Returns a function that creates the cast of a world, which takes longer than creating the world. */
  readonly castOf: (world: string) => Promise<() => Cast>;
  /** Stops the server. Can be called again. */
  readonly stop: () => Promise<void>;
  readonly isStopped: () => boolean;
}

/** The maximum length of a label, as in the control API's document. */
const MAX_LABEL_LENGTH = 500;

/** Returns the options for the world of a test, labelled with the name of the test by default. */
export function withLabel(name: string | undefined, options: WorldOptions): WorldOptions {
  return name === undefined || name === '' ? options : { label: name.slice(0, MAX_LABEL_LENGTH), ...options };
}

/** The names of seeds that aren't files. */
const NAMED_SEEDS: ReadonlySet<string> = new Set(['builtin', 'none']);

export async function createMock(host: Host): Promise<Mock> {
  const client = createControlClient(host.fetch, host.adminToken);
  const [cast, { hostUrl, label }] = await Promise.all([client.readCast(), client.worlds.get(DEFAULT_WORLD)]);
  const data = { id: DEFAULT_WORLD, label, hostUrl, cast: () => cast };
  const stop = async () => {
    await restoreAll(host, null);
    await host.stop();
  };
  return buildWorld(host, data, { url: host.url, fetch: host.fetch, stop });
}

/** Creates a world on a server. @throws UserError for an invalid seed file, MockError for any other error */
async function createWorld(host: Host, options: WorldOptions = {}): Promise<World> {
  checkObject(options, 'world', "{ id: 'team-a' }");
  const { seed, ...order } = options;
  // The cast is available in this process, so the response doesn't need it.
  const send: Send = (path, init) =>
    host.fetch(path, { ...init, headers: { ...init?.headers, prefer: 'return=minimal' } });
  const { worlds } = createControlClient(send, host.adminToken);
  const isFile = typeof seed === 'string' && !NAMED_SEEDS.has(seed);
  const value = isFile ? await host.readSeed(seed) : seed;
  // Any other seed is a value, which the server checks.
  const data = await worlds.create({ ...order, ...(value != null && { seed: value as object }) });
  const cast = await host.castOf(data.id);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await restoreAll(host, data.id);
    stopped ??= host.isStopped() ? Promise.resolve() : worlds.delete(data.id).catch(ignoreNotFound);
    await stopped;
  };
  const url = `${host.url}${worldPathOf(data.id)}`;
  return buildWorld(host, { ...data, cast }, { url, fetch: createWorldFetch(host, data.id, url), stop });
}

function ignoreNotFound(thrown: unknown): void {
  if (!(thrown instanceof MockError && thrown.status === 404)) throw thrown;
}

interface WorldData {
  readonly id: string;
  readonly label: string | null;
  readonly hostUrl: string | null;
  readonly cast: () => Cast;
  readonly ambiguous?: readonly string[];
  readonly created?: CreatedCredentials;
}

function buildWorld(host: Host, data: WorldData, connection: Pick<World, 'url' | 'fetch' | 'stop'>): World {
  const { id, label, hostUrl, ambiguous = [], created = null } = data;
  let cachedCast: Cast | null = null;
  const cast = () => {
    cachedCast ??= data.cast();
    return cachedCast;
  };
  const client = createControlClient(
    (path, init) => host.fetch(`${connection.url}${path}`, init),
    host.adminToken,
    cast,
  );
  return {
    ...client,
    id,
    label,
    hostUrl,
    ambiguous,
    created,
    // Derived on first use: most tests need only a key or two, and some none.
    get cast() {
      return cast();
    },
    posture: host.posture,
    ca: host.ca,
    ...connection,
    key: (name) => findCastKey(cast(), name),
    world: (options) => createWorld(host, options),
    intercept: (options) => intercept(host, id, options),
    [Symbol.asyncDispose]: connection.stop,
  };
}

/** Matches a path below the world, but not an absolute path of the server or a host. */
const PATH_OF_WORLD = /^\/(?!\/|w\/)/;

/** Returns a `fetch` that resolves paths below a world, and sends the id of the world with each request. */
function createWorldFetch({ url: root, fetch }: Host, id: string, url: string): World['fetch'] {
  return async (input, init) => {
    const target = typeof input === 'string' && PATH_OF_WORLD.test(input) ? `${url}${input}` : input;
    const request = new Request(typeof target === 'string' ? new URL(target, root) : target, init);
    // A path or host name of another world takes precedence over the header.
    if (!request.headers.has(WORLD_HEADER)) request.headers.set(WORLD_HEADER, id);
    return fetch(request);
  };
}

/** Not an async function: it has to mark the caller's async context before it returns. @param world that responds */
function intercept(host: Intercepting, world: string, options: InterceptOptions = {}): Promise<Interception> {
  const context = world === DEFAULT_WORLD ? null : enterContext();
  return import('./interception/index.ts')
    .then(({ startInterception }) => startInterception(host, world, context, options))
    .catch((cause) => {
      if (context !== null) endContext(context);
      throw cause;
    });
}

/** Ends the active interceptions of a world. @param world null: all worlds */
async function restoreAll({ interceptions }: Intercepting, world: string | null): Promise<void> {
  for (const [interception, owner] of interceptions) {
    if (world === null || owner === world) await interception.restore();
  }
}
