import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { emptyFolder } from '../../support/folder.ts';
import { kills } from './kills.ts';

/** A share of `npm run soak`, which kills it 200 times. */
const KILLS = 4;

it('acknowledged writes are stored after a kill at any moment', async () => {
  const folder = await emptyFolder();
  const { acknowledged, lost, refused } = await kills({ folder, kills: KILLS, within: 250 });
  await rm(folder, { recursive: true, force: true });

  expect(acknowledged).toBeGreaterThan(0);
  expect(lost).toEqual([]);
  expect(refused).toEqual([]);
});
