import {
  type Server as HttpServer,
  type IncomingMessage,
  METHODS,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyServerFactory } from 'fastify';
import type { OperationHost } from '../../contract/service.ts';
import { Problem } from '../../decisions/problem.ts';
import { leaveBodies } from '../bodies.ts';
import { MAX_PARAM } from '../openapi/operation-router.ts';
import { findHostPath } from '../request-address.ts';
import type { Server } from '../server.ts';
import { sendUnrouted, type UnroutedRequests } from '../unrouted-requests.ts';
import { readTarget } from './arrival.ts';
import type { Connections } from './connections.ts';
import type { Limits } from './limits.ts';
import { isControlPath, NOT_FOR_PAGES } from './origins.ts';
import { endWithWireError, type WireError, WrongProtocol } from './protocol-errors.ts';

export type CreateTlsServer = (http: ServerOptions, handler: RequestListener) => HttpServer;

export function createFastify({
  server,
  unrouted,
  ownHosts,
  connections,
  limits,
  createTlsServer,
}: {
  readonly server: Server;
  readonly unrouted: UnroutedRequests;
  readonly ownHosts: readonly OperationHost[];
  readonly connections: Connections;
  readonly limits: Limits;
  /** Null: the server speaks http. */
  readonly createTlsServer: CreateTlsServer | null;
}): FastifyInstance {
  const http = {
    requireHostHeader: false,
    headersTimeout: limits.headersTimeout,
    connectionsCheckingInterval: limits.checkingInterval,
  };
  const wrongProtocol = new WrongProtocol(server.log, createTlsServer !== null);
  const app = fastify({
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: 0,
    connectionTimeout: limits.idleTimeout,
    bodyLimit: limits.bodyBytes,
    // Prefixes have parameters, too: `/v2/orgs/{org}/nvcf`.
    routerOptions: { maxParamLength: MAX_PARAM },
    http,
    // Fastify's own https takes certificates only as options.
    ...(createTlsServer !== null && { serverFactory: createServerFactory(createTlsServer, http) }),
    // No route has a schema for Fastify, whose own compilers would take a fifth of the start to load.
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
    // Removes the prefix of a world, so that routes are independent of worlds.
    rewriteUrl: (request) => {
      readTarget(request);
      const path = server.addresses.resolvePath(request);
      return findHostPath(ownHosts, request) ?? path;
    },
    // Handles paths that cannot be decoded or are too long. Fastify runs no hooks for them, and does not await.
    frameworkErrors: (error, { raw }, reply) => {
      if (isControlPath(raw.url)) reply.headers(NOT_FOR_PAGES);
      sendUnrouted(reply, unrouted.refuseFailedRequest(error, raw)).catch((thrown) => reply.send(thrown));
    },
    // Node adds the error code and the bytes it could not parse.
    clientErrorHandler: (error, socket) => {
      const wireError = error as unknown as WireError;
      const isFirst = connections.requestOn(socket) === undefined;
      if (isFirst && wrongProtocol.endIfWrongProtocol(wireError, socket)) return;
      endWithWireError(unrouted, connections, wireError, socket);
    },
  });
  if (createTlsServer !== null) handleTlsErrors(app, connections, wrongProtocol);
  app.decorate('mock', server);
  app.decorateRequest('routed', null);
  app.decorateRequest('worldRequest', null);
  // Other methods may announce a body that never arrives. Node does not pass CONNECT to request listeners.
  for (const method of METHODS.filter((name) => name !== 'CONNECT')) {
    const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
    app.addHttpMethod(method, { hasBody, overrideExisting: true });
  }
  leaveBodies(app);
  connections.serveInTurn(app);
  app.addHook('onRequest', async (request, reply) => {
    // Fastify refuses an invalid content type even where a body may have any. Services read the header as sent.
    const { headers } = request.raw;
    const type = headers['content-type'];
    if (type !== undefined && !MEDIA_TYPE.test(type)) delete headers['content-type'];
    if (server.crossOrigin.answerPreflight(request, reply)) return reply;
    return undefined;
  });
  app.setNotFoundHandler(({ raw }, reply) => sendUnrouted(reply, unrouted.refuseUnknownOperation(raw)));
  app.setErrorHandler((error, { raw }, reply) => sendUnrouted(reply, unrouted.refuseFailedRequest(error, raw)));
  handleExpectations(app, unrouted);
  return app;
}

function refuseSchemas(): never {
  throw new Error('a route has a schema for Fastify; the documents describe operations');
}

/** Ends connections whose TLS handshake fails. Clients that speak another protocol learn why. */
function handleTlsErrors({ server }: FastifyInstance, connections: Connections, wrongProtocol: WrongProtocol): void {
  server.prependListener('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const tcpSocket = error.code === 'ERR_SSL_HTTP_REQUEST' ? connections.findTcpSocket(socket) : undefined;
    if (tcpSocket !== undefined) {
      wrongProtocol.endPlainHttp(tcpSocket);
      return;
    }
    wrongProtocol.reportHandshake(error, socket);
    // Other bytes that are not TLS, or a client that does not trust the certificate: neither understands a response.
    socket.destroy();
  });
}

/** `type/subtype`, up to the end or the parameters (RFC 9110, 8.3.1). */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+[ \t]*(?:;|$)/;

function createServerFactory(make: CreateTlsServer, http: ServerOptions): FastifyServerFactory<HttpServer> {
  return (handler, { keepAliveTimeout, connectionTimeout }) => {
    const timeouts = { timeout: Number(connectionTimeout), keepAliveTimeout: Number(keepAliveTimeout) };
    return Object.assign(make(http, handler), { requestTimeout: 0, ...timeouts });
  };
}

/** Without a `checkContinue` listener, Node requests every body. It passes other expectations to no listener. */
function handleExpectations({ server }: Pick<FastifyInstance, 'server'>, unrouted: UnroutedRequests): void {
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
