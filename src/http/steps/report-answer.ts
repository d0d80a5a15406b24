import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Decision } from '../../core/decision.ts';
import { decisionHeader, explain } from '../../core/explaining/index.ts';
import type { Reasons } from '../../core/explaining/reasons.ts';
import type { Log } from '../../core/log.ts';
import { isStorageProblem, type Problem } from '../../core/problem.ts';
import { showPath } from '../../core/redact.ts';
import { worldInLog } from '../../core/world-id.ts';
import { decisionWithoutSecrets } from '../../journal/decisions.ts';
import { hideInLine, type KnownSecrets } from '../../journal/secrets.ts';
import type { InFlightRequest } from '../flight.ts';
import { sentHeaders } from '../headers.ts';
import type { Payload } from '../streamed.ts';
import { pathOf } from '../transport/arrival.ts';
import { isOfForeignPage } from './admit.ts';
import { record } from './record.ts';

/** Adds the decision to the headers of an answer, and tells the log, the journal and the metrics of it. */
export function reportAnswer(inFlight: InFlightRequest, reply: FastifyReply, payload: Payload): void {
  const { server, route, context, raw, problem, outcome, injectedFault } = inFlight;
  const { secrets } = context.world.activityLog;
  const decision = inFlight.decision === null ? null : decisionWithoutSecrets(inFlight.decision, secrets);
  if (injectedFault !== null) reply.header('x-mock-fault', injectedFault.id);
  if (decision !== null) {
    context.world.activityLog.decision(decision);
    if (server.explain) reply.header('x-mock-decision', decisionHeader(decision));
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
    const addressee = { service: route.service.name, operation: route.operation.id };
    record(inFlight, addressee, inFlight, {
      status: outcome.status,
      headers: sentHeaders(reply),
      payload: textOf(payload),
    });
  }
  server.metrics.answered({
    service: route.service.name,
    operation: route.operation.id,
    status: outcome.status,
    reason: decision?.effect === 'deny' ? (decision.reason ?? null) : (problem?.kind ?? null),
  });
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
