import type { FastifyInstance } from 'fastify';
import { problemDetails } from '../core/problem-details.ts';
import { writeAnswer } from './answer.ts';
import type { Server } from './in-flight.ts';
import { problemOf } from './problem.ts';
import { originOf } from './transport/arrival.ts';
import { sendAnswer } from './transport/send-answer.ts';

/** Where clients get the certificate that they have to trust. */
const PATH = '/_mock/ca.pem';

/** Serves the certificate of the authority to any program, without a credential: it is public, and needed first. */
export function serveAuthority(app: FastifyInstance, server: Server, certificate: string): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: PATH,
    handler: async ({ raw }, reply) => {
      try {
        originOf(raw, server);
        server.originGuard.check(raw, 'open');
        return reply.type('application/x-pem-file').header('cache-control', 'no-store').send(certificate);
      } catch (thrown) {
        const problem = problemOf(thrown);
        return sendAnswer(reply, writeAnswer(problemDetails(problem), problem), server.outgoing);
      }
    },
  });
}
