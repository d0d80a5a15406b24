import { expect, it } from 'vitest';
import { checkNamedWorlds } from '../../src/app/open-worlds.ts';
import { testServer } from '../support/server.ts';

it('worlds of the configuration exist from the start, and never expire', async () => {
  const { call } = await testServer({ world: ['alice', 'bob'] });
  const { worlds } = (await call('GET /_mock/worlds')).body;

  expect(worlds).toEqual([
    expect.objectContaining({ id: 'default' }),
    expect.objectContaining({ id: 'alice', expiresAt: null }),
    expect.objectContaining({ id: 'bob', expiresAt: null }),
  ]);
});

it.each([
  [['a', 'b', 'a'], 10, '--world names `a` twice'],
  [['a', 'b'], 1, '--world asks for 2 worlds, but --max-worlds is 1'],
  [['a'], 0, '--world asks for 1 world, but --max-worlds is 0'],
  [['a', 'llm'], 10, '--world must not be `llm`, because host names'],
  [['api-keys'], 10, '--world must not be `api-keys`'],
])('checkNamedWorlds rejects the worlds %j with a maximum of %i', (world, maxWorlds, message) => {
  expect(() => checkNamedWorlds({ world, maxWorlds })).toThrow(message);
});
