import { expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const LIST = 'GET /v2/nvcf/functions';

it('GET /_mock/info counts answered requests by service and status, and refusals by reason, of all worlds', async () => {
  const { call } = await testServer();
  const readInfo = async () => (await call('GET /_mock/info')).body;
  const before = await readInfo();
  await call(LIST, { token: castKey('nvcf-deployer').key });
  await call(LIST, { token: castKey('air-reader').key });
  await call(`${LIST}/no-id/versions`, { token: castKey('nvcf-deployer').key });
  await call('GET /v2/nvcf/nothing');
  await call('GET /nowhere');
  const world = await makeWorld({ call });
  await world.call(LIST);
  await world.call('GET /_mock/nothing');
  await world.call('POST /_mock/faults', { body: { do: { drop: 'before' } } });
  await world.call(LIST).catch(() => {});

  expect([before.requests, before.refusals]).toEqual([{}, {}]);
  const { requests, refusals, memory } = await readInfo();
  expect(requests).toEqual({ nvcf: { 200: 1, 400: 1, 401: 1, 403: 1, 404: 1 } });
  expect(refusals).toEqual({ invalid_request: 1, no_token: 1, service_not_enabled: 1, unknown_path: 1 });
  expect(memory.resident).toBeGreaterThan(1_000_000);
});
