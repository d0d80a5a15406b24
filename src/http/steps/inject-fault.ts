import type { Outcome } from '../../core/outcome.ts';
import type { Principal } from '../../core/principal.ts';
import { Problem } from '../../core/problem.ts';
import { worldInLog } from '../../core/world-id.ts';
import { type Fault, hidesStatus } from '../../faults/fault.ts';
import { delayOf, retryAfterOf } from '../../faults/faults.ts';
import { errorWithStatus } from '../../faults/outcome.ts';
import { ownOutcome } from '../../faults/own-answer.ts';
import type { Facts } from '../../journal/match.ts';
import { hideInLine } from '../../journal/secrets.ts';
import { isTruncated, sentValue } from '../../journal/view.ts';
import type { InFlightRequest } from '../flight.ts';
import { mayRenew } from '../hints.ts';
import { pathOf } from '../transport/arrival.ts';
import { principalOf } from './record.ts';
import { findPresentedCredentials } from './select-world.ts';

/** The status of an answer that breaks off before the client can read it. */
const UNREAD = 503;

/**
 * May a fault be injected before anything is done? Then the body is received first: the fault may match it, and the
 * journal records it although no step reads it.
 */
export function waitsForFault(inFlight: InFlightRequest): boolean {
  if (!mayHaveFaults(inFlight) || !inFlight.route.readsBody) return false;
  return inFlight.context.world.faults.needs('request', factsOf(inFlight, null)).isPossible;
}

/** No fault is injected into the control API, which removes them. */
function mayHaveFaults({ context, route }: InFlightRequest): boolean {
  return !context.world.faults.isEmpty && route.service.isControlApi !== true;
}

/**
 * Injects a fault before anything is done, after its delay.
 *
 * @returns whether the fault replaces the steps that lead to an answer
 */
export async function injectRequestFault(inFlight: InFlightRequest): Promise<boolean> {
  if (!mayHaveFaults(inFlight)) return false;
  const { context } = inFlight;
  const { faults } = context.world;
  const needs = faults.needs('request', factsOf(inFlight, null));
  const principal = needs.principal ? await expectedPrincipalOf(inFlight) : null;
  const fault = await faults.inject('request', factsOf(inFlight, principal), context.now);
  if (fault === null) return false;
  inFlight.expectedPrincipal = principal ?? (await expectedPrincipalOf(inFlight));
  await beginFault(inFlight, fault);
  const outcome = outcomeOf(inFlight, fault) ?? (hidesStatus(fault.action) ? errorOf(inFlight, fault, UNREAD) : null);
  if (outcome === null) return false;
  inFlight.outcome = outcome;
  return true;
}

/** Injects a fault into the finished answer. */
export async function injectAnswerFault(inFlight: InFlightRequest): Promise<void> {
  if (!mayHaveFaults(inFlight)) return;
  const { context, outcome } = inFlight;
  const { faults } = context.world;
  const facts = factsOf(inFlight, principalOf(inFlight, context));
  if (inFlight.injectedFault !== null) return faults.shadow('answer', facts, inFlight.injectedFault);
  const fault = await faults.inject('answer', facts, context.now);
  if (fault === null) return;
  await beginFault(inFlight, fault);
  const given = outcomeOf(inFlight, fault);
  if (given === null) return;
  inFlight.wouldBe = outcome.status;
  inFlight.outcome = given;
}

async function beginFault(inFlight: InFlightRequest, fault: Fault): Promise<void> {
  const { server, raw, route, context } = inFlight;
  const { faults, activityLog } = context.world;
  const { id, drill, fired } = fault;
  inFlight.injectedFault = fault;
  mayRenew(inFlight);
  server.log.info(
    `the fault ${id} is injected into ${raw.method} ${hideInLine(pathOf(raw.url), activityLog.secrets)}${worldInLog(context.world.id)}`,
  );
  const event = { fault: id, drill, fired, service: route.service.name, operation: route.operation.id };
  activityLog.event('fault', event);
  const delay = delayOf(fault);
  if (delay > 0) await faults.pause(fault, delay);
}

/** The answer that a fault gives in place of the operation's; null if it gives none. */
function outcomeOf(inFlight: InFlightRequest, fault: Fault): Outcome | null {
  const { answer, status } = fault.action;
  if (answer !== undefined) return ownOutcome(answer);
  return status === undefined ? null : errorOf(inFlight, fault, status);
}

function errorOf(inFlight: InFlightRequest, fault: Fault, status: number): Outcome {
  const { route, context } = inFlight;
  const retryAfter = retryAfterOf(fault, context.now);
  const outcome = errorWithStatus(status, (problem) =>
    route.errorRenderer.renderProblem(problem, { ...context.about(route.row.id), decision: inFlight.decision }),
  );
  if (retryAfter === undefined) return outcome;
  return { ...outcome, headers: { ...outcome.headers, 'retry-after': String(retryAfter) } };
}

/** The body with its members' names as sent, as in the journal; the operation may spell some differently. */
function bodyAsSent({ raw, context, body, sent }: InFlightRequest): unknown {
  const text = body?.text ?? sent.text;
  if (text === null || (body === null && isTruncated(sent))) return context.body;
  return sentValue(Buffer.from(text, 'latin1').toString('utf8'), raw.headers['content-type']);
}

/** The facts that faults match, as far as they are known. */
function factsOf(inFlight: InFlightRequest, principal: Principal | null): Facts {
  const { route, context, raw, decision, outcome } = inFlight;
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
      parsed ??= { value: bodyAsSent(inFlight) };
      return parsed.value;
    },
  };
}

/**
 * The principal of a request, before its steps run: by its credential or, if it asks for a token, by the client that it
 * names. Null if the principal is unknown.
 */
export async function expectedPrincipalOf(inFlight: InFlightRequest): Promise<Principal | null> {
  const { route, context } = inFlight;
  if (route.rule !== null) {
    inFlight.authentication ??= route.service.authenticate(context);
    return principalUnless(inFlight.authentication.then(({ principal }) => principal));
  }
  const { extractors } = inFlight.server;
  const sent = {
    headerLines: (name: string) => context.headerLines(name),
    query: context.query,
    body: inFlight.body?.value,
  };
  for (const one of findPresentedCredentials(extractors, route, sent)) {
    if (one.kind !== 'client') continue;
    const caller = route.service.impersonate?.(context, one.clientId, context.now) ?? Promise.resolve(null);
    const principal = await principalUnless(caller.then((found) => found?.principal ?? null));
    if (principal !== null) return principal;
  }
  return null;
}

/** A credential that is not accepted may still name the principal it claims. */
async function principalUnless(known: Promise<Principal | null>): Promise<Principal | null> {
  try {
    return await known;
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.claimed ?? null;
    throw thrown;
  }
}
