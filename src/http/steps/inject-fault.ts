import type { Principal } from '../../decisions/principal.ts';
import { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { isTruncated, parseBody } from '../../journal/body.ts';
import { type Fault, hidesStatus } from '../../journal/faults/fault.ts';
import { delayOf, retryAfterOf } from '../../journal/faults/faults.ts';
import type { FaultPart } from '../../journal/faults/list.ts';
import { createErrorOutcome } from '../../journal/faults/outcome.ts';
import { createOwnOutcome } from '../../journal/faults/own-answer.ts';
import type { Facts } from '../../journal/match.ts';
import { hideInLine } from '../../journal/secrets.ts';
import { formatWorldForLog } from '../../lib/world-id.ts';
import { allowRenewal } from '../hints.ts';
import { findPresentedCredentials } from '../presented-credentials.ts';
import type { Answer, AnsweredRequest, WorldRequest } from '../request.ts';
import { pathOf } from '../transport/arrival.ts';
import { principalOf } from './record.ts';
import { keepRefusedBody } from './refuse.ts';

/** The status of a response that breaks off before the client can read it. The journal hides it. */
const UNREAD_STATUS = 503;

/** Returns whether faults may apply to a request. The control API has none, because it is needed to remove faults. */
function mayHaveFaults({ world, route }: WorldRequest): boolean {
  return !world.faults.isEmpty && route.service.isControlApi !== true;
}

/** Returns the answered request if a fault answers it. @param part `headers`: the body is received later */
export async function injectRequestFault(request: WorldRequest, part: FaultPart): Promise<AnsweredRequest | null> {
  if (!mayHaveFaults(request)) return null;
  const { notes } = request;
  const { faults } = request.world;
  const facts = factsOf(request, principalOf(request));
  if (notes.injectedFault !== null) {
    await faults.shadow('request', facts, notes.injectedFault, part);
    return null;
  }
  const isNeeded = facts.principal === null && faults.needsPrincipal('request', facts, part);
  const principal = isNeeded ? await findExpectedPrincipal(request) : facts.principal;
  const fault = await faults.inject('request', { ...facts, principal }, request.now, part);
  if (fault === null) return null;
  notes.expectedPrincipal = principal ?? (await findExpectedPrincipal(request));
  announceFault(request, fault);
  const decision = request.access?.decision ?? null;
  const outcome =
    outcomeOf(request, fault, decision) ??
    (hidesStatus(fault.action) ? errorOf(request, fault, UNREAD_STATUS, decision) : null);
  if (outcome !== null && part === 'headers') {
    await keepRefusedBody(request);
    await faults.shadow('request', facts, fault, 'body');
  }
  await waitForDelay(request, fault);
  return outcome === null ? null : request.answerWith({ outcome, decision, isOfFault: true });
}

export async function injectAnswerFault(request: AnsweredRequest): Promise<void> {
  if (!mayHaveFaults(request)) return;
  const { answer, notes } = request;
  const { faults } = request.world;
  const facts = factsOf(request, principalOf(request));
  if (notes.injectedFault !== null) return faults.shadow('answer', facts, notes.injectedFault);
  const fault = await faults.inject('answer', facts, request.now);
  if (fault === null) return;
  announceFault(request, fault);
  await waitForDelay(request, fault);
  const outcome = outcomeOf(request, fault, answer.decision);
  if (outcome === null) return;
  // The outcome that is replaced may be a grant, which alone names its client.
  notes.expectedPrincipal = principalOf(request);
  request.answer = { ...answer, outcome, isOfFault: true, statusWithoutFault: answer.outcome.status };
}

async function waitForDelay(request: WorldRequest, fault: Fault): Promise<void> {
  const delay = delayOf(fault);
  if (delay > 0) await request.world.faults.pause(fault, delay);
}

function announceFault(request: WorldRequest, fault: Fault): void {
  const { server, raw, route, world } = request;
  const { activityLog } = world;
  const { id, fired } = fault;
  request.notes.injectedFault = fault;
  allowRenewal(request);
  server.log.info(
    `fault ${id} injected into ${raw.method} ${hideInLine(pathOf(raw.url), activityLog.secrets)}${formatWorldForLog(world.id)}`,
    { request: () => null },
  );
  const event = { fault: id, fired, service: route.service.name, operation: route.operation.id };
  activityLog.publishEvent('fault', event);
}

function outcomeOf(request: WorldRequest, fault: Fault, decision: Answer['decision']): Outcome | null {
  const { answer, status } = fault.action;
  if (answer !== undefined) return createOwnOutcome(answer);
  return status === undefined ? null : errorOf(request, fault, status, decision);
}

function errorOf(request: WorldRequest, fault: Fault, status: number, decision: Answer['decision']): Outcome {
  const retryAfter = retryAfterOf(fault, request.now);
  const outcome = createErrorOutcome(status, (problem) =>
    request.route.errorRenderer.renderProblem(problem, request.createRefusalContext(decision)),
  );
  if (retryAfter === undefined) return outcome;
  return { ...outcome, headers: { ...outcome.headers, 'retry-after': String(retryAfter) } };
}

function factsOf(request: WorldRequest, principal: Principal | null): Facts {
  const { route, raw, method, access, answer, notes } = request;
  let parsed: { readonly value: unknown } | null = null;
  return {
    service: route.service.name,
    operation: route.row.id,
    method,
    path: pathOf(raw.url),
    status: answer?.outcome.status ?? null,
    principal,
    reason: (answer ?? access)?.decision?.reason ?? null,
    // Parsed once for all faults. Has the names that the client sent; the operation may have got other spellings.
    body: () => {
      const { body, received, sent } = notes;
      const bytes = received === null ? sent.bytes : Buffer.from(received.text ?? '', 'latin1');
      if (bytes === null || (received === null && isTruncated(sent))) return body;
      parsed ??= { value: parseBody(bytes.toString(), raw.headers['content-type']) };
      return parsed.value;
    },
  };
}

/** Returns the principal before the steps run; for a token request, that of the client it names. */
async function findExpectedPrincipal(request: WorldRequest): Promise<Principal | null> {
  const { server, route, query, notes } = request;
  if (route.rule !== null) {
    notes.authentication ??= route.service.callers.authenticate(request);
    return principalOrClaim(notes.authentication.then(({ principal }) => principal));
  }
  const sent = { headerLines: (name: string) => request.headerLines(name), query, body: notes.received?.value };
  for (const credential of findPresentedCredentials(server.extractors, route, sent)) {
    if (credential.kind !== 'client') continue;
    const { clientId } = credential;
    const caller = route.service.callers.impersonate?.(request, clientId, request.now) ?? Promise.resolve(null);
    const principal = await principalOrClaim(caller.then((found) => found?.principal ?? null));
    if (principal !== null) return principal;
  }
  return null;
}

async function principalOrClaim(principal: Promise<Principal | null>): Promise<Principal | null> {
  try {
    return await principal;
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.claimed ?? null;
    throw thrown;
  }
}
