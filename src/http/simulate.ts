import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import type { Decision } from '../core/decision.ts';
import { decisionOfProblem } from '../core/decision.ts';
import { findNearPath } from '../core/nearest.ts';
import { HTTP_STATUS, Problem } from '../core/problem.ts';
import { showPath } from '../core/redact.ts';
import { worldPath } from '../core/world-id.ts';
import type { RequestContext } from './context.ts';
import type { Arrived, Route, Server } from './in-flight.ts';
import { decideOnly } from './pipeline.ts';
import type { Match, Routes } from './routes.ts';
import { callerOf, checkRoles, imagine, type Who } from './simulated-caller.ts';
import { pathOf } from './transport/arrival.ts';

/** The id of a simulated decision, which is kept nowhere. */
const SIMULATED = 'simulated';

/** A hypothetical request. */
export interface Thought {
  readonly method: string;
  readonly path: string;
}

/**
 * Decides a hypothetical request of somebody in a world. Nothing is done, and nothing is remembered.
 *
 * @param services all of them, because roles may be those of any
 * @throws Problem if there is nobody with that id, or no operation at that path
 */
export async function simulate(
  server: Server,
  world: World,
  routes: Routes,
  services: readonly ServiceDefinition[],
  who: Who,
  { method, path: target }: Thought,
): Promise<Decision> {
  const path = pathWithin(world, pathOf(target));
  const { route, params } = matchOf(routes, method, path);
  if (!server.laws.includes(route.law)) {
    throw new Problem(
      'invalid_request',
      'Field `path`: the switchboard has no rules; whoever can reach it may call it.',
    );
  }
  const { raw, context } = imagine(server, world, method, path);
  await checkRoles(context, services, who);
  if (route.rule !== null) {
    const { service } = route;
    const caller = await callerOf(context, service, who);
    if (caller instanceof Problem) return refusedCredential(context, route, path, caller);
    if (caller === null) {
      throw new Problem('invalid_request', `Field \`principal\` names nobody who could call ${service.title}.`);
    }
    context.caller = caller;
  }
  const arrived: Arrived = { server, raw, context, fault: null, body: null, isForeign: false, startedAt: 0 };
  return decideOnly(arrived, route, params, SIMULATED);
}

/** Removes the world's prefix from a path that was copied from a real request. */
function pathWithin({ id }: World, path: string): string {
  const below = `${worldPath(id)}/`;
  return path.startsWith(below) ? path.slice(below.length - 1) : path;
}

/** @throws Problem if no operation has the path */
function matchOf(routes: Routes, method: string, path: string): Match {
  if (!isDecodable(path)) throw new Problem('invalid_request', 'Field `path` cannot be decoded.');
  const match = routes.find(method, path);
  if (match !== null) return match;
  const methods = routes.methodsOf(path).join(', ');
  const served = routes.served(false);
  const pathsOf = (operations: typeof served) => operations.map((one) => one.path);
  const near =
    findNearPath(path, pathsOf(served.filter((one) => one.method === method))) ?? findNearPath(path, pathsOf(served));
  const message =
    methods === ''
      ? `Field \`path\`: no operation has the path \`${showPath(path)}\`${near === undefined ? '' : `; the nearest is \`${near}\``}.`
      : `Field \`method\`: \`${showPath(path)}\` has no ${method}; it has ${methods}.`;
  throw new Problem('invalid_request', message);
}

/** @throws Problem if the credential itself is accepted, and its organisation is not */
function refusedCredential({ now, method }: RequestContext, route: Route, path: string, problem: Problem): Decision {
  const { name, title } = route.service;
  const request = { method, path: showPath(path) };
  const decision = decisionOfProblem(
    { id: SIMULATED, at: now, service: name, operation: route.operation.id, request },
    problem,
  );
  if (decision !== null) return decision;
  const message = `Field \`principal\`: ${title} answers ${HTTP_STATUS[problem.kind]}, whatever they hold: their organisation has no subscription.`;
  throw new Problem('invalid_request', message);
}

function isDecodable(path: string): boolean {
  try {
    // The result is used, because a bundler drops a call whose value is not.
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
