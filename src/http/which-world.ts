import type { IncomingMessage } from 'node:http';
import type { World } from '../contract/world.ts';
import { Problem } from '../core/problem.ts';
import { DEFAULT_WORLD, isWorldId, MOST_WORLD_ID, WORLD_ID_FORM, worldPath } from '../core/world-id.ts';
import type { Presented } from '../credentials/presented.ts';
import type { Origins } from './context.ts';
import type { Route, Server } from './in-flight.ts';
import { findPresented } from './presented.ts';
import { headerLines, pathOf } from './transport/arrival.ts';
import { type Door, isBelowWorld } from './transport/doors.ts';

/**
 * Under the public URL a world always has its own prefix, however it was reached. Otherwise its own host name is part
 * of the base already.
 */
export function originsOf({ publicUrl }: Server, { id }: World, door: Door | null, base: string): Origins {
  if (door === null && id === DEFAULT_WORLD) return { origin: base, openOrigin: base, namesWorld: false };
  const below = `${base}${worldPath(id)}`;
  const isNamed = door?.kind === 'prefix' || (door?.kind === 'host' && publicUrl !== null);
  return {
    origin: isNamed ? below : base,
    openOrigin: isNamed || id !== DEFAULT_WORLD ? below : base,
    namesWorld: door !== null,
  };
}

/** The world that a door leads into. @throws Problem `no_such_world` */
export function worldBehind(
  { worlds }: Pick<Server, 'worlds'>,
  { kind, world: id, beside = null }: Door,
  raw: Pick<IncomingMessage, 'url'>,
): World {
  const inner = pathOf(raw.url);
  // A prefix does not make up for a host name that leads nowhere: a web page's own name could be rebound to this
  // machine.
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
    throw new Problem('no_such_world', `The world ${shown} is gone: ${why}. Make another with \`POST /_mock/worlds\`.`);
  }
  const aboutHost =
    kind === 'host' ? ` If the host name is another name of this server, start it with \`--alias\` and that name.` : '';
  if (!isWorldId(id)) {
    const named = id === '' ? 'The id of a world is empty' : `No world can have the id ${shown}`;
    const message = `${named}; expected ${WORLD_ID_FORM}. \`GET /_mock/worlds\` lists the worlds that exist.${aboutHost}`;
    throw new Problem('no_such_world', message);
  }
  const advice = 'make it with `POST /_mock/worlds` or `--world`; `GET /_mock/worlds` lists those that exist';
  throw new Problem('no_such_world', `There is no world ${shown}: ${advice}.${aboutHost}`);
}

/** What a request presents that may lead to a world. */
export function presentedBy(
  { presenters }: Pick<Server, 'presenters'>,
  route: Route,
  raw: IncomingMessage,
  sent: Sent,
): readonly Presented[] {
  return findPresented(presenters, route, { headerLines: (name) => headerLines(raw, name), ...sent });
}

/** What is known of a request besides its headers. */
export interface Sent {
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** The world that a credential leads to; null if it leads to none, or to several. */
export function worldOfCredential(
  { worlds, presenters }: Server,
  route: Route,
  raw: IncomingMessage,
  sent: Sent,
): World | null {
  for (const one of presentedBy({ presenters }, route, raw, sent)) {
    const [owner, second] = worlds.ownersOf(one);
    const world = owner === undefined || second !== undefined ? undefined : worlds.find(owner);
    if (world !== undefined) return world;
  }
  return null;
}
