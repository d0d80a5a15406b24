import type { FastifyInstance } from 'fastify';
import { problemOf, sendProblem } from './problem.ts';
import { originOf } from './transport/arrival.ts';

/** Where clients get the certificate that they have to trust. */
const PATH = '/_mock/ca.pem';

/** Serves the certificate of the authority to any program, without a credential: it is public, and needed first. A plugin. */
export async function authority(
  app: FastifyInstance,
  { certificate }: { readonly certificate: string },
): Promise<void> {
  const { mock: server } = app;
  app.route({
    method: ['GET', 'HEAD'],
    url: PATH,
    handler: async ({ raw }, reply) => {
      try {
        originOf(raw, server);
        server.originGuard.check(raw, 'open');
        return reply.type('application/x-pem-file').header('cache-control', 'no-store').send(certificate);
      } catch (thrown) {
        return sendProblem(reply, problemOf(thrown));
      }
    },
  });
}
