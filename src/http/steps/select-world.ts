import type { IncomingMessage } from 'node:http';
import type { World } from '../../contract/world.ts';
import { type Instant, stopwatch } from '../../core/clock.ts';
import type { Reports } from '../../core/finding.ts';
import { Problem } from '../../core/problem.ts';
import { DEFAULT_WORLD, isWorldId, MOST_WORLD_ID, WORLD_ID_FORM, worldPath } from '../../core/world-id.ts';
import type { PresentedCredential } from '../../credentials/presented-credential.ts';
import { quote } from '../../explaining/index.ts';
import { type Origins, RequestContext } from '../context.ts';
import type { Arrival, Arrived, ReceivedBody, Route, Server } from '../flight.ts';
import { findPresentedCredentials } from '../presented-credentials.ts';
import { headerLines, originOf, pathOf } from '../transport/arrival.ts';
import type { Guard } from '../transport/origin-guard.ts';
import { isBelowWorld, type WorldAddress } from '../transport/world-address.ts';

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

/**
 * The base URLs in answers. Under the public URL a world always has its own prefix, however it was reached. Otherwise
 * the base already contains the world's host name.
 */
function originsOf({ publicUrl }: Server, { id }: World, address: WorldAddress | null, base: string): Origins {
  if (address === null && id === DEFAULT_WORLD) return { origin: base, openOrigin: base, namesWorld: false };
  const below = `${base}${worldPath(id)}`;
  const isNamed = address?.kind === 'prefix' || (address?.kind === 'host' && publicUrl !== null);
  return {
    origin: isNamed ? below : base,
    openOrigin: isNamed || id !== DEFAULT_WORLD ? below : base,
    namesWorld: address !== null,
  };
}

/** The world at an address. @throws Problem `no_such_world` */
export function worldBehind(
  { worlds }: Pick<Server, 'worlds'>,
  { kind, world: id, beside = null }: WorldAddress,
  raw: Pick<IncomingMessage, 'url'>,
): World {
  const inner = pathOf(raw.url);
  // A prefix does not excuse a host name without a world: the name of a web page could be rebound to this machine.
  if (beside !== null && !worlds.has(beside)) return worldBehind({ worlds }, { kind: 'host', world: beside }, raw);
  if (kind === 'prefix' && isBelowWorld(inner)) {
    const message = `Worlds cannot be nested: remove the prefix before \`${inner.slice(0, 100)}\`.`;
    throw new Problem('no_such_world', message);
  }
  const found = worlds.find(id);
  if (found !== undefined) return found;
  const shown = `\`${id.slice(0, 2 * MOST_WORLD_ID)}\``;
  if (worlds.isGone(id)) {
    const why = 'it was deleted, or nobody used it for longer than its `ttl`';
    throw new Problem(
      'no_such_world',
      `The world ${shown} is gone: ${why}. Create another with \`POST /_mock/worlds\`.`,
    );
  }
  const aboutHost =
    kind === 'host' ? ` If the host name is another name of this server, start it with \`--alias\` and that name.` : '';
  if (!isWorldId(id)) {
    const named = id === '' ? 'The id of a world is empty' : `No world can have the id ${shown}`;
    const message = `${named}; expected ${WORLD_ID_FORM}. \`GET /_mock/worlds\` lists existing worlds.${aboutHost}`;
    throw new Problem('no_such_world', message);
  }
  const advice = 'create it with `POST /_mock/worlds` or `--world`; `GET /_mock/worlds` lists existing worlds';
  throw new Problem('no_such_world', `There is no world ${shown}: ${advice}.${aboutHost}`);
}

/** The credentials of a request that may belong to a world. */
function presentedBy(
  { extractors }: Pick<Server, 'extractors'>,
  route: Route,
  raw: IncomingMessage,
  sent: Sent,
): readonly PresentedCredential[] {
  return findPresentedCredentials(extractors, route, { headerLines: (name) => headerLines(raw, name), ...sent });
}

/** The parts of a request besides its headers. */
export interface Sent {
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/**
 * Reports a request that may have lost the prefix of its world: its client drops the path of a base URL, and several
 * worlds have its credential, so that the default world answers.
 */
function reportLostWorld(
  { worlds, extractors }: Server,
  route: Route,
  raw: IncomingMessage,
  sent: Sent,
  { findings, now }: { readonly findings: Reports; readonly now: Instant },
): void {
  const { pathless } = route.service.conventions ?? {};
  if (pathless === undefined || !headerLines(raw, 'user-agent').some((line) => pathless.userAgent.test(line))) return;
  const owners = presentedBy({ extractors }, route, raw, sent).map((one) => worlds.ownersOf(one));
  const shared = owners.find(({ length }) => length > 1) ?? [];
  const other = shared.find((id) => id !== DEFAULT_WORLD);
  if (other === undefined) return;
  findings.report(
    'lost_world',
    `${pathless.name} sent a credential that the worlds ${quote(shared.slice(0, MOST_OWNERS))} have, and named no world, so \`${DEFAULT_WORLD}\` answered. It drops the path of its base URL, such as \`${worldPath(other)}\`. Give it the \`hostUrl\` of the world (\`GET /_mock/worlds\`) or the header \`x-mock-world: ${other}\`.`,
    now,
  );
}

/** The most worlds that a finding names. */
const MOST_OWNERS = 3;

/** The world that owns a credential; null if none, or several. */
function worldOfCredential(
  { worlds, extractors }: Server,
  route: Route,
  raw: IncomingMessage,
  sent: Sent,
): World | null {
  for (const one of presentedBy({ extractors }, route, raw, sent)) {
    const [owner, second] = worlds.ownersOf(one);
    const world = owner === undefined || second !== undefined ? undefined : worlds.find(owner);
    if (world !== undefined) return world;
  }
  return null;
}
