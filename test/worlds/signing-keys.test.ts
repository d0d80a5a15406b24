/** Replaced signing keys, as clients see them. */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { BEARER_KEY } from '../../src/tokens/bearer-key.ts';
import { admin, cast } from '../support/cast.ts';
import { hasDriver } from '../support/driver.ts';
import { emptyFolder } from '../support/folder.ts';
import { START, type TestServer, testServer } from '../support/server.ts';
import { claimsOf, DOOR_NAMES, DOORS, makeWorld, tokenOf } from '../support/worlds.ts';

const CERTS = `GET /auth/realms/${cast.tenant.realm}/protocol/openid-connect/certs`;
const MINUTE = 60_000;

type Call = TestServer['call'];

const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
/** Without the key of the cast's bearers, which is never replaced. */
const kidsAt = async (call: Call): Promise<string[]> => {
  const kids: string[] = (await call(CERTS)).body.keys.map(({ kid }: { kid: string }) => kid);
  expect(kids).toContain(BEARER_KEY.kid);
  return kids.filter((kid) => kid !== BEARER_KEY.kid);
};
const asked = (call: Call, token: string) => call('GET /api/v1/access-keys', { token });
const rotate = (server: TestServer, id = 'default') => {
  const world = server.worlds.find(id);
  if (world === undefined) throw new Error(`no world ${id}`);
  return world.signingKeys.rotate(world.clock.now());
};

describe.each(['RS256', 'ES256'] as const)('a world whose key is replaced, with %s', (algorithm) => {
  it('signs with the new key at once, and accepts tokens of the old one for ten minutes of its clock', async () => {
    const server = await testServer({ signingKey: algorithm });
    const before = await server.tokenOf(admin);
    expect((await asked(server.call, before)).status).toBe(200);
    const rotation = await rotate(server);
    const after = await server.tokenOf(admin);

    expect(rotation).toEqual({ kid: kidOf(after), replacedKid: kidOf(before), validUntil: START + 10 * MINUTE });
    expect(await kidsAt(server.call)).toEqual([kidOf(after), kidOf(before)]);
    for (const token of [before, after]) expect((await asked(server.call, token)).status).toBe(200);

    server.clock.set(START + 10 * MINUTE - 1);
    expect((await asked(server.call, before)).status).toBe(200);
    server.clock.set(START + 10 * MINUTE);
    const refused = await asked(server.call, before);
    expect([refused.status, refused.decision.reason]).toEqual([401, 'unknown_key_id']);
    expect((await asked(server.call, after)).status).toBe(200);
    expect(await kidsAt(server.call)).toEqual([kidOf(after)]);
    const { body } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);
    expect(body.detail).toContain('2026-01-15T12:10:00.000Z');
  });
});

/** Its keys are drawn in no time; that RSA does the same is shown above. */
const algorithm = 'ES256';

describe('the key of a world', () => {
  it('is its own: another world keeps the key of the server', async () => {
    const server = await testServer({ signingKey: algorithm });
    const [one, other] = [await makeWorld(server), await makeWorld(server)];
    const shared = await kidsAt(other.call);
    await rotate(server, one.id);

    expect(await kidsAt(other.call)).toEqual(shared);
    expect(await kidsAt(one.call)).toEqual([expect.not.stringMatching(shared[0] as string), ...shared]);
  });

  it.each(DOOR_NAMES)('is published where its tokens are asked for: by %s', async (door) => {
    const server = await testServer({ signingKey: algorithm });
    const { id, cast: own } = await makeWorld(server);
    const call = DOORS[door](server, id);
    await rotate(server, id);
    const token = await tokenOf(call, own.runai.users[0].accessKey);
    const { iss } = claimsOf(token);
    const path = new URL(iss);
    // The issuer under which the token was asked for, as a client calls it: by its host and its path.
    const keys = (
      await server.call(`GET ${path.pathname}/protocol/openid-connect/certs`, { headers: { host: path.host } })
    ).body;

    expect((await jwtVerify(token, createLocalJWKSet(keys), { currentDate: new Date(START) })).payload.iss).toBe(iss);
    expect((await asked(call, token)).status).toBe(200);
  });

  it('is published without a world, too, because its tokens may have been asked for by credential alone', async () => {
    const server = await testServer({ signingKey: algorithm });
    const [shared] = await kidsAt(server.call);
    const [one, other] = [await makeWorld(server), await makeWorld(server)];
    await rotate(server, one.id);
    await rotate(server, other.id);
    await rotate(server, other.id);
    const tokens = [one, other].map(async (world) =>
      kidOf(await tokenOf(server.call, world.cast.runai.users[0].accessKey)),
    );
    const [first, second] = await Promise.all(tokens);

    // Replaced keys of other worlds are published by these only.
    expect(await kidsAt(server.call)).toEqual([shared, first, second]);
    await rotate(server);
    expect(await kidsAt(server.call)).toEqual([expect.any(String), shared, first, second]);
    server.clock.set(START + 11 * MINUTE);
    // A world that never replaced its key still signs with that of the server.
    const { id } = await makeWorld(server);
    expect(await kidsAt(server.call)).toEqual([expect.any(String), first, second, shared]);
    await server.call(`DELETE /_mock/worlds/${id}`);
    expect(await kidsAt(server.call)).toEqual([expect.any(String), first, second]);
  });

  it('does not hide that a token belongs to another world', async () => {
    const server = await testServer({ signingKey: algorithm });
    const [one, other] = [await makeWorld(server), await makeWorld(server)];
    await rotate(server, one.id);
    const token = await tokenOf(one.call, one.cast.runai.users[0].accessKey);

    expect((await asked(other.call, token)).decision.reason).toBe('other_world');
  });

  it('is again that of the server after a reset', async () => {
    const server = await testServer({ signingKey: algorithm });
    const { id, call, cast: own } = await makeWorld(server);
    const shared = await kidsAt(call);
    await rotate(server, id);
    const token = await tokenOf(call, own.runai.users[0].accessKey);
    expect((await asked(call, token)).status).toBe(200);
    await call('POST /_mock/reset');

    expect(await kidsAt(call)).toEqual(shared);
    expect((await asked(call, token)).decision.reason).toBe('unknown_key_id');
  });

  it('goes into snapshots and copies, and comes back with them', async () => {
    const server = await testServer({ signingKey: algorithm });
    const { id, call } = await makeWorld(server);
    const shared = await kidsAt(call);
    const early = (await call('POST /_mock/snapshots')).body;
    await rotate(server, id);
    const replaced = await kidsAt(call);
    const late = (await call('POST /_mock/snapshots')).body;
    const copy = await makeWorld(server, { from: { world: id } });
    expect(await kidsAt(copy.call)).toEqual(replaced);

    await call(`POST /_mock/snapshots/${early.id}/restore`);
    expect(await kidsAt(call)).toEqual(shared);
    await call(`POST /_mock/snapshots/${late.id}/restore`);
    expect(await kidsAt(call)).toEqual(replaced);
  });

  it.runIf(hasDriver)('is kept by a data file, and given up by a reset there', async () => {
    const data = `${await emptyFolder()}/mock.db`;
    const first = await testServer({ data, signingKey: algorithm });
    const [shared] = await kidsAt(first.call);
    const before = await first.tokenOf(admin);
    await rotate(first);
    const replaced = await kidsAt(first.call);
    const token = await first.tokenOf(admin);
    await first.close();
    const second = await testServer({ data, signingKey: algorithm });

    expect(await kidsAt(second.call)).toEqual(replaced);
    for (const one of [before, token]) expect((await asked(second.call, one)).status).toBe(200);
    expect(kidOf(await second.tokenOf(admin))).toBe(kidOf(token));
    await second.call('POST /_mock/reset');
    expect(await kidsAt(second.call)).toEqual([shared]);
  });

  it('that is replaced while a reset is under way is one or the other, and the same for all', async () => {
    const server = await testServer({ signingKey: algorithm });
    const { id, call, cast: own } = await makeWorld(server);
    await Promise.all([rotate(server, id), call('POST /_mock/reset'), rotate(server, id), call('POST /_mock/reset')]);
    const token = await tokenOf(call, own.runai.users[0].accessKey);

    expect((await kidsAt(call))[0]).toBe(kidOf(token));
    expect((await asked(call, token)).status).toBe(200);
  });
});
