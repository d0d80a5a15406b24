import type { IncomingMessage } from 'node:http';
import type { World } from '../contract/world.ts';
import type { Caller } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import { decisionOfProblem } from '../core/decision.ts';
import { Problem } from '../core/problem.ts';
import { showPath } from '../core/redact.ts';
import { worldPath } from '../core/world-id.ts';
import { RequestContext } from './context.ts';
import type { Arrived, Route, Server } from './in-flight.ts';
import { decideOnly } from './pipeline.ts';
import type { Match, Routes } from './routes.ts';
import { pathOf } from './transport/arrival.ts';

/** The id of a simulated decision, which is kept nowhere. */
const SIMULATED = 'simulated';

/** A simulated request was not sent to any address. */
const NOWHERE = { origin: '', openOrigin: '' } as const;

/** A hypothetical request. */
export interface Thought {
  /** Who would send it: an id, name or client id. */
  readonly principal: string;
  readonly method: string;
  readonly path: string;
}

/**
 * Decides a hypothetical request of somebody in a world. Nothing is done, and nothing is remembered.
 *
 * @throws Problem if there is nobody with that id, or no operation at that path
 */
export async function simulate(
  server: Server,
  world: World,
  routes: Routes,
  { principal, method, path: target }: Thought,
): Promise<Decision> {
  const path = pathWithin(world, pathOf(target));
  const { route, params } = matchOf(routes, method, path);
  if (!server.laws.includes(route.law)) {
    throw new Problem(
      'invalid_request',
      'Field `path`: the switchboard has no rules; whoever can reach it may call it.',
    );
  }
  // The steps read nothing else of a simulated request.
  const raw = { method, url: path, rawHeaders: [] } as unknown as IncomingMessage;
  const context = new RequestContext(server, world, raw, NOWHERE);
  if (route.rule !== null) {
    const caller = await callerOf(context, route, principal);
    if (caller instanceof Problem) return refusedCredential(context, route, path, caller);
    context.caller = caller;
  }
  const arrived: Arrived = { server, raw, context, fault: null, body: null, startedAt: 0 };
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
  const message =
    methods === ''
      ? `Field \`path\`: no operation has the path \`${showPath(path)}\`.`
      : `Field \`method\`: \`${showPath(path)}\` has no ${method}; it has ${methods}.`;
  throw new Problem('invalid_request', message);
}

function refusedCredential({ now, method }: RequestContext, route: Route, path: string, problem: Problem): Decision {
  const asked = { id: SIMULATED, at: now, service: route.service.name, operation: route.operation.id };
  const request = { method, path: showPath(path) };
  // A problem of a credential has a reason, so it is a decision.
  return decisionOfProblem({ ...asked, request }, problem) as Decision;
}

/** The caller, or why their credential would be rejected. @throws Problem if nobody has that name */
async function callerOf(context: RequestContext, { service }: Route, who: string): Promise<Caller | Problem> {
  try {
    const caller = (await service.impersonate?.(context, who, context.now)) ?? null;
    if (caller !== null) return caller;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.kind === 'unauthenticated') return thrown;
    throw thrown;
  }
  throw new Problem('invalid_request', `Field \`principal\` names nobody who could call ${service.title}.`);
}

function isDecodable(path: string): boolean {
  try {
    // The result is used, because a bundler drops a call whose value is not.
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
