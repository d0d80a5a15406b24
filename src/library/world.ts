import { DEFAULT_WORLD, WORLD_HEADER, worldPath } from '../addresses/world-id.ts';
import type { Cast } from '../contract/cast.ts';
import { MockError, switchboard } from './client.ts';
import { findCastKey } from './credentials.ts';
import { checkObject } from './given.ts';
import type { Intercepting, Interception, InterceptOptions } from './intercept.ts';
import { enterScope } from './interception/scopes.ts';
import type { Switchboard } from './switchboard.ts';
import type { CreatedCredentials, WorldOrder } from './worlds.ts';

/** The options of a new world. */
export interface WorldOptions extends Omit<WorldOrder, 'seed'> {
  /** A file, `builtin`, `none`, or a seed as a value. Default: the seed of the mock. */
  readonly seed?: string | object | null;
}

/**
 * A world with everything that a mock has: an app that is given its URL, or its credentials, shares nothing with the
 * users of other worlds. `await using world = await mock.world()` deletes it at the end of the block.
 */
export interface World extends Switchboard, AsyncDisposable {
  readonly id: string;
  /** For people: which test made it, for example. */
  readonly label: string | null;
  /** The base URL of its paths; without a socket, a base URL that `fetch` accepts. */
  readonly url: string;
  /** The certificate of the mock's own authority (`tls: true`), as PEM, for clients to trust; null without one. */
  readonly ca: string | null;
  /** Its URL with a host name of its own; null if the server has no name, such as under a network address. */
  readonly hostUrl: string | null;
  /** The identities of its seed, with credentials. */
  readonly cast: Cast;
  /** One line about its state and its versions. */
  readonly posture: string;
  /** Client ids, and ids of keys, that other worlds have as well: alone they lead to none of these worlds. */
  readonly ambiguous: readonly string[];
  /** For a copy with credentials of its own, the objects created since the seed; otherwise null. */
  readonly created: CreatedCredentials | null;
  /**
   * Answers in process, with or without a socket; it streams, can be aborted, and fails as Node's own `fetch` does.
   * Redirects are returned, not followed. A path is in this world, unless it begins with `/w/`. Any host name will do:
   * `https://acme.run.ai/api/v1/token` also goes into this world, by the header `x-mock-world`; on the mock itself, into
   * the world that its credential leads to.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * The text of a key in the cast, such as `nvcf-deployer`.
   *
   * @param name or `org/name`
   * @throws Error naming the nearest name, or the names that exist
   */
  key(name: string): string;
  /**
   * Another world of the same server; worlds do not nest.
   *
   * @throws Unusable that says what is wrong with a seed file, MockError for anything else
   */
  world(options?: WorldOptions): Promise<World>;
  /**
   * Sends what this process addresses to the hosts of the vendors to this world: by `fetch`, `node:http` and `node:https`,
   * and undici's global dispatcher. It is for the async context of its caller, such as a test; that of the mock itself is
   * for all contexts without one of their own. Of several for a host, the newest counts.
   *
   * @example await using production = await world.intercept({ others: 'refuse' });
   * @throws TypeError naming an option that cannot be used
   */
  intercept(options?: InterceptOptions): Promise<Interception>;
  /** Deletes the world; running requests finish. Can be called again, even if the world is already gone. */
  stop(): Promise<void>;
}

/** A running mock, and its default world. `await using mock = await startMock()` stops it at the end of the block. */
export interface Mock extends World {
  /** Stops the server: running requests finish, and all worlds end. Can be called again. */
  stop(): Promise<void>;
}

/** The server that the worlds are in, as the library uses it. */
export interface Host extends Intercepting {
  /** Its root. */
  readonly url: string;
  readonly posture: string;
  readonly ca: string | null;
  readonly adminToken: string | null;
  /** Answers in process. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** The content of a seed file, as a value. @throws Unusable that says what is wrong with it */
  readonly readSeed: (file: string) => Promise<object>;
  /** What makes the cast of a world, which takes longer than the world. */
  readonly castOf: (world: string) => Promise<() => Cast>;
  readonly isStopped: () => boolean;
}

const MAX_LABEL = 500;

/** The options of the world of a test, which has the name of the test as its label unless it has another one. */
export function labelled(name: string | undefined, options: WorldOptions): WorldOptions {
  return name === undefined || name === '' ? options : { label: name.slice(0, MAX_LABEL), ...options };
}

/** Seeds that are not files. */
const NAMED_SEEDS: ReadonlySet<string> = new Set(['builtin', 'none']);

/** The default world of a server. @param stop stops the server */
export async function mockOf(host: Host, stop: () => Promise<void>): Promise<Mock> {
  const board = switchboard(host.fetch, host.adminToken);
  const [cast, { hostUrl, label }] = await Promise.all([board.readCast(), board.worlds.get(DEFAULT_WORLD)]);
  const made = { id: DEFAULT_WORLD, label, hostUrl, cast: () => cast };
  const stopAll = async () => {
    await restoreAll(host, null);
    await stop();
  };
  return worldOf(host, made, { url: host.url, fetch: host.fetch, stop: stopAll });
}

/** @throws Unusable, MockError */
async function makeWorld(host: Host, options: WorldOptions = {}): Promise<World> {
  checkObject(options, 'world', "{ id: 'team-a' }");
  const { seed, ...order } = options;
  // The cast is in this process: nobody has to write and to read it.
  const { worlds } = switchboard(preferring(host.fetch, 'return=minimal'), host.adminToken);
  const isFile = typeof seed === 'string' && !NAMED_SEEDS.has(seed);
  const value = isFile ? await host.readSeed(seed) : seed;
  // A seed that is not a name is a value; the server checks it.
  const made = await worlds.create({ ...order, ...(value != null && { seed: value as object }) });
  const cast = await host.castOf(made.id);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await restoreAll(host, made.id);
    stopped ??= host.isStopped() ? Promise.resolve() : worlds.delete(made.id).catch(unlessGone);
    await stopped;
  };
  const url = `${host.url}${worldPath(made.id)}`;
  return worldOf(host, { ...made, cast }, { url, fetch: fetchInto(host, made.id, url), stop });
}

/** Sends each request with a preference (RFC 7240). */
function preferring(send: Host['fetch'], prefer: string): Host['fetch'] {
  return (input, init) => send(input, { ...init, headers: { ...init?.headers, prefer } });
}

function unlessGone(thrown: unknown): void {
  if (!(thrown instanceof MockError && thrown.status === 404)) throw thrown;
}

interface Made {
  readonly id: string;
  readonly label: string | null;
  readonly hostUrl: string | null;
  readonly cast: () => Cast;
  readonly ambiguous?: readonly string[];
  readonly created?: CreatedCredentials;
}

/** The parts that all worlds have, including the default one. */
function worldOf(host: Host, made: Made, own: Pick<World, 'url' | 'fetch' | 'stop'>): World {
  const { id, label, hostUrl, ambiguous = [], created = null } = made;
  let known: Cast | null = null;
  const cast = () => {
    known ??= made.cast();
    return known;
  };
  const board = switchboard((path, init) => host.fetch(`${own.url}${path}`, init), host.adminToken, cast);
  return {
    ...board,
    ...{ id, label, hostUrl, ambiguous, created },
    // Most tests need a key or two of it, and some none.
    get cast() {
      return cast();
    },
    posture: host.posture,
    ca: host.ca,
    ...own,
    key: (name) => findCastKey(cast(), name),
    world: (options) => makeWorld(host, options),
    intercept: (options) => intercept(host, id, options),
    [Symbol.asyncDispose]: own.stop,
  };
}

/** A path, unless it is below the root of the server or names a host. */
const PATH_OF_WORLD = /^\/(?!\/|w\/)/;

function fetchInto({ url: root, fetch }: Host, id: string, url: string): World['fetch'] {
  return async (input, init) => {
    const target = typeof input === 'string' && PATH_OF_WORLD.test(input) ? `${url}${input}` : input;
    const request = new Request(typeof target === 'string' ? new URL(target, root) : target, init);
    // A request that names a world by its path or host name stays in that one: both take precedence over the header.
    if (!request.headers.has(WORLD_HEADER)) request.headers.set(WORLD_HEADER, id);
    return fetch(request);
  };
}

/**
 * Not an async function: the caller's own async context must be marked before this returns.
 *
 * @param world the world that answers
 */
function intercept(host: Intercepting, world: string, options: InterceptOptions = {}): Promise<Interception> {
  const scope = world === DEFAULT_WORLD ? null : enterScope();
  return import('./interception/index.ts')
    .then(({ beginInterception }) => beginInterception(host, world, scope, options))
    .catch((cause) => {
      if (scope !== null) scope.isOver = true;
      throw cause;
    });
}

/** @param world null: of all worlds */
async function restoreAll({ interceptions }: Intercepting, world: string | null): Promise<void> {
  for (const [interception, its] of interceptions) if (world === null || its === world) await interception.restore();
}
