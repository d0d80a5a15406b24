import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decisionOfProblem } from '../decisions/decision.ts';
import type { Outcome } from '../decisions/responses/outcome.ts';
import { EditConflict } from '../store/errors.ts';
import { addResponseHook, preparePayload, respond } from './answers.ts';
import {
  checkBodyType,
  collectBodies,
  leaveBodies,
  type ReceivedBody,
  readRequestBody,
  toBodyProblem,
} from './bodies.ts';
import { hintsOfGrant, hintsOfRefusal, withHints } from './hints.ts';
import { createHostRoute, type MountedService, ownHostsOf } from './mount.ts';
import { fastifyPath, type OperationRouter } from './openapi/operation-router.ts';
import type { Operation } from './openapi.ts';
import { problemWithoutSecrets } from './problem.ts';
import type { AnsweredRequest, WorldRequest } from './request.ts';
import { paramsOfHost, pathOfHost, serves } from './request-address.ts';
import type { Match, Routes } from './routes.ts';
import type { Route } from './server.ts';
import { authenticate, checkResource, createDecisionFacts, decide } from './steps/decide.ts';
import { injectRequestFault } from './steps/inject-fault.ts';
import { keepRefusedBody, refuse } from './steps/refuse.ts';
import { admit, createRoutedRequest, selectWorld } from './steps/select-world.ts';
import { keepBody, parseBody, validateRequest } from './steps/validate-request.ts';
import { methodOf, readTarget, waitsForContinue } from './transport/arrival.ts';
import { createLongPathProblem, sendUnrouted, type UnroutedRequests } from './unrouted-requests.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly find?: (request: FastifyRequest) => Match | 'path_too_long' | null;
  }
}

export interface ServiceOptions {
  readonly mounted: MountedService;
  readonly routes: Routes;
  readonly router: OperationRouter;
  readonly unrouted: UnroutedRequests;
}

/**
 * Plugin for a vendor's service. A request passes the hooks in this order: `onRequest` selects the world, authenticates
 * the caller and decides; `preParsing` checks the content type and asks for the body; the parser collects it;
 * `preValidation` does what `onRequest` does if the body decides (`decidedBy`), and validates; `preHandler` looks up the
 * object; the handler executes the operation; `onSend` completes the response. The error handler renders errors in the
 * vendor's format.
 *
 * A hook that has sent a response must return the reply, or Fastify continues to the handler.
 */
export async function registerService(app: FastifyInstance, options: ServiceOptions): Promise<void> {
  const { unrouted } = options;
  collectBodies(app);
  app.addHook('onRequest', async (request, reply) => {
    const found = request.routeOptions.config.find?.(request) ?? null;
    if (found === null || !serves(app.mock.addresses.hostOf(request.raw), options.mounted.service))
      return sendUnrouted(reply, unrouted.refuseUnknownOperation(request.raw));
    if (found === 'path_too_long') throw createLongPathProblem();
    const { route, params } = found;
    // Fastify derives the type of a query from a schema, which our routes do not have.
    const query = request.query as Record<string, unknown>;
    request.routed = createRoutedRequest(app.mock, request.raw, route.guard, { route, params, query });
    // A request that may enter no world needs no body to be refused.
    const waitsForBody = route.row.decidedBy === 'body' && request.routed.fault === null;
    return waitsForBody ? undefined : decideRequest(request, reply, null);
  });
  app.addHook('preParsing', async ({ raw, routed }, reply) => {
    if (routed?.route.readsBody === true) checkBodyType(raw, routed.route);
    if (raw.headers.expect !== undefined && waitsForContinue(raw)) reply.raw.writeContinue();
  });
  app.addHook('preValidation', (request, reply) => handleBody(request, reply));
  app.addHook('preHandler', async ({ worldRequest }) => {
    const request = assertPresent(worldRequest);
    if (!looksUpFirst(request.route)) await checkResource(request);
  });
  addResponseHook(app);
  app.setErrorHandler((error, request, reply) => handleError(error, request, reply, unrouted));
  addRoutes(app, options);
}

/** A request that fails before its body decides is decided without the body. */
async function handleError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  unrouted: UnroutedRequests,
): Promise<unknown> {
  let refusal = toBodyProblem(error, request);
  if (request.routed !== null && request.worldRequest === null) {
    try {
      const sent = await decideRequest(request, reply, { value: undefined, text: null, fault: refusal });
      if (sent !== undefined) return sent;
    } catch (thrown) {
      refusal = thrown;
    }
  }
  if (request.worldRequest === null) return sendUnrouted(reply, unrouted.refuseFailedRequest(refusal, request.raw));
  return preparePayload(reply, await refuse(request.worldRequest, refusal));
}

/** The result of a hook: the reply if it sent a response. Otherwise the next hook runs. */
type HookResult = Promise<FastifyReply | undefined>;

/** Moves a request into its world and decides it. @param received null if the headers decide */
async function decideRequest(request: FastifyRequest, reply: FastifyReply, received: ReceivedBody | null): HookResult {
  const worldRequest = selectWorld(request.server.mock, assertPresent(request.routed), received);
  request.worldRequest = worldRequest;
  admit(worldRequest);
  const { route } = worldRequest;
  if (received !== null) {
    keepBody(worldRequest, received);
    // An unreadable body is refused later.
    if (identifiesByBody(route) && received.fault === null) {
      await route.document.ready();
      parseBody(worldRequest, received);
    }
  }
  const answered = await injectRequestFault(worldRequest, received === null ? 'headers' : 'all');
  if (answered !== null) return respond(reply, answered);
  try {
    const { checkHost } = route.service;
    if (checkHost !== undefined && worldRequest.server.addresses.hostOf(worldRequest.raw).services !== null)
      await checkHost(worldRequest);
    // Some refusals do not depend on the caller, such as for an unknown model.
    const { firstCheck } = route;
    if (firstCheck !== null) worldRequest.notes.headersOfCheck = await firstCheck(worldRequest);
    await decide(worldRequest, await authenticate(worldRequest));
    if (looksUpFirst(route)) await checkResource(worldRequest);
  } catch (refusal) {
    // The refusal needs no body, but the journal records the whole request.
    if (received === null) await keepRefusedBody(worldRequest);
    throw refusal;
  }
  return undefined;
}

/** A fault that matches on the body of a request hits it only if it is valid. */
async function handleBody(request: FastifyRequest, reply: FastifyReply): HookResult {
  const received = await readRequestBody(request);
  const isDecidedByBody = request.routed?.route.row.decidedBy === 'body';
  if (isDecidedByBody) {
    const sent = await decideRequest(request, reply, received);
    if (sent !== undefined) return sent;
  }
  const worldRequest = assertPresent(request.worldRequest);
  const { document, operation } = worldRequest.route;
  // Loading the validators takes a seventh of the start, and a health check needs none.
  if (!document.isReady && operation.validates(worldRequest.query)) await document.ready();
  parseBody(worldRequest, received);
  validateRequest(worldRequest);
  if (isDecidedByBody) return undefined;
  const answered = await injectRequestFault(worldRequest, 'body');
  return answered === null ? undefined : respond(reply, answered);
}

function identifiesByBody({ row, rule }: Route): boolean {
  return row.decidedBy === 'body' && rule !== null;
}

/** Returns whether the object is looked up before the body is validated, as some vendors do. */
function looksUpFirst(route: Route): boolean {
  return route.service.conventions?.looksUpFirst === true || identifiesByBody(route);
}

/** Maximum attempts of an operation. Each failure means that another writer of the same row made progress. */
const MAX_ATTEMPTS = 5;

async function executeWithRetries(request: WorldRequest): Promise<AnsweredRequest> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runHandler(request);
    } catch (cause) {
      if (!(cause instanceof EditConflict) || attempt === MAX_ATTEMPTS) throw cause;
    }
    await checkResource(request);
  }
}

/** Runs the handler. A refusal that it renders itself, such as a page, is also a decision. */
export async function runHandler(request: WorldRequest): Promise<AnsweredRequest> {
  // The handler's context type follows from the document that `validateRequest` has checked.
  const outcome: Outcome = await request.route.handler(request as never);
  const { access, hints } = request;
  if (outcome.principal !== undefined) hints.append(hintsOfGrant(request, outcome.principal));
  if (outcome.refusal === undefined) {
    return request.answerWith({ outcome, decision: access?.decision ?? null, isExecuted: true });
  }
  const refusal = problemWithoutSecrets(outcome.refusal, request.world.activityLog.secrets);
  const decision = decisionOfProblem(createDecisionFacts(request), refusal, request.server.reasons);
  hints.addMistakes(hintsOfRefusal(request, refusal, decision));
  return request.answerWith({ outcome: { ...outcome, refusal }, decision: withHints(decision, hints.list) });
}

/** The document's router finds the operation. Operations that treat bodies differently get separate routes. */
function addRoutes(app: FastifyInstance, { mounted, routes, router }: ServiceOptions): void {
  const { service, document } = mounted;
  const routesByOperation = routes.routesByOperation(service.name);
  const find = ({ raw }: FastifyRequest) => {
    const found = router.find(methodOf(raw), raw.url ?? '/');
    if (found === null || found === 'path_too_long') return found;
    const route = routesByOperation.get(found.operation);
    return route === undefined ? null : { route, params: found.params };
  };
  const method = [...new Set(['HEAD', ...document.operations.map((operation) => operation.method)])];
  for (const prefix of service.prefixes.map(fastifyPath)) {
    // Not `/llm*`, which would also match `/llms.txt`.
    for (const url of [prefix, `${prefix}/*`]) app.route({ method, url, config: { find }, handler: execute });
  }
  for (const [operation, { row }] of routesByOperation) {
    const { bodyLimit } = row;
    if (bodyLimit !== undefined)
      app.route({ ...methodAndUrl(operation), bodyLimit, config: { find }, handler: execute });
  }
  app.register(async (streaming) => {
    leaveBodies(streaming);
    for (const [operation, { row }] of routesByOperation) {
      if (row.streams === true) streaming.route({ ...methodAndUrl(operation), config: { find }, handler: execute });
    }
    for (const host of ownHostsOf(service)) {
      const route = createHostRoute(host, mounted);
      const findByHost = ({ raw, originalUrl }: FastifyRequest) => {
        const params = paramsOfHost(host, raw.headers.host);
        // Under any other host, the client itself requested the internal path.
        if (params === null) return null;
        raw.url = originalUrl;
        readTarget(raw);
        return { route, params };
      };
      streaming.route({ method: ANY_METHOD, url: pathOfHost(host), config: { find: findByHost }, handler: execute });
    }
  });
}

async function execute({ worldRequest }: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return preparePayload(reply, await executeWithRetries(assertPresent(worldRequest)));
}

function methodAndUrl({ method, path }: Operation) {
  return { method, url: fastifyPath(path) };
}

/** Node does not pass CONNECT to request listeners. */
const ANY_METHOD = METHODS.filter((method) => method !== 'CONNECT');

function assertPresent<Part>(part: Part | null): Part {
  if (part === null) throw new Error('the hooks of a service ran out of order');
  return part;
}
