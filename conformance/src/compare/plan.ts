import { isRecord, memberOf, redact } from '../../../src/conformance-entry.ts';
import type { Exchange } from '../traffic/exchange.ts';
import { isIdName, isSecretName } from './normalise.ts';
import { Operations, variablesOf } from './operations.ts';
import type { PlannedRequest } from './play.ts';

/** The requests to send, and the number of requests left out. */
export interface Plan {
  readonly requests: readonly PlannedRequest[];
  /** Requests that write and need `--write`. */
  readonly writes: number;
  /** Requests that are never sent: see `isHarmless`. */
  readonly harmful: number;
  /** Operations without examples, and recorded requests that cannot be sent. */
  readonly skipped: number;
}

type Base = Pick<PlannedRequest, 'method' | 'url' | 'mediaType' | 'body'>;

/** An id that no object has. */
export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const LAST_ID = /\/[0-9a-f-]{36}(?=\/?(?:\?|$))/i;

/** The control API of the mock or of a world. */
const CONTROL = /^(?:\/w\/[^/?]*)?\/_mock(?:[/?]|$)/;
/** Even a `GET` ends the session. */
const LOGOUT = /\/logout(?:[/?]|$)/;
const WORLD = /^\/w\/[^/?]+(?=\/)/;
const SOME_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/**
 * Plans the requests of recorded traffic. Their headers are ignored, and requests with a secret elsewhere are not sent.
 */
export function planOfTraffic(exchanges: readonly Exchange[], mayWrite: boolean, document?: unknown): Plan {
  const bases = exchanges
    .filter(({ url }) => !CONTROL.test(url))
    .map(({ method, url, request: { mediaType, text } }): Base | null =>
      text === null || hasSecret(url) || hasSecret(text)
        ? null
        : { method, url: url.replace(WORLD, ''), mediaType, body: text },
    );
  return planOf(bases, mayWrite, new Operations(document));
}

/** Whether a URL, a form or JSON has a member with the name of a secret. */
function hasSecret(text: string): boolean {
  return namesIn(text).some(isSecretName);
}

/** Returns the member names in a URL, a form or JSON. */
function namesIn(text: string): readonly string[] {
  const members = text.matchAll(/"([^"\\]{1,100})"\s*:|(?:^|[?&])([^=&?]{1,100})=/g);
  return [...members].map(([, inJson, inForm]) => inJson ?? inForm ?? '');
}

/** Plans the requests in a document's examples. */
export function planOfDocument(document: unknown, mayWrite: boolean): Plan {
  const bases = membersOf(memberOf(document, 'paths')).flatMap(([path, item]) =>
    membersOf(item)
      .filter(([method]) => /^(?:get|head|post|put|patch|delete)$/.test(method))
      .map(([method, operation]) => exampleOf(path, method.toUpperCase(), item, operation)),
  );
  // Deletions come last, so that every other request still finds what the comparison created.
  const isDeletion = (base: Base | null) => base?.method === 'DELETE';
  const ordered = [...bases.filter((base) => !isDeletion(base)), ...bases.filter(isDeletion)];
  return planOf(ordered, mayWrite, new Operations(document));
}

function planOf(bases: readonly (Base | null)[], mayWrite: boolean, operations: Operations): Plan {
  const usable = bases.filter((base) => base !== null);
  const made = new Set(usable.filter(isPlain).flatMap((base) => collectionsMadeBy(base, operations)));
  const allowed = usable.filter((base) =>
    isRead(base.method) ? !LOGOUT.test(base.url) : mayWrite && isHarmless(base, operations, made),
  );
  const requests = new Map(allowed.flatMap(probesOf).map((request) => [JSON.stringify(request), request]));
  const left = usable.length - allowed.length;
  return {
    requests: [...requests.values()],
    writes: mayWrite ? 0 : left,
    harmful: mayWrite ? left : 0,
    skipped: bases.length - usable.length,
  };
}

/** Returns the collections in which a request creates something that can be deleted again. */
function collectionsMadeBy({ method, url }: Base, operations: Operations): readonly string[] {
  const called = operations.find(method, url);
  const deletion = called && operations.deletionOf(called);
  if (called === undefined || deletion === undefined) return [];
  return variablesOf(deletion).flatMap(({ at, collection }) => (at >= called.path.length - 1 ? [collection] : []));
}

/**
 * Whether a write may be sent to a real account: it must create something that can be deleted again, or change something
 * that the comparison created.
 */
function isHarmless(base: Base, operations: Operations, made: ReadonlySet<string>): boolean {
  const called = operations.find(base.method, base.url);
  if (called === undefined || !isPlain(base)) return false;
  const variables = variablesOf(called);
  const isNew = collectionsMadeBy(base, operations).length > 0 || variables.length > 0;
  return isNew && variables.every(({ collection }) => made.has(collection));
}

/** Whether a request contains no existing id and no secret. A wrong password could lock an account. */
function isPlain({ url, body }: Base): boolean {
  const query = url.split('?').slice(1).join('?');
  return !SOME_ID.test(body) && !SOME_ID.test(query) && !namesIn(body).some(isIdName) && !hasSecret(body);
}

/** Returns the request and variants of it that reveal the order of checks. */
function probesOf(base: Base): readonly PlannedRequest[] {
  const name = `${base.method} ${shownUrl(base.url)}`;
  const probes: PlannedRequest[] = [
    { ...base, name, credential: 'valid' },
    { ...base, name: `${name} without a credential`, credential: 'none' },
    { ...base, name: `${name} with a broken credential`, credential: 'broken' },
  ];
  if (LAST_ID.test(base.url)) {
    const url = base.url.replace(LAST_ID, `/${UNKNOWN_ID}`);
    probes.push({ ...base, url, name: `${base.method} ${shownUrl(url)}`, credential: 'valid' });
  }
  if (!isRead(base.method))
    probes.push({ ...base, body: '{', name: `${name} with an invalid body, without a credential`, credential: 'none' });
  return probes;
}

/** Removes secrets from a recorded URL, for reports. */
export function shownUrl(url: string): string {
  const hidden = url.replace(/([?&])([^=&]{1,100})=[^&]*/g, (pair, mark: string, name: string) =>
    isSecretName(name) ? `${mark}${name}=<secret>` : pair,
  );
  return redact(hidden).slice(0, 500);
}

/** Whether a request changes nothing. */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Returns the example request of an operation, or null if a required value has no example. */
function exampleOf(path: string, method: string, item: unknown, operation: unknown): Base | null {
  let url = path;
  const query = new URLSearchParams();
  for (const parameter of [...listOf(item, 'parameters'), ...listOf(operation, 'parameters')]) {
    const value = exampleIn(parameter) ?? memberOf(memberOf(parameter, 'schema'), 'example');
    const name = String(memberOf(parameter, 'name'));
    if (memberOf(parameter, 'in') === 'path') {
      if (value === undefined) return null;
      url = url.replaceAll(`{${name}}`, encodeURIComponent(String(value)));
    } else if (memberOf(parameter, 'in') === 'query' && memberOf(parameter, 'required') === true) {
      if (value === undefined) return null;
      query.set(name, String(value));
    }
  }
  if (url.includes('{')) return null;
  const [content] = membersOf(memberOf(memberOf(operation, 'requestBody'), 'content'));
  const body = content === undefined ? undefined : exampleIn(content[1]);
  if (content !== undefined && body === undefined && !isRead(method)) return null;
  return {
    ...{ method, url: `${url}${query.size === 0 ? '' : `?${query}`}` },
    mediaType: body === undefined ? null : (content?.[0] ?? null),
    body: body === undefined ? '' : bodyText(body, content?.[0] ?? ''),
  };
}

function bodyText(body: unknown, mediaType: string): string {
  if (typeof body === 'string') return body;
  if (mediaType !== 'application/x-www-form-urlencoded') return JSON.stringify(body);
  return new URLSearchParams(
    membersOf(body).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

function exampleIn(holder: unknown): unknown {
  return memberOf(memberOf(memberOf(holder, 'examples'), 'cast'), 'value') ?? memberOf(holder, 'example');
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}

function membersOf(value: unknown): readonly [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}
