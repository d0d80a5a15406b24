import type { IncomingMessage } from 'node:http';
import type { Problem } from '../core/problem.ts';
import type { ServiceDefinition } from '../service.ts';
import { type Answer, written } from './answer.ts';
import { RequestContext } from './context.ts';
import type { InFlight, Route, Server } from './in-flight.ts';
import { problemOf } from './problem.ts';
import { authenticate } from './steps/authenticate.ts';
import { conform } from './steps/conform.ts';
import { cover } from './steps/cover.ts';
import { decide } from './steps/decide.ts';
import { handle } from './steps/handle.ts';
import { parse } from './steps/parse.ts';
import { locate, place } from './steps/place.ts';
import { aboutOf, refuse } from './steps/refuse.ts';
import { logRefusal, send } from './steps/send.ts';
import { validate } from './steps/validate.ts';

/** What it takes to answer where there is no operation. */
export type Spokesman = Pick<ServiceDefinition, 'renderProblem'> &
  Partial<Pick<ServiceDefinition, 'isSwitchboard' | 'habits' | 'authenticate'>>;

/** Every step of a request, in order. A step that refuses throws a Problem; the rest is then passed over. */
export async function answer(
  server: Server,
  route: Route,
  raw: IncomingMessage,
  params: Record<string, string>,
  query: Record<string, unknown>,
): Promise<Answer> {
  // Refusals are compared with the document, too, so it is made ready before the first step that can refuse.
  if (!route.document.isReady) await route.document.ready();
  const flight = begin(server, route, raw, params, query);
  try {
    place(flight);
    locate(route, flight);
    await authenticate(flight);
    await decide(flight);
    if (looksUpFirst(route)) await cover(flight);
    if (route.readsBody) await parse(flight);
    validate(flight);
    if (!looksUpFirst(route)) await cover(flight);
    await handle(flight);
  } catch (thrown) {
    refuse(flight, thrown);
  }
  conform(flight);
  return send(flight);
}

function begin(
  server: Server,
  route: Route,
  raw: IncomingMessage,
  params: Record<string, string>,
  query: Record<string, unknown>,
): InFlight {
  const context = new RequestContext(server, raw, params, query);
  const { guard } = route;
  return { server, route, raw, context, guard, decision: null, problem: null, outcome: { status: 500 } };
}

function looksUpFirst({ service }: Route): boolean {
  return service.habits?.looksUpFirst === true;
}

/** The answer to a request that no operation has (unknown path, wrong method, unreadable path): the same steps, as far as they go. */
export async function answerUnrouted(
  server: Server,
  service: Spokesman,
  raw: IncomingMessage,
  problem: Problem,
): Promise<Answer> {
  const context = new RequestContext(server, raw, {}, {});
  const guard = service.isSwitchboard === true ? 'admin' : 'open';
  let told = problem;
  try {
    place({ server, raw, context, guard });
    const isKnownPath = problem.kind === 'method_not_allowed';
    if (isKnownPath && service.habits?.authenticatesFirst === true) await service.authenticate?.(context);
  } catch (thrown) {
    told = problemOf(thrown);
  }
  const outcome = service.renderProblem(told, aboutOf({ raw, context }, null));
  logRefusal(server.log, raw, outcome.status, told);
  return written(outcome, told);
}
