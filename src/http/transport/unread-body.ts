import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MEGABYTE } from '../../lib/memory.ts';
import { clearInterval, setInterval } from '../../lib/time.ts';
import { waitsForContinue } from './arrival.ts';

/** How much of a body is read after its response, and for how long. */
const MAX_BYTES = 16 * MEGABYTE;
const MAX_MS = 5000;
const CHECK_MS = 100;

/** Closing a connection while its client sends makes the client's system discard the response. */
export function dropUnreadBody({ raw }: FastifyRequest, reply: FastifyReply): void {
  // An injected request has no connection, and a client that waits for `100 Continue` sends no body.
  if (raw.complete || !(raw.socket instanceof Socket) || waitsForContinue(raw)) return;
  const isLast = !reply.raw.shouldKeepAlive || reply.raw.getHeader('connection') === 'close';
  // Otherwise Node closes the connection right after the response.
  reply.header('connection', 'keep-alive');
  reply.raw.once('finish', () => dropRest(raw, isLast));
}

function dropRest(request: IncomingMessage, isLast: boolean): void {
  const { socket } = request;
  const maxRead = socket.bytesRead + MAX_BYTES;
  let checks = 0;
  const end = () => {
    clearInterval(timer);
    if (isLast || !request.complete) socket.destroySoon();
  };
  const timer = setInterval(() => {
    checks += 1;
    if (socket.bytesRead > maxRead || checks * CHECK_MS >= MAX_MS) end();
  }, CHECK_MS).unref();
  if (request.complete) end();
  // Node drops the bytes of a request that nobody reads.
  else request.once('close', end).resume();
}
