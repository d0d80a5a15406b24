import { rfc3339 } from '../lib/clock.ts';
import type { Draft, JournalEntry, StoredBody } from './entry.ts';
import type { Facts } from './match.ts';
import {
  hideFields,
  hideInHeader,
  hideInLine,
  hideJson,
  hideMultipart,
  hideText,
  type KnownSecrets,
  outlineBody,
} from './secrets.ts';

/** A request or a response, with fingerprints instead of secrets. */
export interface MessageView {
  /** By lower-case name; a repeated header is a list. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** JSON and forms as a value, other texts unchanged, an outline of a truncated or malformed body; or null. */
  readonly body: unknown;
  /** Null if the body was not read. */
  readonly size: number | null;
  /** Whether the body is incomplete or missing. */
  readonly truncated: boolean;
  /** Set if the client waited for `100 Continue` and got a refusal instead. */
  readonly bodyNotSent?: true;
}

/** Converts an entry for the control API. @param options `bodies: false` omits the bodies, which is much faster */
export function viewEntry(entry: JournalEntry, options: { readonly bodies?: boolean } = {}) {
  const { requestBody, responseBody, url, secrets, statusWithoutFault, tokenExpiresAt } = entry;
  const { bodies = true } = options;
  const sentHeaders = hideHeaders(entry.requestHeaders.split('\n'), secrets);
  const receivedHeaders = hideHeaders(Object.entries(entry.responseHeaders).flat(), secrets);
  return {
    id: entry.id,
    at: rfc3339(entry.at),
    world: entry.world,
    service: entry.service,
    operation: entry.operation,
    method: entry.method,
    path: hideInLine(pathOf(url), secrets),
    query: groupByName(hideFields(new URLSearchParams(url.slice(pathOf(url).length + 1)), secrets)),
    status: entry.status,
    ...(statusWithoutFault !== null && { statusWithoutFault }),
    principal: entry.principal,
    reason: entry.reason,
    decision: entry.decision,
    ...readTraceparent(sentHeaders),
    explanation: entry.explanation ?? null,
    hints: [...entry.hints],
    fault: entry.fault,
    done: entry.done,
    durationMs: Math.round(entry.durationMs * 1000) / 1000,
    ...(tokenExpiresAt !== null && { tokenExpiresAt: rfc3339(tokenExpiresAt) }),
    request: viewMessage(sentHeaders, requestBody, bodies, secrets, 'request'),
    response: viewMessage(receivedHeaders, responseBody, bodies, secrets, 'response'),
  };
}

export type EntryView = ReturnType<typeof viewEntry>;

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

function readTraceparent({ traceparent }: Headers): { readonly traceparent?: string } {
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { traceparent } : {};
}

/** Returns the facts that matches compare. The body is parsed on first use; its secrets are hidden only in views. */
export function readFacts(draft: Draft, secrets: KnownSecrets, parsed: ParsedBodies): Facts {
  const { service, operation, method, url, status, principal, reason, requestBody } = draft;
  const hiddenBody = lazy(() => viewBody(requestBody, readContentType(draft), secrets, 'request') ?? undefined);
  const body = () => parseSentBody(draft, parsed);
  const obstacle = () => findObstacle(draft);
  const stored = { obstacle, hiddenBody, fingerprint: secrets.fingerprint };
  return { service, operation, method, path: pathOf(url), status, principal, reason, body, stored };
}

/** Returns why no match can compare the body; null if one can. */
function findObstacle(draft: Draft): string | null {
  const { requestBody } = draft;
  if (requestBody.isDropped) return 'body was evicted';
  if (isTruncated(requestBody)) return 'body cannot be compared: the journal has only its beginning';
  const text = decodeBody(requestBody) ?? '';
  const form = formOf(text, readContentType(draft));
  if (form === 'multipart') return 'body cannot be compared: it is multipart';
  const isMalformed = form === 'json' && text !== '' && parseJson(text) === undefined;
  return isMalformed ? 'body cannot be compared: it is not well-formed JSON' : null;
}

function lazy<Value>(make: () => Value): () => Value {
  let cached: { readonly value: Value } | null = null;
  return () => {
    cached ??= { value: make() };
    return cached.value;
  };
}

/** A cache of parsed bodies. The garbage collector may remove them. */
export type ParsedBodies = WeakMap<StoredBody, WeakRef<object>>;

/** Parses the request body, including its secrets. */
function parseSentBody(draft: Draft, parsed: ParsedBodies): unknown {
  const { requestBody } = draft;
  const cached = parsed.get(requestBody)?.deref();
  if (cached !== undefined) return cached;
  const value = parseBody(decodeBody(requestBody) ?? '', readContentType(draft));
  if (typeof value === 'object' && value !== null) parsed.set(requestBody, new WeakRef(value));
  return value;
}

function readContentType({ requestHeaders }: Draft): string | undefined {
  // Names and values alternate.
  const lines = requestHeaders.split('\n');
  const at = lines.findIndex((line, index) => index % 2 === 0 && line.toLowerCase() === 'content-type');
  return at < 0 ? undefined : lines[at + 1];
}

export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

type Headers = MessageView['headers'];

function viewMessage(
  headers: Headers,
  body: StoredBody,
  hasBody: boolean,
  secrets: KnownSecrets,
  side: Side,
): MessageView {
  return {
    headers,
    body: hasBody ? viewBody(body, [headers['content-type']].flat()[0], secrets, side) : null,
    size: body.size,
    truncated: isTruncated(body),
    ...(body.isNotSent === true && { bodyNotSent: true as const }),
  };
}

export function isTruncated({ bytes, size, isCut }: StoredBody): boolean {
  if (isCut !== undefined) return isCut;
  return bytes !== null && size !== null && bytes.length < size;
}

function hideHeaders(lines: readonly string[], secrets: KnownSecrets): Headers {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = lines[index] ?? '';
    const value = hideInHeader(name.toLowerCase(), lines[index + 1] ?? '', secrets);
    headers.push([hideInLine(name, secrets).toLowerCase(), value]);
  }
  return groupByName(headers);
}

function groupByName(pairs: Iterable<readonly [name: string, value: string]>): Record<string, string | string[]> {
  const grouped = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    const earlier = grouped.get(name);
    if (Array.isArray(earlier)) earlier.push(value);
    else grouped.set(name, earlier === undefined ? value : [earlier, value]);
  }
  return Object.fromEntries(grouped);
}

/** Parses a body without hiding secrets: a form, a JSON value, otherwise the text; undefined if it is empty. */
export function parseBody(text: string, type: string | undefined): unknown {
  if (text === '') return undefined;
  if (formOf(text, type) === 'form') return groupByName(new URLSearchParams(text));
  const value = parseJson(text);
  return value === undefined ? text : value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isForm(type: string | string[] | undefined): boolean {
  return /^application\/x-www-form-urlencoded/i.test(String(type));
}

/** How a body is read. JSON is often sent with the type of a form, or without any. */
function formOf(text: string, type: string | undefined): 'json' | 'form' | 'multipart' | 'text' {
  if (/^[^;]*[/+]json\b/i.test(String(type)) || /^\s*[[{]/.test(text)) return 'json';
  if (isForm(type)) return 'form';
  return /^multipart\//i.test(String(type)) ? 'multipart' : 'text';
}

type Side = 'request' | 'response';

/** Returns a body for views, without secrets; null if it is missing or not text. */
function viewBody(stored: StoredBody, type: string | undefined, secrets: KnownSecrets, side: Side): unknown {
  const text = decodeBody(stored);
  if (text === null || text === '') return null;
  const hidden = hideBody(text, stored, type, secrets, side);
  return isTruncated(stored) && formOf(text, type) !== 'form' ? hidden : parseBody(hidden, type);
}

/** Replaces the secrets in a body with fingerprints. Without the rest of a body, its secrets cannot be told. */
function hideBody(
  text: string,
  stored: StoredBody,
  type: string | undefined,
  secrets: KnownSecrets,
  side: Side,
): string {
  const isCut = isTruncated(stored);
  const form = formOf(text, type);
  if (form === 'form') {
    return new URLSearchParams(hideFields(new URLSearchParams(text), secrets, isCut ? 'secret' : 'open')).toString();
  }
  const json = isCut ? null : hideJson(text, secrets);
  if (json !== null) return json;
  if (form === 'text' && (side === 'response' || !isCut)) return hideText(text, secrets);
  const parts = form === 'multipart' && !isCut ? hideMultipart(text, String(type), secrets) : null;
  return parts ?? outlineBody(text, form === 'json', stored.size, secrets);
}

/** Decodes a body; null for invalid UTF-8, and for UTF-16 (zeros). A truncated text may end within a character. */
function decodeBody(stored: StoredBody): string | null {
  if (stored.bytes === null) return null;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const text = decoder.decode(stored.bytes, { stream: isTruncated(stored) });
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** Returns an entry without headers and bodies; null if it was evicted. */
export function summarize(
  journal: { findByNumber(number: number): JournalEntry | undefined },
  number: number,
): Omit<EntryView, 'request' | 'response'> | null {
  const entry = journal.findByNumber(number);
  if (entry === undefined) return null;
  const { request: _, response: __, ...summary } = viewEntry(entry, { bodies: false });
  return summary;
}
