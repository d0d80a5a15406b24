import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

const OTHERS = 101;

it('a world that was evicted from memory by 101 other worlds has its state when it is used again', async () => {
  const server = await testServer({ maxWorlds: OTHERS + 1 });
  const { body: created } = await server.call('POST /_mock/worlds', { body: { id: 'alice' } });
  const { accessKey } = created.cast.runai.users.find((user: { accessKey?: object }) => user.accessKey !== undefined);
  const at = '/w/alice';
  await server.call(`POST ${at}/_mock/clock/advance`, { body: { by: '1h' } });
  await server.call(`POST ${at}/_mock/tokens/rotate-signing-key`, { body: {} });
  const faultBody = { match: { operation: 'listFunctions' }, do: { status: 503, offDocument: true }, times: 2 };
  const { body: fault } = await server.call(`POST ${at}/_mock/faults`, { body: faultBody });
  const { body: key } = await server.call(`POST ${at}/_mock/keys`, {
    body: {
      type: 'service',
      name: 'k',
      services: ['nvcf'],
      scopes: ['list_functions'],
      resource: { type: 'All Functions' },
    },
  });
  const grant = { grantType: 'client_credentials', ...accessKey };
  const token = (await server.grant(grant)).body.accessToken;
  const listKeys = () => server.call('GET /api/v1/access-keys', { token });
  const before = await listKeys();
  const { requests } = (await server.call(`GET ${at}/_mock/requests`)).body;

  for (let number = 0; number < OTHERS; number++) {
    const { body: other } = await server.call('POST /_mock/worlds', { body: {} });
    await server.call(`GET /w/${other.id}/_mock/clock`);
  }

  expect((await server.call(`GET ${at}/_mock/clock`)).body.ahead).toBe('PT1H');
  expect((await server.call(`GET ${at}/_mock/faults`)).body.faults).toMatchObject([{ id: fault.id }]);
  expect((await server.call(`POST ${at}/_mock/faults`, { body: faultBody })).body.id).not.toBe(fault.id);
  expect((await server.call(`GET ${at}/_mock/requests`)).body.requests).toEqual(requests);
  const after = await listKeys();
  expect([after.status, after.body]).toEqual([before.status, before.body]);
  expect(after.status).toBe(200);
  expect((await server.grant(grant)).status).toBe(200);
  expect((await server.call('GET /v2/nvcf/functions', { token: key.key })).status).toBe(503);
  await server.call(`DELETE ${at}/_mock/faults`);
  expect((await server.call('GET /v2/nvcf/functions', { token: key.key })).status).toBe(200);
});

it('a world without any use ends with its server, and listeners get `stopping`', async () => {
  const server = await testServer({ world: ['alice'] });
  const world = server.worlds.find('alice');
  world?.announceEnd();
  const reported: string[] = [];
  world?.activityLog.journal.listen({ onRecord: () => {}, onEnd: (why) => reported.push(why) });

  expect(reported).toEqual(['stopping']);
});
