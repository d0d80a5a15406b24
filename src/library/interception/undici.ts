import { processGlobal } from '../../platform/time.ts';
import { createTarget, REFUSED_CODE, resolvePort } from './scopes.ts';

/** The part of undici's `Dispatcher` that exists in all versions. */
interface Dispatcher {
  dispatch(options: DispatchOptions, handler: unknown): boolean;
}

interface DispatchOptions {
  readonly origin?: string | URL;
  readonly path?: string;
  readonly headers?: unknown;
}

/** The global symbols under which undici, including the one in Node, stores the global dispatcher. */
const DISPATCHER_SYMBOLS = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) => Symbol.for(name));

/**
 * Redirects the requests of the global dispatchers, which `fetch` and undici's functions use.
 *
 * @returns a function that undoes it
 */
export function redirectUndici(): () => void {
  const undoFunctions = findGlobalDispatchers().map(redirect);
  return () => {
    for (const undo of undoFunctions) undo();
  };
}

/** Returns the global dispatchers of all copies of undici in the process. */
function findGlobalDispatchers(): readonly Dispatcher[] {
  // Node loads its undici on first use of a related global.
  void processGlobal.Request;
  // Under jest, test files have a separate global object.
  const holders = [processGlobal, globalThis] as unknown as readonly Record<symbol, Dispatcher | undefined>[];
  const dispatchers = holders.flatMap((holder) => DISPATCHER_SYMBOLS.map((symbol) => holder[symbol]));
  return [...new Set(dispatchers)].filter((dispatcher) => dispatcher !== undefined);
}

/** Replaces the method of a dispatcher. @returns a function that undoes it */
function redirect(dispatcher: Dispatcher): () => void {
  const ownDescriptor = Object.getOwnPropertyDescriptor(dispatcher, 'dispatch');
  const { dispatch } = dispatcher;
  // If `redirectOptions` throws, undici's functions fail the request with that error.
  const redirecting: Dispatcher['dispatch'] = (options, handler) =>
    dispatch.call(dispatcher, redirectOptions(options), handler);
  Object.defineProperty(dispatcher, 'dispatch', { value: redirecting, writable: true, configurable: true });
  return () => {
    if (dispatcher.dispatch !== redirecting) return;
    if (ownDescriptor === undefined) Reflect.deleteProperty(dispatcher, 'dispatch');
    else Object.defineProperty(dispatcher, 'dispatch', ownDescriptor);
  };
}

/** Returns the options with the port of an interception, if one covers the request. @throws Error for a refused one */
function redirectOptions(options: DispatchOptions): DispatchOptions {
  const { origin, path = '/', headers } = options;
  if (origin === undefined || !URL.canParse(String(origin))) return options;
  const url = new URL(origin);
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const port = resolvePort(createTarget(scheme, url.hostname, url.port === '' ? null : Number(url.port), path));
  if (port === null) return options;
  return { ...options, origin: `http://127.0.0.1:${port}`, headers: withHost(headers, url.host) };
}

/**
 * Puts a refusal into the message, because `fetch` fails with just `fetch failed` and hides the reason in `cause`.
 *
 * @returns a function that undoes it
 */
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
