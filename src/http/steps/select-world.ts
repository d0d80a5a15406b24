import type { IncomingMessage } from 'node:http';
import { stopwatch } from '../../core/clock.ts';
import { Problem } from '../../core/problem.ts';
import { DEFAULT_WORLD } from '../../core/world-id.ts';
import { RequestContext } from '../context.ts';
import type { Arrival, Arrived, ReceivedBody, Route, Server } from '../flight.ts';
import { originOf } from '../transport/arrival.ts';
import type { Guard } from '../transport/origin-guard.ts';
import type { WorldAddress } from '../transport/world-address.ts';
import { originsOf, reportLostWorld, worldBehind, worldOfCredential } from '../which-world.ts';

/** The target of a request, as its service knows it. */
interface Destination<Its extends Route | null> extends Pick<Arrival<Its>, 'route' | 'params' | 'query'> {
  readonly guard: Guard;
}

/** A request that makes a world enters the default one, also if it has a credential of another. */
const IN_DEFAULT_WORLD: WorldAddress = { kind: 'header', world: DEFAULT_WORLD };

/** Reads how a request names its world, and whether it may enter any. */
export function arrive<Its extends Route | null>(
  server: Server,
  raw: IncomingMessage,
  { guard, route, params, query }: Destination<Its>,
): Arrival<Its> {
  const named = server.addresses.of(raw);
  const worldToMake = named?.kind === 'header' && route?.row.makesWorld === true ? named.world : null;
  const address = worldToMake === null ? named : IN_DEFAULT_WORLD;
  const startedAt = stopwatch();
  let base = '';
  let fault: Problem | null = null;
  try {
    base = originOf(raw, server);
    server.originGuard.check(raw, guard);
  } catch (thrown) {
    fault = asFault(thrown);
  }
  return { route, params, query, address, worldToMake, base, fault, startedAt };
}

/** May the body of this request select its world? Then it has to be received first. */
export function isSelectedByBody({ worlds }: Server, { route, address, fault }: Arrival<Route | null>): boolean {
  return fault === null && address === null && route?.row.selects === 'body' && !worlds.isAlone;
}

/**
 * Selects the world: by path, host name, header or credential, in this order; otherwise the default world. The
 * header of a request that makes a world names the new one. Nothing is built for a request before this, and no other
 * step selects a world.
 *
 * @param body null if it was not received yet
 */
export function selectWorld(
  server: Server,
  raw: IncomingMessage,
  arrival: Arrival<Route | null>,
  body: ReceivedBody | null,
): Arrived {
  const { route, query, address, worldToMake, base, startedAt } = arrival;
  const { worlds } = server;
  let fault = arrival.fault ?? (route?.row.withoutWorlds === true ? null : worlds.fault());
  let world = worlds.default;
  try {
    if (fault === null && address !== null) world = worldBehind(server, address, raw);
    else if (fault === null && route !== null && !worlds.isAlone) {
      world = worldOfCredential(server, route, raw, { query, body: body?.value }) ?? world;
    }
  } catch (thrown) {
    fault = asFault(thrown);
  }
  world.hold();
  const context = new RequestContext(server, world, raw, originsOf(server, world, address, base));
  context.worldToMake = worldToMake;
  if (fault === null && address === null && route !== null && world === worlds.default && !worlds.isAlone)
    reportLostWorld(server, route, raw, { query, body: body?.value }, context);
  return { server, worlds, raw, context, fault, body, isForeign: false, startedAt };
}

/** @throws any error that is not a Problem */
function asFault(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}
