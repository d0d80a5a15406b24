import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import type { OwnAnswer } from '../../generated/library.ts';
import { Problem } from '../decisions/problem.ts';
import { own } from '../objects/members.ts';
import { essenceOf, isJsonType } from '../responses/media-type.ts';
import type { Outcome } from '../responses/outcome.ts';
import { untrustedContentHeaders } from '../responses/untrusted-content.ts';
import { shorten } from '../text/shorten.ts';

/** Converts a response defined by a test to an outcome. No browser runs it as a page. */
export function ownOutcome({ status, headers = {}, body }: OwnAnswer): Outcome {
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (body === undefined) return { status, headers: named };
  const inert = untrustedContentHeaders(named['content-type'] ?? 'application/json');
  const disposition = named['content-disposition'] ?? '';
  // Keeps the file name.
  if (INERT['content-disposition'].test(disposition)) inert['content-disposition'] = disposition;
  return { status, headers: { ...named, ...inert }, body: isText(named) ? Buffer.from(String(body)) : body };
}

/** Allowed values for the headers that prevent a browser from running the response as a page of this server. */
const INERT = {
  'content-disposition': /^attachment(?:;|$)/i,
  'content-security-policy': /^sandbox$/i,
  'x-content-type-options': /^nosniff$/i,
} as const;

/** Is the body sent as plain text, because its media type is not JSON? @param headers by lower-case name */
function isText({ 'content-type': type }: Readonly<Record<string, string>>): boolean {
  const essence = essenceOf(type);
  return essence !== null && !isJsonType(essence);
}

/** Maximum bytes of all headers: clients accept 16 kB, including the server's own headers. */
const MAX_HEADERS = 8192;

/** @throws Problem with the member that cannot be sent */
export function checkOwnAnswer(answer: OwnAnswer): void {
  const { status, headers = {}, body } = answer;
  if (STATUS_CODES[status] === undefined || status < 200) {
    throw invalid('status', `must be an HTTP status from 200 to 511; got ${status}`);
  }
  const size = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > MAX_HEADERS) throw invalid('headers', `may have up to ${MAX_HEADERS} characters in total; got ${size}`);
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    checkHeader(name, value);
    if (seen.has(name.toLowerCase())) throw invalid('headers', `has \`${shorten(name)}\` twice; send it once`);
    seen.add(name.toLowerCase());
  }
  if (body === undefined) return;
  if (WITHOUT_BODY.has(status)) {
    throw invalid('body', `cannot be sent, because a response with status ${status} has no body; leave it out`);
  }
  const sent = ownOutcome(answer);
  if (Buffer.isBuffer(sent.body) && typeof body !== 'string') {
    const type = shorten(sent.headers?.['content-type'] ?? '');
    throw invalid('body', `must be a string, because the media type \`${type}\` is not JSON`);
  }
}

/** RFC 9110, 15.3.5, 15.3.6 and 15.4.5. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

function checkHeader(name: string, value: string): void {
  if (isRefusedBy(() => validateHeaderName(name))) {
    throw invalid('headers', `has \`${shorten(name)}\`, which is not a valid header name`);
  }
  if (isRefusedBy(() => validateHeaderValue(name, value))) {
    throw invalid('headers', `has a value of \`${shorten(name)}\` with characters that a header cannot have`);
  }
  const written = name.toLowerCase();
  if (OF_THE_CONNECTION.has(written)) {
    throw invalid('headers', `has \`${written}\`, which the server writes for each connection; leave it out`);
  }
  if (own<RegExp>(INERT, written)?.test(value) === false) {
    const only = untrustedContentHeaders(undefined)[written];
    const what = `may have \`${written}\` only as \`${only}\`, so that no browser shows the response as a page of the mock`;
    throw invalid('headers', `${what}; leave it out`);
  }
  if (written.startsWith('x-mock-')) {
    throw invalid('headers', `has \`${shorten(written)}\`, which is reserved for the mock; leave it out`);
  }
}

/** Headers of a connection or of its framing (RFC 9110, 7.6.1; RFC 9112, 6). */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function isRefusedBy(validate: () => void): boolean {
  try {
    validate();
    return false;
  } catch {
    return true;
  }
}

function invalid(member: keyof OwnAnswer, what: string): Problem {
  return new Problem('invalid_request', `Field \`do.answer.${member}\` ${what}.`);
}
