import { STATUS_CODES } from 'node:http';
import type { Outcome } from '../contract/request.ts';
import type { Derived } from '../core/derived.ts';
import type { Problem } from '../core/problem.ts';

/** What is written to the socket. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly payload: string | Buffer | undefined;
}

const JSON_TYPE = 'application/json';

/**
 * Headers for what a user stored: a browser saves it, and neither guesses its type nor runs it as a page of this
 * server.
 */
const INERT = {
  'content-disposition': 'attachment',
  'content-security-policy': 'sandbox',
  'x-content-type-options': 'nosniff',
};

/**
 * Turns an outcome into bytes.
 *
 * @param before bodies that were written earlier, for outcomes that have not changed
 */
export function writeAnswer(
  { status, body, headers, unchanged }: Outcome,
  problem: Problem | null,
  before?: Derived<object, string>,
): WireAnswer {
  return {
    status,
    headers: {
      ...(body !== undefined && { 'content-type': JSON_TYPE }),
      ...(isUsers(body, headers) && problem === null && INERT),
      ...headers,
      ...(problem?.close === true && { connection: 'close' }),
    },
    // Only views of rows are said to be unchanged, and these are objects.
    payload: unchanged === true ? before?.of(body as object, JSON.stringify) : bytesOf(body),
  };
}

/** Are these bytes a user's, and not a page of ours? Our pages state what they may do. */
function isUsers(body: unknown, headers: Outcome['headers']): boolean {
  return Buffer.isBuffer(body) && headers?.['content-security-policy'] === undefined;
}

function bytesOf(body: unknown): string | Buffer | undefined {
  return Buffer.isBuffer(body) ? body : JSON.stringify(body);
}

/** The bytes of an answer on a connection that has no response object; it is the last one there. */
export function wireBytes({ status, headers, payload = '' }: WireAnswer): Buffer {
  const body = Buffer.from(payload);
  const all = { ...headers, 'content-length': String(body.length), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([
    Buffer.from([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n')),
    body,
  ]);
}

/** The media type of an outcome's body, without parameters. */
export function mediaTypeOf({ headers }: Outcome): string {
  return (headers?.['content-type'] ?? JSON_TYPE).split(';')[0] as string;
}
