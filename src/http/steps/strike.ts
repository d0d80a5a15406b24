import type { Outcome } from '../../core/outcome.ts';
import type { Principal } from '../../core/principal.ts';
import { worldInLog } from '../../core/world-id.ts';
import { type Fault, hidesStatus } from '../../faults/fault.ts';
import { delayOf, retryAfterOf } from '../../faults/faults.ts';
import { errorWithStatus } from '../../faults/outcome.ts';
import { keptBytes } from '../../journal/entry.ts';
import type { Facts } from '../../journal/match.ts';
import { hideInLine } from '../../journal/secrets.ts';
import { isTruncated, sentValue } from '../../journal/view.ts';
import type { WireAnswer } from '../answer.ts';
import { claimantOf } from '../claimant.ts';
import { mayRenew } from '../hints.ts';
import type { InFlight } from '../in-flight.ts';
import { principalOf } from '../principal.ts';
import { pathOf } from '../transport/arrival.ts';
import { spoil } from '../transport/spoiled.ts';
import { bodyOf } from './place.ts';
import { aboutOf } from './refuse.ts';

/** The status of an answer that breaks off before the client can read it. */
const UNREAD = 503;

/**
 * Injects a fault before anything is done, after its delay.
 *
 * @returns whether the fault replaces the steps that lead to an answer
 */
export async function strikeRequest(flight: InFlight): Promise<boolean> {
  const { context, route } = flight;
  if (route.service.isSwitchboard === true) return false;
  const { faults } = context.world;
  const needs = faults.needs('request', factsOf(flight, null));
  if (needs.body && route.readsBody) flight.body ??= await bodyOf(flight.server, route, flight.raw);
  const principal = needs.principal ? await claimantOf(flight) : null;
  const fault = await faults.strike('request', factsOf(flight, principal), context.now);
  if (fault === null) return false;
  // The journal records the body, although no step will read it.
  if (route.readsBody) flight.body ??= await bodyOf(flight.server, route, flight.raw);
  flight.sent = keptBytes(flight.body?.texts[0] ?? '');
  flight.claimant = principal ?? (await claimantOf(flight));
  await beStruck(flight, fault);
  const { status } = fault.action;
  if (status === undefined && !hidesStatus(fault.action)) return false;
  flight.outcome = faultOutcome(flight, fault, status ?? UNREAD);
  return true;
}

/** Injects a fault into the finished answer. */
export async function strikeAnswer(flight: InFlight): Promise<void> {
  const { context, route, outcome } = flight;
  if (route.service.isSwitchboard === true) return;
  const { faults } = context.world;
  if (faults.isEmpty) return;
  const facts = factsOf(flight, principalOf(flight, context));
  if (flight.struckBy !== null) return faults.shadow('answer', facts, flight.struckBy);
  const fault = await faults.strike('answer', facts, context.now);
  if (fault === null) return;
  await beStruck(flight, fault);
  const { status } = fault.action;
  if (status === undefined) return;
  flight.wouldBe = outcome.status;
  flight.outcome = faultOutcome(flight, fault, status);
}

async function beStruck(flight: InFlight, fault: Fault): Promise<void> {
  const { server, raw, route, context } = flight;
  const { faults, chronicle } = context.world;
  const { id, drill, fired } = fault;
  flight.struckBy = fault;
  mayRenew(flight);
  server.log.info(
    `the fault ${id} is injected into ${raw.method} ${hideInLine(pathOf(raw.url), chronicle.secrets)}${worldInLog(context.world.id)}`,
  );
  const told = { fault: id, drill, fired, service: route.service.name, operation: route.operation.id };
  chronicle.event('fault', told);
  const delay = delayOf(fault);
  if (delay > 0) await faults.pause(fault, delay);
}

function faultOutcome(flight: InFlight, fault: Fault, status: number): Outcome {
  const { route, context } = flight;
  const retryAfter = retryAfterOf(fault, context.now);
  const outcome = errorWithStatus(status, (problem) =>
    route.voice.renderProblem(problem, { ...aboutOf(flight, route.row.id), decision: flight.decision }),
  );
  if (retryAfter === undefined) return outcome;
  return { ...outcome, headers: { ...outcome.headers, 'retry-after': String(retryAfter) } };
}

/** Duration of a slow body in milliseconds: longer than a careless timeout, shorter than a good one. */
const SLOW_MS = 3000;

/** Applies a fault's delivery to an answer. */
export function applyFault(answer: WireAnswer, { id, action: { drop, body } }: Fault): WireAnswer {
  const named = { ...answer, headers: { ...answer.headers, 'x-mock-fault': id } };
  if (drop !== undefined) return { ...named, manner: { drop } };
  if (body === undefined) return named;
  return body === 'slow' ? { ...named, manner: { slow: SLOW_MS } } : { ...named, payload: spoil(named.payload, body) };
}

/** The body with its members' names as sent, as in the journal; the operation may spell some differently. */
function bodyAsSent({ raw, context, body, sent }: InFlight): unknown {
  const text = body?.texts[0] ?? sent.text;
  if (text === null || (body === null && isTruncated(sent))) return context.body;
  return sentValue(Buffer.from(text, 'latin1').toString('utf8'), raw.headers['content-type']);
}

/** The facts that faults match, as far as they are known. */
function factsOf(flight: InFlight, principal: Principal | null): Facts {
  const { route, context, raw, decision, outcome } = flight;
  let parsed: { readonly value: unknown } | null = null;
  return {
    service: route.service.name,
    operation: route.row.id,
    method: context.method,
    path: pathOf(raw.url),
    status: outcome.status,
    principal,
    reason: decision?.reason ?? null,
    // Parsed once, however many faults match on it.
    body: () => {
      parsed ??= { value: bodyAsSent(flight) };
      return parsed.value;
    },
  };
}
