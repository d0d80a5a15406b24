import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../responses/outcome.ts';
import { headersOf } from '../headers.ts';

/** An answer that no operation gave, as it is written to the socket: where Node cannot parse a request, it makes no reply. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | Buffer | undefined;
}

/** Serializes an outcome. @param problem null if it is no refusal */
export function writeAnswer(outcome: Outcome, problem: Problem | null): WireAnswer {
  const { status, body } = outcome;
  const payload = Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return { status, headers: headersOf(outcome, problem), payload };
}

/** The bytes of an answer for a connection without a response object. The connection closes after it. */
export function wireBytes({ status, headers, payload = '' }: WireAnswer): Buffer {
  const body = Buffer.from(payload);
  const all = { ...headers, 'content-length': String(body.length), connection: 'close' };
  return Buffer.concat([headBytes(status, all), body]);
}

/** The status line and the headers of an answer, up to its body. */
export function headBytes(status: number, headers: Readonly<Record<string, unknown>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n'));
}
