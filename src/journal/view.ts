import { rfc3339 } from '../time/clock.ts';
import type { Draft, JournalEntry, StoredBody } from './entry.ts';
import type { Facts } from './match.ts';
import { hideFields, hideInHeader, hideInLine, hideInText, hideSecrets, type KnownSecrets } from './secrets.ts';

/** A request or a response, with fingerprints instead of secrets. */
export interface MessageView {
  /** By lower-case name; a repeated header is a list. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** JSON and forms as a value, other texts unchanged; null if the body is missing or not text. */
  readonly body: unknown;
  /** Null if the body was not read. */
  readonly size: number | null;
  /** Whether the body is incomplete or missing. */
  readonly truncated: boolean;
  /** Set if the client waited for `100 Continue` and got a refusal instead. */
  readonly bodyNotSent?: true;
}

/**
 * Converts an entry for the control API.
 *
 * @param options `bodies: false` omits the bodies, which is much faster
 */
export function viewEntry(entry: JournalEntry, options: { readonly bodies?: boolean } = {}) {
  const { requestHeaders, requestBody, responseHeaders, responseBody, url, principal, secrets, tokenExpiresAt } = entry;
  const {
    id,
    at,
    world,
    service,
    operation,
    method,
    status,
    statusWithoutFault,
    reason,
    decision,
    hints,
    fault,
    done,
  } = entry;
  const { bodies = true } = options;
  const sentHeaders = hideHeaders(requestHeaders.split('\n'), secrets);
  const receivedHeaders = hideHeaders(Object.entries(responseHeaders).flat(), secrets);
  return {
    id,
    at: rfc3339(at),
    world,
    service,
    operation,
    method,
    path: hideInLine(pathOf(url), secrets),
    query: hideFields(new URLSearchParams(url.slice(pathOf(url).length + 1)), secrets),
    status,
    ...(statusWithoutFault !== null && { statusWithoutFault }),
    principal,
    reason,
    decision,
    ...readTraceparent(sentHeaders),
    explanation: entry.explanation ?? null,
    hints: [...hints],
    fault,
    done,
    durationMs: Math.round(entry.durationMs * 1000) / 1000,
    ...(tokenExpiresAt !== null && { tokenExpiresAt: rfc3339(tokenExpiresAt) }),
    request: viewMessage(sentHeaders, requestBody, bodies, secrets),
    response: viewMessage(receivedHeaders, responseBody, bodies, secrets),
  };
}

export type EntryView = ReturnType<typeof viewEntry>;

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

function readTraceparent({ traceparent }: Headers): { readonly traceparent?: string } {
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { traceparent } : {};
}

/**
 * Returns the facts that matches compare. The body is parsed on first use, and its secrets are hidden only in views.
 *
 * @param parsed cache of parsed bodies
 */
export function readFacts(draft: Draft, secrets: KnownSecrets, parsed: ParsedBodies): Facts {
  const { service, operation, method, url, status, principal, reason, requestBody } = draft;
  const hiddenBody = lazy(() => viewBody(requestBody, readContentType(draft), secrets) ?? undefined);
  const isHidden = requestBody.isHidden === true || isTruncated(requestBody);
  const body = isHidden ? hiddenBody : () => parseSentBody(draft, parsed);
  const isDropped = requestBody.isDropped === true;
  const stored = { isHidden, isDropped, hiddenBody, fingerprint: secrets.fingerprint };
  return { service, operation, method, path: pathOf(url), status, principal, reason, body, stored };
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

function readContentType(draft: Pick<Draft, 'requestHeaders'>): string | undefined {
  return findSentHeader(draft, 'content-type');
}

/** Returns the first request header with this name, in lower case. The value may be a secret. */
export function findSentHeader({ requestHeaders }: Pick<Draft, 'requestHeaders'>, name: string): string | undefined {
  // Names and values alternate.
  const lines = requestHeaders.split('\n');
  const at = lines.findIndex((line, index) => index % 2 === 0 && line.toLowerCase() === name);
  return at < 0 ? undefined : lines[at + 1];
}

export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

type Headers = MessageView['headers'];

function viewMessage(headers: Headers, body: StoredBody, hasBody: boolean, secrets: KnownSecrets): MessageView {
  const bodyToShow = hasBody ? viewBody(body, headers['content-type'], secrets) : null;
  return {
    headers,
    body: bodyToShow,
    size: body.size,
    truncated: isTruncated(body),
    ...(body.isNotSent === true && { bodyNotSent: true as const }),
  };
}

export function isTruncated({ text, size, isCut }: StoredBody): boolean {
  if (isCut !== undefined) return isCut;
  return text !== null && size !== null && text.length < size;
}

/** Replaces the secrets in headers with fingerprints. @param lines alternating names and values */
function hideHeaders(lines: readonly string[], secrets: KnownSecrets): Headers {
  const headers = new Map<string, string | string[]>();
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const original = lines[index] ?? '';
    const name = hideInLine(original, secrets).toLowerCase();
    const value = hideInHeader(original.toLowerCase(), lines[index + 1] ?? '', secrets);
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : [earlier, value].flat());
  }
  return Object.fromEntries(headers);
}

/** Parses a body without hiding secrets: a form, a JSON value, otherwise the text; undefined if it is empty. */
export function parseBody(text: string, type: string | undefined): unknown {
  if (text === '') return undefined;
  if (isForm(type)) return formFields(new URLSearchParams(text));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A repeated field becomes a list. */
function formFields(form: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(form.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const [only = '', ...more] = form.getAll(name);
      return [name, more.length === 0 ? only : [only, ...more]];
    }),
  );
}

export function isForm(type: string | string[] | undefined): boolean {
  return /^application\/x-www-form-urlencoded/i.test(String(type));
}

/** Returns a body for views, without secrets; null if it is missing or not text. */
function viewBody(stored: StoredBody, type: string | string[] | undefined, secrets: KnownSecrets): unknown {
  const text = decodeBody(stored);
  if (text === null || text === '') return null;
  if (stored.isHidden !== true) return hideBody(text, stored, type, secrets).value;
  // A truncated form can still be parsed.
  return isTruncated(stored) && !isForm(type) ? text : parseBody(text, [type].flat()[0]);
}

/** A parsed body, with fingerprints instead of secrets. */
type HiddenBody =
  | { readonly form: 'fields'; readonly value: ReturnType<typeof hideFields> }
  | { readonly form: 'json'; readonly value: unknown }
  | { readonly form: 'text'; readonly value: string };

function hideBody(
  text: string,
  stored: StoredBody,
  type: string | string[] | undefined,
  secrets: KnownSecrets,
): HiddenBody {
  const isCut = isTruncated(stored);
  if (isForm(type)) return { form: 'fields', value: hideFields(new URLSearchParams(text), secrets) };
  if (isCut) return { form: 'text', value: hideInText(text, secrets) };
  try {
    return { form: 'json', value: hideSecrets(JSON.parse(text), secrets) };
  } catch {
    return { form: 'text', value: hideInText(text, secrets) };
  }
}

/** Hides the secrets in the bodies of an entry, which is the slowest part of a view. */
export function withHiddenBodies(draft: Draft, secrets: KnownSecrets): Draft {
  const { requestBody, responseBody } = draft;
  if (requestBody.isHidden && responseBody.isHidden) return draft;
  return {
    ...draft,
    requestBody: bodyWithoutSecrets(requestBody, readContentType(draft), secrets),
    responseBody: bodyWithoutSecrets(responseBody, draft.responseHeaders['content-type'], secrets),
  };
}

/** Replaces the secrets in a body. Drops a body that is not text, because no view contains it. */
function bodyWithoutSecrets(
  stored: StoredBody,
  type: string | string[] | undefined,
  secrets: KnownSecrets,
): StoredBody {
  if (stored.isHidden) return stored;
  const text = decodeBody(stored);
  if (text === null || text === '') return { ...stored, text: null, isCut: isTruncated(stored), isHidden: true };
  const hidden = hideBodyAsText(text, stored, type, secrets);
  return { text: hidden, form: 'text', size: stored.size, isCut: isTruncated(stored), isHidden: true };
}

function hideBodyAsText(...body: Parameters<typeof hideBody>): string {
  const { form, value } = hideBody(...body);
  if (form === 'text') return value;
  if (form === 'json') return JSON.stringify(value);
  const fields = Object.entries(value).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(fields).toString();
}

/** Decodes a body; null for invalid UTF-8. The last character of a truncated text may be incomplete. */
export function decodeBody(stored: StoredBody): string | null {
  if (stored.text === null || stored.form === 'text') return stored.text;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    return decoder.decode(Buffer.from(stored.text, 'latin1'), { stream: isTruncated(stored) });
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
