/** Rows that operations create, in a snapshot file. `test/fuzz` moves a world with objects in every state. */
import { expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { START, testServer } from '../../support/server.ts';
import { fileOf, uploaded } from '../../support/snapshot-files.ts';

it('a snapshot file of objects with late or far future changes is accepted', async () => {
  const server = await testServer();
  const post = async (path: string, token: string, body: object) => {
    const answer = await server.call(`POST ${path}`, { token, body });
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer.body;
  };
  const [air, nvcf] = [castKey('air-admin').key, castKey('nvcf-full-access').key];
  const { id } = await post('/api/v3/simulations/', air, { name: 'a' });
  await server.call(`PATCH /api/v3/simulations/${id}/start/`, { token: air, body: {} });
  const later = await post('/api/v3/simulations/', air, {
    name: 'b',
    metadata: '{"nv_auth_mock_step_time":"9000000d"}',
  });
  await server.call(`PATCH /api/v3/simulations/${later.id}/start/`, { token: air, body: {} });
  const { function: created } = await post('/v2/nvcf/functions', nvcf, {
    name: 'late',
    inferenceUrl: '/',
    containerImage: 'nvcr.io/acme/late:1',
    containerEnvironment: [
      { key: 'NV_AUTH_MOCK_DEPLOY_TIME', value: '9000000d' },
      { key: 'NV_AUTH_MOCK_INVOKE_TIME', value: '9000000d' },
    ],
  });
  const deploymentSpecifications = [
    { gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 },
  ];
  const path = `functions/${created.id}/versions/${created.versionId}`;
  await post(`/v2/nvcf/deployments/${path}`, nvcf, { deploymentSpecifications });
  server.clock.set(START + 3_600_000);
  const shutdown = await server.call(`PATCH /api/v3/simulations/${id}/shutdown/`, { token: air, body: {} });
  const file = await fileOf(server);

  expect(shutdown.status).toBe(200);
  expect([...file.matchAll(/"collection":"air.runs"/g)].length).toBeGreaterThan(2);
  expect((await uploaded(server, file)).body.detail).toBeUndefined();
});
