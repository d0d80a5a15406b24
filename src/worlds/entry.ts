import type { Holder } from '../contract/credentials.ts';
import type { World } from '../contract/world.ts';
import { Problem } from '../decisions/problem.ts';
import type { Instant } from '../lib/clock.ts';
import { formatDuration } from '../lib/duration.ts';
import { DamagedData } from '../store/errors.ts';
import { parseStoredJson } from '../store/saved-row.ts';
import type { SharedData } from '../store/state-memory.ts';
import type { OwnedWorld } from './world.ts';

export interface WorldOrder {
  /** Generated if left out. */
  readonly id?: string | undefined;
  readonly credentials: World['credentials'];
  /** The time without use after which the world ends, in milliseconds; null: never. */
  readonly ttl: number | null;
  /** A note for people, such as the name of the test that created the world. */
  readonly label: string | null;
}

export interface WorldEntry extends Pick<WorldOrder, 'ttl' | 'label'> {
  readonly world: OwnedWorld;
  /** The world that shares its credentials; null if the world has its own. */
  readonly source: string | null;
  readonly createdAt: Instant;
  lastUsedAt: Instant;
  /** The memory used besides its rows; null for the default world, which every server has. */
  readonly memory: SharedData | null;
}

export interface CreatedWorld {
  readonly entry: WorldEntry;
  /** Client ids, and ids of keys, that other worlds have as well, so they don't identify a world. */
  readonly ambiguous: readonly string[];
  /** For a copy with its own credentials: the objects created since the seed, with their new secrets. */
  readonly created: readonly Holder[];
}

const MAX_NAMED = 5;

/** @param max the maximum number of worlds besides the default one */
export function createCrowdedProblem(entries: readonly WorldEntry[], max: number, now: Instant): Problem {
  const idle = entries.filter(({ world }) => !world.isHeld);
  const named = idle
    .sort((a, b) => a.lastUsedAt - b.lastUsedAt)
    .slice(0, MAX_NAMED)
    .map(({ world, lastUsedAt }) => `\`${world.id}\` (for ${formatDuration(now - lastUsedAt)})`);
  const unused = named.length === 0 ? '' : ` Unused longest: ${named.join(', ')}.`;
  const message = `The limit of ${max} worlds is reached (\`--max-worlds\`). Delete one with \`DELETE /_mock/worlds/{id}\`.${unused}`;
  return new Problem('conflict', message);
}

export function createClosingProblem(): Problem {
  return new Problem('unavailable', 'The server is closing and creates no more worlds.');
}

export function describeReopenedWorlds(back: number, ended: readonly string[]): readonly string[] {
  if (back === 0 && ended.length === 0) return [];
  const worlds = (count: number) => `${count} ${count === 1 ? 'world' : 'worlds'}`;
  const named = ended.slice(0, MAX_NAMED).map((id) => `\`${id}\``);
  const more = ended.length > named.length ? ` and ${ended.length - named.length} more` : '';
  const unused =
    ended.length === 0 ? '' : `, and ${worlds(ended.length)} ended without use: ${named.join(', ')}${more}`;
  return [`${worlds(back)} of --data ${back === 1 ? 'is' : 'are'} back${unused}.`];
}

/** What a world was created from, apart from its seed. Stored with the world. */
export interface Provenance extends Pick<WorldEntry, 'source' | 'label'> {
  readonly credentials: World['credentials'];
}

/** Parses the provenance of a world. @throws DamagedData */
export function readProvenance(made: string, world: string): Provenance {
  const place = `the origin of the world \`${world}\``;
  const provenance = Object(parseStoredJson<Provenance>(made, place)) as Provenance;
  const { credentials, source, label } = provenance;
  const isWhole =
    (credentials === 'own' || credentials === 'cast') &&
    [source, label].every((text) => text === null || typeof text === 'string');
  if (!isWhole) throw new DamagedData(place, 'a member is missing or not valid');
  return provenance;
}
