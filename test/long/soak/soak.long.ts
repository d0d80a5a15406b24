import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyFolder } from '../../support/folder.ts';
import { floors, isGrowing, type SoakFigures, soak } from './soak.ts';

const { SOAK_REQUESTS = '1000000', SOAK_MINUTES = '45', SOAK_SEED = 'soak' } = process.env;
const PROGRESS = 20_000;
/** MB that come and go. */
const SLACK = 24;

it('a server of 128 MB keeps responding, and each list of its 50 worlds is correct', async () => {
  const folder = await emptyFolder();
  const requests = Number(SOAK_REQUESTS);
  let reported = 0;
  const figures = await soak({
    data: join(folder, 'soak.db'),
    requests,
    minutes: Number(SOAK_MINUTES),
    seed: SOAK_SEED,
    progress: (now) => {
      if (now.requests - reported < PROGRESS) return;
      reported = now.requests;
      const { rss = 0, heap = 0 } = now.stats.at(-1) ?? {};
      say(
        `${now.requests} of ${requests} in ${now.minutes.toFixed(1)} min, RSS ${rss.toFixed(0)} MB, heap ${heap.toFixed(0)} MB`,
      );
    },
  });
  say(summary(figures));
  await rm(folder, { recursive: true, force: true });

  expect(figures.crash).toBeNull();
  expect(figures.faults).toEqual([]);
  expect(isGrowing(floors(figures.stats, 'heap'), SLACK)).toBe(false);
  expect(isGrowing(floors(figures.stats, 'rss'), SLACK)).toBe(false);
});

function summary({ requests, minutes, statuses, stats, usual, longest, crash }: SoakFigures): string {
  const counts = [...statuses].sort(([one], [other]) => one - other).map(([status, count]) => `${status}: ${count}`);
  const times = (took: number) => `${(took / usual).toFixed(0)} token grants`;
  // The first answers wait for what is only made when it is needed.
  const pause = Math.max(0, ...stats.slice(2).map((one) => one.maxEventLoopDelay));
  const levels = (of: 'rss' | 'heap') =>
    floors(stats, of)
      .map((level) => level.toFixed(0))
      .join(' ');
  return [
    `${requests} requests in ${minutes.toFixed(1)} min (${Math.round(requests / minutes / 60)}/s), ${crash ?? 'no crash'}`,
    `  statuses: ${counts.join(', ')}`,
    `  RSS, the least of each eighth, in MB: ${levels('rss')}`,
    `  heap, the same: ${levels('heap')}`,
    `  longest pause of the server: ${times(pause)}; longest answer: ${times(longest.took)}, to ${longest.line}`,
  ].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
