import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { OwnAnswer } from '../../../generated/library.ts';
import { invalidRequest, type Problem } from '../../decisions/problem.ts';
import { createUntrustedContentHeaders, essenceOf, isJsonType } from '../../decisions/responses/media-type.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { own } from '../../lib/members.ts';
import { shorten } from '../../lib/redact.ts';

/** Converts a response defined by a test to an outcome. No browser runs it as a page. */
export function createOwnOutcome({ status, headers = {}, body }: OwnAnswer): Outcome {
  const lowerCased = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (body === undefined) return { status, headers: lowerCased };
  const safeHeaders = createUntrustedContentHeaders(lowerCased['content-type'] ?? 'application/json');
  const disposition = lowerCased['content-disposition'] ?? '';
  // An `attachment` chosen by the test stays, because it may have a file name.
  if (SAFE_HEADER_VALUES['content-disposition'].test(disposition)) safeHeaders['content-disposition'] = disposition;
  const essence = essenceOf(lowerCased['content-type']);
  const isText = essence !== null && !isJsonType(essence);
  return {
    status,
    headers: { ...lowerCased, ...safeHeaders },
    body: isText ? Buffer.from(String(body)) : body,
  };
}

/** Allowed values for the headers that prevent a browser from running the response as a page of this server. */
const SAFE_HEADER_VALUES = {
  'content-disposition': /^attachment(?:;|$)/i,
  'content-security-policy': /^sandbox$/i,
  'x-content-type-options': /^nosniff$/i,
} as const;

/** Maximum bytes of all headers: clients accept 16 kB, including the server's own headers. */
const MAX_HEADERS_LENGTH = 8192;

/** @throws Problem with the member that cannot be sent */
export function assertOwnAnswer(answer: OwnAnswer): void {
  const { status, headers = {}, body } = answer;
  if (status < 200 || status > 599) {
    throw invalidMember('status', `must be an HTTP status from 200 to 599; got ${status}`);
  }
  const size = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > MAX_HEADERS_LENGTH)
    throw invalidMember('headers', `may have up to ${MAX_HEADERS_LENGTH} characters in total; got ${size}`);
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    checkHeader(name, value);
    if (seen.has(name.toLowerCase())) throw invalidMember('headers', `has \`${shorten(name)}\` twice; send it once`);
    seen.add(name.toLowerCase());
  }
  if (body === undefined) return;
  if (BODYLESS_STATUSES.has(status)) {
    throw invalidMember('body', `cannot be sent, because a response with status ${status} has no body; leave it out`);
  }
  const ownResponse = createOwnOutcome(answer);
  if (Buffer.isBuffer(ownResponse.body) && typeof body !== 'string') {
    const type = shorten(ownResponse.headers?.['content-type'] ?? '');
    throw invalidMember('body', `must be a string, because the media type \`${type}\` is not JSON`);
  }
}

/** RFC 9110, 15.3.5, 15.3.6 and 15.4.5. */
const BODYLESS_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

function checkHeader(name: string, value: string): void {
  if (throwsIn(() => validateHeaderName(name))) {
    throw invalidMember('headers', `has \`${shorten(name)}\`, which is not a valid header name`);
  }
  if (throwsIn(() => validateHeaderValue(name, value))) {
    throw invalidMember('headers', `has a value of \`${shorten(name)}\` with characters that a header cannot have`);
  }
  const lowerCased = name.toLowerCase();
  if (CONNECTION_HEADERS.has(lowerCased)) {
    throw invalidMember('headers', `has \`${lowerCased}\`, which the server writes for each connection; leave it out`);
  }
  if (own<RegExp>(SAFE_HEADER_VALUES, lowerCased)?.test(value) === false) {
    const safeValue = createUntrustedContentHeaders(undefined)[lowerCased];
    const requirement = `may have \`${lowerCased}\` only as \`${safeValue}\`, so that no browser shows the response as a page of the mock`;
    throw invalidMember('headers', `${requirement}; leave it out`);
  }
  if (lowerCased.startsWith('x-mock-')) {
    throw invalidMember('headers', `has \`${shorten(lowerCased)}\`, which is reserved for the mock; leave it out`);
  }
}

/** Headers of a connection or of its framing (RFC 9110, 7.6.1; RFC 9112, 6). */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
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

function throwsIn(validate: () => void): boolean {
  try {
    validate();
    return false;
  } catch {
    return true;
  }
}

function invalidMember(member: keyof OwnAnswer, requirement: string): Problem {
  return invalidRequest(`Field \`do.answer.${member}\` ${requirement}.`);
}
