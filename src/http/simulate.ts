import { describeNotEmulated } from '../contract/sections.ts';
import type { World } from '../contract/world.ts';
import type { Caller } from '../decisions/decide.ts';
import { type Decision, decisionOfProblem } from '../decisions/decision.ts';
import { HTTP_STATUS, invalidRequest, Problem } from '../decisions/problem.ts';
import { hideDecisionSecrets } from '../journal/decisions.ts';
import { findNearPath } from '../lib/nearest-path.ts';
import { showPath } from '../lib/redact.ts';
import { worldPathOf } from '../lib/world-id.ts';
import type { WorldRequest } from './request.ts';
import type { Match, Routes } from './routes.ts';
import type { Server } from './server.ts';
import { assertRolesExist, createSimulatedRequest, findCaller, type SimulatedCaller } from './simulated-caller.ts';
import { checkResource, createDecisionFacts, decide } from './steps/decide.ts';
import { paramsOf } from './steps/select-world.ts';
import { pathOf } from './transport/arrival.ts';

/** Decides a request without executing or recording it. @throws Problem if the principal or path is unknown */
export async function simulateRequest(
  server: Server,
  world: World,
  routes: Routes,
  simulatedCaller: SimulatedCaller,
  { method, path: target }: { readonly method: string; readonly path: string },
): Promise<Decision> {
  const fullPath = pathOf(target);
  const below = `${worldPathOf(world.id)}/`;
  // The path may be copied from a real request.
  const path = fullPath.startsWith(below) ? fullPath.slice(below.length - 1) : fullPath;
  const { route, params } = findMatch(routes, method, path);
  if (!server.rulesets.includes(route.ruleset)) {
    throw invalidRequest('Field `path`: the control API has no rules; any caller that can reach it may call it.');
  }
  const request = createSimulatedRequest(server, world, method, path, { route, params: paramsOf(route, params) });
  await assertRolesExist(request, simulatedCaller, route.service.name);
  let caller: Caller | null = null;
  if (route.rule !== null) {
    const { service } = route;
    const found = await findCaller(request, service, simulatedCaller);
    if (found instanceof Problem) return decideRefusedCredential(request, path, found);
    if (found === null) {
      throw invalidRequest(
        `Field \`principal\` does not match any principal that can call ${service.title}. \`GET /_mock/cast\` lists all principals.`,
      );
    }
    caller = found;
  }
  return decideOnly(request, caller);
}

async function decideOnly(request: WorldRequest, caller: Caller | null): Promise<Decision> {
  try {
    await decide(request, caller);
    await checkResource(request);
  } catch (thrown) {
    if (request.access === null) throw thrown;
  }
  const { access, world } = request;
  const allowed = { effect: 'allow', principal: null, rule: null, reason: null } as const;
  return hideDecisionSecrets(
    access?.decision ?? { ...createDecisionFacts(request), ...allowed },
    world.activityLog.secrets,
  );
}

function findMatch(routes: Routes, method: string, path: string): Match {
  if (!isDecodable(path))
    throw invalidRequest('Field `path` is not valid percent-encoding. Encode a literal `%` as `%25`.');
  const match = routes.find(method, path);
  if (match !== null) return match;
  const notEmulated = routes.findNotEmulated(method, path);
  if (notEmulated !== null) throw invalidRequest(`Field \`path\`: ${describeNotEmulated(notEmulated)}`);
  const methods = routes.methodsOf(path).join(', ');
  if (methods !== '') {
    throw invalidRequest(`Field \`method\`: \`${showPath(path)}\` has no ${method}; it has ${methods}.`);
  }
  const served = routes.listServed(false);
  const ofMethod = served.filter((operation) => operation.method === method);
  const pathsOf = (operations: typeof served) => operations.map((operation) => operation.path);
  const near = findNearPath(path, pathsOf(ofMethod)) ?? findNearPath(path, pathsOf(served));
  const suggestion = near === undefined ? '' : ` Did you mean \`${near}\`?`;
  throw invalidRequest(`Field \`path\`: no operation has the path \`${showPath(path)}\`.${suggestion}`);
}

/** A valid credential is refused if its organisation has no subscription, which is no decision. */
function decideRefusedCredential(request: WorldRequest, path: string, problem: Problem): Decision {
  const { title } = request.route.service;
  const facts = { ...createDecisionFacts(request), request: { method: request.method, path: showPath(path) } };
  const decision = decisionOfProblem(facts, problem, request.server.reasons);
  if (decision !== null) return decision;
  const message = `Field \`principal\`: ${title} answers ${HTTP_STATUS[problem.kind]} whatever the rights, because the organisation has no subscription.`;
  throw invalidRequest(message);
}

function isDecodable(path: string): boolean {
  try {
    // The result is used because a bundler would drop the call otherwise. A path is never empty.
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
