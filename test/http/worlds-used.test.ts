/** How worlds are selected, and when they were last used. */
import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';
import { DOORS, makeWorld, orderWorld } from '../support/worlds.ts';

it('a world without expiry reports its last use, also in the error about too many worlds', async () => {
  const server = await testServer({ maxWorlds: 2 });
  const kept = await makeWorld(server, { id: 'kept', ttl: 'never' });
  await makeWorld(server, { id: 'idle', ttl: 'never' });
  server.clock.set(server.clock.now() + 60_000);
  await kept.call('GET /_mock/clock');
  const { body: reported } = await server.call('GET /_mock/worlds/kept');
  const { body: refused } = await orderWorld(server, {});

  expect(reported.lastUsedAt).toBe('2026-01-15T12:01:00.000Z');
  expect(refused.detail).toMatch(/`idle` \(for PT1M\), `kept` \(for PT0S\)/);
});

it('a prefix that repeats the world of the host changes no link and no issuer', async () => {
  const server = await testServer({ world: ['alice'] });
  const readIssuer = async (path: string, host: string) => {
    const document = 'auth/realms/acme/.well-known/openid-configuration';
    return (await server.call(`GET ${path}/${document}`, { headers: { host } })).body.issuer;
  };

  expect(await readIssuer('/w/alice', 'alice.localhost:6625')).toBe('http://alice.localhost:6625/auth/realms/acme');
  expect(await readIssuer('/w/default', 'alice.localhost:6625')).toBe(
    'http://alice.localhost:6625/w/default/auth/realms/acme',
  );
});

it('a world prefix after another world prefix is rejected, whatever the host', async () => {
  const server = await testServer({ world: ['alice', 'bob'] });
  const { status, body } = await DOORS.host(server, 'alice')('GET /w/alice/w/bob/_mock/clock', {});

  expect([status, body.detail]).toEqual([404, expect.stringContaining('remove the prefix')]);
});

it('a prefix does not make an unknown host name valid', async () => {
  const server = await testServer({ alias: ['cloud'] });
  const headers = { host: 'evil.cloud' };
  const { status, body } = await server.call('GET /w/default/_mock/cast', { headers });

  expect(status).toBe(404);
  expect(body.detail).toContain('There is no world `evil`');
  expect(body.detail).toContain('--alias');
});
