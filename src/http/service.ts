import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decisionOfProblem } from '../core/decision.ts';
import type { Outcome } from '../core/outcome.ts';
import { Changed } from '../store/errors.ts';
import { addAnswerHook, respond } from './answers.ts';
import type { ReceivedBody } from './bodies.ts';
import { addBodyParser, parseBodyOf } from './bodies.ts';
import type { InFlightRequest } from './flight.ts';
import { addHintHeader, addHints, hintsOfGrant, hintsOfRefusal } from './hints.ts';
import { paramsOfHost, pathOfHost } from './hosts.ts';
import { type Mounted, ownHostsOf, routeOfHost } from './mount.ts';
import { fastifyPath, type OperationRouter } from './openapi/operation-router.ts';
import { problemWithoutSecrets } from './problem.ts';
import type { Routes } from './routes.ts';
import type { Route } from './server.ts';
import { authenticate, checkFidelity, checkResource, decide, factsOf } from './steps/decide.ts';
import { injectRequestFault, waitsForFault } from './steps/inject-fault.ts';
import { keepRefusedBody, refuse } from './steps/refuse.ts';
import { admit, arrive, inFlight, isSelectedByBody, selectWorld } from './steps/select-world.ts';
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
 * authenticates the caller and decides; `preParsing` asks for the body; the parser receives it; `preValidation` validates; `preHandler` looks the
 * object up; the handler carries the operation out; `onSend` concludes. The error handler renders what any of them
 * throws in the vendor's form.
 *
 * Hooks are callbacks: `async` ones take 8 µs of a request.
 */
export async function service(app: FastifyInstance, options: ServiceOptions): Promise<void> {
  const { strays } = options;
  addBodyParser(app);
  app.addHook('onRequest', (request, reply, next) => {
    const found = request.routeOptions.config.find?.(request) ?? null;
    if (found === null) sendStray(reply, strays.noOperation(request.raw));
    else if (found === 'path_too_long') sendStray(reply, strays.pathTooLong(request.raw));
    else goOnAfter(arriveAt(found, request, reply), next);
  });
  app.addHook('preParsing', ({ raw }, reply, _payload, next) => {
    if (raw.headers.expect !== undefined && waitsForContinue(raw)) reply.raw.writeContinue();
    next();
  });
  app.addHook('preValidation', (request, reply, next) => {
    goOnAfter(validate(request, reply), next);
  });
  app.addHook('preHandler', ({ flight }, _reply, next) => {
    if (looksUpFirst(known(flight))) next();
    else goOnAfter(checkResource(known(flight)), next);
  });
  addAnswerHook(app);
  app.setErrorHandler((error, { raw, flight }, reply) => {
    if (flight === null) sendStray(reply, strays.failed(error, raw));
    else sendAfter(refuse(flight, error), reply, flight);
  });
  addRoutes(app, options);
}

/** @returns whether the request goes on to its next hook */
async function arriveAt({ route, params }: Found, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const { mock } = request.server;
  // Fastify's type of a query depends on a schema, which our routes do not have.
  const query = request.query as Record<string, unknown>;
  request.arrival = arrive(mock, request.raw, { guard: route.guard, route, params, query });
  return isSelectedByBody(mock, request.arrival) || decideRequest(request, reply, null);
}

/**
 * Leads a request into its world and decides it, unless its body has to be received first.
 *
 * @param body null if it was not received yet
 * @returns whether the request goes on to its next hook
 */
async function decideRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  body: ReceivedBody | null,
): Promise<boolean> {
  const flight = request.flight ?? enterWorld(request, body);
  if (body !== null) keepBody(flight, body);
  else if (waitsForFault(flight)) return true;
  flight.isDecided = true;
  flight.isReplaced = await injectRequestFault(flight);
  if (flight.isReplaced) {
    respond(reply, flight);
    return false;
  }
  try {
    await authenticate(flight);
    checkFidelity(flight);
    await decide(flight);
    if (looksUpFirst(flight)) await checkResource(flight);
  } catch (refusal) {
    // The refusal needs no body, but the journal records the whole request.
    if (body === null) await keepRefusedBody(flight);
    throw refusal;
  }
  return true;
}

function enterWorld(request: FastifyRequest, body: ReceivedBody | null): InFlightRequest {
  const arrival = known(request.arrival);
  const flight = inFlight(selectWorld(request.server.mock, request.raw, arrival, body), arrival.route, null);
  request.flight = flight;
  admit(flight);
  return flight;
}

/** @returns whether the request goes on to its next hook */
async function validate(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  // Fastify calls no parser for a request without a body, but the operation may need one. The parser gives nothing else.
  const body = request.body === undefined ? await parseBodyOf(request) : (request.body as ReceivedBody | null);
  if (request.flight?.isDecided !== true && !(await decideRequest(request, reply, body))) return false;
  const flight = known(request.flight);
  const { document } = flight.route;
  if (!document.isReady) await document.ready();
  parseBody(flight, body);
  validateRequest(flight);
  return true;
}

/** Some vendors say that an object does not exist before they read the body. */
function looksUpFirst({ route }: InFlightRequest): boolean {
  return route.service.conventions?.looksUpFirst === true;
}

/** The most attempts of an operation. Whenever one fails, another writer of the same row has made progress. */
const MAX_TRIES = 5;

/** Carries the operation out, and once more if what it read was changed before it could commit. */
async function carryOut(flight: InFlightRequest): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await handle(flight);
    } catch (cause) {
      if (!(cause instanceof Changed) || tried === MAX_TRIES) throw cause;
    }
    await checkResource(flight);
  }
}

/** Runs the operation. A refusal that the handler renders itself, such as a page, is also a decision. */
export async function handle(flight: InFlightRequest): Promise<void> {
  // A handler's type of context follows from its document, and `validateRequest` has checked the request against it.
  const outcome: Outcome = await flight.route.handler(flight.context as never);
  flight.outcome = outcome;
  flight.isDone = outcome.refusal === undefined;
  if (outcome.principal !== undefined) flight.hints = hintsOfGrant(flight, outcome.principal);
  if (outcome.refusal === undefined) return;
  const refusal = problemWithoutSecrets(outcome.refusal, flight.context.world.activityLog.secrets);
  const decision = decisionOfProblem(factsOf(flight), refusal, flight.server.reasons);
  flight.hints = hintsOfRefusal(flight, refusal, decision);
  flight.decision = addHints(decision, flight.hints);
  flight.outcome = addHintHeader({ ...outcome, refusal }, flight.hints, flight.server);
}

/** The routes of each prefix, and one for each host: the router of the document finds the operation (decision 35). */
function addRoutes(app: FastifyInstance, { mounted, routes, router }: ServiceOptions): void {
  const handler = ({ flight }: FastifyRequest, reply: FastifyReply) => {
    sendAfter(carryOut(known(flight)), reply, known(flight));
  };
  const routeOf = routes.byOperation(mounted.service.name);
  const find = ({ raw }: FastifyRequest) => {
    const found = router.find(methodOf(raw), raw.url ?? '/');
    if (found === null || found === 'path_too_long') return found;
    const route = routeOf.get(found.operation);
    return route === undefined ? null : { route, params: found.params };
  };
  const method = [...new Set(['HEAD', ...mounted.document.operations.map((operation) => operation.method)])];
  for (const prefix of mounted.service.prefixes.map(fastifyPath)) {
    // Not `/llm*`, which would be the route of `/llms.txt`, too.
    for (const url of [prefix, `${prefix}/*`]) app.route({ method, url, config: { find }, handler });
  }
  for (const host of ownHostsOf(mounted.service)) {
    const route = routeOfHost(host, mounted);
    const findHost = ({ raw, originalUrl }: FastifyRequest) => {
      const params = paramsOfHost(host, raw.headers.host);
      // Under another host, this is the path that was asked for.
      if (params === null) return null;
      raw.url = originalUrl;
      readTarget(raw);
      return { route, params };
    };
    app.route({ method: ANY_METHOD, url: pathOfHost(host), config: { find: findHost }, handler });
  }
}

/** Node hands CONNECT to no request listener. */
const ANY_METHOD = METHODS.filter((method) => method !== 'CONNECT');

/** Calls the next hook after a step. @param step resolves to false if the request is answered by now */
function goOnAfter(step: Promise<unknown>, next: (error?: Error) => void): void {
  step.then(
    (goesOn) => goesOn !== false && next(),
    (thrown) => next(errorOf(thrown)),
  );
}

/** Sends the outcome of a request once there is one. */
function sendAfter(coming: Promise<void>, reply: FastifyReply, flight: InFlightRequest): void {
  coming.then(() => respond(reply, flight)).catch((thrown) => reply.send(errorOf(thrown)));
}

/** Fastify takes anything else for a result. */
function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('something that is no error was thrown', { cause: thrown });
}

/** A part of the request that an earlier hook made. */
function known<Part>(part: Part | null): Part {
  if (part === null) throw new Error('the hooks of a service ran out of their order');
  return part;
}
