import type { IncomingMessage } from 'node:http';
import type { Log } from '../../core/log.ts';
import type { Problem } from '../../core/problem.ts';
import { DEFAULT_WORLD } from '../../core/world-id.ts';
import { type Answer, writeAnswer } from '../answer.ts';
import { decisionHeader, refusalLine, shortPath } from '../explain.ts';
import type { InFlight } from '../in-flight.ts';
import { isStorageProblem } from '../problem.ts';
import { pathOf } from '../transport/arrival.ts';

/** The answer, with its decision beside it. */
export async function send({ server, route, context, raw, decision, problem, outcome }: InFlight): Promise<Answer> {
  const answer = writeAnswer(outcome, problem, route.written);
  if (decision !== null) {
    await context.store.decisions.record(decision);
    if (server.explain) answer.headers['x-mock-decision'] = decisionHeader(decision);
  }
  const where = whereOf(context.world.id);
  if (decision?.effect === 'deny') server.log.info(`${refusalLine(outcome.status, decision, server.reasons)}${where}`);
  else if (problem !== null) logRefusal(server.log, raw, outcome.status, problem, where);
  else if (server.log.debugging) server.log.debug(`${outcome.status} ${raw.method} ${pathOf(raw.url)}${where}`);
  return answer;
}

/** The worlds of a server share its log. */
export function whereOf(world: string): string {
  return world === DEFAULT_WORLD ? '' : ` [world ${world}]`;
}

/** @param where as of `whereOf` */
export function logRefusal(log: Log, raw: IncomingMessage, status: number, problem: Problem, where: string): void {
  const line = `${status} ${raw.method} ${shortPath(pathOf(raw.url))} - ${problem.message}${where}`;
  if (problem.kind === 'internal') log.error(line, problem.cause);
  else if (isStorageProblem(problem)) log.error(line);
  else log.info(line);
}
