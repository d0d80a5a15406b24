import { expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';

it('the cast of a large seed has all identities, each with its token', async () => {
  const names = Array.from({ length: 250 }, (_, index) => `user-${index}`);
  const users = names.map((name) => ({ email: `${name}@example.com`, role: null, password: 'secret' }));
  const groups = [{ name: 'team', role: null, users: ['user-100@example.com'] }];
  const runai = { tenant: { name: 'acme', realm: 'acme', id: 1001 }, users, groups, applications: [] };
  const { call } = await testServer({}, { seed: { runai } });
  const { status, headers, body } = await call('GET /_mock/cast');
  const readClaims = ({ bearer }: { readonly bearer: string }) =>
    JSON.parse(Buffer.from(String(bearer.split('.')[1]), 'base64url').toString());
  const claims = body.runai.users.map(readClaims);

  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  expect(body.runai).toMatchObject(runai);
  expect(claims.map(({ email }: { email: string }) => email)).toEqual(users.map(({ email }) => email));
  expect([claims[99].groups, claims[100].groups]).toEqual([undefined, ['team']]);
  expect((await call('GET /_mock/cast?bearers=false')).body.runai.users[0].bearer).toBeUndefined();
});

it('the cast leaves out what a seed of a program leaves undefined', async () => {
  const runai = { tenant: { name: 'acme', realm: 'acme', id: 1001 }, users: undefined, workloadPhases: undefined };
  const { call } = await testServer({}, { seed: { runai } });

  expect((await call('GET /_mock/cast')).body).toEqual({ runai: { tenant: runai.tenant } });
});
