import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Problem, unauthenticatedProblem } from '../../../src/decisions/problem.ts';
import { RequestHints } from '../../../src/journal/request-hints.ts';
import { createKnownHosts } from '../../../src/lib/hosts.ts';
import { createSharedCache, WorldCache } from '../../../src/lib/memory.ts';
import { type AccessTokenAttempt, acceptToken } from '../../../src/services/runai/access-token.ts';
import { Grants } from '../../../src/services/runai/collections/grants.ts';
import { Identities } from '../../../src/services/runai/collections/identities.ts';
import type { VerifiedClaims } from '../../../src/tokens/verify.ts';
import { toySecrets } from '../../journal/toy-secrets.ts';
import { replaceMethods } from '../../support/replace-methods.ts';

const REALM = { issuerPath: '/auth/realms/acme', tenantId: '1001' };
const CLAIMS: VerifiedClaims = {
  iss: 'http://mock:6625/auth/realms/acme',
  sub: 'ada',
  azp: 'cli',
  iat: 1000,
  exp: 2000,
  kid: 'k',
};
const ADA = { id: 'ada', enabled: true };

afterEach(() => vi.restoreAllMocks());

interface TokenOptions {
  readonly claims?: Partial<VerifiedClaims>;
  readonly world?: string;
  readonly origin?: string;
  readonly identity?: { readonly id: string; readonly enabled: boolean } | null;
  readonly revoked?: readonly string[];
}

/** Creates a server that accepts any token, and counts the verified signatures. */
function createTokenServer({
  claims,
  world = 'default',
  origin = 'http://mock:6625',
  identity = ADA,
  revoked = [],
}: TokenOptions = {}) {
  const checkedIds: string[][] = [];
  const server = {
    now: 1_500_000,
    verified: 0,
    keyError: null as Problem | null,
    tokenError: null as unknown,
    checkedIds,
    hints: new RequestHints(toySecrets()),
    verifiedTokens: new WorldCache(createSharedCache<VerifiedClaims>(100_000)),
  };
  const tokens = {
    verify: async () => {
      server.verified += 1;
      if (server.tokenError !== null) throw server.tokenError;
      return { ...CLAIMS, ...claims };
    },
    checkKey: () => {
      if (server.keyError !== null) throw server.keyError;
    },
  };
  replaceMethods(Identities.prototype, { byId: async (id: string) => (identity?.id === id ? identity : null) });
  replaceMethods(Grants.prototype, {
    isOfRevoked: async () => false,
    isRevoked: async (ids: string[]) => {
      checkedIds.push(ids);
      return ids.some((id) => revoked.includes(id));
    },
  });
  const createAttempt = () =>
    ({
      now: server.now,
      origin,
      hosts: createKnownHosts(['mock', 'mock.test']),
      tokens,
      verifiedTokens: server.verifiedTokens,
      store: {},
      hints: server.hints,
      world: { id: world, deleted: { findDeletionTime: () => null } },
    }) as unknown as AccessTokenAttempt;
  return Object.assign(server, {
    accept: (token = 'token') => acceptToken(token, createAttempt(), REALM),
    readRefusal: (token = 'token') => acceptToken(token, createAttempt(), REALM).catch((thrown: unknown) => thrown),
  });
}
const readRefusalOf = (options: TokenOptions) => createTokenServer(options).readRefusal();

describe('an access token', () => {
  it('is rejected for its issuer or tenant before its expiry, and for its expiry before its subject', async () => {
    const exp = 1200;

    expect(await readRefusalOf({ claims: { exp, iss: 'http://elsewhere.test/auth/realms/acme' } })).toMatchObject({
      reason: 'wrong_issuer',
    });
    expect(await readRefusalOf({ claims: { exp, tenant_id: 1002 } })).toMatchObject({ reason: 'wrong_tenant' });
    expect(await readRefusalOf({ claims: { exp }, identity: null })).toMatchObject({ reason: 'expired_token' });
  });

  it('identifies its subject and its client', async () => {
    expect(await createTokenServer().accept()).toEqual({ identity: ADA, clientId: 'cli', claims: CLAIMS });
  });

  it('is rejected if its subject is unknown or disabled', async () => {
    expect(await readRefusalOf({ identity: null })).toMatchObject({
      reason: 'unknown_subject',
      message: 'The owner of the access token does not exist.',
    });
    expect(await readRefusalOf({ identity: { id: 'ada', enabled: false } })).toMatchObject({
      reason: 'disabled',
      message: 'The owner of the access token is disabled.',
    });
  });

  it('is rejected if it or its login was revoked', async () => {
    const claims = { jti: 'token-7', sid: 'login-7' };

    for (const revoked of [['token-7'], ['login-7']]) {
      expect(await readRefusalOf({ claims, revoked })).toMatchObject({
        reason: 'revoked_token',
        message: 'The access token was revoked.',
      });
    }
    expect(await createTokenServer({ claims, revoked: ['token-8'] }).accept()).toMatchObject({ clientId: 'cli' });
  });

  it('without `jti` and `sid` is checked for revocation with empty ids', async () => {
    const server = createTokenServer();
    await server.accept();

    expect(server.checkedIds).toEqual([['', '']]);
  });
});

describe('a cached token', () => {
  it('is verified once', async () => {
    const server = createTokenServer();
    await server.accept();
    await server.accept();
    expect(server.verified).toBe(1);

    await server.accept('another');
    expect(server.verified).toBe(2);
  });

  it.each([
    [
      'its lifetime',
      (server: ReturnType<typeof createTokenServer>) => Object.assign(server, { now: 2_000_000 }),
      'expired_token',
    ],
    [
      'its key',
      (server: ReturnType<typeof createTokenServer>) =>
        Object.assign(server, { keyError: unauthenticatedProblem('unknown_key_id', 'The key has expired.') }),
      'unknown_key_id',
    ],
  ] as const)('is removed from the cache at the end of %s', async (_what, expire, reason) => {
    const server = createTokenServer();
    await server.accept();
    expire(server);

    expect(await server.readRefusal()).toMatchObject({ reason });
    expect(server.verifiedTokens.get('token')).toBeUndefined();
  });
});

describe('a token of another world', () => {
  it('is rejected as `other_world` with the id of that world', async () => {
    const refusal = { kind: 'unauthenticated', reason: 'other_world', message: 'Issuer is not familiar.' };

    expect(await readRefusalOf({ claims: { sid: 's.team-a' } })).toMatchObject({ ...refusal, ofWorld: 'team-a' });
    expect(await readRefusalOf({ world: 'team-a' })).toMatchObject({ ...refusal, ofWorld: 'default' });
    expect(await readRefusalOf({ world: 'team-b', claims: { sid: 's.team-a' } })).toMatchObject({ ofWorld: 'team-a' });
    expect(await createTokenServer({ world: 'team-a', claims: { sid: 's.team-a' } }).accept()).toMatchObject({
      identity: ADA,
    });
  });

  it.each([
    ['has ended', { exp: 1200 }],
    ['has not begun by `nbf`', { nbf: 1800 }],
  ])('is rejected as `other_world` although its lifetime %s by the clock of this world', async (_what, times) => {
    const server = createTokenServer({ claims: { ...times, sid: 's.team-a' } });

    for (const _ of ['first', 'second']) {
      expect(await server.readRefusal()).toMatchObject({ reason: 'other_world', ofWorld: 'team-a' });
    }
    expect(server.verified).toBe(1);
  });

  it('is rejected as `other_world` although its key has expired in this world', async () => {
    const server = createTokenServer({ claims: { sid: 's.team-a' } });
    const token = `e30.${Buffer.from(JSON.stringify({ iss: CLAIMS.iss, sid: 's.team-a' })).toString('base64url')}.c2ln`;
    await server.readRefusal(token);
    server.keyError = unauthenticatedProblem('unknown_key_id', 'The key has expired.');

    expect(await server.readRefusal(token)).toMatchObject({ reason: 'other_world', ofWorld: 'team-a' });
  });

  it('is rejected as `wrong_issuer` if its issuer is another server', async () => {
    const iss = 'http://elsewhere.test/auth/realms/acme';

    expect(await readRefusalOf({ claims: { iss, sid: 's.team-a', exp: 1200 } })).toMatchObject({
      reason: 'wrong_issuer',
    });
    expect(await readRefusalWith(unknownKey, createTokenWith({ iss, sid: 's.team-a' }))).toBe(unknownKey);
  });

  const createTokenWith = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  const unknownKey = unauthenticatedProblem('unknown_key_id', 'The key is not known.');
  const readRefusalWith = (tokenError: unknown, token: string) =>
    Object.assign(createTokenServer(), { tokenError }).readRefusal(token);

  it('is rejected as `other_world` even if its key is unknown', async () => {
    expect(await readRefusalWith(unknownKey, createTokenWith({ iss: CLAIMS.iss, sid: 's.team-a' }))).toMatchObject({
      reason: 'other_world',
      ofWorld: 'team-a',
    });
  });

  it.each([
    ['a token of this world', unknownKey, createTokenWith({ sid: 's' })],
    ['a token without `sid`', unknownKey, createTokenWith({})],
    ['a `sid` that is not a string', unknownKey, createTokenWith({ sid: { lastIndexOf: 7 } })],
    ['a malformed token', unknownKey, 'token'],
    ['an invalid signature', unauthenticatedProblem('bad_signature', 'No.'), createTokenWith({ sid: 's.team-a' })],
    ['an unexpected error', new Error('broken'), createTokenWith({ sid: 's.team-a' })],
    [
      'an unexpected error with a known `reason`',
      Object.assign(new Error('broken'), { reason: 'unknown_key_id' }),
      createTokenWith({ sid: 's.team-a' }),
    ],
  ])('is not assumed for %s', async (_what, error, token) => {
    expect(await readRefusalWith(error, token)).toBe(error);
  });
});

describe('the issuer of a token', () => {
  const createServerWithIssuer = (base: string, options: TokenOptions = {}) =>
    createTokenServer({ ...options, claims: { ...options.claims, iss: `${base}/auth/realms/acme` } });

  it('is not reported if it is the host name of the request', async () => {
    const server = createTokenServer();
    await server.accept();

    expect(server.hints.list).toEqual([]);
  });

  it.each(['http://localhost:1', 'https://mock', 'http://127.0.0.1', 'http://MOCK.test:80'])(
    'is accepted and reported if it is another name of the server: %s',
    async (base) => {
      const server = createServerWithIssuer(base);
      await server.accept();

      expect(server.hints.list).toEqual([
        {
          code: 'issuer_differs',
          text: `a token with issuer "${base}/auth/realms/acme" was sent to http://mock:6625; set --public-url so that all tokens have the same issuer`,
        },
      ]);
    },
  );

  it.each(['http://mock/w/team-a', 'http://team-a.mock:1', 'http://localhost'])(
    'is accepted if it is another name of the same world: %s',
    async (base) => {
      const options = { world: 'team-a', origin: 'http://mock:6625/w/team-a', claims: { sid: 's.team-a' } };

      expect(await createServerWithIssuer(base, options).accept()).toMatchObject({ identity: ADA });
    },
  );

  it.each([
    ['another server', 'http://evil.test'],
    ['another scheme', 'ftp://mock'],
    ['another world', 'http://mock/w/team-a'],
    ['the host of another world', 'http://team-a.mock'],
    ['a longer path', 'http://mock/more'],
    ['a query before the path', 'http://mock?'],
    ['text before the origin', 'x http://mock'],
    ['no origin', ''],
    ['its host as the beginning of another', 'http://mock.evil.test'],
    ['its host as a user name', 'http://mock@evil.test'],
    ['a path that ends like an issuer', 'http://mock/x//mock'],
  ])('is rejected with %s', async (_what, base) => {
    const server = createServerWithIssuer(base);

    expect(await server.readRefusal()).toMatchObject({
      kind: 'unauthenticated',
      reason: 'wrong_issuer',
      message: 'Issuer is not familiar.',
      why: `iss is "${base}/auth/realms/acme", expected http://mock:6625/auth/realms/acme`,
    });
    expect(server.hints.list).toEqual([]);
  });

  it('is rejected if its realm is another, and shortened in the reason', async () => {
    const iss = 'http://mock:6625/auth/realms/acme2';

    expect(await readRefusalOf({ claims: { iss } })).toMatchObject({ reason: 'wrong_issuer' });
    expect(await readRefusalOf({ claims: { iss: `/auth/realms/acme${'x'.repeat(300)}` } })).toMatchObject({
      why: `iss is "/auth/realms/acme${'x'.repeat(183)}", expected http://mock:6625/auth/realms/acme`,
    });
  });

  it('must be the origin of the request if the host name is unknown', async () => {
    expect(
      await createServerWithIssuer('http://mock', { origin: 'http://elsewhere.test' }).readRefusal(),
    ).toMatchObject({
      reason: 'wrong_issuer',
    });
    expect(
      await createServerWithIssuer('http://elsewhere.test', { origin: 'http://elsewhere.test' }).accept(),
    ).toMatchObject({
      identity: ADA,
    });
  });
});

describe('the tenant of a token', () => {
  it('is accepted if it is the tenant of the realm or missing', async () => {
    expect(await createTokenServer({ claims: { tenant_id: 1001 } }).accept()).toMatchObject({ identity: ADA });
    expect(await createTokenServer({ claims: { tenant_id: undefined } }).accept()).toMatchObject({ identity: ADA });
  });

  it.each([
    [1002, '"1002"'],
    ['1001', '"\\"1001\\""'],
    [null, '"null"'],
  ])('is rejected if it is %j', async (tenant, printed) => {
    expect(await readRefusalOf({ claims: { tenant_id: tenant } })).toMatchObject({
      reason: 'wrong_tenant',
      message: 'The access token belongs to another tenant.',
      why: `tenant_id is ${printed}, expected 1001`,
    });
  });
});
