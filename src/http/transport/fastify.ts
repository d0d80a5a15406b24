import type { Server as HttpServer, RequestListener, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyServerFactory } from 'fastify';
import type { Server } from '../in-flight.ts';
import { LONGEST_PARAM } from '../openapi/operation-router.ts';
import { readTarget } from './arrival.ts';
import type { Connections } from './connections.ts';
import type { Limits } from './limits.ts';
import { connectProtocolErrors, endWithWireProblem, type ProtocolErrors, type WireError } from './protocol-errors.ts';
import { sendAnswer } from './send-answer.ts';
import type { OwnHosts } from './services.ts';
import { WrongScheme } from './wrong-scheme.ts';

/** Routes have no schemas, so schema compilers are never used; loading them would take an eighth of the start. */
export const NO_SCHEMAS = { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } };

/** Makes a server for https, with the options of one for http. */
export type MakeTlsServer = (http: ServerOptions, handler: RequestListener) => HttpServer;

/** Fastify listens, routes, and reports requests without a route. Its other automatic behaviour is turned off. */
export function makeFastify(
  protocolErrors: ProtocolErrors,
  ownHosts: Pick<OwnHosts, 'answer'>,
  connections: Connections,
  limits: Limits,
  { addresses, outgoing, crossOrigin, log }: Pick<Server, 'addresses' | 'outgoing' | 'crossOrigin' | 'log'>,
  makeTlsServer: MakeTlsServer | null = null,
): FastifyInstance {
  const http = {
    requireHostHeader: false,
    headersTimeout: limits.headersTimeout,
    connectionsCheckingInterval: limits.checkingInterval,
  };
  const wrongScheme = new WrongScheme(log, makeTlsServer !== null);
  const app = fastify({
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: 0,
    // Prefixes have parameters, too: `/v2/orgs/{org}/nvcf`. The router of the document refuses those that are too long.
    routerOptions: { maxParamLength: LONGEST_PARAM },
    schemaController: NO_SCHEMAS,
    http,
    // Fastify's own https is left out of the build, since few servers need it.
    ...(makeTlsServer !== null && { serverFactory: factoryOf(makeTlsServer, http) }),
    // Removes the prefix of a world, so that routes need not know worlds.
    rewriteUrl: (request) => {
      readTarget(request);
      return addresses.open(request);
    },
    frameworkErrors: (error, request, reply) => {
      // Fastify cannot decode the path. A service that owns the whole host answers any path.
      const answering = ownHosts.answer(request.raw) ?? protocolErrors.framework(error, request.raw);
      answering.then((answer) => sendAnswer(reply, answer, outgoing));
    },
    // Node adds the error code and the unreadable bytes.
    clientErrorHandler: (error, socket) => {
      const wireError = error as unknown as WireError;
      const isFirst = connections.requestOn(socket) === undefined;
      if (isFirst && wrongScheme.answerHttps(wireError.rawPacket, socket)) return;
      endWithWireProblem(protocolErrors, connections, wireError, socket);
    },
  });
  if (makeTlsServer !== null) {
    app.server.prependListener('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      const below = error.code === 'ERR_SSL_HTTP_REQUEST' ? connections.below(socket) : undefined;
      if (below !== undefined) wrongScheme.answerHttp(below);
      // Other bytes that are not TLS, or a client that does not trust the certificate: there is nobody to answer.
      else socket.destroy();
    });
  }
  // Bodies stay streams: a caller without rights is refused even if the body is broken, so `parseBody` reads it later.
  for (const method of app.supportedMethods) app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  if (!crossOrigin.isOff) {
    app.addHook('onRequest', ({ raw }, reply, next) => {
      if (crossOrigin.answer(raw, reply.raw)) reply.hijack();
      else next();
    });
  }
  // Fastify prefers a route with a longer path to one with a host, so hosts come before all routes.
  app.addHook('onRequest', ({ raw }, reply, next) => {
    const answering = ownHosts.answer(raw);
    if (answering === null) next();
    else answering.then((answer) => void sendAnswer(reply, answer, outgoing)).catch(next);
  });
  connectProtocolErrors(app, protocolErrors, outgoing);
  return app;
}

/** As Fastify's own servers are set. */
function factoryOf(make: MakeTlsServer, http: ServerOptions): FastifyServerFactory<HttpServer> {
  return (handler, { keepAliveTimeout }) => {
    const server = make(http, handler);
    server.requestTimeout = 0;
    server.keepAliveTimeout = Number(keepAliveTimeout);
    return server;
  };
}

function noCompiler(): never {
  throw new Error('routes have no schemas: requests are validated against the documents');
}
