import { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { BrokenAt } from '../../faults/fault.ts';
import { sentHeaders } from '../headers.ts';
import { headBytes } from './wire-answer.ts';

/**
 * Drops the connection before or within a response. A response without a body is cut within the headers at the latest,
 * so that no client takes it for complete. Bypasses Fastify and Node, which send only whole responses.
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
  // An injected request has no connection that could carry half of the headers.
  if (!(line instanceof Socket)) response.destroy();
  else if (where === 'before') reset(line);
  else line.write(halfOf(headBytes(status, headers)), () => line.destroy());
}

/** Resets the connection. Node cannot reset one with TLS, so that one closes without a response. */
function reset(line: Socket): void {
  if ('encrypted' in line) line.destroy();
  else line.resetAndDestroy();
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
