import { expect, it } from 'vitest';
import { listHints } from '../../support/hints.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();
const { key } = castKey('nvcf-deployer');

it.each(['GET /v2/orgs', 'POST /v2/users/me/api-key', 'POST /v3/keys/get-sak-info'])(
  '%s returns 404 and a hint that it is not emulated, with and without a key',
  async (operation) => {
    await server.call('POST /_mock/reset');
    const message = `The mock does not emulate \`${operation}\`.`;
    for (const headers of [{}, { authorization: `Bearer ${key}` }]) {
      const answer = await server.call(operation, { headers });

      expect(answer.status).toBe(404);
      expect(answer.body.requestStatus.statusDescription).toContain(message);
      expect(answer.headers['x-mock-hint']).toContain(message);
    }
    const hints = await listHints(server);
    expect(hints).toEqual([expect.objectContaining({ code: 'not_emulated', text: expect.stringContaining(message) })]);
  },
);

it('the tables contain operations that are not emulated, with their source', async () => {
  const { more } = (await server.call('GET /_mock/tables/ngc')).body;

  expect(more.notEmulated).toContainEqual({
    path: '/v2/orgs',
    methods: ['GET'],
    certainty: 'observed',
    source: 'observed in published clients',
  });
});
