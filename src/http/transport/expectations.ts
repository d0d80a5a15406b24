import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../decisions/problem.ts';
import type { UnroutedRequests } from '../unrouted-requests.ts';

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
    const message = 'The server supports no expectation other than `100-continue`.';
    unrouted.refuseFailedRequest(new Problem('expectation_failed', message, { close: true }), request).then(
      ({ status, headers, payload }) => response.writeHead(status, headers).end(payload),
      (error) => response.destroy(error),
    );
  });
}
