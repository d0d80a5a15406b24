import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { headersOf } from '../headers.ts';

/**
 * A response without an operation, in the form that is written to a socket: if Node cannot parse a request, there is no
 * response object.
 */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | Buffer | undefined;
}

/** Serializes an outcome. @param problem null if nothing was refused */
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

/** Returns the status line and headers of a response, up to its body. */
export function headBytes(status: number, headers: Readonly<Record<string, unknown>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', ''].join('\r\n'));
}
