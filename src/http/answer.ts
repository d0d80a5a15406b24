import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { inertHeaders } from '../core/inert.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Problem } from '../core/problem.ts';
import { StreamedList } from '../core/streamed-list.ts';
import type { BrokenAt } from '../faults/fault.ts';
import { streamOfParts } from './streamed.ts';

/** An answer as it is written to the socket. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly payload: string | Buffer | undefined;
  /** A body that is streamed from its source, in place of a payload. */
  readonly stream?: Readable;
  /** Faulty delivery; absent: the answer is sent whole and at once. */
  readonly delivery?: Delivery;
}

/**
 * Faulty delivery of an answer. `drop`: the connection breaks before the answer, within its headers, or within its
 * body. `slow`: the body takes that many milliseconds, in small pieces.
 */
export type Delivery = { readonly drop: BrokenAt } | { readonly slow: number };

const JSON_TYPE = 'application/json';

/** Headers for a stream: proxies must not cache it, nor buffer it until it ends. */
const PASSING = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** Serializes an outcome. */
export function writeAnswer({ status, body, headers }: Outcome, problem: Problem | null): WireAnswer {
  if (body instanceof Readable) {
    return { status, headers: { ...PASSING, ...headers }, payload: undefined, stream: body };
  }
  if (body instanceof StreamedList) {
    const typed = { 'content-type': `${JSON_TYPE}; charset=utf-8`, ...headers };
    return {
      status,
      headers: typed,
      payload: undefined,
      stream: streamOfParts(body.parts()),
    };
  }
  return {
    status,
    headers: headersOf(body, headers, problem),
    payload: bytesOf(body),
  };
}

/** No spreads unless they are needed: every answer has headers. */
function headersOf(body: unknown, own: Outcome['headers'], problem: Problem | null): Record<string, string> {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': JSON_TYPE };
  if (problem === null && isUsers(body, own)) Object.assign(headers, inertHeaders(own?.['content-type']));
  if (own !== undefined) Object.assign(headers, own);
  if (problem?.close === true) headers['connection'] = 'close';
  if (problem?.retryAfter !== undefined) headers['retry-after'] ??= String(problem.retryAfter);
  return headers;
}

/** Are these bytes a user's content? Pages of this server have a content security policy. */
function isUsers(body: unknown, headers: Outcome['headers']): boolean {
  return Buffer.isBuffer(body) && headers?.['content-security-policy'] === undefined;
}

function bytesOf(body: unknown): string | Buffer | undefined {
  return Buffer.isBuffer(body) ? body : JSON.stringify(body);
}

/** The bytes of an answer for a connection without a response object. The connection closes after it. */
export function wireBytes({ status, headers, payload = '' }: WireAnswer): Buffer {
  const body = Buffer.from(payload);
  const all = { ...headers, 'content-length': String(body.length), connection: 'close' };
  return Buffer.concat([headBytes(status, all), body]);
}

/** The status line and the headers of an answer, up to its body. */
export function headBytes(status: number, headers: WireAnswer['headers']): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n'));
}

/** The media type of an outcome's body, without parameters. */
export function mediaTypeOf({ headers }: Outcome): string {
  const [type = JSON_TYPE] = (headers?.['content-type'] ?? JSON_TYPE).split(';');
  return type;
}
