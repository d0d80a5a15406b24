import type { IncomingMessage } from 'node:http';
import type { Instant } from '../core/clock.ts';
import { type Caller, judge } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import { Problem } from '../core/problem.ts';
import { pathOf } from './arrival.ts';
import { RequestContext, surroundingsOf } from './context.ts';
import { judged, refused, shortPath } from './explain.ts';
import type { Route, Server } from './in-flight.ts';
import type { Routes } from './routes.ts';
import { sightingOf, targetOf } from './sighting.ts';
import { enter, locate } from './steps/place.ts';

/** What a decision that was only thought of is called: it is kept nowhere. */
const SIMULATED = 'simulated';

/**
 * What would be decided about a request of somebody. Nothing is done, and nothing is remembered.
 *
 * @param who id, name or client id
 * @throws Problem when there is nobody of that id, or no operation at that path
 */
export async function simulate(
  server: Server,
  routes: Routes,
  who: string,
  method: string,
  target: string,
): Promise<Decision> {
  const path = pathOf(target);
  if (!isDecodable(path)) throw new Problem('invalid_request', 'Field `path` cannot be decoded.');
  const match = routes.find(method, path);
  if (match === null) {
    const methods = routes.methodsOf(path).join(', ');
    const message =
      methods === ''
        ? `Field \`path\`: no operation has the path \`${shortPath(path)}\`.`
        : `Field \`method\`: \`${shortPath(path)}\` has no ${method}; it has ${methods}.`;
    throw new Problem('invalid_request', message);
  }
  const { route, params } = match;
  if (!server.laws.includes(route.law)) {
    throw new Problem('invalid_request', 'Field `path`: the switchboard has no law; whoever reaches it may.');
  }
  // The steps read no more of a request that was only thought of.
  const raw = { method, url: path, rawHeaders: [] } as unknown as IncomingMessage;
  const context = new RequestContext(server, raw, params, {});
  enter(server, context);
  locate(route, { raw, context });
  const request = { method, path: shortPath(path) };
  const asked = { id: SIMULATED, at: context.now, service: route.service.name, operation: route.operation.id, request };
  const { rule, law } = route;
  if (rule === null) return { ...asked, effect: 'allow', principal: null, rule: null, reason: null };

  const caller = await callerOf(server, route, who, context.now);
  if (caller instanceof Problem) return refused(asked, caller) as Decision;
  const question = { rule, law, org: params['org'] };
  context.caller = caller;
  context.question = question;
  const sighting = await sightingOf(route, context, question);
  const judgement = judge(question, caller, sighting);
  const about = sighting === null ? undefined : targetOf(context, question, sighting);
  return judged(asked, { question, caller, sighting }, judgement, about);
}

/** Who it would be; or why their credential would not count. @throws Problem for nobody */
async function callerOf(server: Server, { service }: Route, who: string, now: Instant): Promise<Caller | Problem> {
  try {
    const caller = (await service.impersonate?.(surroundingsOf(server, server.world), who, now)) ?? null;
    if (caller !== null) return caller;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.kind === 'unauthenticated') return thrown;
    throw thrown;
  }
  throw new Problem('invalid_request', `Field \`principal\` names nobody who could call ${service.title}.`);
}

function isDecodable(path: string): boolean {
  try {
    // Used, because a bundler leaves a call out whose value nobody wants.
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
