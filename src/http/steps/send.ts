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
import { rememberedOf } from '../answers.ts';
import type { InFlight } from '../in-flight.ts';
import { pathOf } from '../transport/arrival.ts';
import { isOfForeignPage } from './admit.ts';
import { record } from './record.ts';
import { applyFault } from './strike.ts';

/** Writes the answer, with its decision in a header. */
export async function send(flight: InFlight): Promise<WireAnswer> {
  const { server, route, context, raw, problem, outcome, struckBy } = flight;
  const { secrets } = context.world.chronicle;
  const decision = flight.decision === null ? null : decisionWithoutSecrets(flight.decision, secrets);
  const whole = writeAnswer(outcome, problem, rememberedOf(context, outcome));
  const answer = struckBy === null ? whole : applyFault(whole, struckBy);
  if (decision !== null) {
    context.world.chronicle.decision(decision);
    if (server.explain) answer.headers['x-mock-decision'] = decisionHeader(decision);
  }
  const where = worldInLog(context.world.id);
  if (decision?.effect === 'deny') server.log.info(`${refusalLine(outcome.status, decision, server.reasons)}${where}`);
  else if (problem !== null) logRefusal(server.log, raw, outcome.status, problem, where, secrets);
  else if (server.log.debugging)
    server.log.debug(`${outcome.status} ${raw.method} ${hideInLine(pathOf(raw.url), secrets)}${where}`);
  if (route.service.isSwitchboard !== true && !isOfForeignPage(flight.fault)) {
    record(flight, { service: route.service.name, operation: route.operation.id }, flight, answer);
  }
  if (context.world.chronicle.isShared) await flushActivity(flight);
  return answer;
}

/** Writes the activity log of a shared world before the answer ends, so that all processes can read it. */
export async function flushActivity({ server, context }: Pick<InFlight, 'server' | 'context'>): Promise<void> {
  const { chronicle, store } = context.world;
  // The entries wait until the database is back.
  if (store.fault() !== null) return;
  // Losing the record does not change the result of the operation.
  await chronicle.flush().catch((cause) => server.log.error('the activity log could not be written', cause));
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
  else log.info(line);
}
