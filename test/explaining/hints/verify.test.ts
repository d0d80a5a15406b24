import { expect, it } from 'vitest';
import { admin, researcher } from '../../support/cast.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

it('a verification that fails shows the hint of the nearest request, and nothing of another world', async () => {
  const server = await testServer();
  const [world, other] = [await makeWorld(server), await makeWorld(server)];
  const token = await server.tokenOf(admin);
  await world.call('GET /api/v1/access-keys', { headers: { authorization: `Bearer Bearer ${token}` } });
  const wanted = { body: { match: { operation: 'get_access_keys', status: 200 } } };
  const { body } = await world.call('POST /_mock/requests/verify', wanted);
  const { body: elsewhere } = await other.call('POST /_mock/requests/verify', wanted);

  expect(body).toMatchObject({
    verified: false,
    nearest: [{ hint: expect.stringContaining('contains `Bearer` twice') }],
  });
  expect(elsewhere).toMatchObject({ verified: false, nearest: [] });
});

it('a refusal that shows no known mistake has the first fix of its decision as its hint', async () => {
  const server = await testServer();
  const token = await server.tokenOf(researcher);
  const { decision } = await server.call('GET /api/v1/administration/access-keys', { token });
  const { body: reported } = await server.call(`GET /_mock/decisions/${decision.id}`);
  const wanted = { body: { match: { operation: 'get_access_keys_administration', status: 200 } } };
  const { body } = await server.call('POST /_mock/requests/verify', wanted);
  const { body: list } = await server.call('GET /_mock/requests?reason=missing_permission');
  const hint = { code: 'fix', text: reported.fixes[0].text };

  expect(body.nearest[0]).toMatchObject({ hint: hint.text, request: { hints: [hint] } });
  expect(list.requests).toMatchObject([{ hints: [hint] }]);
  expect(reported.fixes.filter(({ kind }: { kind: string }) => kind === 'hint')).toEqual([]);
});

it('a request that was allowed has no hint', async () => {
  const server = await testServer();
  const token = await server.tokenOf(researcher);
  await server.call('GET /api/v1/access-keys', { token });
  const { body } = await server.call('GET /_mock/requests?operation=get_access_keys');

  expect(body.requests).toMatchObject([{ status: 200, hints: [] }]);
});
