import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ServiceDefinition } from '../../contract/service.ts';
import { notEmulatedSentence } from '../../core/not-emulated.ts';
import { otherVersionSentence } from '../../core/other-versions.ts';
import { isBelow } from '../../core/path-template.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import { problemDetails } from '../../core/problem-details.ts';
import { showPath } from '../../core/redact.ts';
import { type WireAnswer, wireBytes, writeAnswer } from '../answer.ts';
import type { Server } from '../in-flight.ts';
import type { OtherOperation } from '../openapi.ts';
import { answerUnrouted, type UnroutedService, type WorthKnowing } from '../pipeline.ts';
import type { Routes } from '../routes.ts';
import { methodOf, pathOf } from './arrival.ts';
import type { Connections } from './connections.ts';
import type { Outgoing } from './outgoing.ts';
import { sendAnswer } from './send-answer.ts';

/** Errors of requests that reach no operation. The service that owns the path renders them. */
export interface ProtocolErrors {
  /** No route has this method and path. */
  noRoute(raw: IncomingMessage): Promise<WireAnswer>;
  pathTooLong(raw: IncomingMessage): Promise<WireAnswer>;
  /** Fastify refused the request. */
  framework(error: unknown, raw: IncomingMessage): Promise<WireAnswer>;
  /** The request has an expectation other than `100-continue`. */
  expectation(raw: IncomingMessage): Promise<WireAnswer>;
  /**
   * The bytes on the connection are not a request, or not a valid body of the latest one. Returns an answer in bytes,
   * after which the connection closes.
   */
  wire(error: WireError, request: IncomingMessage | undefined): Buffer;
}

/** https://nodejs.org/api/http.html#event-clienterror */
export type WireError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

export function protocolErrorsOf(
  server: Server,
  services: readonly ServiceDefinition[],
  routes: Routes,
): ProtocolErrors {
  const refuse = (
    raw: IncomingMessage,
    problem: Problem,
    otherVersions: OtherOperation | null = null,
    worthKnowing?: WorthKnowing,
  ): Promise<WireAnswer> => {
    const service = ownerOf(pathOf(raw.url), services) ?? nobody(services);
    // No other path is meant by one that the vendor has.
    const isMeant = worthKnowing?.kind === 'not_emulated';
    const listServed = () => (isMeant ? [] : routes.listServed(service.isControlApi === true));
    const offered = { listServed, otherVersions };
    return answerUnrouted(server, service, raw, problem, offered, worthKnowing);
  };

  const noRoute = (raw: IncomingMessage) => {
    const path = pathOf(raw.url);
    const method = methodOf(raw);
    const other = routes.otherVersions(method, path);
    if (other === null) {
      const lacking = routes.notEmulated(method, path);
      if (lacking === null) return refuse(raw, unroutedProblem(raw, routes.methodsOf(path)));
      const message = notEmulatedSentence(lacking);
      return refuse(raw, new Problem('unknown_path', message), null, { kind: 'not_emulated', message });
    }
    // An operation of another version of the vendor's API is unknown here, and worth a finding.
    return refuse(raw, unknownPath(raw), other, {
      kind: 'other_version',
      message: otherVersionSentence(method, path, other),
    });
  };

  return {
    noRoute,
    pathTooLong: (raw) => refuse(raw, new Problem('path_too_long', 'A part of the path is too long.')),
    framework: (error, raw) => refuse(raw, frameworkProblem(error)),
    expectation: (raw) =>
      refuse(
        raw,
        new Problem('expectation_failed', 'The server supports no expectation other than `100-continue`.', {
          close: true,
        }),
      ),
    wire: (error, request) => {
      const path = pathInPacket(error.rawPacket) ?? pathOf(request?.url);
      const service = ownerOf(path, services) ?? nobody(services);
      const { settings, worlds } = server;
      const nothing = { params: {}, headerLines: () => [], operation: null, caller: null, decision: null };
      const problem = wireProblem(error);
      return wireBytes(
        writeAnswer(
          service.renderProblem(problem, { settings, random: worlds.default.random, path, ...nothing }),
          problem,
        ),
      );
    },
  };
}

/** Makes Fastify render its own errors through these. */
export function connectProtocolErrors(app: FastifyInstance, protocolErrors: ProtocolErrors, outgoing: Outgoing): void {
  app.setNotFoundHandler(async (request, reply) =>
    sendAnswer(reply, await protocolErrors.noRoute(request.raw), outgoing),
  );
  app.setErrorHandler(async (error, request, reply) =>
    sendAnswer(reply, await protocolErrors.framework(error, request.raw), outgoing),
  );
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    protocolErrors.expectation(request).then(({ status, headers, payload }) => {
      response.writeHead(status, headers).end(payload);
    });
  });
}

/** For Fastify's `clientErrorHandler`. */
export function endWithWireProblem(
  protocolErrors: ProtocolErrors,
  connections: Connections,
  error: WireError,
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.end(protocolErrors.wire(error, connections.requestOn(socket)), () => socket.destroy());
  else socket.destroy();
}

/** The service whose prefix matches best. */
function ownerOf(path: string, services: readonly ServiceDefinition[]): ServiceDefinition | undefined {
  const claims = services.flatMap((service) =>
    service.prefixes
      .filter((prefix) => isBelow(path, prefix))
      .map((prefix) => ({ service, depth: prefix.split('/').length })),
  );
  return claims.sort((one, other) => other.depth - one.depth)[0]?.service;
}

/** Renders errors of paths that no service owns as problem details (RFC 9457). */
function nobody(services: readonly ServiceDefinition[]): UnroutedService {
  const served = services.map(
    ({ title, prefixes }) => `${title} (${prefixes.map((prefix) => `${prefix}/...`).join(', ')})`,
  );
  return {
    renderProblem: (problem: Problem) =>
      problemDetails(
        problem.kind === 'unknown_path'
          ? new Problem(
              'unknown_path',
              `Nothing is served at this path. Available are: ${served.join('; ')}; documentation at /docs.`,
            )
          : problem,
      ),
  };
}

function unroutedProblem(raw: IncomingMessage, allow: readonly string[]): Problem {
  if (allow.length === 0) return unknownPath(raw);
  const message = `\`${showPath(pathOf(raw.url))}\` does not support ${raw.method}; use ${allow.join(' or ')}.`;
  return new Problem('method_not_allowed', message, { allow });
}

function frameworkProblem(error: unknown): Problem {
  // Fastify's errors have a code; others have none.
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_ERR_BAD_URL')
    return new Problem('bad_path', 'The path cannot be decoded: a `%` is not followed by UTF-8 in hexadecimal.');
  return asProblem(error);
}

/** https://nodejs.org/api/http.html#event-clienterror */
function wireProblem({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers_too_large', 'The request line and headers are larger than 16 KiB together.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('timeout', 'The request did not arrive in time.');
  return new Problem('invalid_request', 'The request is not valid HTTP/1.1.');
}

/** Node passes only the last packet, so the path is known if the request came in one. */
function pathInPacket(packet: Buffer | undefined): string | undefined {
  const target = /^[A-Z]+ (\S+)/.exec(packet?.toString('latin1', 0, 4096) ?? '')?.[1];
  return target && pathOf(target);
}

/** No operation has this path. */
function unknownPath({ url }: IncomingMessage): Problem {
  return new Problem('unknown_path', `There is no operation at \`${showPath(pathOf(url))}\`.`);
}
