import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { admin, adminBot, plainBot, researcher } from '../../support/cast.ts';
import { basic, INTROSPECTION, postForm, REALM_TOKEN, tokensOf, USERINFO } from '../../support/oauth.ts';
import { type RunaiServer, runaiServer } from '../../support/runai.ts';

const RULES = '/_mock/tokens/claims';
const putRules = (server: RunaiServer, rules: object[]) => server.call(`PUT ${RULES}`, { body: { rules } });

async function startServerWithRules(rules: object[], config: object = {}): Promise<RunaiServer> {
  const server = await runaiServer(config);
  const { status, body } = await putRules(server, rules);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body).toEqual({ rules });
  return server;
}

const readClaims = (token: string) => decodeJwt<Record<string, unknown>>(token);

describe('claim rules for issued tokens', async () => {
  const unchanged = await runaiServer();

  it.each(['2.24', '3.0'] as const)('change access tokens of %s, which the mock accepts', async (runai) => {
    const server = await runaiServer({ runai });
    const before = readClaims(await server.tokenOf(admin));
    await putRules(server, [{ set: { department: 'vision', levels: [1, 2] }, remove: ['email_verified', 'unknown'] }]);
    const token = await server.tokenOf(admin);
    const { email_verified: _, ...rest } = before;

    expect(readClaims(token)).toEqual({
      ...rest,
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
      department: 'vision',
      levels: [1, 2],
    });
    expect((await server.call('GET /api/v1/workloads', { token })).status).toBe(200);
  });

  it('apply to a subject by id, email address or name, and to a client', async () => {
    const server = await startServerWithRules([
      { sub: admin.id, set: { byId: true } },
      { sub: admin.email, set: { byEmail: true } },
      { clientId: adminBot.clientId, set: { byClient: true } },
      { sub: plainBot.name, clientId: adminBot.clientId, set: { byBoth: true } },
    ]);
    const ofAdmin = readClaims(await server.tokenOf(admin));
    const { body } = await server.login(adminBot.clientId, adminBot.clientSecret);
    const ofBot = readClaims(body.accessToken);

    expect(ofAdmin).toMatchObject({ byId: true, byEmail: true });
    expect(ofAdmin).not.toHaveProperty('byClient');
    expect(ofBot).toHaveProperty('byClient', true);
    expect(ofBot).not.toHaveProperty('byBoth');
    expect(ofBot).not.toHaveProperty('byId');
  });

  it('are applied in order, and PUT replaces all of them', async () => {
    const server = await startServerWithRules([
      { set: { team: 'a' } },
      { set: { team: 'b', level: 1 } },
      { remove: ['level'] },
    ]);

    expect(readClaims(await server.tokenOf(admin))).toMatchObject({ team: 'b' });
    expect(readClaims(await server.tokenOf(admin))).not.toHaveProperty('level');
    await putRules(server, [{ set: { level: 2 } }]);
    expect(readClaims(await server.tokenOf(admin))).toHaveProperty('level', 2);
    expect(readClaims(await server.tokenOf(admin))).not.toHaveProperty('team');
    expect((await server.call(`DELETE ${RULES}`)).status).toBe(204);
    expect((await server.call(`GET ${RULES}`)).body).toEqual({ rules: [] });
    expect(readClaims(await server.tokenOf(admin))).not.toHaveProperty('level');
  });

  it('change ID tokens, but not their audience, and no refresh token', async () => {
    const server = await startServerWithRules([{ set: { team: 'a', aud: 'my-api' } }]);
    const { id_token, access_token, refresh_token } = await tokensOf(server);

    expect(readClaims(access_token)).toMatchObject({ team: 'a', aud: 'my-api' });
    expect(readClaims(String(id_token))).toMatchObject({ team: 'a', aud: expect.not.stringMatching('my-api') });
    expect(readClaims(String(refresh_token))).not.toHaveProperty('team');
  });

  it('also change the claims of introspection and userinfo', async () => {
    const server = await startServerWithRules([{ set: { team: 'a', groups: ['x'] }, remove: ['email'] }]);
    const { access_token } = await tokensOf(server);
    const headers = basic(adminBot.clientId, adminBot.clientSecret);
    const introspected = await postForm(server, INTROSPECTION, { token: access_token }, headers);
    const userinfo = await server.call(`GET ${USERINFO}`, { token: access_token });

    expect(introspected.body).toMatchObject({ active: true, team: 'a', groups: ['x'], sub: researcher.id });
    expect(userinfo.body).toMatchObject({ sub: researcher.id, team: 'a', groups: ['x'] });
    expect(userinfo.body).not.toHaveProperty('email');
  });

  it('for a subject by name also change introspection if they change the name', async () => {
    const server = await startServerWithRules([{ sub: researcher.email, set: { preferred_username: 'x', team: 'a' } }]);
    const { access_token } = await tokensOf(server);
    const headers = basic(adminBot.clientId, adminBot.clientSecret);
    const { body } = await postForm(server, INTROSPECTION, { token: access_token }, headers);

    expect(body).toMatchObject({ active: true, preferred_username: 'x', team: 'a' });
  });

  it.each(['iss', 'exp', 'iat', 'nbf', 'jti', 'sub', 'azp', 'typ', 'sid', 'tenant_id'])(
    'cannot change `%s`: 400 names the zoo and the clock',
    async (name) => {
      for (const rule of [{ set: { [name]: 'x' } }, { remove: [name] }]) {
        const { status, body } = await putRules(unchanged, [{ set: { team: 'a' } }, rule]);

        expect(status).toBe(400);
        for (const word of ['`rules.1`', `\`${name}\``, 'zoo', 'clock']) expect(body.detail).toContain(word);
      }
      expect((await unchanged.call(`GET ${RULES}`)).body).toEqual({ rules: [] });
    },
  );

  it.each([
    ['x', 1],
    ['漢', 6],
    ['?', 6],
  ])(
    'are rejected if their claims exceed 4096 characters in a header, where `%s` takes %i',
    async (character, length) => {
      const server = await runaiServer();
      const createRules = (characters: number) => [
        { set: { long: character.repeat(Math.floor(characters / length)) } },
      ];
      const { status, body } = await putRules(server, createRules(5000));

      expect(status).toBe(400);
      expect(body.detail).toContain('4096');
      expect((await putRules(server, createRules(4060))).status).toBe(200);
      const { access_token } = await tokensOf(server);
      expect((await server.call(`GET ${USERINFO}`, { token: access_token })).status).toBe(200);
      const headers = basic(adminBot.clientId, adminBot.clientSecret);
      const introspected = await postForm(server, INTROSPECTION, { token: access_token }, headers);
      expect(introspected.body.active).toBe(true);
    },
  );

  it('belong to a world, are reset to its seed, and are restored with a snapshot', async () => {
    const seed = { extends: 'builtin', runai: { claims: [{ set: { seeded: true } }] } };
    const server = await runaiServer({}, { seed });
    expect(readClaims(await server.tokenOf(admin))).toHaveProperty('seeded', true);
    await putRules(server, [{ set: { team: 'a' } }]);
    const { body: snapshot } = await server.call('POST /_mock/snapshots', { body: {} });
    await server.call('POST /_mock/worlds', { body: { id: 'other' } });

    expect((await server.call(`GET /w/other${RULES}`)).body.rules).toEqual(seed.runai.claims);
    await server.call('POST /_mock/reset');
    expect((await server.call(`GET ${RULES}`)).body.rules).toEqual(seed.runai.claims);
    await server.call(`POST /_mock/snapshots/${snapshot.id}/restore`, { body: {} });
    expect((await server.call(`GET ${RULES}`)).body.rules).toEqual([{ set: { team: 'a' } }]);
  });

  it('of a seed cannot change `exp`', async () => {
    const seed = { extends: 'builtin', runai: { claims: [{ set: { exp: 1 } }] } };

    await expect(runaiServer({}, { seed })).rejects.toThrow(/`runai\.claims\[0\]` must not change `exp`/);
  });

  it('of a seed can set claims with the names of inherited properties', async () => {
    const claims = JSON.parse('[{"set":{"__proto__":{"a":1},"constructor":2}},{"remove":["constructor"]}]');
    const server = await runaiServer({}, { seed: { extends: 'builtin', runai: { claims } } });
    const { access_token } = await tokensOf(server);
    const headers = basic(adminBot.clientId, adminBot.clientSecret);
    const { body } = await postForm(server, INTROSPECTION, { token: access_token }, headers);

    for (const claims of [readClaims(access_token), body])
      expect(Object.entries(claims)).toContainEqual(['__proto__', { a: 1 }]);
  });

  it('are not applied to tokens of `POST /_mock/tokens`', async () => {
    const server = await startServerWithRules([{ set: { team: 'a' } }]);
    const { body } = await server.call('POST /_mock/tokens', { body: { for: admin.email } });

    expect(readClaims(body.token)).not.toHaveProperty('team');
  });

  it('are applied at the token endpoint of the realm', async () => {
    const server = await startServerWithRules([{ clientId: adminBot.clientId, set: { team: 'a' } }]);
    const { clientId, clientSecret } = adminBot;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const { body } = await postForm(server, REALM_TOKEN, form);

    expect(readClaims(body.access_token)).toHaveProperty('team', 'a');
  });
});
