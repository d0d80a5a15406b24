import { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { BrokenAt } from '../../faults/fault.ts';
import { sentHeaders } from '../headers.ts';
import { headBytes } from './wire-answer.ts';

/**
 * Breaks the connection before or within an answer. Without a body it
 * breaks within the headers at the latest, so that no client takes the answer for complete. An answer that Fastify or Node
 * sends is always whole.
 */
export function breakOff(reply: FastifyReply, payload: string | Buffer, where: BrokenAt): void {
  const { raw: response, statusCode: status } = reply;
  const body = Buffer.from(payload);
  reply.header('content-length', body.length);
  const headers = sentHeaders(reply);
  if (where === 'body' && body.length > 0) {
    response.writeHead(status, headers);
    response.write(halfOf(body), () => response.destroy());
    return;
  }
  const { socket: line } = response;
  // In process there is no connection that could carry half of the headers.
  if (!(line instanceof Socket)) response.destroy();
  else if (where === 'before') reset(line);
  else line.write(halfOf(headBytes(status, headers)), () => line.destroy());
}

/** Node throws if it is to reset a connection with TLS. Its client sees the end of it without an answer. */
function reset(line: Socket): void {
  if ('encrypted' in line) line.destroy();
  else line.resetAndDestroy();
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
