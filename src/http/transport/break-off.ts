import { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { BrokenAt } from '../../journal/faults/fault.ts';
import { sentHeaders } from '../headers.ts';
import { headBytes } from './wire-answer.ts';

/**
 * Drops the connection before or within a response. A response without a body is cut within the headers at the latest,
 * so that no client takes it for complete. Bypasses Fastify and Node, which send only whole responses.
 */
export function breakOff(reply: FastifyReply, payload: string | Buffer, position: BrokenAt): void {
  const { raw: response, statusCode: status } = reply;
  const body = Buffer.from(payload);
  reply.header('content-length', body.length);
  const headers = sentHeaders(reply);
  if (position === 'body' && body.length > 0) {
    response.writeHead(status, headers);
    response.write(firstHalf(body), () => response.destroy());
    return;
  }
  const { socket } = response;
  // An injected request has no connection that could carry half of the headers.
  if (!(socket instanceof Socket)) response.destroy();
  else if (position === 'before') reset(socket);
  else socket.write(firstHalf(headBytes(status, headers)), () => socket.destroy());
}

/** Resets the connection. Node cannot reset one with TLS, so that one closes without a response. */
function reset(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
