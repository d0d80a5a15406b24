/** Custom tokens and the token zoo, through HTTP. */
import { describe, expect, it } from 'vitest';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import { type Request, START, type TestServer, testServer } from '../../support/server.ts';
import { claimsOf, DOOR_NAMES, DOORS, makeWorld } from '../../support/worlds.ts';

type Call = TestServer['call'];
interface ZooEntry {
  readonly name: string;
  readonly token: string;
  readonly verdict: string;
  readonly must: boolean;
}

const SECOND = START / 1000;
const mintToken = (call: Call, body: Request['body']) => call('POST /_mock/tokens', { body });
/** Returns the reason why the mock rejects a token, or else the status. */
const tryToken = async (call: Call, token: string): Promise<string> => {
  const { status, decision } = await call('GET /api/v1/access-keys', { token });
  return status === 401 ? decision.reason : String(status);
};
const server = await testServer();
const { call } = server;

describe('a custom token', () => {
  it('has the claims of a token of the token endpoint, except `jti`', async () => {
    const { body, status, headers } = await mintToken(call, { for: researcher.email });
    const expected = claimsOf(await server.tokenOf(researcher));

    expect([status, headers['cache-control']]).toEqual([201, 'no-store']);
    expect(body.claims).toEqual({ ...expected, jti: expect.any(String) });
    expect(claimsOf(body.token)).toEqual(body.claims);
    expect(await tryToken(call, body.token)).toBe('200');
  });

  it.each([
    ['a user by e-mail', admin.email, admin.email],
    ['a user by id', researcher.id, researcher.email],
    ['an access key by id', researcher.accessKey.id, researcher.email],
    ['an application by name', application.name, application.name],
    ['a service account by name', adminBot.name, adminBot.name],
  ])('is issued for %s', async (_title, subject, name) => {
    const { body } = await mintToken(call, { for: subject });

    expect(body.claims.preferred_username).toBe(name);
    expect(await tryToken(call, body.token)).toBe('200');
  });

  it.each<[title: string, options: object, reason: string]>([
    ['with a past expiry', { expiresIn: '-1s' }, 'expired_token'],
    ['with a future expiry', { expiresIn: '15m' }, '200'],
    ['with an unknown subject', { claims: { sub: 'nobody' } }, 'unknown_subject'],
    ['of another tenant', { claims: { tenant_id: 7 } }, 'wrong_tenant'],
    ['with a later `iat`', { claims: { iat: SECOND + 60 } }, 'not_yet_valid'],
    ['with additional members', { claims: { more: { a: [1] } }, header: { more: 1 } }, '200'],
    ['with an unknown signing key', { sign: 'unknown-key' }, 'unknown_key_id'],
    ['of another world', { claims: { sid: 'a.elsewhere' } }, 'other_world'],
  ])('%s has the expected outcome', async (_title, options, reason) => {
    const { body } = await mintToken(call, { for: researcher.email, ...options });
    const outcome = await tryToken(call, body.token);

    expect(outcome === 'world_gone' ? 'other_world' : outcome).toBe(reason);
  });

  it('with a past expiry has an `iat` before it', async () => {
    const { claims } = (await mintToken(call, { for: researcher.email, expiresIn: '-1s' })).body;

    expect(claims).toMatchObject({ exp: SECOND - 1, iat: SECOND - 3601 });
  });

  it('is rejected for a deleted user, and their earlier tokens have an unknown subject', async () => {
    const { call: own } = await makeWorld(server);
    const { token } = (await mintToken(own, { for: admin.email })).body;
    const older = (await mintToken(own, { for: researcher.email })).body.token;
    expect((await own(`DELETE /api/v1/users/${researcher.id}`, { token })).status).toBe(204);

    expect((await mintToken(own, { for: researcher.email })).status).toBe(400);
    expect(await tryToken(own, older)).toBe('unknown_subject');
  });

  it.each<[title: string, options: object, message: string]>([
    ['for an unknown principal', { for: 'reseacher@acme.test' }, '`researcher@acme.test`'],
    ['with a lifetime without a unit', { for: admin.email, expiresIn: '15' }, '`expiresIn` must be'],
    ['with two expiries', { for: admin.email, expiresIn: '1s', claims: { exp: 1 } }, '`claims.exp`'],
    ['with an unknown way to sign', { for: admin.email, sign: 'rot13' }, 'sign'],
    ['without a principal', {}, 'for'],
    ['with an unknown member', { for: admin.email, claim: {} }, 'claim'],
  ])('%s is rejected', async (_title, options, message) => {
    const { status, body } = await mintToken(call, options);

    expect(status).toBe(400);
    expect(body.detail).toContain(message);
  });

  it('is rejected with 409 in a world without principals', async () => {
    const { call: empty } = await makeWorld(server, { seed: 'none' });

    for (const answer of [await mintToken(empty, { for: 'a' }), await empty('GET /_mock/tokens/zoo')]) {
      expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('no user or service account')]);
    }
  });
});

/** Reasons for which the mock rejects tokens of the zoo. */
const REASONS: Readonly<Record<string, string>> = {
  expired: 'expired_token',
  'expired-as-text': 'malformed_token',
  'expired-the-second-time': 'expired_token',
  'expired-a-second-ago': 'expired_token',
  'no-expiry': 'malformed_token',
  'not-yet-valid': 'not_yet_valid',
  'no-subject': 'malformed_token',
  'wrong-issuer': 'wrong_issuer',
  'issuer-that-begins-alike': 'wrong_issuer',
  'no-issuer': 'malformed_token',
  'id-token': 'malformed_token',
  'tenant-of-somebody-else': 'wrong_tenant',
  'unknown-key': 'unknown_key_id',
  'unknown-key-under-a-known-id': 'bad_signature',
  'retired-key': 'unknown_key_id',
  'wrong-key-id': 'unknown_key_id',
  'no-key-id': 'unknown_key_id',
  'key-in-the-header': 'unknown_key_id',
  'key-behind-a-url': 'unknown_key_id',
  'certificate-in-the-header': 'unknown_key_id',
  'hs256-with-the-public-key': 'unsupported_algorithm',
  'another-algorithm-of-the-key': 'unsupported_algorithm',
  'alg-none': 'unsupported_algorithm',
  'alg-none-in-odd-case': 'unsupported_algorithm',
  'algorithm-said-twice': 'unsupported_algorithm',
  'no-signature': 'bad_signature',
  'all-zero-signature': 'bad_signature',
  'changed-payload': 'bad_signature',
  'unknown-extension': 'malformed_token',
  'unencoded-payload': 'malformed_token',
  'payload-that-is-a-list': 'malformed_token',
  'padded-base64': 'malformed_token',
  'other-characters-in-the-signature': 'malformed_token',
  'bits-that-say-nothing': 'malformed_token',
  'two-parts': 'malformed_token',
  'four-parts': 'malformed_token',
  'no-jwt': 'malformed_token',
  'with-its-scheme': 'malformed_token',
  'typ-of-another-kind': 'malformed_token',
};

/** Like Run:ai as far as is known, the mock does not check `aud`, so it accepts these. */
const AUDIENCE_TOKENS = ['wrong-audience', 'list-without-the-audience', 'audience-that-begins-alike', 'no-audience'];

describe.each(['RS256', 'ES256'] as const)('the token zoo with %s', (algorithm) => {
  it('is accepted and rejected by the mock as its verdicts require', async () => {
    const own = await testServer({ signingKey: algorithm });
    const { body } = await own.call('GET /_mock/tokens/zoo');
    const entries: readonly ZooEntry[] = body.tokens;
    const outcomes = await Promise.all(entries.map(async ({ token }) => tryToken(own.call, token)));

    expect(body).toMatchObject({
      issuer: 'http://localhost:6625/auth/realms/acme',
      jwksUri: 'http://localhost:6625/auth/realms/acme/protocol/openid-connect/certs',
      audience: null,
      algorithms: [algorithm],
    });
    for (const [index, { name, verdict, must }] of entries.entries()) {
      expect([name, outcomes[index]]).toEqual([name, REASONS[name] ?? '200']);
      if (verdict === 'depends') expect(must).toBe(false);
      else expect([name, outcomes[index] === '200']).toEqual([name, verdict === 'accept']);
    }
  });
});

describe('the token zoo', () => {
  it('with an audience is accepted and rejected as its verdicts require, except audience tokens', async () => {
    const entries: readonly ZooEntry[] = (await call('GET /_mock/tokens/zoo?audience=api')).body.tokens;
    for (const { name, token, verdict } of entries) {
      const outcome = await tryToken(call, token);
      expect([name, outcome]).toEqual([name, REASONS[name] ?? '200']);
      if (AUDIENCE_TOKENS.includes(name)) expect([name, outcome]).toEqual([name, '200']);
      else if (verdict !== 'depends') expect([name, outcome === '200']).toEqual([name, verdict === 'accept']);
    }
  });

  it('with an audience has additional tokens, and the other tokens have the audience', async () => {
    const [withoutAudience, withAudience] = [
      (await call('GET /_mock/tokens/zoo')).body.tokens as readonly ZooEntry[],
      (await call('GET /_mock/tokens/zoo?audience=a%26b')).body.tokens as readonly ZooEntry[],
    ];
    const listNames = (all: readonly ZooEntry[]) => all.map(({ name }) => name);
    const added = listNames(withAudience).filter((name) => !listNames(withoutAudience).includes(name));

    expect(added.sort()).toEqual([
      'audience-in-a-list',
      'audience-that-begins-alike',
      'list-without-the-audience',
      'no-audience',
      'wrong-audience',
    ]);
    const readAudience = (all: readonly ZooEntry[], name: string) =>
      claimsOf(all.find((entry) => entry.name === name)?.token ?? '').aud;
    expect(readAudience(withoutAudience, 'valid')).toBeUndefined();
    for (const name of ['valid', 'expired', 'unknown-key']) expect(readAudience(withAudience, name)).toBe('a&b');
    expect(readAudience(withAudience, 'audience-in-a-list')).toContain('a&b');
  });

  it('has a token with a URL of the key of an attacker, which the issuer does not publish', async () => {
    const { id, call: own } = await makeWorld(server);
    const tokens: readonly ZooEntry[] = (await own('GET /_mock/tokens/zoo')).body.tokens;
    const [head = ''] = tokens.find(({ name }) => name === 'key-behind-a-url')?.token.split('.') ?? [];
    const { jku, kid } = JSON.parse(Buffer.from(head, 'base64url').toString());
    const { pathname } = new URL(jku);
    const { body } = await call(`GET ${pathname}`);

    expect(pathname).toBe(`/w/${id}/_mock/tokens/zoo/keys`);
    expect(body.keys.map((key: { kid: string }) => key.kid)).toEqual([kid]);
    expect(Object.keys(body.keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    const published = await call('GET /auth/realms/acme/protocol/openid-connect/certs');
    expect(JSON.stringify(published.body)).not.toContain(kid);
  });
});

describe('a rotation of the signing key', () => {
  it('signs with a new key, and accepts tokens of the old one for the overlap', async () => {
    const own = await testServer({ signingKey: 'ES256' });
    const before = (await mintToken(own.call, { for: admin.email })).body;
    const { status, body } = await own.call('POST /_mock/tokens/rotate-signing-key', { body: { overlap: '30s' } });
    const after = (await mintToken(own.call, { for: admin.email })).body;

    expect(status).toBe(200);
    expect(body).toEqual({
      kid: after.header.kid,
      previous: { kid: before.header.kid, until: new Date(START + 30_000).toISOString() },
    });
    expect(await tryToken(own.call, before.token)).toBe('200');
    await own.call('POST /_mock/clock/advance', { body: { by: '30s' } });
    expect(await tryToken(own.call, before.token)).toBe('unknown_key_id');
  });

  it.each(['0s', 'soon', '9999999d'])('refuses the overlap %s', async (overlap) => {
    const { status, body } = await call('POST /_mock/tokens/rotate-signing-key', { body: { overlap } });

    expect([status, body.detail]).toEqual([400, expect.stringContaining('`overlap`')]);
  });
});

describe('a revocation of all tokens', () => {
  const revoke = (callOf: Call, principal: string) => callOf('POST /_mock/tokens/revoke', { body: { principal } });
  const { username, password } = { username: researcher.email, password: researcher.password };
  const logIn = async (callOf: Call) =>
    (await callOf('POST /api/v1/token', { body: { grantType: 'password', username, password } })).body;

  it('refuses tokens of every kind, and accepts those of the same second', async () => {
    const { call: own } = await makeWorld(server);
    const cast = (await own('GET /_mock/cast')).body;
    const user = cast.runai.users.find(({ email }: { email: string }) => email === researcher.email);
    const { clientId, clientSecret } = user.accessKeys[0];
    const order = { grantType: 'client_credentials', clientId, clientSecret };
    const grant = async () => (await own('POST /api/v1/token', { body: order })).body.accessToken;
    const { accessToken, refreshToken } = await logIn(own);
    const { bearer } = user;
    const others = (await mintToken(own, { for: adminBot.name })).body.token;
    const tokens = [await grant(), accessToken, (await mintToken(own, { for: researcher.email })).body.token, bearer];
    expect(tokens).toEqual(Array(4).fill(expect.stringContaining('.')));
    for (const token of tokens) expect(await tryToken(own, token)).toBe('200');

    for (let round = 1; round <= 2; round++) {
      const { status, body } = await revoke(own, researcher.email.toUpperCase());
      expect([status, body.principal, body.logins]).toEqual([
        200,
        { id: researcher.id, name: researcher.email },
        round === 1 ? 1 : 0,
      ]);
      for (const token of tokens) expect(await tryToken(own, token)).toBe('revoked_token');
      tokens.push(await grant());
      expect(await tryToken(own, tokens.at(-1) ?? '')).toBe('200');
    }
    const refreshed = await own('POST /api/v1/token', {
      body: { grantType: 'refresh_token', refreshToken },
    });
    expect([refreshed.status, refreshed.decision.reason]).toEqual([400, 'revoked_refresh_token']);
    expect(await tryToken(own, (await logIn(own)).accessToken)).toBe('200');
    expect(await tryToken(own, others)).toBe('200');
    await own('POST /_mock/reset');
    expect(await tryToken(own, bearer)).toBe('200');
  });

  it('refuses tokens of an access key that was deleted', async () => {
    const { call: own } = await makeWorld(server);
    const token = (await mintToken(own, { for: admin.email })).body.token;
    const created = await own('POST /api/v1/access-keys', { token, body: { name: 'ci' } });
    const { id, clientId, clientSecret } = created.body;
    const order = { grantType: 'client_credentials', clientId, clientSecret };
    const { accessToken } = (await own('POST /api/v1/token', { body: order })).body;
    await own(`DELETE /api/v1/access-keys/${id}`, { token });

    expect(await tryToken(own, accessToken)).toBe('200');
    await revoke(own, admin.email);
    expect(await tryToken(own, accessToken)).toBe('revoked_token');
  });

  it.each([
    ['researchr@acme.test', 404, `\`${researcher.email}\``],
    ['nvcf-deployer', 400, '`DELETE /_mock/keys/{id}`'],
    ['', 400, '`principal`'],
  ])('refuses the principal %s', async (principal, expected, text) => {
    const { status, body } = await revoke(call, principal);

    expect([status, body.detail]).toEqual([expected, expect.stringContaining(text)]);
  });
});

describe('a token of a world', () => {
  it.each(DOOR_NAMES)('is accepted only there and has the issuer of the request: %s', async (door) => {
    const [first, second] = [await makeWorld(server), await makeWorld(server)];
    const callDoor: Call = DOORS[door](server, first.id);
    const { token, claims } = (await mintToken(callDoor, { for: researcher.email })).body;
    const { issuer, tokens } = (await callDoor('GET /_mock/tokens/zoo')).body;
    const zooToken = tokens.find(({ name }: ZooEntry) => name === 'valid').token;

    expect(claims.iss).toBe(issuer);
    for (const valid of [token, zooToken]) {
      expect(await tryToken(callDoor, valid)).toBe('200');
      expect(await tryToken(second.call, valid)).toBe('other_world');
    }
  });

  it('is signed with the new key after a rotation, as are those of the zoo', async () => {
    const own = await testServer({ signingKey: 'ES256' });
    const { kid } = await own.world.signingKeys.rotate(START);
    const { tokens } = (await own.call('GET /_mock/tokens/zoo')).body;
    const valid = tokens.find(({ name }: ZooEntry) => name === 'valid').token;

    expect((await mintToken(own.call, { for: admin.email })).body.header.kid).toBe(kid);
    expect(await tryToken(own.call, valid)).toBe('200');
  });
});
