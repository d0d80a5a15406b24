/** The memory that a long request keeps of a changing world. */
import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const MEBIBYTE = 1024 * 1024;

it('a long request keeps only a few of the replaced states of its world in memory', async () => {
  const server = await testServer();
  const { call } = await makeWorld(server, { id: 'held' });
  const resetRepeatedly = async (count: number) => {
    for (let time = 0; time < count; time++) {
      await call('POST /_mock/reset');
      await call('GET /_mock/keys');
    }
  };
  const world = server.worlds.find('held');
  world?.hold();
  await resetRepeatedly(150);
  const before = process.memoryUsage.rss();
  await resetRepeatedly(400);
  const growth = process.memoryUsage.rss() - before;
  world?.release();

  // A state that is in use takes 0.4 MB.
  expect(growth).toBeLessThan(400 * 0.3 * MEBIBYTE);
  expect((await call('GET /_mock/keys')).status).toBe(200);
});
