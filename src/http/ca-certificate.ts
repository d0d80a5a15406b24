import type { FastifyInstance } from 'fastify';
import { sendProblem, toProblem } from './problem.ts';
import { originOf } from './transport/arrival.ts';

/** Any program may read the certificate: it is public, and clients need it first. */
export async function serveCaCertificate(
  app: FastifyInstance,
  { certificate }: { readonly certificate: string },
): Promise<void> {
  const { mock: server } = app;
  app.route({
    method: ['GET', 'HEAD'],
    url: '/_mock/ca.pem',
    handler: async ({ raw }, reply) => {
      try {
        // Called only for its check of the `Host` header.
        originOf(raw, server);
        server.originGuard.check(raw, 'open');
        return reply.type('application/x-pem-file').header('cache-control', 'no-store').send(certificate);
      } catch (thrown) {
        return sendProblem(reply, toProblem(thrown));
      }
    },
  });
}
