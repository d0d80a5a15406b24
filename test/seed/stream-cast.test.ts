import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

const createSeed = (password: string) => ({
  runai: {
    tenant: { name: 'acme', realm: 'acme', id: 1001 },
    users: ['ada', 'ben', 'cleo'].map((name) => ({ email: `${name}@example.com`, role: null, password })),
    groups: [{ name: 'team', role: null, users: ['ben@example.com'] }],
  },
});

it('the cast of a large seed, which is sent in pieces, has the content of a small one', async () => {
  const long = 'x'.repeat(400_000);
  const [small, large] = await Promise.all(
    ['secret', long].map(async (password) => {
      const { call } = await testServer({}, { seed: createSeed(password) });
      return call('GET /_mock/cast');
    }),
  );

  expect(large?.status).toBe(200);
  expect(large?.headers['content-type']).toBe(small?.headers['content-type']);
  expect(JSON.parse(JSON.stringify(large?.body).replaceAll(long, 'secret'))).toEqual(small?.body);
});
