import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { isBelow } from '../addresses/path-template.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { isMockProblem, Problem, problemOf } from '../decisions/problem.ts';
import { describeNotEmulated } from '../definitions/not-emulated.ts';
import { describeOlderApi } from '../explaining/hints/index.ts';
import { describeOtherVersions } from '../explaining/other-versions.ts';
import type { FindingKind } from '../journal/finding.ts';
import type { Outcome } from '../responses/outcome.ts';
import { renderProblemDetails } from '../responses/problem-details.ts';
import { showPath } from '../text/redact.ts';
import { dateHeader } from './headers.ts';
import { type Alternatives, hintsOfUnrouted, withHintHeader } from './hints.ts';
import type { MountedService } from './mount.ts';
import type { OtherOperation } from './openapi.ts';
import { problemWithoutSecrets, toProblem } from './problem.ts';
import type { Routes } from './routes.ts';
import type { Server } from './server.ts';
import { logRefusal, record, requestLine } from './steps/record.ts';
import { admit, createRoutedRequest, isOfForeignPage, selectWorld } from './steps/select-world.ts';
import { methodOf, pathOf } from './transport/arrival.ts';
import { renderWireResponse, type WireResponse } from './transport/wire-answer.ts';

/** The parts of a service that answer requests without an operation. */
type UnroutedService = Pick<ServiceDefinition, 'renderProblem'> &
  Partial<Pick<ServiceDefinition, 'name' | 'isControlApi' | 'conventions' | 'callers' | 'decisionHelp'>>;

/** A finding about a request without an operation. */
interface UnroutedFinding {
  readonly kind: FindingKind;
  readonly message: string;
  /** The vendor has the path, so no other path was meant. */
  readonly isMeant?: true;
}

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

  /** No operation has this method and path. */
  refuseUnknownOperation(raw: IncomingMessage): Promise<WireResponse> {
    const path = pathOf(raw.url);
    const method = methodOf(raw);
    const otherVersions = this.#routes.otherVersions(method, path);
    if (otherVersions === null) {
      const lacking = this.#routes.notEmulated(method, path);
      if (lacking !== null) return this.#refuseKnown(raw, 'not_emulated', describeNotEmulated(lacking));
      const older = describeOlderApi(path);
      if (older !== null) return this.#refuseKnown(raw, 'other_version', older, `${method} \`${showPath(path)}\`: `);
      return this.#refuse(raw, unroutedProblem(raw, this.#routes.methodsOf(path)));
    }
    // Other versions of the vendor's API have this operation, which is worth a finding.
    return this.#refuse(raw, unknownPath(raw), otherVersions, {
      kind: 'other_version',
      message: describeOtherVersions(method, path, otherVersions),
    });
  }

  refuseLongPath(raw: IncomingMessage): Promise<WireResponse> {
    return this.#refuse(raw, pathTooLongProblem());
  }

  /** Fastify refused the request, or the mock failed before the request was in its world. */
  refuseFailedRequest(error: unknown, raw: IncomingMessage): Promise<WireResponse> {
    return this.#refuse(raw, frameworkProblem(error));
  }

  /** The request has an expectation other than `100-continue`. */
  refuseExpectation(raw: IncomingMessage): Promise<WireResponse> {
    const message = 'The server supports no expectation other than `100-continue`.';
    return this.#refuse(raw, new Problem('expectation_failed', message, { close: true }));
  }

  /** Renders a problem outside of any world, such as of a connection, like the service that owns the path. */
  renderProblem(problem: Problem, path: string): Outcome {
    const { settings, random } = this.#server;
    const nothing = { params: {}, headerLines: () => [], operation: null, caller: null, decision: null };
    return this.#ownerOf(path).renderProblem(problem, { settings, random, path, ...nothing });
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

  /** Refuses a path that the vendor has and the mock lacks. @param request starts the message of the finding */
  #refuseKnown(raw: IncomingMessage, kind: FindingKind, sentence: string, request = ''): Promise<WireResponse> {
    const problem = new Problem('unknown_path', sentence);
    return this.#refuse(raw, problem, null, { kind, message: request + sentence, isMeant: true });
  }

  async #refuse(
    raw: IncomingMessage,
    problem: Problem,
    otherVersions: OtherOperation | null = null,
    finding?: UnroutedFinding,
  ): Promise<WireResponse> {
    if (this.#server.waiting() !== null)
      return renderWireResponse(this.renderProblem(problem, pathOf(raw.url)), problem);
    const service = this.#ownerOf(pathOf(raw.url));
    const listServed = () => (finding?.isMeant === true ? [] : this.#routes.listServed(service.isControlApi === true));
    return respondUnrouted(this.#server, service, raw, problem, { listServed, otherVersions }, finding);
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
 * @param offered alternatives, for hints
 * @param finding a finding about the request, if any
 */
async function respondUnrouted(
  server: Server,
  service: UnroutedService,
  raw: IncomingMessage,
  problem: Problem,
  offered: Alternatives,
  finding?: UnroutedFinding,
): Promise<WireResponse> {
  const guard = service.isControlApi === true ? 'admin' : 'open';
  const request = selectWorld(
    server,
    createRoutedRequest(server, raw, { guard, route: null, params: {}, query: {} }),
    null,
  );
  const { world, findings } = request;
  const { secrets } = world.activityLog;
  let reported = problem;
  if (finding !== undefined) findings.report(finding.kind, finding.message, request.now);
  try {
    admit(request);
    const isKnownPath = problem.kind === 'method_not_allowed';
    if (isKnownPath && service.conventions?.authenticatesFirst === true) await service.callers?.authenticate(request);
  } catch (thrown) {
    reported = toProblem(thrown);
  }
  reported = problemWithoutSecrets(reported, secrets);
  let hints = hintsOfUnrouted(request, service, reported, offered);
  if (service.isControlApi === true && hints.length > 0) {
    // The control API has hints in its problems.
    reported = new Problem(reported.kind, [reported.message, ...hints.map(({ text }) => text)].join(' '));
    hints = [];
  }
  const refusal = isMockProblem(reported)
    ? renderProblemDetails(reported)
    : service.renderProblem(reported, request.createRefusalContext());
  const outcome = withHintHeader(refusal, hints, server);
  const isRecorded = service.isControlApi !== true && !isOfForeignPage(request.fault);
  Object.assign(request, { problem: reported, outcome, hints });
  logRefusal(request, reported, isRecorded ? () => requestLine(request, null) : undefined);
  const rendered = renderWireResponse(outcome, reported);
  const written = { ...rendered, headers: { ...rendered.headers, ...dateHeader(world.clock) } };
  const reason = reported.kind;
  server.metrics.countResponse({ service: service.name ?? null, operation: null, status: outcome.status, reason });
  if (isRecorded) record(request, { service: service.name ?? null, operation: null }, written);
  world.release();
  return written;
}

/** Renders errors of paths that no service owns as problem details (RFC 9457). */
function createDefaultService(services: readonly ServiceDefinition[]): UnroutedService {
  const served = services.map(
    ({ title, prefixes }) => `${title} (${prefixes.map((prefix) => `${prefix}/...`).join(', ')})`,
  );
  return {
    renderProblem: (problem: Problem) =>
      renderProblemDetails(
        problem.kind === 'unknown_path'
          ? new Problem(
              'unknown_path',
              `Nothing is served at this path. Available APIs: ${served.join('; ')}. \`GET /openapi\` lists the API documents, and /docs shows them.`,
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

function unknownPath({ url }: IncomingMessage): Problem {
  return new Problem('unknown_path', `No operation has the path \`${showPath(pathOf(url))}\`.`);
}

function pathTooLongProblem(): Problem {
  return new Problem('path_too_long', 'A part of the path is too long.');
}

function frameworkProblem(error: unknown): Problem {
  // Only Fastify's errors have a code.
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_ERR_BAD_URL')
    return new Problem(
      'bad_path',
      'The path cannot be decoded. Encode a literal `%` as `%25`, and other characters as UTF-8.',
    );
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return pathTooLongProblem();
  return problemOf(error);
}
