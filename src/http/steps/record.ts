import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { stopwatch } from '../../core/clock.ts';
import type { Decision } from '../../core/decision.ts';
import type { Log } from '../../core/log.ts';
import type { Principal } from '../../core/principal.ts';
import { isStorageProblem, type Problem } from '../../core/problem.ts';
import type { Reasons } from '../../core/reasons.ts';
import { redact, showPath } from '../../core/redact.ts';
import { worldInLog } from '../../core/world-id.ts';
import { decisionHeader, explain } from '../../explaining/index.ts';
import { hidesStatus } from '../../faults/fault.ts';
import { decisionWithoutSecrets } from '../../journal/decisions.ts';
import { keptPayload } from '../../journal/entry.ts';
import { hideInLine, type KnownSecrets } from '../../journal/secrets.ts';
import type { Arrived, InFlightRequest, Payload } from '../flight.ts';
import { sentHeaders } from '../headers.ts';
import { pathOf } from '../transport/arrival.ts';
import { isOfForeignPage } from './select-world.ts';

/** The journal's facts about a request, besides those of its arrival. */
export type RecordedFacts = Pick<
  InFlightRequest,
  'decision' | 'problem' | 'outcome' | 'expectedPrincipal' | 'sent' | 'hints' | 'injectedFault' | 'isDone' | 'wouldBe'
>;

/** The target of a request. Requests to the control API are not recorded. */
export interface OperationName {
  readonly service: string | null;
  readonly operation: string | null;
}

/** An answer as it is sent; a stream has no payload. */
interface SentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | Buffer | undefined;
}

/** Records the request and its answer, before the answer is sent. */
export function record(
  arrived: Arrived,
  { service, operation }: OperationName,
  facts: RecordedFacts,
  answer: SentAnswer,
): void {
  const { raw, context, startedAt } = arrived;
  const { activityLog, id: world } = context.world;
  const { decision, sent, hints, injectedFault, isDone, wouldBe } = facts;
  activityLog.request({
    at: context.now,
    world,
    service,
    operation,
    method: context.method,
    url: raw.url ?? '/',
    status: injectedFault !== null && hidesStatus(injectedFault.action) ? null : answer.status,
    wouldBe,
    principal: principalOf(facts, context),
    reason: decision?.reason ?? null,
    decision: decision?.id ?? null,
    explanation: ownAnswerIn(facts) ?? explanationOf(facts, activityLog.secrets),
    hints,
    fault: injectedFault?.id ?? null,
    done: isDone,
    durationMs: stopwatch() - startedAt,
    requestHeaders: activityLog.headerText(raw.rawHeaders),
    requestBody: sent,
    responseHeaders: answer.headers,
    responseBody: keptPayload(answer.payload),
    ...(context.reported.length > 0 && { reported: context.reported }),
  });
}

/**
 * The principal of a request: the caller, the one that the credential claims, the client that was granted a token or,
 * if a fault came first, the expected one.
 */
export function principalOf(
  { decision, outcome, expectedPrincipal }: Pick<InFlightRequest, 'decision' | 'outcome' | 'expectedPrincipal'>,
  { caller }: Pick<InFlightRequest['context'], 'caller'>,
): Principal | null {
  return decision?.principal ?? decision?.claimed ?? outcome.principal ?? caller?.principal ?? expectedPrincipal;
}

/** Says of an answer that a test gave in a fault that it is not the mock's own; null if it is. */
function ownAnswerIn({ injectedFault }: RecordedFacts): string | null {
  if (injectedFault?.action.answer === undefined) return null;
  return `This answer is not the mock's own: the fault ${injectedFault.id} gave it.`;
}

/** Why a request failed for other reasons than rights: the message of its problem. */
function explanationOf({ decision, problem, outcome }: RecordedFacts, secrets: KnownSecrets): string | null {
  const isDecided = decision?.effect === 'deny' && decision.enforced !== false;
  const message = (isDecided ? null : (problem ?? outcome.refusal))?.message ?? '';
  return message === '' ? null : hideInLine(redact(message), secrets);
}

/** Adds the decision to the headers of an answer, and tells the log, the journal and the metrics of it. */
export function reportAnswer(inFlight: InFlightRequest, reply: FastifyReply, payload: Payload): void {
  const { server, route, context, raw, problem, outcome, injectedFault } = inFlight;
  const { secrets } = context.world.activityLog;
  const decision = inFlight.decision === null ? null : decisionWithoutSecrets(inFlight.decision, secrets);
  if (injectedFault !== null) reply.header('x-mock-fault', injectedFault.id);
  if (decision !== null) {
    context.world.activityLog.decision(decision);
    noteUse(inFlight, decision);
    if (server.explain) reply.header('x-mock-decision', decisionHeader(decision));
  }
  const where = worldInLog(context.world.id);
  const refusal = problem ?? outcome.refusal ?? null;
  if (decision?.effect === 'deny')
    server.log.info(`${refusalLine(outcome.status, decision, server.reasons)}${where}`, { decision: decision.id });
  else if (refusal !== null) logRefusal(server.log, raw, outcome.status, refusal, where, secrets);
  else if (server.log.debugging)
    server.log.debug(`${outcome.status} ${raw.method} ${hideInLine(pathOf(raw.url), secrets)}${where}`, {
      decision: decision?.id,
    });
  if (route.service.isControlApi !== true && !isOfForeignPage(inFlight.fault)) {
    const operation = { service: route.service.name, operation: route.operation.id };
    record(inFlight, operation, inFlight, {
      status: outcome.status,
      headers: sentHeaders(reply),
      payload: textOf(payload),
    });
  }
  server.metrics.answered({
    service: route.service.name,
    operation: route.operation.id,
    status: outcome.status,
    reason: decision?.effect === 'deny' ? (decision.reason ?? null) : (refusal?.kind ?? null),
  });
}

/** Notes what the rights of the credential were used for. */
function noteUse({ context, use }: InFlightRequest, { principal, operation, request }: Decision): void {
  const { accessRequest, world } = context;
  if (use === null || accessRequest === null || principal === null) return;
  world.activityLog.uses.note(principal, operation, accessRequest, use.lookedUp, request);
}

/** The journal records no streams. */
function textOf(payload: Payload): string | Buffer | undefined {
  return payload instanceof Readable ? undefined : (payload ?? undefined);
}

/** The line in the log for a refusal. */
function refusalLine(status: number, decision: Decision, reasons: Reasons): string {
  const { method, path } = decision.request;
  return `${status} ${method} ${path} - ${explain(decision, reasons)} [decision ${decision.id}]`;
}

/** @param where from `worldInLog` */
export function logRefusal(
  log: Log,
  raw: IncomingMessage,
  status: number,
  problem: Problem,
  where: string,
  secrets: KnownSecrets,
): void {
  // Hidden before shortening: a part of a secret would not be recognised.
  const path = showPath(hideInLine(pathOf(raw.url), secrets));
  const line = `${status} ${raw.method} ${path} - ${hideInLine(problem.message, secrets)}${where}`;
  if (problem.kind === 'internal') log.error(line, problem.cause);
  else if (isStorageProblem(problem)) log.error(line);
  else if (problem.isLogged) log.debug(line);
  else log.info(line);
}
