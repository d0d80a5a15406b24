import { AsyncLocalStorage, executionAsyncResource } from 'node:async_hooks';
import { processWide } from '../../platform/process-wide.ts';
import { queueMicrotask } from '../../platform/time.ts';

type Scheme = 'http' | 'https';

/** Where a request goes. */
export interface Target {
  readonly scheme: Scheme;
  readonly name: string;
  readonly port: number;
  /** The URL for messages: without the query, which may hold secrets. */
  readonly shown: string;
}

const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** @param port null: that of the scheme */
export function targetOf(scheme: Scheme, host: string, port: number | null, path: string): Target {
  const name = plainName(host);
  const authority = `${name.includes(':') ? `[${name}]` : name}${port === null ? '' : `:${port}`}`;
  return {
    scheme,
    name,
    port: port ?? DEFAULT_PORTS[scheme],
    shown: `${scheme}://${authority}${path.split('?', 1)[0]}`,
  };
}

/** A host name in lower case, without the brackets of IPv6 and without the dot that may end it. */
export function plainName(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
}

/** An interception in force. */
export interface Active {
  readonly covers: (name: string) => boolean;
  /** Is this an address of its mock? */
  readonly isOwn: (target: Target) => boolean;
  readonly refusesOthers: boolean;
  readonly ports: Readonly<Record<Scheme, number>>;
}

/** The interceptions of an async context: that of a test, and those of the contexts around it. */
export interface Scope {
  /** Null before it begins. */
  active: Active | null;
  isOver: boolean;
  readonly outer: Scope | null;
}

/** All interceptions of the process, which has one `fetch` and one `http.Agent`, however often this code is loaded. */
export interface Interceptions {
  readonly scopes: AsyncLocalStorage<Scope>;
  /** Those for all contexts, newest last. */
  readonly everywhere: Active[];
  readonly all: Set<Active>;
  /** What async resources were marked with before a scope was entered on them, until they are left. */
  readonly entered: WeakMap<object, Scope | undefined>;
  /** Undoes the changes to `http.Agent` and undici; null while there are none. */
  undo: (() => void) | null;
}

export function interceptions(): Interceptions {
  return processWide('interceptions.1', () => ({
    scopes: new AsyncLocalStorage<Scope>(),
    everywhere: [],
    all: new Set<Active>(),
    entered: new WeakMap<object, Scope | undefined>(),
    undo: null,
  }));
}

/** The `code` of the error for a request that must not be sent. */
export const REFUSED = 'ERR_MOCK_REFUSED';

// Not a class of its own: undici, which is of another realm under jest, knows errors by the name of their class.
function refused(message: string): Error {
  return Object.assign(new Error(message), { code: REFUSED });
}

/** Marks the caller's async context, and what it starts from now on. The interception itself follows. */
export function enterScope(): Scope {
  const { scopes } = interceptions();
  const before = scopes.getStore();
  // Contexts of ended tests may surround this one; they are left out, so that the chain stays short.
  const [outer = null] = scopesFrom(before);
  const scope: Scope = { active: null, isOver: false, outer };
  scopes.enterWith(scope);
  leaveResource(scope, before);
  return scope;
}

/**
 * Before Node 24 the mark is a member of the running async resource. All code that began before the first interception
 * shares one such resource: other tests would be marked as well. The caller's `await` copies the mark at once, and what
 * follows it has a resource of its own.
 */
function leaveResource(scope: Scope, before: Scope | undefined): void {
  const { entered } = interceptions();
  const resource = executionAsyncResource();
  const mark = Reflect.ownKeys(resource).find((name) => Reflect.get(resource, name) === scope);
  if (mark === undefined) return;
  if (!entered.has(resource)) entered.set(resource, before);
  queueMicrotask(() => {
    if (!entered.has(resource)) return;
    Reflect.set(resource, mark, entered.get(resource));
    entered.delete(resource);
  });
}

/** Those that are not over, the innermost first. */
function scopesFrom(innermost: Scope | undefined): Scope[] {
  const found: Scope[] = [];
  for (let scope = innermost ?? null; scope !== null; scope = scope.outer) if (!scope.isOver) found.push(scope);
  return found;
}

/** The interceptions of the running async context, newest first. */
function inForce({ scopes, everywhere }: Interceptions): readonly Active[] {
  const own = scopesFrom(scopes.getStore()).flatMap(({ active }) => active ?? []);
  return [...own, ...everywhere.toReversed()];
}

/**
 * Where a request goes that the running code sends.
 *
 * @returns a port of this machine; null: to the host that it names
 * @throws Error with the code `ERR_MOCK_REFUSED` if it must not be sent
 */
export function routeOf(target: Target): number | null {
  const known = interceptions();
  if (isProductionPort(known, target)) return null;
  const active = inForce(known);
  if (active.some(({ isOwn }) => isOwn(target))) return null;
  const found = active.find(({ covers }) => covers(target.name));
  if (found !== undefined) return found.ports[target.scheme];
  if (active.some(({ refusesOthers }) => refusesOthers)) throw refused(otherHost(target));
  if ([...known.all].some(({ covers }) => covers(target.name))) throw refused(otherTest(target));
  return null;
}

/** undici asks again where the request goes that was sent to one. */
function isProductionPort({ all }: Interceptions, { name, port }: Target): boolean {
  return name === '127.0.0.1' && [...all].some(({ ports }) => ports.http === port || ports.https === port);
}

function otherHost({ shown, name }: Target): string {
  return `${shown} was not called: no interception covers this host, and one refuses all others. Add it to \`hosts\`, such as \`intercept({ hosts: { '${name}': 'runai' } })\`, or leave out \`others: 'refuse'\`.`;
}

function otherTest({ shown }: Target): string {
  return `${shown} was not called: this host is intercepted for another test. Call \`world.intercept()\` in the test itself, not in a hook, or \`intercept()\` of the mock, which is for the whole process.`;
}
