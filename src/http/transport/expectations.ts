import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { UnroutedRequests } from '../unrouted-requests.ts';

/** The pattern by which Node recognizes the expectation. */
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/**
 * Handles requests with an `Expect` header. With a `checkContinue` listener, a client gets `100 Continue` only when its
 * body is needed; without one, Node requests every body immediately. Node passes requests with other expectations to no
 * request listener, so they are refused here.
 */
export function handleExpectations({ server }: Pick<FastifyInstance, 'server'>, unrouted: UnroutedRequests): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    unrouted.refuseExpectation(request).then(
      ({ status, headers, payload }) => response.writeHead(status, headers).end(payload),
      (error) => response.destroy(error),
    );
  });
}

/**
 * Returns whether the client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1). If it never gets it,
 * Node closes the connection after the response. Injected requests have no socket, and do not wait.
 */
export function waitsForContinue({ headers: { expect }, httpVersion, socket }: IncomingMessage): boolean {
  return expect !== undefined && httpVersion === '1.1' && socket instanceof Socket && CONTINUE.test(expect);
}
