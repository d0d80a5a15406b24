import type { World } from '../contract/world.ts';
import { type Decision, decisionOfProblem } from '../decisions/decision.ts';
import { Problem } from '../decisions/problem.ts';
import { hideDecisionSecrets } from '../journal/decisions.ts';
import type { JournalEntry } from '../journal/entry.ts';
import type { Instant } from '../time/clock.ts';
import type { RequestInWorld } from './request.ts';
import type { Routes } from './routes.ts';
import type { Server } from './server.ts';
import { decideOnly } from './simulate.ts';
import { createSimulatedRequest } from './simulated-caller.ts';
import { authenticate, createDecisionFacts } from './steps/decide.ts';
import { paramsOf } from './steps/select-world.ts';
import { pathOf } from './transport/arrival.ts';

/**
 * Decides a recorded request as if it were sent at another time, with its original credential and the current objects.
 * Ignores its body. Nothing is executed or recorded.
 *
 * @returns null if the operation is public, or if the refusal is about neither rights nor the credential
 */
export async function decideAgain(
  server: Server,
  world: World,
  routes: Routes,
  entry: JournalEntry,
  at: Instant,
): Promise<Decision | null> {
  const request = imagineAgain(server, world, routes, entry, at);
  if (request === null) return null;
  try {
    await authenticate(request);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    const decision = decisionOfProblem(createDecisionFacts(request), thrown, server.reasons);
    return decision && hideDecisionSecrets(decision, world.activityLog.secrets);
  }
  return decideOnly(request);
}

/** Returns null if there is nothing to decide: the operation is public or unknown, or the `Host` header is invalid. */
function imagineAgain(
  server: Server,
  world: World,
  routes: Routes,
  { method, url, service, operation, requestHeaders }: JournalEntry,
  at: Instant,
): RequestInWorld | null {
  // A path without an operation may not even be decodable.
  const match = service === null || operation === null ? null : routes.find(method, pathOf(url), service);
  if (match === null || match.route.rule === null) return null;
  const { route } = match;
  const params = paramsOf(route, match.params);
  const headers = requestHeaders.split('\n');
  try {
    return createSimulatedRequest(server, world, { method, path: url, headers, route, params }, at);
  } catch (thrown) {
    if (thrown instanceof Problem) return null;
    throw thrown;
  }
}
