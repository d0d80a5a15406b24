import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { asProblem, Problem } from '../core/problem.ts';
import { problemDetails } from '../core/problem-details.ts';
import type { Outcome, ServiceDefinition } from '../service.ts';
import { pathOf } from './arrival.ts';
import { isBelow, type Mounted, sendAnswer } from './mount.ts';
import { type Answer, answerUnrouted, type Pipeline, type Voice } from './pipeline.ts';

/** Failures that no operation sees: they still speak the language of the service whose path it is. */
export interface Edges {
  /** No route has this method and path. */
  unrouted(raw: IncomingMessage): Answer;
  /** The framework refused by itself. */
  framework(error: unknown, raw: IncomingMessage): Answer;
  /** The bytes on the line were no request: an answer in bytes, after which the line is closed. */
  wire(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): string;
}

export function edgesOf(pipeline: Pipeline, mounted: readonly Mounted[]): Edges {
  const services = mounted.map(({ service }) => service);
  const methodsOf = methodFinder(mounted);

  const told = (raw: IncomingMessage, problem: Problem): Answer => {
    const service = ownerOf(pathOf(raw.url), services);
    try {
      return answerUnrouted(pipeline, service ?? nobody(services), raw, problem);
    } catch (thrown) {
      return answerUnrouted({ ...pipeline, publicUrl: 'http://localhost' }, nobody(services), raw, asProblem(thrown));
    }
  };

  return {
    unrouted: (raw) => told(raw, unroutedProblem(raw, methodsOf(pathOf(raw.url)))),
    framework: (error, raw) => told(raw, frameworkProblem(error)),
    wire: (error) => {
      const service = ownerOf(pathInPacket(error.rawPacket), services) ?? nobody(services);
      return asBytes(service.renderProblem(wireProblem(error), pipeline.surroundings.settings));
    },
  };
}

/** Lets Fastify answer its own failures through the edges. */
export function connectEdges(app: FastifyInstance, edges: Edges): void {
  app.setNotFoundHandler((request, reply) => sendAnswer(reply, edges.unrouted(request.raw)));
  app.setErrorHandler((error, request, reply) => sendAnswer(reply, edges.framework(error, request.raw)));
}

/** For Fastify's `clientErrorHandler`. */
export function endWithWireProblem(edges: Edges, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.end(edges.wire(error), () => socket.destroy());
  else socket.destroy();
}

function ownerOf(path: string, services: readonly ServiceDefinition[]): ServiceDefinition | undefined {
  return services.find((service) => service.prefixes.some((prefix) => isBelow(path, prefix)));
}

/** Speaks for paths that are no service's: plain problem documents. */
function nobody(services: readonly ServiceDefinition[]): Voice {
  const served = services.map(
    ({ title, prefixes }) => `${title} (${prefixes.map((prefix) => `${prefix}/...`).join(', ')})`,
  );
  return {
    renderProblem: (problem: Problem) =>
      problemDetails(
        problem.kind === 'unknown_path'
          ? new Problem(
              'unknown_path',
              `Nothing is served at this path. There are: ${served.join('; ')}; documentation at /docs.`,
            )
          : problem,
      ),
  };
}

function unroutedProblem({ method, url }: IncomingMessage, allow: readonly string[]): Problem {
  const shown = pathOf(url).slice(0, 200);
  return allow.length === 0
    ? new Problem('unknown_path', `There is no operation at \`${shown}\`.`)
    : new Problem('method_not_allowed', `\`${shown}\` has no method ${method}; it has ${allow.join(', ')}.`, { allow });
}

function frameworkProblem(error: unknown): Problem {
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_ERR_BAD_URL')
    return new Problem('bad_path', 'The path cannot be decoded: a `%` is not followed by UTF-8 in hexadecimal.');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return new Problem('path_too_long', 'A part of the path is too long.');
  return asProblem(error);
}

/** https://nodejs.org/api/http.html#event-clienterror */
function wireProblem({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers_too_large', 'The request line and headers are larger than 16 KiB together.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('timeout', 'The request did not arrive in time.');
  return new Problem('invalid_request', 'The request is not valid HTTP/1.1.');
}

/** The last packet only, so the path is known when the request came in one piece. */
function pathInPacket(packet: Buffer | undefined): string {
  const target = /^[A-Z]+ (\S+)/.exec(packet?.toString('latin1', 0, 4096) ?? '')?.[1];
  return pathOf(target);
}

function asBytes({ status, headers, body }: Outcome): string {
  const payload = JSON.stringify(body);
  const lines = {
    'content-type': 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(payload)),
    connection: 'close',
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? 'Error'}`, ...head, '', payload].join('\r\n');
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Which methods a path has: asked only once a request has failed, so its patterns are made then. */
function methodFinder(mounted: readonly Mounted[]): (path: string) => string[] {
  let patterns: readonly { readonly pattern: RegExp; readonly method: string }[] | undefined;
  return (path) => {
    patterns ??= mounted.flatMap(({ document }) =>
      document.operations.map((operation) => ({ pattern: pathPattern(operation.path), method: operation.method })),
    );
    const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].sort();
  };
}

function pathPattern(template: string): RegExp {
  const escaped = template.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${escaped}$`);
}
