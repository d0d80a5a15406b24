import type { IncomingMessage } from 'node:http';
import type { Decision } from '../../core/decision.ts';
import { decisionHeader, explain } from '../../core/explaining/index.ts';
import type { Reasons } from '../../core/explaining/reasons.ts';
import type { Log } from '../../core/log.ts';
import { isStorageProblem, type Problem } from '../../core/problem.ts';
import { showPath } from '../../core/redact.ts';
import { worldInLog } from '../../core/world-id.ts';
import { decisionWithoutSecrets } from '../../journal/decisions.ts';
import { hideInLine, type KnownSecrets } from '../../journal/secrets.ts';
import { type WireAnswer, writeAnswer } from '../answer.ts';
import type { InFlightRequest } from '../in-flight.ts';
import { pathOf } from '../transport/arrival.ts';
import { isOfForeignPage } from './admit.ts';
import { applyFault } from './inject-fault.ts';
import { record } from './record.ts';

/** Writes the answer, with its decision in a header. */
export async function send(inFlight: InFlightRequest): Promise<WireAnswer> {
  const { server, route, context, raw, problem, outcome, injectedFault } = inFlight;
  const { secrets } = context.world.activityLog;
  const decision = inFlight.decision === null ? null : decisionWithoutSecrets(inFlight.decision, secrets);
  const whole = writeAnswer(outcome, problem);
  const answer = injectedFault === null ? whole : applyFault(whole, injectedFault);
  if (decision !== null) {
    context.world.activityLog.decision(decision);
    if (server.explain) answer.headers['x-mock-decision'] = decisionHeader(decision);
  }
  const where = worldInLog(context.world.id);
  if (decision?.effect === 'deny')
    server.log.info(`${refusalLine(outcome.status, decision, server.reasons)}${where}`, { decision: decision.id });
  else if (problem !== null) logRefusal(server.log, raw, outcome.status, problem, where, secrets);
  else if (server.log.debugging)
    server.log.debug(`${outcome.status} ${raw.method} ${hideInLine(pathOf(raw.url), secrets)}${where}`, {
      decision: decision?.id,
    });
  if (route.service.isControlApi !== true && !isOfForeignPage(inFlight.fault)) {
    record(inFlight, { service: route.service.name, operation: route.operation.id }, inFlight, answer);
  }
  server.metrics.answered({
    service: route.service.name,
    operation: route.operation.id,
    status: outcome.status,
    reason: decision?.effect === 'deny' ? (decision.reason ?? null) : (problem?.kind ?? null),
  });
  return answer;
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
