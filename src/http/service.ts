import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decisionOfProblem } from '../decisions/decision.ts';
import type { Outcome } from '../responses/outcome.ts';
import { Changed } from '../store/errors.ts';
import { addAnswerHook, payloadOf, respond } from './answers.ts';
import { bodyProblem, checkBodyType, collectBodies, leaveBodies, type ReceivedBody, receivedBody } from './bodies.ts';
import { addHintHeader, addHints, hintsOfGrant, hintsOfRefusal } from './hints.ts';
import { paramsOfHost, pathOfHost } from './hosts.ts';
import { type Mounted, ownHostsOf, routeOfHost } from './mount.ts';
import { fastifyPath, type OperationRouter } from './openapi/operation-router.ts';
import type { Operation } from './openapi.ts';
import { problemWithoutSecrets } from './problem.ts';
import type { RequestInWorld } from './request.ts';
import type { Routes } from './routes.ts';
import type { Route } from './server.ts';
import { authenticate, checkFidelity, checkResource, decide, factsOf } from './steps/decide.ts';
import { injectRequestFault, waitsForFault } from './steps/inject-fault.ts';
import { injectPreferredError, waitsForPreference } from './steps/prefer-error.ts';
import { keepRefusedBody, refuse } from './steps/refuse.ts';
import { admit, isSelectedByBody, routed, selectWorld } from './steps/select-world.ts';
import { keepBody, parseBody, validateRequest } from './steps/validate-request.ts';
import { type Strays, sendStray } from './strays.ts';
import { methodOf, readTarget } from './transport/arrival.ts';
import { waitsForContinue } from './transport/expectations.ts';

/** An operation, with the path parameters of a request. */
interface Found {
  readonly route: Route;
  readonly params: Record<string, string>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Finds the operation of a request to this route. */
    readonly find?: (request: FastifyRequest) => Found | 'path_too_long' | null;
  }
}

/** A service, as it is registered. */
export interface ServiceOptions {
  readonly mounted: Mounted;
  readonly routes: Routes;
  readonly router: OperationRouter;
  readonly strays: Strays;
}

/**
 * A vendor's service, as a plugin. A request passes its hooks in this order: `onRequest` leads it into its world,
 * authenticates the caller and decides; `preParsing` checks the type of the body, and asks for it; the parser collects it;
 * `preValidation` validates; `preHandler` looks the object up; the handler carries the operation out; `onSend` concludes.
 * The error handler renders what any of them throws in the vendor's form.
 *
 * A hook that has answered returns the reply: after any other result, Fastify goes on to the handler.
 */
export async function service(app: FastifyInstance, options: ServiceOptions): Promise<void> {
  const { strays } = options;
  collectBodies(app);
  app.addHook('onRequest', async (request, reply) => {
    const found = request.routeOptions.config.find?.(request) ?? null;
    if (found === null) return sendStray(reply, strays.noOperation(request.raw));
    if (found === 'path_too_long') return sendStray(reply, strays.pathTooLong(request.raw));
    return arrive(found, request, reply);
  });
  app.addHook('preParsing', async ({ raw, routed }, reply) => {
    if (routed?.route.readsBody === true) checkBodyType(raw, routed.route);
    if (raw.headers.expect !== undefined && waitsForContinue(raw)) reply.raw.writeContinue();
  });
  app.addHook('preValidation', (request, reply) => validate(request, reply));
  app.addHook('preHandler', async ({ inWorld }) => {
    const request = assertPresent(inWorld);
    if (!looksUpFirst(request)) await checkResource(request);
  });
  addAnswerHook(app);
  app.setErrorHandler(async (error, request, reply) => {
    let refusal = bodyProblem(error, request);
    if (waitsForBody(request)) {
      // It is decided without its body, which cannot be received.
      try {
        const answered = await decideRequest(request, reply, { value: undefined, text: null, fault: refusal });
        if (answered !== undefined) return answered;
      } catch (thrown) {
        refusal = thrown;
      }
    }
    if (request.inWorld === null) return sendStray(reply, strays.failed(refusal, request.raw));
    await refuse(request.inWorld, refusal);
    return payloadOf(reply, request.inWorld);
  });
  addRoutes(app, options);
}

/** The reply if the request is answered by now; otherwise it goes on to its next hook. */
type Answered = Promise<FastifyReply | undefined>;

async function arrive({ route, params }: Found, request: FastifyRequest, reply: FastifyReply): Answered {
  const { mock } = request.server;
  // Fastify's type of a query depends on a schema, which our routes do not have.
  const query = request.query as Record<string, unknown>;
  request.routed = routed(mock, request.raw, { guard: route.guard, route, params, query });
  const waits = route.row.readsBodyFirst === true || isSelectedByBody(mock, request.routed);
  return waits ? undefined : decideRequest(request, reply, null);
}

/**
 * Leads a request into its world and decides it, unless its body has to be received first.
 *
 * @param received null if its body was not received yet
 */
async function decideRequest(request: FastifyRequest, reply: FastifyReply, received: ReceivedBody | null): Answered {
  const inWorld = request.inWorld ?? enterWorld(request, received);
  const hasPreference = inWorld.raw.headers.prefer !== undefined;
  if (received !== null) await keepReceived(inWorld, received);
  else if ((hasPreference && waitsForPreference(inWorld)) || waitsForFault(inWorld)) return undefined;
  inWorld.isDecided = true;
  inWorld.isReplaced = (hasPreference && (await injectPreferredError(inWorld))) || (await injectRequestFault(inWorld));
  if (inWorld.isReplaced) return respond(reply, inWorld);
  try {
    // Some refusals do not depend on the caller, such as that of a model that does not exist.
    const { firstCheck } = inWorld.route;
    if (firstCheck !== null) inWorld.headersOfCheck = await firstCheck(inWorld);
    await authenticate(inWorld);
    checkFidelity(inWorld);
    await decide(inWorld);
    if (looksUpFirst(inWorld)) await checkResource(inWorld);
  } catch (refusal) {
    // The refusal needs no body, but the journal records the whole request.
    if (received === null) await keepRefusedBody(inWorld);
    throw refusal;
  }
  return undefined;
}

/** Keeps a body that came before the decision, which reads it if it needs it. One that cannot be read is refused later. */
async function keepReceived(inWorld: RequestInWorld, received: ReceivedBody): Promise<void> {
  keepBody(inWorld, received);
  if (inWorld.route.row.readsBodyFirst !== true || received.fault !== null) return;
  await inWorld.route.document.ready();
  parseBody(inWorld, received);
}

function enterWorld(request: FastifyRequest, received: ReceivedBody | null): RequestInWorld {
  const inWorld = selectWorld(request.server.mock, assertPresent(request.routed), received);
  request.inWorld = inWorld;
  admit(inWorld);
  return inWorld;
}

/** Is it to be decided only with its body? */
function waitsForBody({ routed, inWorld }: FastifyRequest): boolean {
  return routed !== null && (inWorld === null || (inWorld.fault === null && !inWorld.isDecided));
}

async function validate(request: FastifyRequest, reply: FastifyReply): Answered {
  const received = await receivedBody(request);
  if (request.inWorld?.isDecided !== true) {
    const answered = await decideRequest(request, reply, received);
    if (answered !== undefined) return answered;
  }
  const inWorld = assertPresent(request.inWorld);
  const { document } = inWorld.route;
  if (!document.isReady) await document.ready();
  parseBody(inWorld, received);
  validateRequest(inWorld);
  return undefined;
}

/** Some vendors say that an object does not exist before they check the body, or read it. */
function looksUpFirst({ route }: RequestInWorld): boolean {
  return route.service.conventions?.looksUpFirst === true || route.row.readsBodyFirst === true;
}

/** The most attempts of an operation. Whenever one fails, another writer of the same row has made progress. */
const MAX_TRIES = 5;

/** Carries the operation out, and once more if what it read was changed before it could commit. */
async function carryOut(request: RequestInWorld): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await handle(request);
    } catch (cause) {
      if (!(cause instanceof Changed) || tried === MAX_TRIES) throw cause;
    }
    await checkResource(request);
  }
}

/** Runs the operation. A refusal that the handler renders itself, such as a page, is also a decision. */
export async function handle(request: RequestInWorld): Promise<void> {
  // A handler's type of context follows from its document, and `validateRequest` has checked the request against it.
  const outcome: Outcome = await request.route.handler(request as never);
  request.outcome = outcome;
  request.isDone = outcome.refusal === undefined;
  if (outcome.principal !== undefined) request.hints = hintsOfGrant(request, outcome.principal);
  if (outcome.refusal === undefined) return;
  const refusal = problemWithoutSecrets(outcome.refusal, request.world.activityLog.secrets);
  const decision = decisionOfProblem(factsOf(request), refusal, request.server.reasons);
  request.hints = hintsOfRefusal(request, refusal, decision);
  request.decision = addHints(decision, request.hints);
  request.outcome = addHintHeader({ ...outcome, refusal }, request.hints, request.server);
}

/**
 * The routes of each prefix, and one for each host: the router of the document finds the operation (decision 35). Operations
 * that treat bodies differently have routes of their own.
 */
function addRoutes(app: FastifyInstance, { mounted, routes, router }: ServiceOptions): void {
  const { service, document } = mounted;
  const handler = async ({ inWorld }: FastifyRequest, reply: FastifyReply) => {
    const request = assertPresent(inWorld);
    await carryOut(request);
    return payloadOf(reply, request);
  };
  const routeOf = routes.byOperation(service.name);
  const find = ({ raw }: FastifyRequest) => {
    const found = router.find(methodOf(raw), raw.url ?? '/');
    if (found === null || found === 'path_too_long') return found;
    const route = routeOf.get(found.operation);
    return route === undefined ? null : { route, params: found.params };
  };
  const method = [...new Set(['HEAD', ...document.operations.map((operation) => operation.method)])];
  for (const prefix of service.prefixes.map(fastifyPath)) {
    // Not `/llm*`, which would be the route of `/llms.txt`, too.
    for (const url of [prefix, `${prefix}/*`]) app.route({ method, url, config: { find }, handler });
  }
  for (const [operation, { row }] of routeOf) {
    const { bodyLimit } = row;
    if (bodyLimit !== undefined) app.route({ ...urlOf(operation), bodyLimit, config: { find }, handler });
  }
  app.register(async (streaming) => {
    leaveBodies(streaming);
    for (const [operation, { row }] of routeOf) {
      if (row.streams === true) streaming.route({ ...urlOf(operation), config: { find }, handler });
    }
    for (const host of ownHostsOf(service)) {
      const route = routeOfHost(host, mounted);
      const findHost = ({ raw, originalUrl }: FastifyRequest) => {
        const params = paramsOfHost(host, raw.headers.host);
        // Under another host, this is the path that was asked for.
        if (params === null) return null;
        raw.url = originalUrl;
        readTarget(raw);
        return { route, params };
      };
      streaming.route({ method: ANY_METHOD, url: pathOfHost(host), config: { find: findHost }, handler });
    }
  });
}

function urlOf({ method, path }: Operation) {
  return { method, url: fastifyPath(path) };
}

/** Node hands CONNECT to no request listener. */
const ANY_METHOD = METHODS.filter((method) => method !== 'CONNECT');

/** A part of the request that an earlier hook created. */
function assertPresent<Part>(part: Part | null): Part {
  if (part === null) throw new Error('the hooks of a service ran out of their order');
  return part;
}
