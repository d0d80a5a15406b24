import fastify, { type FastifyInstance } from 'fastify';
import type { Server } from '../in-flight.ts';
import { prepareArrival } from './arrival.ts';
import type { Connections } from './connections.ts';
import { type Edges, endWithWireProblem, type WireError } from './edges.ts';
import type { Leading } from './leading.ts';
import type { Limits } from './limits.ts';
import { sendAnswer } from './send-answer.ts';

/** Fastify listens and routes; what it would do by itself beyond that is turned off. */
export function makeFastify(
  edges: Edges,
  { lead }: Pick<Leading, 'lead'>,
  lines: Connections,
  limits: Limits,
  { doors, outgoing }: Pick<Server, 'doors' | 'outgoing'>,
): FastifyInstance {
  return fastify({
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: 0,
    // Routes have no schemas, so the compilers for them are never used; loading them would take an eighth of the start.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    http: {
      requireHostHeader: false,
      headersTimeout: limits.headersTimeout,
      connectionsCheckingInterval: limits.checkingInterval,
    },
    // Not only for rewriting: it is the only place that sees a request before the router does.
    rewriteUrl: (request) => {
      prepareArrival(request);
      request.url = doors.open(request);
      return lead(request);
    },
    frameworkErrors: (error, request, reply) => {
      edges.framework(error, request.raw).then((answer) => sendAnswer(reply, answer, outgoing));
    },
    // Node adds the code and the bytes that it could not read.
    clientErrorHandler: (error, socket) => endWithWireProblem(edges, lines, error as unknown as WireError, socket),
  });
}

function noCompiler(): never {
  throw new Error('routes have no schema: the documents are what is validated against');
}
