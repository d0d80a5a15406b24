import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { describeNotEmulated } from '../contract/sections.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { findKnownPath } from '../decisions/explaining/hints/index.ts';
import { Problem, problemOf } from '../decisions/problem.ts';
import type { Outcome } from '../decisions/responses/outcome.ts';
import { renderProblemDetails } from '../decisions/responses/problem-details.ts';
import type { NotedCode } from '../journal/request-hints.ts';
import { findNearestPaths } from '../lib/nearest-path.ts';
import { isBelow } from '../lib/path-template.ts';
import { showPath } from '../lib/redact.ts';
import { dateHeader, renderWireResponse, type WireResponse } from './headers.ts';
import { type Alternatives, hintsOfUnrouted } from './hints.ts';
import type { MountedService } from './mount.ts';
import { problemWithoutSecrets, toProblem } from './problem.ts';
import type { WorldRequest } from './request.ts';
import { type ServedHost, serves } from './request-address.ts';
import type { Routes } from './routes.ts';
import type { Server } from './server.ts';
import { adviceOf, hintHeader, recordAnswer } from './steps/record.ts';
import { admit, createRoutedRequest, selectWorld } from './steps/select-world.ts';
import { methodOf, pathOf } from './transport/arrival.ts';
import { dropUnreadBody } from './transport/unread-body.ts';

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

  refuseUnknownOperation(raw: IncomingMessage): Promise<WireResponse> {
    const path = pathOf(raw.url);
    const method = methodOf(raw);
    const host = this.#server.addresses.hostOf(raw);
    const sentPath = removeHostPrefix(path, host);
    const owner = this.#findOwner(path, this.#services);
    const isHere = owner === undefined || servesAll(host) || serves(host, owner);
    const allow = isHere ? this.#routes.methodsOf(path) : [];
    if (allow.length === 0 && !servesAll(host) && owner?.isControlApi !== true) {
      const advice = this.#describeOtherHost(raw, host);
      if (advice !== null) return this.#refuseKnown(raw, advice, 'path_of_other_host');
    }
    if (!isHere) return this.#refuse(raw, createUnknownPathProblem(sentPath));
    const otherVersions = this.#routes.findInOtherVersions(method, path);
    if (otherVersions === null) {
      const operation = this.#routes.findNotEmulated(method, path);
      if (operation !== null)
        return this.#refuseKnown(
          raw,
          describeNotEmulated({ ...operation, path: removeHostPrefix(operation.path, host) }),
          'not_emulated',
        );
      const known = findKnownPath(sentPath);
      if (known !== undefined) return this.#refuseKnown(raw, known.text, known.code);
      if (allow.length === 0) return this.#refuse(raw, createUnknownPathProblem(sentPath));
      const message = `\`${showPath(sentPath)}\` does not support ${raw.method}; use ${allow.join(' or ')}.`;
      return this.#refuse(raw, new Problem('method_not_allowed', message, { allow }));
    }
    return this.#refuse(raw, createUnknownPathProblem(sentPath), { otherVersions });
  }

  #describeOtherHost(raw: IncomingMessage, host: ServedHost): string | null {
    const { vendorHosts } = this.#server.addresses;
    const others = vendorHosts.filter(
      ({ services, prefix }) => prefix !== host.prefix || services?.[0] !== host.services?.[0],
    );
    const path = removeHostPrefix(pathOf(raw.url), host);
    const method = methodOf(raw);
    const found = this.#routes.findAtHosts(others, method, path);
    if (found === null || (found.method !== method && this.#isShortened(method, path, host))) return null;
    const names =
      host.services ?? this.#services.filter(({ prefixes }) => prefixes.includes(host.prefix)).map(({ name }) => name);
    const titles = names.flatMap((name) => this.#services.find((service) => service.name === name)?.title ?? []);
    // With other settings, the server may have the services of this host.
    const served = titles.length === 0 ? 'nothing of this server' : `only ${titles.join(' and ')}`;
    const start = `The host \`${host.name.slice(0, 100)}\` serves ${served}.`;
    return host.services === null
      ? `${start} \`${found.method} ${found.fullPath}\` is at the mock's own address: remove the first label.`
      : `${start} \`${found.method} ${found.path}\` is at \`${found.host}\`.`;
  }

  /** Returns whether a path may lack the start of one at this host: `POST /token` of `POST /api/v1/token`. */
  #isShortened(method: string, path: string, host: ServedHost): boolean {
    const known = this.#routes.listAtHost(host).filter((operation) => operation.method === method);
    return findNearestPaths(path, known).some(({ missing, extra }) => missing > 0 && extra === 0);
  }

  /** Refuses a request that Fastify or Node refused, or that failed before it was in its world. */
  refuseFailedRequest(error: unknown, raw: IncomingMessage): Promise<WireResponse> {
    return this.#refuse(raw, toFrameworkProblem(error));
  }

  /** Renders a problem outside of any world, in the format of the service with the path. */
  renderProblem(problem: Problem, path: string): Outcome {
    const { settings, random } = this.#server;
    return this.#ownerOf(path, ANY_HOST).renderProblem(problem, {
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

  /** Returns the service whose format errors have: the one with the path or, at a vendor's host, the host's own. */
  #ownerOf(path: string, host: ServedHost): UnroutedService {
    const here = this.#services.filter((service) => servesAll(host) || serves(host, service));
    const own = here.find(({ name }) => name === host.services?.[0]);
    return this.#findOwner(path, here) ?? own ?? createDefaultService(this.#services);
  }

  #findOwner(path: string, services: readonly ServiceDefinition[]): ServiceDefinition | undefined {
    const claims = services.flatMap((service) =>
      service.prefixes
        .filter((prefix) => isBelow(path, prefix))
        .map((prefix) => ({ service, depth: prefix.split('/').length })),
    );
    return claims.sort((a, b) => b.depth - a.depth)[0]?.service;
  }

  /** Refuses a path that clients call although the mock does not serve it. @param code of the hint */
  #refuseKnown(raw: IncomingMessage, sentence: string, code: NotedCode): Promise<WireResponse> {
    // Similar paths would only mislead.
    return this.#refuse(raw, new Problem('unknown_path', sentence), { listServed: () => [], code });
  }

  /** @param code of a hint with the sentence of the problem, if it deserves one */
  async #refuse(
    raw: IncomingMessage,
    problem: Problem,
    { listServed, otherVersions = null, code }: Partial<Alternatives> & { readonly code?: NotedCode } = {},
  ): Promise<WireResponse> {
    const server = this.#server;
    const host = server.addresses.hostOf(raw);
    // With the prefix of the host, which some services read for the format of their errors.
    const path = pathOf(raw.url);
    const service = this.#ownerOf(path, host);
    const isControlApi = service.isControlApi === true;
    const listPaths = () =>
      isControlApi || servesAll(host) ? this.#routes.listServed(isControlApi) : this.#routes.listAtHost(host);
    // Only the router needs the prefix of a host: the journal and hints have the path that the client sent.
    raw.url = removeHostPrefix(raw.url ?? '/', host);
    const guard = isControlApi ? 'admin' : 'open';
    const routed = createRoutedRequest(server, raw, guard, { route: null, params: {}, query: {} });
    const request = selectWorld(server, routed, null);
    const { world, hints } = request;
    if (code !== undefined) hints.add(code, problem.message);
    const earlierProblem = await findEarlierProblem(request, service, problem);
    let reported = problemWithoutSecrets(earlierProblem ?? problem, world.activityLog.secrets);
    const mistakes = hintsOfUnrouted(request, service, reported, {
      listServed: listServed ?? listPaths,
      otherVersions,
    });
    if (!isControlApi) {
      hints.addMistakes(mistakes);
    } else if (mistakes.length > 0) {
      // The control API has hints in its problems.
      reported = new Problem(reported.kind, [reported.message, ...mistakes.map(({ text }) => text)].join(' '));
    }
    const outcome = reported.isMockProblem
      ? renderProblemDetails(reported)
      : service.renderProblem(reported, { ...request.createRefusalContext(null), path });
    const answered = request.answerWith({ outcome, problem: reported });
    const rendered = renderWireResponse(outcome, reported);
    const advice = adviceOf(request, null);
    const hint = hintHeader(answered, advice);
    const headers = { ...rendered.headers, ...(hint !== null && { 'x-mock-hint': hint }), ...dateHeader(world.clock) };
    const written = { ...rendered, headers };
    recordAnswer(answered, service, null, advice, written);
    world.release();
    return written;
  }
}

export async function sendUnrouted(
  reply: FastifyReply,
  response: WireResponse | Promise<WireResponse>,
): Promise<FastifyReply> {
  const { status, headers, payload } = await response;
  reply.headers(headers);
  dropUnreadBody(reply.request, reply);
  return reply.code(status).send(payload);
}

const ANY_HOST: ServedHost = { name: '', services: null, prefix: '' };

function servesAll({ services, prefix }: ServedHost): boolean {
  return services === null && prefix === '';
}

/** Returns a URL as the client sent it, below its world. Requests that are refused before routing have no prefix. */
function removeHostPrefix(url: string, { prefix }: ServedHost): string {
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url;
}

async function findEarlierProblem(
  request: WorldRequest<null>,
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

function createUnknownPathProblem(path: string): Problem {
  return new Problem('unknown_path', `No operation has the path \`${showPath(path)}\`.`);
}

export function createLongPathProblem(): Problem {
  return new Problem('path_too_long', 'A part of the path is too long.');
}

function toFrameworkProblem(error: unknown): Problem {
  // Other errors have other codes, or none.
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_ERR_BAD_URL') {
    const message = 'The path cannot be decoded. Encode a literal `%` as `%25`, and other characters as UTF-8.';
    return new Problem('bad_path', message);
  }
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return createLongPathProblem();
  return problemOf(error);
}
