import type { IncomingMessage } from 'node:http';
import { type Decision, decisionOfProblem } from '../core/decision.ts';
import type { Outcome } from '../core/outcome.ts';
import { NO_BODY } from '../journal/entry.ts';
import { OutcomeUnknown } from '../store/errors.ts';
import { retrying } from '../store/updating.ts';
import { factsOf } from './facts.ts';
import type { Arrival, Arrived, InFlightRequest, ReceivedBody, Route, Server } from './flight.ts';
import { addHintHeader, addHints, hintsOfGrant, hintsOfRefusal } from './hints.ts';
import { admit, isOfForeignPage, locate } from './steps/admit.ts';
import { compareWithVendor } from './steps/compare-with-vendor.ts';
import { authenticate, checkFidelity, checkResource, decide } from './steps/decide.ts';
import { injectAnswerFault } from './steps/inject-fault.ts';
import { refuse } from './steps/refuse.ts';
import { selectWorld } from './steps/select-world.ts';
import { parseBody, validateRequest } from './steps/validate-request.ts';
import { validateResponse } from './steps/validate-response.ts';

/**
 * The way of a request, in the order of Fastify's hooks (`service.ts`): it enters its world, is decided, checked
 * against its document, carried out, and concluded. A step refuses by throwing a Problem; the rest are skipped.
 */

/** Leads a request into its world. @param body null if it was not received yet */
export function enter(
  server: Server,
  raw: IncomingMessage,
  arrival: Arrival,
  body: ReceivedBody | null,
): InFlightRequest {
  return begin(arrival.route, selectWorld(server, raw, arrival, body), arrival);
}

/** May it enter? */
export function admitToWorld(inFlight: InFlightRequest): void {
  admit(inFlight);
  locate(inFlight.route, inFlight);
}

/** Who asks, and may they do this at all? */
export async function decideRequest(inFlight: InFlightRequest): Promise<void> {
  await authenticate(inFlight);
  checkFidelity(inFlight);
  await decide(inFlight);
  if (looksUpFirst(inFlight)) await checkResource(inFlight);
}

/** Does the request match its document? */
export async function checkRequest(inFlight: InFlightRequest): Promise<void> {
  const { document } = inFlight.route;
  if (!document.isReady) await document.ready();
  parseBody(inFlight);
  validateRequest(inFlight);
}

/** Is its object there, and do the caller's rights cover it? */
export async function checkObject(inFlight: InFlightRequest): Promise<void> {
  if (!looksUpFirst(inFlight)) await checkResource(inFlight);
}

/** Some vendors say that an object does not exist before they read the body. */
function looksUpFirst({ route }: InFlightRequest): boolean {
  return route.service.conventions?.looksUpFirst === true;
}

/** Carries the operation out, and once more if what it read was changed before it could commit. */
export async function carryOut(inFlight: InFlightRequest): Promise<void> {
  let isFirst = true;
  await retrying(async () => {
    if (!isFirst) await checkResource(inFlight);
    isFirst = false;
    await handle(inFlight);
  });
}

/** Checks the answer before it is sent, and may put another in its place. */
export async function conclude(inFlight: InFlightRequest): Promise<void> {
  const { server, route } = inFlight;
  const lost = route.row.withoutWorlds === true ? null : inFlight.worlds.fault();
  if (lost !== null) await refuseLost(inFlight, lost);
  if (inFlight.isReplaced) return;
  try {
    if (server.offDocument !== 'off' || server.vendorDocuments.size > 0) {
      await route.document.ready();
      validateResponse(inFlight);
      compareWithVendor(inFlight);
    }
    if (!isOfForeignPage(inFlight.fault)) await injectAnswerFault(inFlight);
  } catch (thrown) {
    await refuse(inFlight, thrown);
  }
}

/** The process may have lost the worlds since the request began: then what was read and decided may be out of date. */
async function refuseLost(inFlight: InFlightRequest, lost: Error): Promise<void> {
  if (inFlight.problem?.kind === 'unavailable') return;
  const mayBeStored = inFlight.isDone && !isSafe(inFlight.context.method);
  await refuse(inFlight, mayBeStored ? new OutcomeUnknown('the worlds were lost before the answer') : lost);
}

/** Does a method change nothing (RFC 9110, 9.2.1)? */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** Runs only the deciding steps, for a simulated request: no authentication, no operation. */
export async function decideOnly(
  arrived: Arrived,
  route: Route,
  params: Record<string, string>,
  decisionId: string,
): Promise<Decision> {
  const inFlight = { ...begin(route, arrived, { params, query: {} }), decisionId };
  try {
    locate(route, inFlight);
    await decide(inFlight);
    await checkResource(inFlight);
  } catch (thrown) {
    if (inFlight.decision === null) throw thrown;
  }
  return inFlight.decision ?? { ...factsOf(inFlight), effect: 'allow', principal: null, rule: null, reason: null };
}

/** The state of a request before its first step. */
export const UNTOUCHED = {
  authentication: null,
  decision: null,
  problem: null,
  outcome: { status: 500 },
  claimant: null,
  sent: NO_BODY,
  hints: [],
  injectedFault: null,
  isDecided: false,
  isReplaced: false,
  isDone: false,
  wouldBe: null,
} as const satisfies Partial<InFlightRequest>;

function begin(
  route: Route,
  { server, worlds, raw, context, fault, body, isForeign, startedAt }: Arrived,
  { params, query }: Pick<Arrival, 'params' | 'query'>,
): InFlightRequest {
  context.params = params;
  context.query = query;
  return { server, worlds, raw, context, fault, body, isForeign, startedAt, route, decisionId: null, ...UNTOUCHED };
}

/** Runs the operation. A refusal that the handler renders itself, such as a page, is also a decision. */
export async function handle(inFlight: InFlightRequest): Promise<void> {
  // A handler's type of context follows from its document, and `validateRequest` has checked the request against it.
  const outcome: Outcome = await inFlight.route.handler(inFlight.context as never);
  inFlight.outcome = outcome;
  inFlight.isDone = outcome.refusal === undefined;
  if (outcome.principal !== undefined) inFlight.hints = hintsOfGrant(inFlight, outcome.principal);
  if (outcome.refusal === undefined) return;
  const decision = decisionOfProblem(factsOf(inFlight), outcome.refusal, inFlight.server.reasons);
  inFlight.hints = hintsOfRefusal(inFlight, outcome.refusal, decision);
  inFlight.decision = addHints(decision, inFlight.hints);
  if (decision === null) inFlight.outcome = addHintHeader(outcome, inFlight.hints, inFlight.server);
}
