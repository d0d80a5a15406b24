import type { Context, Operations } from '../../../contract/request.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import { comparePositions, type Position } from '../../../decisions/responses/page.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { formatDuration } from '../../../lib/duration.ts';
import { UserError } from '../../../lib/errors.ts';
import type { KnownHosts } from '../../../lib/hosts.ts';
import { DEFAULT_WORLD, isWorldId, WORLD_HEADER, worldPathOf } from '../../../lib/world-id.ts';
import type { Seed } from '../../../store/seed.ts';
import type { WorldEntry } from '../../../worlds/entry.ts';
import { createCast, createSeedFromValue } from '../../../worlds/seed/index.ts';
import type { ControlledServer } from '../controlled-server.ts';
import { copyWorld, describeCreated } from '../copies.ts';
import { readDuration } from '../durations.ts';
import { pageShortList } from '../lists.ts';

/** The default `ttl`: milliseconds without use until a world is deleted. */
const DEFAULT_TTL_MS = 3_600_000;

const NEVER = 'never';

/** The longest `ttl`: a year, in milliseconds. */
const MAX_TTL_MS = 31_536_000_000;

/** Operations on worlds. They share one registry, so the world of the request does not matter. */
export function worldsOperations(controlled: ControlledServer) {
  const { server, worlds } = controlled;

  return {
    list_worlds: (context) => {
      const all = worlds.list().map((entry) => {
        const { world, createdAt: at } = entry;
        // The default world comes first.
        const position: Position = world.id === DEFAULT_WORLD ? [0] : [at, world.id];
        return { id: world.id, at, position, entry };
      });
      const sorted = all.sort((left, right) => comparePositions(left.position, right.position));
      const { entries, extent } = pageShortList(sorted, context.query, 'oldest first', { isText: isWorldId });
      return { status: 200, body: { worlds: entries.map(({ entry }) => renderWorld(context, entry)), ...extent } };
    },
    create_world: async (context) => {
      const { id, seed, from, credentials = 'own', ttl, label = null } = context.body;
      const order = { id, credentials, ttl: readTtl(ttl), label };
      if (from !== undefined && seed !== undefined) {
        const message =
          'Fields `from` and `seed` are both set. A copy keeps the seed of its source, so send only one of them.';
        throw invalidRequest(message);
      }
      const createdWorld =
        from === undefined
          ? await worlds.create({ ...order, origin: { kind: 'seed', seed: await readSeed(controlled, seed) } })
          : await copyWorld(controlled, from, order);
      const { entry, ambiguous } = createdWorld;
      const created = from !== undefined && credentials === 'own' ? await describeCreated(createdWorld) : null;
      // `Prefer: return=minimal` (RFC 7240, section 4.2): the first `return` preference wins.
      const preferences = context
        .headerLines('prefer')
        .flatMap((line) => line.split(','))
        .map((preference) => preference.split(';', 1)[0]?.trim() ?? '');
      const returnPreference = preferences.find((preference) => /^return\s*=/i.test(preference));
      const isMinimal = returnPreference !== undefined && /^return\s*=\s*"?minimal"?$/i.test(returnPreference);
      return {
        status: 201,
        ...(isMinimal && { headers: { 'preference-applied': 'return=minimal' } }),
        body: {
          ...renderWorld(context, entry),
          // Without bearers, because nine signatures take ten times as long as everything else.
          ...(!isMinimal && { cast: createCast(entry.world, server.services) }),
          ...(ambiguous.length > 0 && { ambiguous }),
          ...(created !== null && { created }),
        },
      };
    },
    get_world: (context) => ({
      status: 200,
      body: renderWorld(context, worlds.entry(context.params.worldId)),
    }),
    delete_world: async ({ params }) => {
      await worlds.delete(params.worldId);
      return { status: 204 };
    },
  } satisfies Partial<Operations<'control'>>;
}

/** Returns the seed of a new world: the default world's, or the one in the order. @throws Problem with its error */
async function readSeed({ server, worlds }: ControlledServer, seed: unknown): Promise<Seed> {
  if (seed === undefined) return worlds.default.origin;
  try {
    return await createSeedFromValue(seed, server.services, server.random);
  } catch (thrown) {
    throw thrown instanceof UserError ? invalidRequest(`Field \`seed\`: ${thrown.message}`) : thrown;
  }
}

function readTtl(text: string | undefined): number | null {
  if (text === undefined) return DEFAULT_TTL_MS;
  if (text === NEVER) return null;
  return readDuration('ttl', text, (ttl) => ttl > 0 && ttl <= MAX_TTL_MS, `, up to a year, or \`${NEVER}\``);
}

function renderWorld(
  { origin, hosts }: Context,
  { world: { id, credentials }, ttl, label, createdAt, lastUsedAt }: WorldEntry,
) {
  const root = removeWorldLabel(origin, hosts);
  return {
    id,
    url: `${root.origin}${worldPathOf(id)}`,
    hostUrl: hostUrlOf(root, hosts, id),
    header: { [WORLD_HEADER]: id },
    credentials,
    ttl: ttl === null ? NEVER : formatDuration(ttl),
    label,
    createdAt: rfc3339(createdAt),
    lastUsedAt: rfc3339(lastUsedAt),
    expiresAt: ttl === null ? null : rfc3339(lastUsedAt + ttl),
  };
}

/** Returns the requested origin without the world. */
function removeWorldLabel(origin: string, hosts: KnownHosts): URL {
  const root = new URL(new URL(origin).origin);
  const label = hosts.labelOf(root.host);
  if (label !== null) root.hostname = root.hostname.slice(label.length + 1);
  return root;
}

/** Only host names have subdomains, so an address of this machine becomes `localhost`. Null for other addresses. */
function hostUrlOf(root: URL, hosts: KnownHosts, id: string): string | null {
  const isName = /[a-z]/.test(root.hostname) && !root.hostname.startsWith('[');
  if (!isName && !hosts.isOwn(root.host)) return null;
  const url = new URL(root);
  url.hostname = `${id}.${isName ? root.hostname : 'localhost'}`;
  return url.origin;
}
