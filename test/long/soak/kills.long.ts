import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { emptyFolder } from '../../support/folder.ts';
import { kills } from './kills.ts';

const { SOAK_KILLS = '200' } = process.env;
const PROGRESS = 10;

it('acknowledged writes are stored after each of many kills', async () => {
  const folder = await emptyFolder();
  const { acknowledged, lost, refused } = await kills({
    folder,
    kills: Number(SOAK_KILLS),
    within: 600,
    progress: (figures) => {
      if ((figures.kills + 1) % PROGRESS !== 0) return;
      const { kills: done, acknowledged: answered, lost: gone, refused: closed } = figures;
      say(
        `${done + 1} of ${SOAK_KILLS} kills, ${answered} writes answered, ${gone.length} lost, ${closed.length} files refused`,
      );
    },
  });
  say(`${SOAK_KILLS} kills, ${acknowledged} writes answered, ${lost.length} lost, ${refused.length} files refused`);
  await rm(folder, { recursive: true, force: true });

  expect(acknowledged).toBeGreaterThan(0);
  expect(lost).toEqual([]);
  expect(refused).toEqual([]);
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
