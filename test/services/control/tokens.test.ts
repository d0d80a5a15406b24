/** Tokens by order, and the zoo, through HTTP. */
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
const mint = (call: Call, body: Request['body']) => call('POST /_mock/tokens', { body });
/** What the mock makes of a token: whom it stands for, or why not. */
const judged = async (call: Call, token: string): Promise<string> => {
  const { status, decision } = await call('GET /api/v1/access-keys', { token });
  return status === 401 ? decision.reason : String(status);
};
const server = await testServer();
const { call } = server;

describe('a token by order', () => {
  it('is what the token endpoint gives, but for its id', async () => {
    const { body, status, headers } = await mint(call, { for: researcher.email });
    const given = claimsOf(await server.tokenOf(researcher));

    expect([status, headers['cache-control']]).toEqual([201, 'no-store']);
    expect(body.claims).toEqual({ ...given, jti: expect.any(String) });
    expect(claimsOf(body.token)).toEqual(body.claims);
    expect(await judged(call, body.token)).toBe('200');
  });

  it.each([
    ['a user by e-mail', admin.email, admin.email],
    ['a user by id', researcher.id, researcher.email],
    ['an access key by id', researcher.accessKey.id, researcher.email],
    ['an access key by client id', researcher.accessKey.clientId, researcher.email],
    ['an application by name', application.name, application.name],
    ['a service account by client id', adminBot.clientId, adminBot.name],
    ['a service account by name', adminBot.name, adminBot.name],
  ])('is for %s', async (_what, who, name) => {
    const { body } = await mint(call, { for: who });

    expect(body.claims.preferred_username).toBe(name);
    expect(await judged(call, body.token)).toBe('200');
  });

  it.each<[what: string, order: object, reason: string]>([
    ['expired', { expiresIn: '-1s' }, 'expired_token'],
    ['that lasts', { expiresIn: '15m' }, '200'],
    ['of another issuer', { claims: { iss: 'http://other' } }, 'wrong_issuer'],
    ['of nobody', { claims: { sub: 'nobody' } }, 'unknown_subject'],
    ['without a client', { claims: { azp: null } }, 'malformed_token'],
    ['of another tenant', { claims: { tenant_id: 7 } }, 'wrong_tenant'],
    ['that begins later', { claims: { nbf: SECOND + 60 } }, 'not_yet_valid'],
    ['from the future', { claims: { iat: SECOND + 60 } }, 'not_yet_valid'],
    ['that is an ID token', { claims: { typ: 'ID' } }, 'malformed_token'],
    ['with an extension', { header: { crit: ['x'], x: 1 } }, 'malformed_token'],
    ['with more than is known', { claims: { more: { a: [1] } }, header: { more: 1 } }, '200'],
    ['of a key that nobody knows', { sign: 'unknown-key' }, 'unknown_key_id'],
    ['of a key that is gone', { sign: 'retired-key' }, 'unknown_key_id'],
    ['by the public key as a secret', { sign: 'hs256-public' }, 'unsupported_algorithm'],
    ['that nobody signed', { sign: 'none' }, 'unsupported_algorithm'],
    ['of another world', { claims: { sid: 'a.elsewhere' } }, 'other_world'],
  ])('%s is what the mock says it is', async (_what, order, reason) => {
    const { body } = await mint(call, { for: researcher.email, ...order });
    const said = await judged(call, body.token);

    expect(said === 'world_gone' ? 'other_world' : said).toBe(reason);
  });

  it('that has expired was issued before that, as real ones are', async () => {
    const { claims } = (await mint(call, { for: researcher.email, expiresIn: '-1s' })).body;

    expect(claims).toMatchObject({ exp: SECOND - 1, iat: SECOND - 3601 });
  });

  it('cannot be had for somebody who is gone, though their older ones are told as theirs', async () => {
    const { call: own } = await makeWorld(server);
    const { token } = (await mint(own, { for: admin.email })).body;
    const older = (await mint(own, { for: researcher.email })).body.token;
    expect((await own(`DELETE /api/v1/users/${researcher.id}`, { token })).status).toBe(204);

    expect((await mint(own, { for: researcher.email })).status).toBe(400);
    expect(await judged(own, older)).toBe('unknown_subject');
  });

  it.each<[what: string, order: object, said: string]>([
    ['of nobody', { for: 'reseacher@acme.test' }, '`researcher@acme.test`'],
    ['of an empty name', { for: '' }, 'for'],
    ['for no time', { for: admin.email, expiresIn: '15' }, '`expiresIn` must be'],
    ['for less than no time', { for: admin.email, expiresIn: '--1s' }, '`expiresIn` must be'],
    ['with two ends', { for: admin.email, expiresIn: '1s', claims: { exp: 1 } }, '`claims.exp`'],
    ['signed in an unknown way', { for: admin.email, sign: 'rot13' }, 'sign'],
    ['whose claims are a list', { for: admin.email, claims: [] }, 'claims'],
    ['that says nobody', {}, 'for'],
    ['with more than is asked', { for: admin.email, claim: {} }, 'claim'],
  ])('%s is refused with what to change', async (_what, order, said) => {
    const { status, body } = await mint(call, order);

    expect(status).toBe(400);
    expect(body.detail).toContain(said);
  });

  it('cannot be had where there is nobody', async () => {
    const { call: empty } = await makeWorld(server, { seed: 'none' });

    for (const answer of [await mint(empty, { for: 'a' }), await empty('GET /_mock/tokens/zoo')]) {
      expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('no user or service account')]);
    }
  });
});

/** What the mock says to tokens of the zoo that it does not accept. */
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

/** The mock has no audience, as far as anybody knows of Run:ai: these are not for it, and it does not look at `aud`. */
const ABOUT_THE_AUDIENCE = ['wrong-audience', 'list-without-the-audience', 'audience-that-begins-alike', 'no-audience'];

describe.each(['RS256', 'ES256'] as const)('the zoo, with %s', (algorithm) => {
  it('has its verdicts from the mock as well: what must be refused is, for its reason', async () => {
    const own = await testServer({ signingKey: algorithm });
    const { body } = await own.call('GET /_mock/tokens/zoo');
    const entries: readonly ZooEntry[] = body.tokens;
    const said = await Promise.all(entries.map(async ({ token }) => judged(own.call, token)));

    expect(body).toMatchObject({
      issuer: 'http://localhost:6625/auth/realms/acme',
      jwksUri: 'http://localhost:6625/auth/realms/acme/protocol/openid-connect/certs',
      audience: null,
      algorithms: [algorithm],
    });
    for (const [at, { name, verdict, must }] of entries.entries()) {
      expect([name, said[at]]).toEqual([name, REASONS[name] ?? '200']);
      if (verdict === 'depends') expect(must).toBe(false);
      else expect([name, said[at] === '200']).toEqual([name, verdict === 'accept']);
    }
  });
});

describe('the zoo', () => {
  it('has its verdicts from the mock with an audience, too, but for those about the audience', async () => {
    const entries: readonly ZooEntry[] = (await call('GET /_mock/tokens/zoo?audience=api')).body.tokens;
    for (const { name, token, verdict } of entries) {
      const said = await judged(call, token);
      expect([name, said]).toEqual([name, REASONS[name] ?? '200']);
      if (ABOUT_THE_AUDIENCE.includes(name)) expect([name, said]).toEqual([name, '200']);
      else if (verdict !== 'depends') expect([name, said === '200']).toEqual([name, verdict === 'accept']);
    }
  });

  it('has tokens about the audience if there is one, and gives it to the others', async () => {
    const [without, withOne] = [
      (await call('GET /_mock/tokens/zoo')).body.tokens as readonly ZooEntry[],
      (await call('GET /_mock/tokens/zoo?audience=a%26b')).body.tokens as readonly ZooEntry[],
    ];
    const names = (all: readonly ZooEntry[]) => all.map(({ name }) => name);
    const added = names(withOne).filter((name) => !names(without).includes(name));

    expect(added.sort()).toEqual([
      'audience-in-a-list',
      'audience-that-begins-alike',
      'list-without-the-audience',
      'no-audience',
      'wrong-audience',
    ]);
    const audience = (all: readonly ZooEntry[], name: string) =>
      claimsOf(all.find((one) => one.name === name)?.token ?? '').aud;
    expect(audience(without, 'valid')).toBeUndefined();
    for (const name of ['valid', 'expired', 'unknown-key']) expect(audience(withOne, name)).toBe('a&b');
    expect(audience(withOne, 'audience-in-a-list')).toContain('a&b');
  });

  it('names a URL of its own for the key of an attacker, which is none of the issuer', async () => {
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

  it('gives that key without the admin token, and no token without it', async () => {
    const guarded = await testServer({ adminToken: 'a-long-admin-token' });

    expect((await guarded.call('GET /_mock/tokens/zoo/keys')).status).toBe(200);
    expect((await guarded.call('GET /_mock/tokens/zoo')).status).toBe(401);
    expect((await mint(guarded.call, { for: admin.email })).status).toBe(401);
  });

  it.each(['audience=', `audience=${'a'.repeat(1001)}`])('refuses an audience that is none: %s', async (query) => {
    const { status, body } = await call(`GET /_mock/tokens/zoo?${query}`);

    expect([status, body.detail]).toEqual([400, expect.stringContaining('audience')]);
  });
});

describe('a world', () => {
  it.each(DOOR_NAMES)('has tokens of its own, under the name by which it was asked: by %s', async (door) => {
    const [one, other] = [await makeWorld(server), await makeWorld(server)];
    const into: Call = DOORS[door](server, one.id);
    const { token, claims } = (await mint(into, { for: researcher.email })).body;
    const { issuer, tokens } = (await into('GET /_mock/tokens/zoo')).body;
    const valid = tokens.find(({ name }: ZooEntry) => name === 'valid').token;

    expect(claims.iss).toBe(issuer);
    for (const good of [token, valid]) {
      expect(await judged(into, good)).toBe('200');
      expect(await judged(other.call, good)).toBe('other_world');
    }
  });

  it('has right and wrong tokens while ten others run with other faults and other keys', async () => {
    const crowd = await testServer({ signingKey: 'ES256' });
    const others = await Promise.all(Array.from({ length: 10 }, () => makeWorld(crowd)));
    await Promise.all(
      others.map(async ({ id, call: other }, at) => {
        await other('POST /_mock/faults', { body: { match: { service: 'runai' }, do: { status: 503 } } });
        const world = crowd.worlds.find(id);
        if (at % 2 === 0) await world?.signingKeys.rotate(world.clock.now());
      }),
    );
    const { call: own } = await makeWorld(crowd);
    const right = (await mint(own, { for: researcher.email })).body.token;
    const wrong = (await mint(own, { for: researcher.email, expiresIn: '-1s' })).body.token;
    const { kid } = (await mint(own, { for: researcher.email })).body.header;

    expect([await judged(own, right), await judged(own, wrong)]).toEqual(['200', 'expired_token']);
    expect((await mint(others[0]?.call ?? own, { for: researcher.email })).body.header.kid).not.toBe(kid);
    expect((await mint(others[1]?.call ?? own, { for: researcher.email })).body.header.kid).toBe(kid);
  });

  it('whose key was replaced signs its tokens, and those of the zoo, with the new one', async () => {
    const own = await testServer({ signingKey: 'ES256' });
    const { kid } = await own.world.signingKeys.rotate(START);
    const { tokens } = (await own.call('GET /_mock/tokens/zoo')).body;
    const valid = tokens.find(({ name }: ZooEntry) => name === 'valid').token;

    expect((await mint(own.call, { for: admin.email })).body.header.kid).toBe(kid);
    expect(await judged(own.call, valid)).toBe('200');
  });
});
