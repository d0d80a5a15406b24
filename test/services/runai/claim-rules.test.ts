import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { admin, adminBot, plainBot, researcher } from '../../support/cast.ts';
import { basic, INTROSPECTION, postForm, REALM_TOKEN, tokensOf, USERINFO } from '../../support/oauth.ts';
import { type RunaiServer, runaiServer } from '../../support/runai.ts';

const RULES = '/_mock/tokens/claims';
const put = (server: RunaiServer, rules: object[]) => server.call(`PUT ${RULES}`, { body: { rules } });

async function changed(rules: object[], config: object = {}): Promise<RunaiServer> {
  const server = await runaiServer(config);
  const { status, body } = await put(server, rules);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body).toEqual({ rules });
  return server;
}

const claimsOf = (token: string) => decodeJwt<Record<string, unknown>>(token);

describe('rules for the claims of issued tokens', () => {
  it.each(['2.24', '3.0'] as const)('change access tokens of %s, which the mock accepts', async (runai) => {
    const server = await runaiServer({ runai });
    const before = claimsOf(await server.tokenOf(admin));
    await put(server, [{ set: { department: 'vision', levels: [1, 2] }, remove: ['email_verified', 'unknown'] }]);
    const token = await server.tokenOf(admin);
    const { email_verified: _, ...rest } = before;

    expect(claimsOf(token)).toEqual({
      ...rest,
      ...{ iat: expect.any(Number), exp: expect.any(Number), jti: expect.any(String) },
      ...{ department: 'vision', levels: [1, 2] },
    });
    expect((await server.call('GET /api/v1/workloads', { token })).status).toBe(200);
  });

  it('are for a subject, by id, address or name, and for a client', async () => {
    const server = await changed([
      { sub: admin.id, set: { byId: true } },
      { sub: admin.email, set: { byAddress: true } },
      { clientId: adminBot.clientId, set: { byClient: true } },
      { sub: plainBot.name, clientId: adminBot.clientId, set: { byBoth: true } },
    ]);
    const ofAdmin = claimsOf(await server.tokenOf(admin));
    const { body } = await server.login(adminBot.clientId, adminBot.clientSecret);
    const ofBot = claimsOf(body.accessToken);

    expect(ofAdmin).toMatchObject({ byId: true, byAddress: true });
    expect(ofAdmin).not.toHaveProperty('byClient');
    expect(ofBot).toHaveProperty('byClient', true);
    expect(ofBot).not.toHaveProperty('byBoth');
    expect(ofBot).not.toHaveProperty('byId');
  });

  it('are applied one after another, and replaced as a whole', async () => {
    const server = await changed([{ set: { team: 'a' } }, { set: { team: 'b', level: 1 } }, { remove: ['level'] }]);

    expect(claimsOf(await server.tokenOf(admin))).toMatchObject({ team: 'b' });
    expect(claimsOf(await server.tokenOf(admin))).not.toHaveProperty('level');
    await put(server, [{ set: { level: 2 } }]);
    expect(claimsOf(await server.tokenOf(admin))).toHaveProperty('level', 2);
    expect(claimsOf(await server.tokenOf(admin))).not.toHaveProperty('team');
    expect((await server.call(`DELETE ${RULES}`)).status).toBe(204);
    expect((await server.call(`GET ${RULES}`)).body).toEqual({ rules: [] });
    expect(claimsOf(await server.tokenOf(admin))).not.toHaveProperty('level');
  });

  it('change ID tokens, but not their audience, and no refresh token', async () => {
    const server = await changed([{ set: { team: 'a', aud: 'my-api' } }]);
    const { id_token, access_token, refresh_token } = await tokensOf(server);

    expect(claimsOf(access_token)).toMatchObject({ team: 'a', aud: 'my-api' });
    expect(claimsOf(String(id_token))).toMatchObject({ team: 'a', aud: expect.not.stringMatching('my-api') });
    expect(claimsOf(String(refresh_token))).not.toHaveProperty('team');
  });

  it('agree with introspection and userinfo', async () => {
    const server = await changed([{ set: { team: 'a', groups: ['x'] }, remove: ['email'] }]);
    const { access_token } = await tokensOf(server);
    const headers = basic(adminBot.clientId, adminBot.clientSecret);
    const introspected = await postForm(server, INTROSPECTION, { token: access_token }, headers);
    const userinfo = await server.call(`GET ${USERINFO}`, { token: access_token });

    expect(introspected.body).toMatchObject({ active: true, team: 'a', groups: ['x'], sub: researcher.id });
    expect(userinfo.body).toMatchObject({ sub: researcher.id, team: 'a', groups: ['x'] });
    expect(userinfo.body).not.toHaveProperty('email');
  });

  it('for a subject by its name agree with introspection although they change this name', async () => {
    const server = await changed([{ sub: researcher.email, set: { preferred_username: 'x', team: 'a' } }]);
    const { access_token } = await tokensOf(server);
    const headers = basic(adminBot.clientId, adminBot.clientSecret);
    const { body } = await postForm(server, INTROSPECTION, { token: access_token }, headers);

    expect(body).toMatchObject({ active: true, preferred_username: 'x', team: 'a' });
  });

  it.each(['iss', 'exp', 'iat', 'nbf', 'jti', 'sub', 'azp', 'typ', 'sid', 'tenant_id'])(
    'leave `%s` alone: 400 names the zoo and the clock',
    async (name) => {
      const server = await runaiServer();
      for (const rule of [{ set: { [name]: 'x' } }, { remove: [name] }]) {
        const { status, body } = await put(server, [{ set: { team: 'a' } }, rule]);

        expect(status).toBe(400);
        for (const word of ['`rules.1`', `\`${name}\``, 'zoo', 'clock']) expect(body.detail).toContain(word);
      }
      expect((await server.call(`GET ${RULES}`)).body).toEqual({ rules: [] });
    },
  );

  it.each([
    ['x', 1],
    ['漢', 6],
    ['?', 6],
  ])('must fit into headers, where `%s` takes %i characters', async (character, length) => {
    const server = await runaiServer();
    const filled = (characters: number) => [{ set: { long: character.repeat(Math.floor(characters / length)) } }];
    const { status, body } = await put(server, filled(5000));

    expect(status).toBe(400);
    expect(body.detail).toContain('4096');
    expect((await put(server, filled(4060))).status).toBe(200);
    const { access_token } = await tokensOf(server);
    expect((await server.call(`GET ${USERINFO}`, { token: access_token })).status).toBe(200);
    const headers = basic(adminBot.clientId, adminBot.clientSecret);
    const introspected = await postForm(server, INTROSPECTION, { token: access_token }, headers);
    expect(introspected.body.active).toBe(true);
  });

  it('are those of a world, of its seed again after a reset, and kept by a snapshot', async () => {
    const seed = { extends: 'builtin', runai: { claims: [{ set: { seeded: true } }] } };
    const server = await runaiServer({}, { seed });
    expect(claimsOf(await server.tokenOf(admin))).toHaveProperty('seeded', true);
    await put(server, [{ set: { team: 'a' } }]);
    const { body: snapshot } = await server.call('POST /_mock/snapshots', { body: {} });
    await server.call('POST /_mock/worlds', { body: { id: 'other' } });

    expect((await server.call(`GET /w/other${RULES}`)).body.rules).toEqual(seed.runai.claims);
    await server.call('POST /_mock/reset');
    expect((await server.call(`GET ${RULES}`)).body.rules).toEqual(seed.runai.claims);
    await server.call(`POST /_mock/snapshots/${snapshot.id}/restore`, { body: {} });
    expect((await server.call(`GET ${RULES}`)).body.rules).toEqual([{ set: { team: 'a' } }]);
  });

  it('of a seed must not change what the mock reads', async () => {
    const seed = { extends: 'builtin', runai: { claims: [{ set: { exp: 1 } }] } };

    await expect(runaiServer({}, { seed })).rejects.toThrow(/`runai\.claims\[0\]` must not change `exp`/);
  });

  it('of a seed may set a claim with any name', async () => {
    const claims = JSON.parse('[{"set":{"__proto__":{"a":1},"constructor":2}},{"remove":["constructor"]}]');
    const server = await runaiServer({}, { seed: { extends: 'builtin', runai: { claims } } });
    const { access_token } = await tokensOf(server);
    const headers = basic(adminBot.clientId, adminBot.clientSecret);
    const { body } = await postForm(server, INTROSPECTION, { token: access_token }, headers);

    for (const found of [claimsOf(access_token), body])
      expect(Object.entries(found)).toContainEqual(['__proto__', { a: 1 }]);
  });

  it('are not applied to tokens that `POST /_mock/tokens` makes', async () => {
    const server = await changed([{ set: { team: 'a' } }]);
    const { body } = await server.call('POST /_mock/tokens', { body: { for: admin.email } });

    expect(claimsOf(body.token)).not.toHaveProperty('team');
  });

  it('are applied by the token endpoint of the realm, too', async () => {
    const server = await changed([{ clientId: adminBot.clientId, set: { team: 'a' } }]);
    const { clientId, clientSecret } = adminBot;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const { body } = await postForm(server, REALM_TOKEN, form);

    expect(claimsOf(body.access_token)).toHaveProperty('team', 'a');
  });
});
