import type { IncomingMessage } from 'node:http';
import type { ServiceDefinition } from '../contract/service.ts';
import type { Decision } from '../core/decision.ts';
import type { FindingKind } from '../core/finding.ts';
import { isOurs, Problem } from '../core/problem.ts';
import { problemDetails } from '../core/problem-details.ts';
import { worldInLog } from '../core/world-id.ts';
import { NO_BODY } from '../journal/entry.ts';
import { retrying } from '../store/updating.ts';
import { type WireAnswer, writeAnswer } from './answer.ts';
import { factsOf } from './facts.ts';
import { addHintHeader, hintsOfUnrouted, type Offered } from './hints.ts';
import type { Arrived, InFlight, Route, Server } from './in-flight.ts';
import { problemOf, problemWithoutSecrets } from './problem.ts';
import { admit, isOfForeignPage } from './steps/admit.ts';
import { authenticate } from './steps/authenticate.ts';
import { conform } from './steps/conform.ts';
import { cover } from './steps/cover.ts';
import { decide } from './steps/decide.ts';
import { handle } from './steps/handle.ts';
import { locate } from './steps/locate.ts';
import { parse } from './steps/parse.ts';
import { place } from './steps/place.ts';
import { record } from './steps/record.ts';
import { aboutOf, refuse } from './steps/refuse.ts';
import { flushActivity, logRefusal, send } from './steps/send.ts';
import { strikeAnswer, strikeRequest } from './steps/strike.ts';
import { validate } from './steps/validate.ts';
import { vouch } from './steps/vouch.ts';

import { discardStream, onceSent } from './streamed.ts';

/** The parts of a service that answer a request without an operation. */
export type Spokesman = Pick<ServiceDefinition, 'renderProblem'> &
  Partial<Pick<ServiceDefinition, 'name' | 'isSwitchboard' | 'quirks' | 'authenticate' | 'hints'>>;

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
  const placed = place(server, raw, { guard: route.guard, route, query });
  const here = placed instanceof Promise ? await placed : placed;
  const reading = route.row.withoutStore === true ? null : here.context.world.readSecrets();
  if (reading !== null) await reading;
  const flight = begin(route, here, params, query);
  const { faults } = flight.context.world;
  try {
    let isReplaced = false;
    try {
      admit(flight);
      locate(route, flight);
      isReplaced = !faults.isEmpty && (await strikeRequest(flight));
      if (!isReplaced) await carryOut(flight);
    } catch (thrown) {
      await refuse(flight, thrown);
    }
    if (!isReplaced) {
      conform(flight);
      if (!faults.isEmpty && !isOfForeignPage(flight.fault)) await strikeAnswer(flight);
    }
    return await send(flight);
  } catch (thrown) {
    discardStream(flight.outcome);
    throw thrown;
  } finally {
    onceSent(flight.outcome, () => flight.context.world.release());
  }
}

/** The steps that lead to an outcome. */
async function carryOut(flight: InFlight): Promise<void> {
  const { route } = flight;
  await authenticate(flight);
  vouch(flight);
  await decide(flight);
  if (looksUpFirst(route)) await cover(flight);
  if (route.readsBody) await parse(flight);
  validate(flight);
  if (!looksUpFirst(route)) await cover(flight);
  let isAgain = false;
  await retrying(async () => {
    if (isAgain) await cover(flight);
    isAgain = true;
    await handle(flight);
  });
}

function looksUpFirst({ service }: Route): boolean {
  return service.quirks?.looksUpFirst === true;
}

/**
 * Answers a request that matches no operation: an unknown path, a wrong method, or an unreadable path.
 *
 * @param offered alternatives, for hints
 * @param worthKnowing a finding about the request, if any
 */
export async function answerUnrouted(
  server: Server,
  service: Spokesman,
  raw: IncomingMessage,
  problem: Problem,
  offered: Offered,
  worthKnowing?: WorthKnowing,
): Promise<WireAnswer> {
  const guard = service.isSwitchboard === true ? 'admin' : 'open';
  const arrived = await place(server, raw, { guard, route: null, query: {} });
  const { context } = arrived;
  const reading = context.world.readSecrets();
  if (reading !== null) await reading;
  let told = problem;
  if (worthKnowing !== undefined) context.findings.report(worthKnowing.kind, worthKnowing.message, context.now);
  try {
    admit(arrived);
    const isKnownPath = problem.kind === 'method_not_allowed';
    if (isKnownPath && service.quirks?.authenticatesFirst === true) await service.authenticate?.(context);
  } catch (thrown) {
    told = problemOf(thrown);
  }
  told = problemWithoutSecrets(told, context.world.chronicle.secrets);
  let hints = hintsOfUnrouted(arrived, service, told, offered);
  if (service.isSwitchboard === true && hints.length > 0) {
    // The control API puts hints into its problems.
    told = new Problem(told.kind, [told.message, ...hints.map(({ text }) => text)].join(' '));
    hints = [];
  }
  const refusal = isOurs(told) ? problemDetails(told) : service.renderProblem(told, aboutOf(arrived, null));
  const outcome = addHintHeader(refusal, hints, server);
  logRefusal(server.log, raw, outcome.status, told, worldInLog(context.world.id), context.world.chronicle.secrets);
  const written = writeAnswer(outcome, told);
  if (service.isSwitchboard !== true && !isOfForeignPage(arrived.fault)) {
    const addressee = { service: service.name ?? null, operation: null };
    record(arrived, addressee, { ...UNTOUCHED, problem: told, outcome, hints }, written);
  }
  if (context.world.chronicle.isShared) await flushActivity(arrived);
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
  struckBy: null,
  isDone: false,
  wouldBe: null,
} as const satisfies Partial<InFlight>;

/** Runs only the deciding steps, for a simulated request: no authentication, no operation. */
export async function decideOnly(
  arrived: Arrived,
  route: Route,
  params: Record<string, string>,
  decisionId: string,
): Promise<Decision> {
  const flight = { ...begin(route, arrived, params, {}), decisionId };
  try {
    locate(route, flight);
    await decide(flight);
    await cover(flight);
  } catch (thrown) {
    if (flight.decision === null) throw thrown;
  }
  return flight.decision ?? { ...factsOf(flight), effect: 'allow', principal: null, rule: null, reason: null };
}

function begin(
  route: Route,
  { server, raw, context, fault, body, isForeign, startedAt }: Arrived,
  params: Record<string, string>,
  query: Record<string, unknown>,
): InFlight {
  context.answers = route.answers;
  context.params = params;
  context.query = query;
  return { server, raw, context, fault, body, isForeign, startedAt, route, decisionId: null, ...UNTOUCHED };
}
