/** The rotation of signing keys, as clients see it. */
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

const readKid = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
/** Reads the ids of the published keys, except the key of the cast's bearers, which is never replaced. */
const readKids = async (call: Call): Promise<string[]> => {
  const kids: string[] = (await call(CERTS)).body.keys.map(({ kid }: { kid: string }) => kid);
  expect(kids).toContain(BEARER_KEY.kid);
  return kids.filter((kid) => kid !== BEARER_KEY.kid);
};
const callWith = (call: Call, token: string) => call('GET /api/v1/access-keys', { token });
const rotate = (server: TestServer, id = 'default') => {
  const world = server.worlds.find(id);
  if (world === undefined) throw new Error(`no world ${id}`);
  return world.signingKeys.rotate(world.clock.now());
};

describe.each(['RS256', 'ES256'] as const)('a world with a rotated key of type %s', (algorithm) => {
  it('signs with the new key immediately and accepts the old one for ten minutes', async () => {
    const server = await testServer({ signingKey: algorithm });
    const before = await server.tokenOf(admin);
    expect((await callWith(server.call, before)).status).toBe(200);
    const rotation = await rotate(server);
    const after = await server.tokenOf(admin);

    expect(rotation).toEqual({ kid: readKid(after), replacedKid: readKid(before), validUntil: START + 10 * MINUTE });
    expect(await readKids(server.call)).toEqual([readKid(after), readKid(before)]);
    for (const token of [before, after]) expect((await callWith(server.call, token)).status).toBe(200);

    server.clock.set(START + 10 * MINUTE - 1);
    expect((await callWith(server.call, before)).status).toBe(200);
    server.clock.set(START + 10 * MINUTE);
    const refused = await callWith(server.call, before);
    expect([refused.status, refused.decision.reason]).toEqual([401, 'unknown_key_id']);
    expect((await callWith(server.call, after)).status).toBe(200);
    expect(await readKids(server.call)).toEqual([readKid(after)]);
    const { body } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);
    expect(body.detail).toContain('2026-01-15T12:10:00.000Z');
  });
});

/** These keys are fast to generate; the test above covers RSA. */
const algorithm = 'ES256';

describe('the signing key of a world', () => {
  it('is rotated without a change in another world', async () => {
    const server = await testServer({ signingKey: algorithm });
    const [first, second] = [await makeWorld(server), await makeWorld(server)];
    const shared = await readKids(second.call);
    await rotate(server, first.id);

    expect(await readKids(second.call)).toEqual(shared);
    expect(await readKids(first.call)).toEqual([expect.not.stringMatching(shared[0] as string), ...shared]);
  });

  it.each(DOOR_NAMES)('is published under the issuer of its tokens: by %s', async (door) => {
    const server = await testServer({ signingKey: algorithm });
    const { id, cast: own } = await makeWorld(server);
    const call = DOORS[door](server, id);
    await rotate(server, id);
    const token = await tokenOf(call, own.runai.users[0].accessKey);
    const { iss } = claimsOf(token);
    const path = new URL(iss);
    // A client calls the issuer by its host and its path.
    const keys = (
      await server.call(`GET ${path.pathname}/protocol/openid-connect/certs`, { headers: { host: path.host } })
    ).body;

    expect((await jwtVerify(token, createLocalJWKSet(keys), { currentDate: new Date(START) })).payload.iss).toBe(iss);
    expect((await callWith(call, token)).status).toBe(200);
  });

  it('is also published by the default world, because a credential alone may select the world of a token', async () => {
    const server = await testServer({ signingKey: algorithm });
    const [shared] = await readKids(server.call);
    const [first, second] = [await makeWorld(server), await makeWorld(server)];
    await rotate(server, first.id);
    await rotate(server, second.id);
    await rotate(server, second.id);
    const tokens = [first, second].map(async (world) =>
      readKid(await tokenOf(server.call, world.cast.runai.users[0].accessKey)),
    );
    const [firstKid, secondKid] = await Promise.all(tokens);

    // Only a world itself publishes its replaced keys.
    expect(await readKids(server.call)).toEqual([shared, firstKid, secondKid]);
    await rotate(server);
    expect(await readKids(server.call)).toEqual([expect.any(String), shared, firstKid, secondKid]);
    server.clock.set(START + 11 * MINUTE);
    // A world without a rotation still signs with the key of the server.
    const { id } = await makeWorld(server);
    expect(await readKids(server.call)).toEqual([expect.any(String), firstKid, secondKid, shared]);
    await server.call(`DELETE /_mock/worlds/${id}`);
    expect(await readKids(server.call)).toEqual([expect.any(String), firstKid, secondKid]);
  });

  it('is the key of the server after a reset', async () => {
    const server = await testServer({ signingKey: algorithm });
    const { id, call, cast: own } = await makeWorld(server);
    const shared = await readKids(call);
    await rotate(server, id);
    const token = await tokenOf(call, own.runai.users[0].accessKey);
    expect((await callWith(call, token)).status).toBe(200);
    await call('POST /_mock/reset');

    expect(await readKids(call)).toEqual(shared);
    expect((await callWith(call, token)).decision.reason).toBe('unknown_key_id');
  });

  it('is part of snapshots and copies', async () => {
    const server = await testServer({ signingKey: algorithm });
    const { id, call } = await makeWorld(server);
    const shared = await readKids(call);
    const early = (await call('POST /_mock/snapshots')).body;
    await rotate(server, id);
    const replaced = await readKids(call);
    const late = (await call('POST /_mock/snapshots')).body;
    const copy = await makeWorld(server, { from: { world: id } });
    expect(await readKids(copy.call)).toEqual(replaced);

    await call(`POST /_mock/snapshots/${early.id}/restore`);
    expect(await readKids(call)).toEqual(shared);
    await call(`POST /_mock/snapshots/${late.id}/restore`);
    expect(await readKids(call)).toEqual(replaced);
  });

  it.runIf(hasDriver)('is kept in a data file until a reset', async () => {
    const data = `${await emptyFolder()}/mock.db`;
    const first = await testServer({ data, signingKey: algorithm });
    const [shared] = await readKids(first.call);
    const before = await first.tokenOf(admin);
    await rotate(first);
    const replaced = await readKids(first.call);
    const token = await first.tokenOf(admin);
    await first.close();
    const second = await testServer({ data, signingKey: algorithm });

    expect(await readKids(second.call)).toEqual(replaced);
    for (const accepted of [before, token]) expect((await callWith(second.call, accepted)).status).toBe(200);
    expect(readKid(await second.tokenOf(admin))).toBe(readKid(token));
    await second.call('POST /_mock/reset');
    expect(await readKids(second.call)).toEqual([shared]);
  });

  it('is consistent after concurrent rotations and resets', async () => {
    const server = await testServer({ signingKey: algorithm });
    const { id, call, cast: own } = await makeWorld(server);
    await Promise.all([rotate(server, id), call('POST /_mock/reset'), rotate(server, id), call('POST /_mock/reset')]);
    const token = await tokenOf(call, own.runai.users[0].accessKey);

    expect((await readKids(call))[0]).toBe(readKid(token));
    expect((await callWith(call, token)).status).toBe(200);
  });
});
