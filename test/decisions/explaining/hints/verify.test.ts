import { expect, it } from 'vitest';
import { admin, researcher } from '../../../support/cast.ts';
import { testServer } from '../../../support/server.ts';
import { makeWorld } from '../../../support/worlds.ts';

it('a failed verification contains the hint of the nearest request of its world', async () => {
  const server = await testServer();
  const [world, other] = [await makeWorld(server), await makeWorld(server)];
  const token = await server.tokenOf(admin);
  await world.call('GET /api/v1/access-keys', { headers: { authorization: `Bearer Bearer ${token}` } });
  const expectation = { body: { match: { operation: 'get_access_keys', status: 200 } } };
  const { body } = await world.call('POST /_mock/requests/verify', expectation);
  const { body: otherBody } = await other.call('POST /_mock/requests/verify', expectation);

  expect(body).toMatchObject({
    verified: false,
    nearest: [{ hint: expect.stringContaining('contains `Bearer` twice') }],
  });
  expect(otherBody).toMatchObject({ verified: false, nearest: [] });
});

it('a denial without a known mistake has its first fix as its hint', async () => {
  const server = await testServer();
  const token = await server.tokenOf(researcher);
  const { decision } = await server.call('GET /api/v1/administration/access-keys', { token });
  const { body: reported } = await server.call(`GET /_mock/decisions/${decision.id}`);
  const expectation = { body: { match: { operation: 'get_access_keys_administration', status: 200 } } };
  const { body } = await server.call('POST /_mock/requests/verify', expectation);
  const { body: list } = await server.call('GET /_mock/requests?reason=missing_permission');
  const hint = { code: 'fix', text: reported.fixes[0].text };

  expect(body.nearest[0]).toMatchObject({ hint: hint.text, request: { hints: [hint] } });
  expect(list.requests).toMatchObject([{ hints: [hint] }]);
  expect(reported.fixes.filter(({ kind }: { kind: string }) => kind === 'hint')).toEqual([]);
});
