import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Problem } from '../decisions/problem.ts';
import { createUntrustedContentHeaders } from '../decisions/responses/media-type.ts';
import { type Outcome, StreamedBytes } from '../decisions/responses/outcome.ts';
import type { WorldClock } from '../lib/clock.ts';

const JSON_TYPE = 'application/json';

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** Fastify adds a charset only when it sends a string, not for a streamed list or a replaced response. */
export function headersOf({ status, body, headers }: Outcome, problem: Problem | null): Record<string, string> {
  if (body instanceof Readable) return { ...STREAM_HEADERS, ...headers };
  const merged: Record<string, string> = body === undefined ? {} : { 'content-type': JSON_TYPE };
  // Pages of this server, unlike user content, have a content security policy.
  if (problem === null && isBytes(body) && headers?.['content-security-policy'] === undefined)
    Object.assign(merged, createUntrustedContentHeaders(headers?.['content-type']));
  Object.assign(merged, headers);
  const { 'content-type': type = '' } = merged;
  if (!isBytes(body) && type.includes('json') && !type.includes('charset'))
    merged['content-type'] = `${type}; charset=utf-8`;
  if (status === 204) delete merged['content-type'];
  if (problem?.close === true) merged['connection'] = 'close';
  if (problem?.retryAfter !== undefined) merged['retry-after'] ??= String(problem.retryAfter);
  if (problem?.acceptEncoding !== undefined) merged['accept-encoding'] = problem.acceptEncoding;
  return merged;
}

export function mediaTypeOf({ headers }: Outcome): string {
  const [type = JSON_TYPE] = (headers?.['content-type'] ?? JSON_TYPE).split(';');
  return type;
}

/** Returns the `date` header for a world whose clock is off real time; otherwise none, because Node adds it. */
export function dateHeader(clock: WorldClock): { readonly date?: string } {
  return clock.ahead === 0 ? {} : { date: new Date(clock.now()).toUTCString() };
}

export function sentHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}

export function isBytes(body: unknown): body is Buffer | StreamedBytes {
  return Buffer.isBuffer(body) || body instanceof StreamedBytes;
}

/** A response as it is written to a socket: if Node cannot parse a request, there is no response object. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | Buffer | undefined;
}

export function renderWireResponse(outcome: Outcome, problem: Problem | null): WireResponse {
  const { status, body } = outcome;
  const payload = Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return { status, headers: headersOf(outcome, problem), payload };
}

/** Returns the bytes of a response for a connection without a response object. The connection closes after it. */
export function wireBytes({ status, headers, payload = '' }: WireResponse): Buffer {
  const body = Buffer.from(payload);
  const allHeaders = { ...headers, 'content-length': String(body.length), connection: 'close' };
  return Buffer.concat([headBytes(status, allHeaders), body]);
}

export function headBytes(status: number, headers: Readonly<Record<string, unknown>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', ''].join('\r\n'));
}
