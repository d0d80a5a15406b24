import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Strays } from '../strays.ts';

/** As Node recognizes it. */
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/**
 * Answers requests with an `Expect` header, which Node hands to no request listener. A client that waits for
 * `100 Continue` gets it when its body is wanted: without this listener, Node asks for every body at once.
 */
export function answerExpectations({ server }: Pick<FastifyInstance, 'server'>, strays: Strays): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    strays.expectation(request).then(({ status, headers, payload }) => {
      response.writeHead(status, headers).end(payload);
    });
  });
}

/**
 * Does the client wait for `100 Continue` before it sends the body (RFC 9110, 10.1.1)? Without it, Node closes the
 * connection after the answer. In process there is no socket, and the body is there.
 */
export function waitsForContinue({ headers: { expect }, httpVersion, socket }: IncomingMessage): boolean {
  return expect !== undefined && httpVersion === '1.1' && socket instanceof Socket && CONTINUE.test(expect);
}
