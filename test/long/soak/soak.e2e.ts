import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyFolder } from '../../support/folder.ts';
import { soak } from './soak.ts';

/** A share of `npm run soak`, which sends a million. */
const REQUESTS = 6_000;

it('worlds have correct lists after uses, restores, forks, resets and deletions', async () => {
  const folder = await emptyFolder();
  const { crash, faults } = await soak({
    data: join(folder, 'soak.db'),
    requests: REQUESTS,
    minutes: 3,
    seed: 'share',
  });
  await rm(folder, { recursive: true, force: true });

  expect(crash).toBeNull();
  expect(faults).toEqual([]);
});
