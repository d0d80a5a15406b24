import { expect, it } from 'vitest';
import { admin } from '../support/cast.ts';
import { testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

it('a verification that fails shows the hint of the nearest request, and nothing of another world', async () => {
  const server = await testServer();
  const [world, other] = [await makeWorld(server), await makeWorld(server)];
  const token = await server.tokenOf(admin);
  await world.call('GET /api/v1/access-keys', { headers: { authorization: `Bearer Bearer ${token}` } });
  const wanted = { body: { match: { operation: 'get_access_keys', status: 200 } } };
  const { body } = await world.call('POST /_mock/requests/verify', wanted);
  const { body: elsewhere } = await other.call('POST /_mock/requests/verify', wanted);

  expect(body).toMatchObject({ verified: false, nearest: [{ hint: expect.stringContaining('says `Bearer` twice') }] });
  expect(elsewhere).toMatchObject({ verified: false, nearest: [] });
});
