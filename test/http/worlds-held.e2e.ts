/** What a request keeps of a world that changes meanwhile. */
import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const MEBIBYTE = 1024 * 1024;

it('a request that lasts keeps a few of the states that are replaced meanwhile, not all of them', async () => {
  const server = await testServer();
  const { call } = await makeWorld(server, { id: 'held' });
  const resets = async (count: number) => {
    for (let time = 0; time < count; time++) {
      await call('POST /_mock/reset');
      await call('GET /_mock/keys');
    }
  };
  const world = server.worlds.find('held');
  world?.hold();
  await resets(150);
  const before = process.memoryUsage.rss();
  await resets(400);
  const grown = process.memoryUsage.rss() - before;
  world?.release();

  // One that is in use takes 0.4 MB.
  expect(grown).toBeLessThan(400 * 0.3 * MEBIBYTE);
  expect((await call('GET /_mock/keys')).status).toBe(200);
});
