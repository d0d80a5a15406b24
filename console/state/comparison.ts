import { ask } from '../control-api/client.ts';
import type { Comparison, WorldDifference } from '../control-api/types.ts';
import { changesOf } from './changes.ts';

/** So many differences are read. */
const MOST_READ = 200;

/** Values that say nothing of an object that only one has. */
const EMPTY: ReadonlySet<string> = new Set(['null', '[]', '{}', '""', '']);

/** What differs between two worlds or snapshots, by their ids: a line for each member, or object that only one has. */
export async function readDifferences(one: string, other: string) {
  const query = new URLSearchParams({ one, other, limit: String(MOST_READ) });
  const found = await ask<Comparison>('GET', `/_mock/compare?${query}`);
  const { differences, total } = found;
  const times = [found.one.now, found.other.now] as const;
  return { lines: differences.flatMap(linesOf), shown: differences.length, total, times };
}

/** When the differences may have become others. */
export function changesOfDifferences(): number {
  return changesOf('worlds', 'snapshots', 'keys', 'faults', 'clock', 'mode');
}

function linesOf({ members, change, ...of }: WorldDifference) {
  if (change === 'changed') return members.map((one) => ({ ...of, ...one }));
  const told = members.map(({ member, one, other }) => ({ member, value: one ?? other ?? '' }));
  const filled = told.filter(({ value }) => !EMPTY.has(value));
  const there = filled.map(({ member, value }) => `${member} ${value}`).join('\n') || 'there';
  const isRemoved = change === 'removed';
  return [{ ...of, member: '', one: isRemoved ? there : null, other: isRemoved ? null : there }];
}
