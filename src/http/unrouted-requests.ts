import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { isBelow } from '../addresses/path-template.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { Problem, problemOf } from '../decisions/problem.ts';
import { describeNotEmulated } from '../definitions/not-emulated.ts';
import { describeOlderApi } from '../explaining/hints/index.ts';
import type { NotedCode } from '../journal/request-hints.ts';
import type { Outcome } from '../responses/outcome.ts';
import { renderProblemDetails } from '../responses/problem-details.ts';
import { showPath } from '../text/redact.ts';
import { dateHeader } from './headers.ts';
import { type Alternatives, hintsOfUnrouted } from './hints.ts';
import type { MountedService } from './mount.ts';
import { problemWithoutSecrets, toProblem } from './problem.ts';
import type { RequestInWorld } from './request.ts';
import type { Routes } from './routes.ts';
import type { Server } from './server.ts';
import { countAnswer, hintHeader, logRefusal, record, requestLine } from './steps/record.ts';
import { admit, createRoutedRequest, isOfForeignPage, selectWorld } from './steps/select-world.ts';
import { methodOf, pathOf } from './transport/arrival.ts';
import { renderWireResponse, type WireResponse } from './transport/wire-answer.ts';

/** The parts of a service that answer requests without an operation. */
type UnroutedService = Pick<ServiceDefinition, 'renderProblem'> &
  Partial<Pick<ServiceDefinition, 'name' | 'isControlApi' | 'conventions' | 'callers' | 'decisionHelp'>>;

/** Answers requests that match no operation. The service that owns the path renders the errors. */
export class UnroutedRequests {
  readonly #server: Server;
  readonly #services: readonly ServiceDefinition[];
  readonly #routes: Routes;

  constructor(server: Server, mounted: readonly Pick<MountedService, 'service'>[], routes: Routes) {
    this.#server = server;
    this.#services = mounted.map(({ service }) => service);
    this.#routes = routes;
  }

  /** Refuses a request whose method and path no operation has. */
  refuseUnknownOperation(raw: IncomingMessage): Promise<WireResponse> {
    const path = pathOf(raw.url);
    const method = methodOf(raw);
    const otherVersions = this.#routes.findInOtherVersions(method, path);
    if (otherVersions === null) {
      const operation = this.#routes.findNotEmulated(method, path);
      if (operation !== null) return this.#refuseKnown(raw, describeNotEmulated(operation), 'not_emulated');
      const older = describeOlderApi(path);
      if (older !== null) return this.#refuseKnown(raw, older);
      return this.#refuse(raw, createUnroutedProblem(raw, this.#routes.methodsOf(path)));
    }
    return this.#refuse(raw, createUnknownPathProblem(raw), { otherVersions });
  }

  /** Refuses a request with a path parameter that is too long. */
  refuseLongPath(raw: IncomingMessage): Promise<WireResponse> {
    return this.#refuse(raw, createLongPathProblem());
  }

  /** Refuses a request that Fastify refused, or that failed before it was in its world. */
  refuseFailedRequest(error: unknown, raw: IncomingMessage): Promise<WireResponse> {
    return this.#refuse(raw, toFrameworkProblem(error));
  }

  /** Refuses a request with an expectation other than `100-continue`. */
  refuseExpectation(raw: IncomingMessage): Promise<WireResponse> {
    const message = 'The server supports no expectation other than `100-continue`.';
    return this.#refuse(raw, new Problem('expectation_failed', message, { close: true }));
  }

  /** Renders a problem outside of any world, such as that of a connection, in the format of the service with the path. */
  renderProblem(problem: Problem, path: string): Outcome {
    const { settings, random } = this.#server;
    return this.#ownerOf(path).renderProblem(problem, {
      settings,
      random,
      path,
      params: {},
      headerLines: () => [],
      operation: null,
      caller: null,
      decision: null,
    });
  }

  /** Returns the service with the longest matching prefix; without a match, renders errors as the mock itself. */
  #ownerOf(path: string): UnroutedService {
    const claims = this.#services.flatMap((service) =>
      service.prefixes
        .filter((prefix) => isBelow(path, prefix))
        .map((prefix) => ({ service, depth: prefix.split('/').length })),
    );
    return claims.sort((a, b) => b.depth - a.depth)[0]?.service ?? createDefaultService(this.#services);
  }

  /** Refuses a path that the vendor has and the mock lacks. @param code of the hint, unless a rule adds one */
  #refuseKnown(raw: IncomingMessage, sentence: string, code?: NotedCode): Promise<WireResponse> {
    // Similar paths would only mislead.
    return this.#refuse(raw, new Problem('unknown_path', sentence), { listServed: () => [], code });
  }

  async #refuse(
    raw: IncomingMessage,
    problem: Problem,
    { listServed, otherVersions = null, code }: Partial<Alternatives> & { readonly code?: NotedCode | undefined } = {},
  ): Promise<WireResponse> {
    const service = this.#ownerOf(pathOf(raw.url));
    const alternatives = {
      listServed: listServed ?? (() => this.#routes.listServed(service.isControlApi === true)),
      otherVersions,
    };
    return respondUnrouted(this.#server, service, raw, problem, alternatives, code);
  }
}

/** Sends a response without an operation. */
export async function sendUnrouted(
  reply: FastifyReply,
  response: WireResponse | Promise<WireResponse>,
): Promise<FastifyReply> {
  const { status, headers, payload } = await response;
  return reply.code(status).headers(headers).send(payload);
}

/**
 * Refuses a request without an operation in its world, and records it like any other.
 *
 * @param alternatives for hints
 * @param code of a hint with the sentence of the problem, if it deserves one
 */
async function respondUnrouted(
  server: Server,
  service: UnroutedService,
  raw: IncomingMessage,
  problem: Problem,
  alternatives: Alternatives,
  code?: NotedCode,
): Promise<WireResponse> {
  const guard = service.isControlApi === true ? 'admin' : 'open';
  const request = selectWorld(
    server,
    createRoutedRequest(server, raw, { guard, route: null, params: {}, query: {} }),
    null,
  );
  const { world, hints } = request;
  if (code !== undefined) hints.add(code, problem.message);
  const earlierProblem = await findEarlierProblem(request, service, problem);
  let reported = problemWithoutSecrets(earlierProblem ?? problem, world.activityLog.secrets);
  const mistakes = hintsOfUnrouted(request, service, reported, alternatives);
  if (service.isControlApi !== true) {
    hints.addMistakes(mistakes);
  } else if (mistakes.length > 0) {
    // The control API has hints in its problems.
    reported = new Problem(reported.kind, [reported.message, ...mistakes.map(({ text }) => text)].join(' '));
  }
  const outcome = reported.isMockProblem
    ? renderProblemDetails(reported)
    : service.renderProblem(reported, request.createRefusalContext());
  const isRecorded = service.isControlApi !== true && !isOfForeignPage(request.fault);
  Object.assign(request, { problem: reported, outcome });
  logRefusal(request, reported, isRecorded ? () => requestLine(request, null) : undefined);
  const rendered = renderWireResponse(outcome, reported);
  const hint = hintHeader(request);
  const headers = { ...rendered.headers, ...(hint !== null && { 'x-mock-hint': hint }), ...dateHeader(world.clock) };
  const written = { ...rendered, headers };
  if (service.name !== undefined && service.isControlApi !== true) countAnswer(request, service.name, reported.kind);
  if (isRecorded) record(request, { service: service.name ?? null, operation: null }, written);
  world.release();
  return written;
}

/** Returns the problem that a vendor would report first; null if there is none. */
async function findEarlierProblem(
  request: RequestInWorld<null>,
  { conventions, callers }: UnroutedService,
  { kind }: Problem,
): Promise<Problem | null> {
  try {
    admit(request);
    const isKnownPath = kind === 'method_not_allowed';
    if (isKnownPath && conventions?.authenticatesFirst === true) await callers?.authenticate(request);
    return null;
  } catch (thrown) {
    return toProblem(thrown);
  }
}

/** Renders errors of paths that no service owns as problem details (RFC 9457). */
function createDefaultService(services: readonly ServiceDefinition[]): UnroutedService {
  const served = services.map(
    ({ title, prefixes }) => `${title} (${prefixes.map((prefix) => `${prefix}/...`).join(', ')})`,
  );
  const message = `Nothing is served at this path. Available APIs: ${served.join('; ')}. \`GET /openapi\` lists the API documents, and /docs shows them.`;
  const unknownPathProblem = new Problem('unknown_path', message);
  return {
    renderProblem: (problem) => renderProblemDetails(problem.kind === 'unknown_path' ? unknownPathProblem : problem),
  };
}

/** Creates the problem of a path that is unknown, or that does not support the method. @param allow its methods */
function createUnroutedProblem(raw: IncomingMessage, allow: readonly string[]): Problem {
  if (allow.length === 0) return createUnknownPathProblem(raw);
  const message = `\`${showPath(pathOf(raw.url))}\` does not support ${raw.method}; use ${allow.join(' or ')}.`;
  return new Problem('method_not_allowed', message, { allow });
}

function createUnknownPathProblem({ url }: IncomingMessage): Problem {
  return new Problem('unknown_path', `No operation has the path \`${showPath(pathOf(url))}\`.`);
}

function createLongPathProblem(): Problem {
  return new Problem('path_too_long', 'A part of the path is too long.');
}

/** Converts an error of Fastify to a problem. */
function toFrameworkProblem(error: unknown): Problem {
  // Other errors have other codes, or none.
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_ERR_BAD_URL')
    return new Problem(
      'bad_path',
      'The path cannot be decoded. Encode a literal `%` as `%25`, and other characters as UTF-8.',
    );
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return createLongPathProblem();
  return problemOf(error);
}
