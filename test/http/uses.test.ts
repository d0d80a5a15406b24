/** The rights that a request records as used. */
import { expect, it } from 'vitest';
import { nvcfServer } from '../support/nvcf-client.ts';

it('a rejected or simulated request uses no right', async () => {
  const server = await nvcfServer();
  const path = '/v2/nvcf/functions';
  const { body: key } = await server.call('POST /_mock/keys', {
    body: {
      type: 'service',
      name: 'k',
      services: ['nvcf'],
      scopes: ['Delete Function'],
      resource: { type: 'All Functions' },
    },
  });
  const listUsed = async () => (await server.call('GET /_mock/least-privilege?principal=k')).body.principals[0].used;
  const { status } = await server.call(`GET ${path}`, { token: key.key });
  await server.call('POST /_mock/decisions/simulate', {
    body: {
      principal: 'k',
      held: { scopes: ['List Functions'], resource: { type: 'All Functions' } },
      method: 'GET',
      path,
    },
  });
  expect([status, await listUsed()]).toEqual([403, []]);

  await server.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['List Functions'] } });
  await server.call(`GET ${path}`, { token: key.key });
  expect((await listUsed()).map(({ operation }: { operation: string }) => operation)).toEqual(['listFunctions']);
});
