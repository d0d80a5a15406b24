import type { IncomingMessage } from 'node:http';
import type { World } from '../../contract/world.ts';
import { Problem } from '../../core/problem.ts';
import { DEFAULT_WORLD, isWorldId, MOST_WORLD_ID, WORLD_ID_FORM, worldPath } from '../../core/world-id.ts';
import { type Origins, RequestContext } from '../context.ts';
import type { Arrived, BodyRead, InFlight, Route, Server } from '../in-flight.ts';
import { findPresented } from '../presented.ts';
import { headerLines, originOf, pathOf } from '../transport/arrival.ts';
import { readBody } from '../transport/body.ts';
import { type Door, isBelowWorld } from '../transport/doors.ts';
import type { Guard } from '../transport/gate.ts';
import { reportForeignCredentials } from '../tripwire.ts';
import { unknownPath } from '../unknown-path.ts';

/** Where a request is placed: for whom its path is, and its operation, if it has one. */
export interface Destination {
  readonly guard: Guard;
  readonly route: Route | null;
  readonly query: Readonly<Record<string, unknown>>;
}

/**
 * Which world, under which name? By path, host name, header, credential, in this order; without any, the default one.
 * Nothing is made of a request before, and no other step chooses a world.
 */
export function place(server: Server, raw: IncomingMessage, destination: Destination): Arrived | Promise<Arrived> {
  const { guard, route } = destination;
  const entry: Entry = { door: server.doors.of(raw), base: '', fault: null, body: null };
  try {
    entry.base = originOf(raw, server.publicUrl);
    server.gate.check(raw, guard);
  } catch (thrown) {
    entry.fault = asFault(thrown);
  }
  // Only a body that may tell the world is waited for.
  const isToBeRead = entry.fault === null && entry.door === null && route?.row.selects === 'body';
  if (!isToBeRead || server.worlds.isAlone) return arrived(server, raw, destination, entry);
  return bodyOf(server, route, raw).then((body) => arrived(server, raw, destination, { ...entry, body }));
}

/** What is known of a request before its world is. */
interface Entry {
  readonly door: Door | null;
  readonly body: BodyRead | null;
  base: string;
  fault: Problem | null;
}

function arrived(server: Server, raw: IncomingMessage, { route, query }: Destination, entry: Entry): Arrived {
  const { door, body, base } = entry;
  let { fault } = entry;
  let world = server.worlds.default;
  try {
    if (fault === null && door !== null) world = worldBehind(server, door, raw);
    else if (fault === null && route !== null && !server.worlds.isAlone) {
      world = worldOfCredential(server, route, raw, { query, body: body?.value }) ?? world;
    }
  } catch (thrown) {
    fault = asFault(thrown);
  }
  world.hold();
  const context = new RequestContext(server, world, raw, originsOf(server, world, door, base));
  return { server, raw, context, fault, body };
}

/** @throws what is no Problem */
function asFault(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}

/** Under the public URL a world has its own prefix, however it was reached; a host name of its own is part of the base. */
function originsOf({ publicUrl }: Server, { id }: World, door: Door | null, base: string): Origins {
  if (door === null && id === DEFAULT_WORLD) return { origin: base, openOrigin: base };
  const below = `${base}${worldPath(id)}`;
  const isNamed = door?.kind === 'prefix' || (door?.kind === 'host' && publicUrl !== null);
  return { origin: isNamed ? below : base, openOrigin: isNamed || id !== DEFAULT_WORLD ? below : base };
}

/** The world that a door leads into. @throws Problem `no_such_world` */
export function worldBehind(
  { worlds }: Pick<Server, 'worlds'>,
  { kind, world: id, beside = null }: Door,
  raw: Pick<IncomingMessage, 'url'>,
): World {
  const inner = pathOf(raw.url);
  // No prefix makes up for a host name that leads nowhere: a page's own name could be bent to this machine.
  if (beside !== null && !worlds.has(beside)) return worldBehind({ worlds }, { kind: 'host', world: beside }, raw);
  if (kind === 'prefix' && isBelowWorld(inner)) {
    const message = `Worlds cannot be nested: call \`${inner.slice(0, 100)}\` without the world before it.`;
    throw new Problem('no_such_world', message);
  }
  const found = worlds.find(id);
  if (found !== undefined) return found;
  const shown = `\`${id.slice(0, 2 * MOST_WORLD_ID)}\``;
  if (worlds.isGone(id)) {
    const why = 'it was deleted, or nobody used it for longer than its `ttl`';
    throw new Problem('no_such_world', `The world ${shown} is gone: ${why}. Make another by \`POST /_mock/worlds\`.`);
  }
  const aboutHost =
    kind === 'host' ? ` If the host name is another name of this server, start it with \`--alias\` and that name.` : '';
  if (!isWorldId(id)) {
    const named = id === '' ? 'The id of a world is empty' : `No world can have the id ${shown}`;
    const message = `${named}; expected ${WORLD_ID_FORM}. \`GET /_mock/worlds\` lists the worlds that are there.${aboutHost}`;
    throw new Problem('no_such_world', message);
  }
  const advice = 'make it by `POST /_mock/worlds` or with `--world`; `GET /_mock/worlds` lists those that are there';
  throw new Problem('no_such_world', `There is no world ${shown}: ${advice}.${aboutHost}`);
}

/** The world that a credential leads to; null where none does, or several. */
function worldOfCredential(
  { worlds, presenters }: Server,
  route: Route,
  raw: IncomingMessage,
  sent: { readonly query: Readonly<Record<string, unknown>>; readonly body: unknown },
): World | null {
  const headers = (name: string) => headerLines(raw, name);
  for (const one of findPresented(presenters, route, { headerLines: headers, ...sent })) {
    const [owner, second] = worlds.ownersOf(one);
    const world = owner === undefined || second !== undefined ? undefined : worlds.find(owner);
    if (world !== undefined) return world;
  }
  return null;
}

/** Read before the caller is known, because it may be what tells the world; `parse` goes on with it. */
async function bodyOf({ limits }: Server, { operation, row }: Route, raw: IncomingMessage): Promise<BodyRead> {
  const texts: string[] = [];
  try {
    const value = await readBody(raw, operation, row.fieldNames ?? 'exact', limits, (text) => texts.push(text));
    return { value, texts, fault: null };
  } catch (fault) {
    return { value: undefined, texts, fault };
  }
}

/** May the request come in at all? What it carries that may be a real credential is told in any case. */
export function admit({ server, raw, context, fault }: Arrived): void {
  reportForeignCredentials(server, context, raw.url ?? '');
  for (const line of raw.rawHeaders) reportForeignCredentials(server, context, line);
  if (fault !== null) throw fault;
}

/** Which object, by its path? */
export function locate({ operation }: Route, { raw, context }: Pick<InFlight, 'raw' | 'context'>): void {
  if (operation.pathParams.some((name) => context.params[name] === '')) throw unknownPath(raw);
  // UUIDs are found whatever case they are written in.
  for (const name of operation.uuidParams) context.params[name] = (context.params[name] ?? '').toLowerCase();
}
