import { Problem } from '../decisions/problem.ts';
import type { Instant } from '../lib/clock.ts';
import { formatDuration } from '../lib/duration.ts';
import { DEFAULT_WORLD } from '../lib/world-id.ts';
import type { WorldEntry } from './entry.ts';

/** The maximum number of worlds named in a message. */
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

export function createTakenProblem(id: string): Problem {
  const alternative = id === DEFAULT_WORLD ? '' : `, or delete that world first (\`DELETE /_mock/worlds/${id}\`)`;
  return new Problem('conflict', `The world \`${id}\` already exists. Choose another id${alternative}.`);
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
