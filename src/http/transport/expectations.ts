import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { UnroutedRequests } from '../unrouted-requests.ts';

/** The pattern that Node uses. */
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/**
 * Answers requests with an `Expect` header, which Node passes to no request listener. A client gets `100 Continue` only
 * when its body is needed: without this listener, Node requests every body immediately.
 */
export function handleExpectations({ server }: Pick<FastifyInstance, 'server'>, unrouted: UnroutedRequests): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    unrouted.refuseExpectation(request).then(({ status, headers, payload }) => {
      response.writeHead(status, headers).end(payload);
    });
  });
}

/**
 * Does the client wait for `100 Continue` before it sends the body (RFC 9110, 10.1.1)? If it never gets it, Node closes
 * the connection after the response. An injected request has no socket, but its body is there.
 */
export function waitsForContinue({ headers: { expect }, httpVersion, socket }: IncomingMessage): boolean {
  return expect !== undefined && httpVersion === '1.1' && socket instanceof Socket && CONTINUE.test(expect);
}
