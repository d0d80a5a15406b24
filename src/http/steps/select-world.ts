import type { IncomingMessage } from 'node:http';
import { stopwatch } from '../../core/clock.ts';
import { Problem } from '../../core/problem.ts';
import { DEFAULT_WORLD } from '../../core/world-id.ts';
import { RequestContext } from '../context.ts';
import type { Arrived, BodyRead, Route, Server } from '../in-flight.ts';
import { originOf } from '../transport/arrival.ts';
import { readBody } from '../transport/body.ts';
import type { Guard } from '../transport/origin-guard.ts';
import type { WorldAddress } from '../transport/world-address.ts';
import { originsOf, reportLostWorld, worldBehind, worldOfCredential } from '../which-world.ts';

/** The target of a request, as the transport knows it. */
export interface Destination {
  readonly guard: Guard;
  readonly route: Route | null;
  readonly query: Readonly<Record<string, unknown>>;
}

/** A request that makes a world enters the default one, also if it has a credential of another. */
const IN_DEFAULT_WORLD: WorldAddress = { kind: 'header', world: DEFAULT_WORLD };

/**
 * Selects the world: by path, host name, header or credential, in this order; otherwise the default world. The
 * header of a request that makes a world names the new one. Nothing is built for a request before this, and no other
 * step selects a world.
 */
export function selectWorld(
  server: Server,
  raw: IncomingMessage,
  destination: Destination,
): Arrived | Promise<Arrived> {
  const { guard, route } = destination;
  const named = server.addresses.of(raw);
  const worldToMake = named?.kind === 'header' && route?.row.makesWorld === true ? named.world : null;
  const address = worldToMake === null ? named : IN_DEFAULT_WORLD;
  const entry: Entry = { address, worldToMake, base: '', fault: null, body: null, startedAt: stopwatch() };
  try {
    entry.base = originOf(raw, server);
    server.originGuard.check(raw, guard);
  } catch (thrown) {
    entry.fault = asFault(thrown);
  }
  // Only a body that may select the world is awaited.
  const isToBeRead = entry.fault === null && entry.address === null && route?.row.selects === 'body';
  if (!isToBeRead || server.worlds.isAlone) return enterWorld(server, raw, destination, entry);
  return bodyOf(server, route, raw).then((body) => enterWorld(server, raw, destination, { ...entry, body }));
}

/** The facts about a request before its world is known. */
interface Entry {
  readonly address: WorldAddress | null;
  readonly worldToMake: string | null;
  readonly body: BodyRead | null;
  readonly startedAt: number;
  base: string;
  fault: Problem | null;
}

function enterWorld(server: Server, raw: IncomingMessage, { route, query }: Destination, entry: Entry): Arrived {
  const { address, worldToMake, body, base, startedAt } = entry;
  const { worlds } = server;
  let fault = entry.fault ?? (route?.row.withoutWorlds === true ? null : worlds.fault());
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

/** Reads the body before `parseBody`, because an earlier step depends on it. */
export async function bodyOf({ limits }: Server, { operation, row }: Route, raw: IncomingMessage): Promise<BodyRead> {
  const texts: string[] = [];
  try {
    const value = await readBody(raw, operation, row.fieldNames ?? 'exact', limits, (text) => texts.push(text));
    return { value, texts, fault: null };
  } catch (fault) {
    return { value: undefined, texts, fault };
  }
}
