import { AsyncLocalStorage, executionAsyncResource } from 'node:async_hooks';
import { processWide } from '../../lib/process-wide.ts';
import { queueMicrotask } from '../../lib/time.ts';

type Scheme = 'http' | 'https';

export interface Target {
  readonly scheme: Scheme;
  readonly name: string;
  readonly port: number;
  /** The URL for messages, without the query, which may contain secrets. */
  readonly displayUrl: string;
}

const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** Creates the destination of a request. @param port null: the default port of the scheme */
export function createTarget(scheme: Scheme, host: string, port: number | null, path: string): Target {
  const name = normalizeHostName(host);
  const authority = `${name.includes(':') ? `[${name}]` : name}${port === null ? '' : `:${port}`}`;
  return {
    scheme,
    name,
    port: port ?? DEFAULT_PORTS[scheme],
    displayUrl: `${scheme}://${authority}${path.split('?', 1)[0]}`,
  };
}

/** Returns a host name in lower case, without IPv6 brackets and a trailing dot. */
export function normalizeHostName(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
}

export interface ActiveInterception {
  readonly covers: (name: string) => boolean;
  /** Whether this is an address of the interception's mock. */
  readonly isOwn: (target: Target) => boolean;
  readonly refusesOthers: boolean;
  readonly ports: Readonly<Record<Scheme, number>>;
}

/** The interception of an async context, for example of a test, and of the contexts around it. */
export interface InterceptedContext {
  /** Null before the interception begins. */
  active: ActiveInterception | null;
  isOver: boolean;
  readonly outer: InterceptedContext | null;
}

/** All interceptions of the process, which has one `fetch` and one `http.Agent` even if this code is loaded twice. */
export interface Interceptions {
  readonly contexts: AsyncLocalStorage<InterceptedContext>;
  /** How many contexts have been entered and haven't ended. */
  open: number;
  /** Interceptions for all contexts, newest last. */
  readonly everywhere: ActiveInterception[];
  readonly all: Set<ActiveInterception>;
  /** The values that async resources had before a context was entered on them, until the context is left. */
  readonly entered: WeakMap<object, InterceptedContext | undefined>;
  /** Undoes the changes to `http.Agent` and undici; null if there are none. */
  undo: (() => void) | null;
}

export function getInterceptions(): Interceptions {
  return processWide('interceptions.3', () => ({
    contexts: new AsyncLocalStorage<InterceptedContext>(),
    open: 0,
    everywhere: [],
    all: new Set<ActiveInterception>(),
    entered: new WeakMap<object, InterceptedContext | undefined>(),
    undo: null,
  }));
}

export const REFUSED_CODE = 'ERR_MOCK_REFUSED';

/** Creates the error for a refused request. Not of a class: undici is in another realm under jest, and checks class names. */
function createRefusal(message: string): Error {
  return Object.assign(new Error(message), { code: REFUSED_CODE });
}

/** Marks the caller's async context, and everything that it starts from now on. The interception starts later. */
export function enterContext(): InterceptedContext {
  const registry = getInterceptions();
  const { contexts } = registry;
  const previousContext = contexts.getStore();
  // Contexts of ended tests may surround this one. Leave them out to keep the chain short.
  const [outer = null] = listOpenContexts(previousContext);
  const context: InterceptedContext = { active: null, isOver: false, outer };
  contexts.enterWith(context);
  registry.open += 1;
  restoreResource(context, previousContext);
  return context;
}

/** Ends a context. With the last one, disables the storage, which before Node 24 slows down every promise. */
export function endContext(context: InterceptedContext): void {
  if (context.isOver) return;
  const registry = getInterceptions();
  context.isOver = true;
  registry.open -= 1;
  if (registry.open === 0) registry.contexts.disable();
}

/**
 * Removes the mark from the running async resource once the caller has continued. Before Node 24, all code that started
 * before the first interception shares that resource, so other tests would be marked. The caller's `await` has copied
 * the mark.
 */
function restoreResource(context: InterceptedContext, previousContext: InterceptedContext | undefined): void {
  const { entered } = getInterceptions();
  const resource = executionAsyncResource();
  const mark = Reflect.ownKeys(resource).find((name) => Reflect.get(resource, name) === context);
  if (mark === undefined) return;
  if (!entered.has(resource)) entered.set(resource, previousContext);
  queueMicrotask(() => {
    if (!entered.has(resource)) return;
    Reflect.set(resource, mark, entered.get(resource));
    entered.delete(resource);
  });
}

/** Returns the contexts that haven't ended, innermost first. */
function listOpenContexts(innermost: InterceptedContext | undefined): InterceptedContext[] {
  const openContexts: InterceptedContext[] = [];
  for (let context = innermost ?? null; context !== null; context = context.outer) {
    if (!context.isOver) openContexts.push(context);
  }
  return openContexts;
}

/** @returns a port on this machine; null: its own host @throws Error `ERR_MOCK_REFUSED` if it must not be sent */
export function resolvePort(target: Target): number | null {
  const { contexts, everywhere, all } = getInterceptions();
  const { name, port } = target;
  // Already redirected: undici asks again for such a request.
  if (name === '127.0.0.1' && [...all].some(({ ports }) => ports.http === port || ports.https === port)) return null;
  const inContexts = listOpenContexts(contexts.getStore()).flatMap(({ active }) => active ?? []);
  // Newest first.
  const active = [...inContexts, ...everywhere.toReversed()];
  if (active.some(({ isOwn }) => isOwn(target))) return null;
  const covering = active.find(({ covers }) => covers(name));
  if (covering !== undefined) return covering.ports[target.scheme];
  if (active.some(({ refusesOthers }) => refusesOthers)) throw createRefusal(describeOtherHost(target));
  if ([...all].some(({ covers }) => covers(name))) throw createRefusal(describeOtherTest(target));
  return null;
}

function describeOtherHost({ displayUrl, name }: Target): string {
  return `${displayUrl} was not called, because an interception refuses all other hosts. Add it to \`hosts\`, such as \`intercept({ hosts: { '${name}': 'runai' } })\`, or remove \`others: 'refuse'\`.`;
}

function describeOtherTest({ displayUrl }: Target): string {
  return `${displayUrl} was not called, because this host is intercepted for another test. Call \`world.intercept()\` in the test itself instead of a hook, or use the mock's \`intercept()\`, which applies to the whole process.`;
}
