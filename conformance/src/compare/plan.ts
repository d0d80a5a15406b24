import { isRecord, memberOf, redact } from '../../../src/conformance-entry.ts';
import type { Exchange } from '../traffic/exchange.ts';
import { isIdName, isSecretName } from './normalise.ts';
import { Operations, variablesOf } from './operations.ts';
import type { PlannedRequest } from './types.ts';

/** The requests to send, and how many were left out. */
export interface Plan {
  readonly requests: readonly PlannedRequest[];
  /** Requests that write and need `--write`. */
  readonly writes: number;
  /** Requests that are never sent: see `isHarmless`. */
  readonly harmful: number;
  /** Operations without examples, and recorded requests that cannot be sent. */
  readonly skipped: number;
}

type RequestTemplate = Pick<PlannedRequest, 'method' | 'url' | 'mediaType' | 'body'>;

/** An id that no object has. */
export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
/** The last id in a path. */
const LAST_ID = /\/[0-9a-f-]{36}(?=\/?(?:\?|$))/i;

/** Paths of the control API, of the mock or of a world. */
const CONTROL_API = /^(?:\/w\/[^/?]*)?\/_mock(?:[/?]|$)/;
/** Never sent: even a `GET` ends the session. */
const LOGOUT = /\/logout(?:[/?]|$)/;
const WORLD_PREFIX = /^\/w\/[^/?]+(?=\/)/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/** Plans the requests of recorded traffic. Ignores their headers, and skips requests with a secret in the URL or body. */
export function planFromTraffic(exchanges: readonly Exchange[], mayWrite: boolean, document?: unknown): Plan {
  const templates = exchanges
    .filter(({ url }) => !CONTROL_API.test(url))
    .map(({ method, url, request: { mediaType, text } }): RequestTemplate | null =>
      text === null || hasSecret(url) || hasSecret(text)
        ? null
        : { method, url: url.replace(WORLD_PREFIX, ''), mediaType, body: text },
    );
  return buildPlan(templates, mayWrite, new Operations(document));
}

/** Whether a URL, a form or JSON has a member with the name of a secret. */
function hasSecret(text: string): boolean {
  return memberNames(text).some(isSecretName);
}

/** Returns the member names in a URL, a form or JSON. */
function memberNames(text: string): readonly string[] {
  const members = text.matchAll(/"([^"\\]{1,100})"\s*:|(?:^|[?&])([^=&?]{1,100})=/g);
  return [...members].map(([, inJson, inForm]) => inJson ?? inForm ?? '');
}

/** Plans the requests in a document's examples. */
export function planFromDocument(document: unknown, mayWrite: boolean): Plan {
  const templates = membersOf(memberOf(document, 'paths')).flatMap(([path, item]) =>
    membersOf(item)
      .filter(([method]) => /^(?:get|head|post|put|patch|delete)$/.test(method))
      .map(([method, operation]) => exampleRequest(path, method.toUpperCase(), item, operation)),
  );
  // Deletions come last because other requests use the objects that they delete.
  const isDeletion = (template: RequestTemplate | null) => template?.method === 'DELETE';
  const ordered = [...templates.filter((one) => !isDeletion(one)), ...templates.filter(isDeletion)];
  return buildPlan(ordered, mayWrite, new Operations(document));
}

function buildPlan(templates: readonly (RequestTemplate | null)[], mayWrite: boolean, operations: Operations): Plan {
  const usable = templates.filter((template) => template !== null);
  const created = new Set(
    usable.filter(isSelfContained).flatMap((template) => createdCollections(template, operations)),
  );
  const allowed = usable.filter((template) =>
    isRead(template.method) ? !LOGOUT.test(template.url) : mayWrite && isHarmless(template, operations, created),
  );
  const requests = new Map(allowed.flatMap(createVariants).map((request) => [JSON.stringify(request), request]));
  const refused = usable.length - allowed.length;
  return {
    requests: [...requests.values()],
    writes: mayWrite ? 0 : refused,
    harmful: mayWrite ? refused : 0,
    skipped: templates.length - usable.length,
  };
}

/** Returns the collections in which a request creates something that can be deleted again. */
function createdCollections({ method, url }: RequestTemplate, operations: Operations): readonly string[] {
  const operation = operations.find(method, url);
  const deletion = operation && operations.deletionOf(operation);
  if (operation === undefined || deletion === undefined) return [];
  return variablesOf(deletion).flatMap(({ at, collection }) => (at >= operation.path.length - 1 ? [collection] : []));
}

/**
 * Whether a write may be sent to a real account: it must create something that can be deleted again, or change something
 * that the comparison created.
 */
function isHarmless(template: RequestTemplate, operations: Operations, created: ReadonlySet<string>): boolean {
  const operation = operations.find(template.method, template.url);
  if (operation === undefined || !isSelfContained(template)) return false;
  const variables = variablesOf(operation);
  if (variables.length === 0) return createdCollections(template, operations).length > 0;
  return variables.every(({ collection }) => created.has(collection));
}

/** Whether a request contains no existing id and no secret. A wrong password could lock an account. */
function isSelfContained({ url, body }: RequestTemplate): boolean {
  const query = url.split('?').slice(1).join('?');
  return !UUID.test(body) && !UUID.test(query) && !memberNames(body).some(isIdName) && !hasSecret(body);
}

/** Returns the request and variants of it that reveal the order of checks. */
function createVariants(template: RequestTemplate): readonly PlannedRequest[] {
  const name = `${template.method} ${redactUrl(template.url)}`;
  const variants: PlannedRequest[] = [
    { ...template, name, credential: 'valid' },
    { ...template, name: `${name} without a credential`, credential: 'none' },
    { ...template, name: `${name} with a broken credential`, credential: 'broken' },
  ];
  if (LAST_ID.test(template.url)) {
    const url = template.url.replace(LAST_ID, `/${UNKNOWN_ID}`);
    variants.push({ ...template, url, name: `${template.method} ${redactUrl(url)}`, credential: 'valid' });
  }
  if (!isRead(template.method))
    variants.push({
      ...template,
      body: '{',
      name: `${name} with an invalid body, without a credential`,
      credential: 'none',
    });
  return variants;
}

/** Redacts the secrets in a recorded URL, for reports. */
export function redactUrl(url: string): string {
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
function exampleRequest(path: string, method: string, item: unknown, operation: unknown): RequestTemplate | null {
  let url = path;
  const query = new URLSearchParams();
  for (const parameter of [...listOf(item, 'parameters'), ...listOf(operation, 'parameters')]) {
    const value = findExample(parameter) ?? memberOf(memberOf(parameter, 'schema'), 'example');
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
  const body = content === undefined ? undefined : findExample(content[1]);
  if (content !== undefined && body === undefined && !isRead(method)) return null;
  return {
    method,
    url: `${url}${query.size === 0 ? '' : `?${query}`}`,
    mediaType: body === undefined ? null : (content?.[0] ?? null),
    body: body === undefined ? '' : formatBody(body, content?.[0] ?? ''),
  };
}

function formatBody(body: unknown, mediaType: string): string {
  if (typeof body === 'string') return body;
  if (mediaType !== 'application/x-www-form-urlencoded') return JSON.stringify(body);
  return new URLSearchParams(
    membersOf(body).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

function findExample(parent: unknown): unknown {
  return memberOf(memberOf(memberOf(parent, 'examples'), 'cast'), 'value') ?? memberOf(parent, 'example');
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}

function membersOf(value: unknown): readonly [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}
