import { rfc3339 } from '../lib/clock.ts';
import { type Fields, findObstacle, groupByName, isTruncated, readBody, serializeFields, viewBody } from './body.ts';
import type { Draft, JournalEntry, StoredBody } from './entry.ts';
import type { Facts } from './match.ts';
import { hideFields, hideInHeader, hideInLine, type KnownSecrets } from './secrets.ts';

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
  const query = groupByName(hideFields(new URLSearchParams(url.slice(pathOf(url).length + 1)), secrets));
  return {
    id: entry.id,
    at: rfc3339(entry.at),
    world: entry.world,
    service: entry.service,
    operation: entry.operation,
    method: entry.method,
    url: buildUrl(entry, query),
    path: hideInLine(pathOf(url), secrets),
    query,
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

/** Returns the URL that the client called. */
function buildUrl({ origin, target, secrets }: JournalEntry, query: Fields): string {
  const sent = target.startsWith('/') ? `${origin}${target}` : target;
  const search = serializeFields(query);
  return `${hideInLine(pathOf(sent), secrets)}${search === '' ? '' : `?${search}`}`;
}

export type EntryView = ReturnType<typeof viewEntry>;

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

function readTraceparent({ traceparent }: Headers): { readonly traceparent?: string } {
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { traceparent } : {};
}

/** Returns the facts that matches compare. The body is parsed on first use; its secrets are hidden only in views. */
export function readFacts(draft: Draft, secrets: KnownSecrets): Facts {
  const { service, operation, method, url, status, principal, reason, requestBody } = draft;
  const hiddenBody = () => viewBody(requestBody, readContentType(draft), secrets, 'request') ?? undefined;
  const body = () => readBody(requestBody, readContentType(draft));
  const obstacle = () => findObstacle(requestBody, readContentType(draft));
  const stored = { obstacle, hiddenBody, fingerprint: secrets.fingerprint };
  return { service, operation, method, path: pathOf(url), status, principal, reason, body, stored };
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
  side: 'request' | 'response',
): MessageView {
  return {
    headers,
    body: hasBody ? viewBody(body, [headers['content-type']].flat()[0], secrets, side) : null,
    size: body.size,
    truncated: isTruncated(body),
    ...(body.isNotSent === true && { bodyNotSent: true as const }),
  };
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
