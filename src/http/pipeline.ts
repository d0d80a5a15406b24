import type { IncomingMessage } from 'node:http';
import type { ServiceDefinition } from '../contract/service.ts';
import type { Decision } from '../core/decision.ts';
import type { FindingKind } from '../core/finding.ts';
import { isOurs, Problem } from '../core/problem.ts';
import { problemDetails } from '../core/problem-details.ts';
import { worldInLog } from '../core/world-id.ts';
import { NO_BODY } from '../journal/entry.ts';
import { OutcomeUnknown } from '../store/errors.ts';
import { retrying } from '../store/updating.ts';
import { type WireAnswer, writeAnswer } from './answer.ts';
import { factsOf } from './facts.ts';
import { addHintHeader, hintsOfUnrouted, type Offered } from './hints.ts';
import type { Arrived, InFlightRequest, Route, Server } from './in-flight.ts';
import { problemOf, problemWithoutSecrets } from './problem.ts';
import { admit, isOfForeignPage } from './steps/admit.ts';
import { authenticate } from './steps/authenticate.ts';
import { checkFidelity } from './steps/check-fidelity.ts';
import { checkResource } from './steps/check-resource.ts';
import { compareWithVendor } from './steps/compare-with-vendor.ts';
import { decide } from './steps/decide.ts';
import { handle } from './steps/handle.ts';
import { injectAnswerFault, injectRequestFault } from './steps/inject-fault.ts';
import { locate } from './steps/locate.ts';
import { parseBody } from './steps/parse-body.ts';
import { record } from './steps/record.ts';
import { aboutOf, refuse } from './steps/refuse.ts';
import { selectWorld } from './steps/select-world.ts';
import { logRefusal, send } from './steps/send.ts';
import { validateRequest } from './steps/validate-request.ts';
import { validateResponse } from './steps/validate-response.ts';

import { discardStream, onceSent } from './streamed.ts';

/** The parts of a service that answer a request without an operation. */
export type UnroutedService = Pick<ServiceDefinition, 'renderProblem'> &
  Partial<Pick<ServiceDefinition, 'name' | 'isControlApi' | 'conventions' | 'authenticate' | 'hints'>>;

/** A finding about a request without an operation. */
export interface WorthKnowing {
  readonly kind: FindingKind;
  readonly message: string;
}

/** Takes a request through every step, in order. A step refuses by throwing a Problem; the rest are skipped. */
export async function answer(
  server: Server,
  route: Route,
  raw: IncomingMessage,
  params: Record<string, string>,
  query: Record<string, unknown>,
): Promise<WireAnswer> {
  // Refusals are validated too, so the document must be ready before the first step that can refuse.
  if (!route.document.isReady) await route.document.ready();
  const placed = selectWorld(server, raw, { guard: route.guard, route, query });
  const here = placed instanceof Promise ? await placed : placed;
  const inFlight = begin(route, here, params, query);
  const { faults } = inFlight.context.world;
  try {
    let isReplaced = false;
    try {
      admit(inFlight);
      locate(route, inFlight);
      isReplaced = !faults.isEmpty && (await injectRequestFault(inFlight));
      if (!isReplaced) await carryOut(inFlight);
    } catch (thrown) {
      await refuse(inFlight, thrown);
    }
    const lost = inFlight.route.row.withoutWorlds === true ? null : inFlight.worlds.fault();
    if (lost !== null) await refuseLost(inFlight, lost);
    if (!isReplaced) {
      validateResponse(inFlight);
      if (server.vendorDocuments.size > 0) compareWithVendor(inFlight);
      if (!faults.isEmpty && !isOfForeignPage(inFlight.fault)) await injectAnswerFault(inFlight);
    }
    return await send(inFlight);
  } catch (thrown) {
    discardStream(inFlight.outcome);
    throw thrown;
  } finally {
    onceSent(inFlight.outcome, () => inFlight.context.world.release());
  }
}

/** The process may have lost the worlds since the request began: then what was read and decided may be out of date. */
async function refuseLost(inFlight: InFlightRequest, lost: Problem): Promise<void> {
  if (inFlight.problem?.kind === 'unavailable') return;
  discardStream(inFlight.outcome);
  const mayBeStored = inFlight.isDone && !isSafe(inFlight.context.method);
  await refuse(inFlight, mayBeStored ? new OutcomeUnknown('the worlds were lost before the answer') : lost);
}

/** Does a method change nothing (RFC 9110, 9.2.1)? */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** A step. It returns a promise only if it has to wait: most have what they need, and a request has many steps. */
type Step = (inFlight: InFlightRequest) => Promise<void> | undefined;

/** The steps before the operation, in order. */
const STEPS: readonly Step[] = [authenticate, checkFidelity, decide, parseBody, validateRequest, checkResource];
/** With vendors who say that an object does not exist before they read the body. */
const LOOKING_UP_FIRST: readonly Step[] = [
  authenticate,
  checkFidelity,
  decide,
  checkResource,
  parseBody,
  validateRequest,
];

/** The steps that lead to an outcome. */
async function carryOut(inFlight: InFlightRequest): Promise<void> {
  for (const step of stepsOf(inFlight.route)) {
    const waiting = step(inFlight);
    if (waiting !== undefined) await waiting;
  }
  const handling = handle(inFlight);
  if (handling !== undefined) await orAgain(inFlight, handling);
}

function stepsOf({ service }: Route): readonly Step[] {
  return service.conventions?.looksUpFirst === true ? LOOKING_UP_FIRST : STEPS;
}

/** Carries the operation out again if what it read was changed before it could commit. */
async function orAgain(inFlight: InFlightRequest, first: Promise<void>): Promise<void> {
  let handling: Promise<void> | null = first;
  await retrying(async () => {
    if (handling === null) await checkResource(inFlight);
    const now = handling ?? handle(inFlight);
    handling = null;
    await now;
  });
}

/**
 * Answers a request that matches no operation: an unknown path, a wrong method, or an unreadable path.
 *
 * @param offered alternatives, for hints
 * @param worthKnowing a finding about the request, if any
 */
export async function answerUnrouted(
  server: Server,
  service: UnroutedService,
  raw: IncomingMessage,
  problem: Problem,
  offered: Offered,
  worthKnowing?: WorthKnowing,
): Promise<WireAnswer> {
  const guard = service.isControlApi === true ? 'admin' : 'open';
  const arrived = await selectWorld(server, raw, { guard, route: null, query: {} });
  const { context } = arrived;
  let told = problem;
  if (worthKnowing !== undefined) context.findings.report(worthKnowing.kind, worthKnowing.message, context.now);
  try {
    admit(arrived);
    const isKnownPath = problem.kind === 'method_not_allowed';
    if (isKnownPath && service.conventions?.authenticatesFirst === true) await service.authenticate?.(context);
  } catch (thrown) {
    told = problemOf(thrown);
  }
  told = problemWithoutSecrets(told, context.world.activityLog.secrets);
  let hints = hintsOfUnrouted(arrived, service, told, offered);
  if (service.isControlApi === true && hints.length > 0) {
    // The control API puts hints into its problems.
    told = new Problem(told.kind, [told.message, ...hints.map(({ text }) => text)].join(' '));
    hints = [];
  }
  const refusal = isOurs(told) ? problemDetails(told) : service.renderProblem(told, aboutOf(arrived, null));
  const outcome = addHintHeader(refusal, hints, server);
  logRefusal(server.log, raw, outcome.status, told, worldInLog(context.world.id), context.world.activityLog.secrets);
  const written = writeAnswer(outcome, told);
  const reason = told.kind;
  server.metrics.answered({ service: service.name ?? null, operation: null, status: outcome.status, reason });
  if (service.isControlApi !== true && !isOfForeignPage(arrived.fault)) {
    const addressee = { service: service.name ?? null, operation: null };
    record(arrived, addressee, { ...UNTOUCHED, problem: told, outcome, hints }, written);
  }
  context.world.release();
  return written;
}

/** The state of a request before its first step. */
const UNTOUCHED = {
  authentication: null,
  decision: null,
  problem: null,
  outcome: { status: 500 },
  claimant: null,
  sent: NO_BODY,
  hints: [],
  injectedFault: null,
  isDone: false,
  wouldBe: null,
} as const satisfies Partial<InFlightRequest>;

/** Runs only the deciding steps, for a simulated request: no authentication, no operation. */
export async function decideOnly(
  arrived: Arrived,
  route: Route,
  params: Record<string, string>,
  decisionId: string,
): Promise<Decision> {
  const inFlight = { ...begin(route, arrived, params, {}), decisionId };
  try {
    locate(route, inFlight);
    await decide(inFlight);
    await checkResource(inFlight);
  } catch (thrown) {
    if (inFlight.decision === null) throw thrown;
  }
  return inFlight.decision ?? { ...factsOf(inFlight), effect: 'allow', principal: null, rule: null, reason: null };
}

function begin(
  route: Route,
  { server, worlds, raw, context, fault, body, isForeign, startedAt }: Arrived,
  params: Record<string, string>,
  query: Record<string, unknown>,
): InFlightRequest {
  context.params = params;
  context.query = query;
  return { server, worlds, raw, context, fault, body, isForeign, startedAt, route, decisionId: null, ...UNTOUCHED };
}
