import { processGlobal } from '../../lib/time.ts';
import { createTarget, REFUSED_CODE, resolvePort } from './contexts.ts';

/** The part of undici's `Dispatcher` that exists in all versions. */
interface Dispatcher {
  dispatch(options: DispatchOptions, handler: unknown): boolean;
}

interface DispatchOptions {
  readonly origin?: string | URL;
  readonly path?: string;
  readonly headers?: unknown;
}

type DispatcherClass = new (inner?: Dispatcher) => Dispatcher;

/** A global object, with the dispatchers of all copies of undici. */
type Holder = Record<symbol, Dispatcher | undefined>;

/** The symbol under which undici 7 and earlier, including the one in Node, store the global dispatcher. */
const LEGACY = Symbol.for('undici.globalDispatcher.1');
/** The symbol since undici 7.30. */
const CURRENT = Symbol.for('undici.globalDispatcher.2');

/** Redirects the global dispatchers, which `fetch` and undici's functions use. @returns a function that undoes it */
export function redirectUndici(): () => void {
  // Node loads its undici on first use of a related global.
  void processGlobal.Request;
  // Under jest, test files have a separate global object.
  const holders = new Set([processGlobal, globalThis] as unknown as readonly Holder[]);
  const undoFunctions = [...holders].flatMap((holder) => {
    const current = holder[CURRENT];
    return [redirect(holder, LEGACY, current), redirect(holder, CURRENT)];
  });
  return () => {
    for (const undo of undoFunctions) undo();
  };
}

/**
 * Replaces a dispatcher, not its method, because a composed one ignores a new method.
 * @param current what it wraps, if undici 8 created it for older copies @returns a function that undoes it
 */
function redirect(holder: Holder, symbol: symbol, current?: Dispatcher): () => void {
  const dispatcher = holder[symbol];
  if (dispatcher === undefined) return () => undefined;
  let direct: Dispatcher | undefined;
  // If `redirectOptions` throws, undici's functions fail the request with that error.
  const dispatch: Dispatcher['dispatch'] = (options, handler) => {
    const redirected = redirectOptions(options);
    if (redirected === null) return dispatcher.dispatch(options, handler);
    direct ??= createDirect(dispatcher, current);
    return direct.dispatch(redirected, handler);
  };
  const redirecting = new Proxy(dispatcher, {
    get: (_, name) => {
      if (name === 'dispatch') return dispatch;
      const member: unknown = Reflect.get(dispatcher, name);
      // A method that uses private members needs the dispatcher itself.
      return typeof member === 'function' && name !== 'constructor' ? member.bind(dispatcher) : member;
    },
  });
  holder[symbol] = redirecting;
  return () => {
    // The connections of `direct` end with the port of the interception.
    if (holder[symbol] === redirecting) holder[symbol] = dispatcher;
  };
}

/** Returns a dispatcher that sends requests to their origin: an `Agent` in a `MockAgent` or `ProxyAgent`, or itself. */
function createDirect(dispatcher: Dispatcher, current?: Dispatcher): Dispatcher {
  const ownClass = dispatcher.constructor as DispatcherClass;
  if (current !== undefined && ownClass.name === 'Dispatcher1Wrapper') return new ownClass(createDirect(current));
  const agentClass = findAgentClass(dispatcher, 0);
  return agentClass === null || agentClass === ownClass ? dispatcher : new agentClass();
}

/** How deep dispatchers are searched: a `MockAgent` may have an `EnvHttpProxyAgent`, which has an `Agent`. */
const MAX_DEPTH = 4;

/** Returns the class `Agent` of a dispatcher's copy of undici; null if neither it nor a member has this class. */
function findAgentClass(value: unknown, depth: number): DispatcherClass | null {
  const dispatcher = Object(value) as Dispatcher;
  if (depth > MAX_DEPTH || typeof dispatcher.dispatch !== 'function') return null;
  for (let type: unknown = dispatcher.constructor; typeof type === 'function'; type = Object.getPrototypeOf(type)) {
    if (type.name === 'Agent') return type as DispatcherClass;
  }
  for (const name of Reflect.ownKeys(dispatcher)) {
    const found = findAgentClass(Reflect.getOwnPropertyDescriptor(dispatcher, name)?.value, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** Returns the options with the port of an interception; null if none covers the request. @throws Error for a refused one */
function redirectOptions(options: DispatchOptions): DispatchOptions | null {
  const { origin, path = '/', headers } = options;
  if (origin === undefined || !URL.canParse(String(origin))) return null;
  const url = new URL(origin);
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const port = resolvePort(createTarget(scheme, url.hostname, url.port === '' ? null : Number(url.port), path));
  if (port === null) return null;
  return { ...options, origin: `http://127.0.0.1:${port}`, headers: withHost(headers, url.host) };
}

/** Puts refusals into the message: `fetch` fails with just `fetch failed`. @returns a function that undoes it */
export function explainRefusals(): () => void {
  const { fetch } = globalThis;
  const explaining: typeof fetch = async (...request) => {
    try {
      return await fetch(...request);
    } catch (thrown) {
      const { cause } = Object(thrown) as { readonly cause?: { readonly code?: unknown; readonly message?: string } };
      throw cause?.code === REFUSED_CODE ? new TypeError(`fetch failed: ${cause.message}`, { cause }) : thrown;
    }
  };
  globalThis.fetch = explaining;
  return () => {
    if (globalThis.fetch === explaining) globalThis.fetch = fetch;
  };
}

/** Adds the original host to headers in any form that undici accepts, unless they already have a host. */
function withHost(headers: unknown, host: string): unknown {
  if (headers == null) return { host };
  if (Array.isArray(headers)) {
    const hasHost = headers.some((name, index) => index % 2 === 0 && String(name).toLowerCase() === 'host');
    return hasHost ? headers : [...headers, 'host', host];
  }
  if (Symbol.iterator in Object(headers)) {
    return withHost([...(headers as Iterable<readonly [string, unknown]>)].flat(), host);
  }
  const hasHost = Object.keys(headers).some((name) => name.toLowerCase() === 'host');
  return hasHost ? headers : { ...(headers as object), host };
}
