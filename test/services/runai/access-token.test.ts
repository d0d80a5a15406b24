import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKnownHosts } from '../../../src/addresses/hosts.ts';
import { type Problem, unauthenticatedProblem } from '../../../src/decisions/problem.ts';
import { Findings, viewFinding } from '../../../src/journal/finding.ts';
import { createSharedCache, WorldCache } from '../../../src/memory/caches.ts';
import { type AccessTokenAttempt, acceptToken } from '../../../src/services/runai/access-token.ts';
import { Grants } from '../../../src/services/runai/collections/grants.ts';
import { Identities } from '../../../src/services/runai/collections/identities.ts';
import type { VerifiedClaims } from '../../../src/tokens/verify.ts';
import { faked } from '../../support/faked.ts';

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

interface Given {
  readonly claims?: Partial<VerifiedClaims>;
  readonly world?: string;
  readonly origin?: string;
  readonly identity?: { readonly id: string; readonly enabled: boolean } | null;
  readonly revoked?: readonly string[];
}

/** A server that finds one token good, and counts how often it looks at its signature. */
function serverOf({
  claims,
  world = 'default',
  origin = 'http://mock:6625',
  identity = ADA,
  revoked = [],
}: Given = {}) {
  const asked: string[][] = [];
  const server = {
    now: 1_500_000,
    verified: 0,
    keyFault: null as Problem | null,
    tokenFault: null as unknown,
    asked,
    findings: new Findings(),
    verifiedTokens: new WorldCache(createSharedCache<VerifiedClaims>(100_000)),
  };
  const tokens = {
    verify: async () => {
      server.verified += 1;
      if (server.tokenFault !== null) throw server.tokenFault;
      return { ...CLAIMS, ...claims };
    },
    checkKey: () => {
      if (server.keyFault !== null) throw server.keyFault;
    },
  };
  faked(Identities.prototype, { byId: async (id: string) => (identity?.id === id ? identity : null) });
  faked(Grants.prototype, {
    isRevoked: async (ids: string[]) => {
      asked.push(ids);
      return ids.some((id) => revoked.includes(id));
    },
  });
  const attempt = () =>
    ({
      now: server.now,
      origin,
      hosts: createKnownHosts(['mock', 'mock.test']),
      tokens,
      verifiedTokens: server.verifiedTokens,
      store: {},
      findings: server.findings,
      world: { id: world, deleted: { findDeletionTime: () => null } },
    }) as unknown as AccessTokenAttempt;
  return Object.assign(server, {
    accept: (token = 'token') => acceptToken(token, attempt(), REALM),
    refusal: (token = 'token') => acceptToken(token, attempt(), REALM).catch((thrown: unknown) => thrown),
  });
}
const refusalOf = (given: Given) => serverOf(given).refusal();

describe('an access token', () => {
  it('is judged by its issuer and its tenant before its time', async () => {
    const exp = 1200;

    expect(await refusalOf({ claims: { exp, iss: 'http://elsewhere.test/auth/realms/acme' } })).toMatchObject({
      reason: 'wrong_issuer',
    });
    expect(await refusalOf({ claims: { exp, tenant_id: 1002 } })).toMatchObject({ reason: 'wrong_tenant' });
    expect(await refusalOf({ claims: { exp }, identity: null })).toMatchObject({ reason: 'expired_token' });
  });

  it('stands for its subject, and for the client that it was made for', async () => {
    expect(await serverOf().accept()).toEqual({ identity: ADA, clientId: 'cli', claims: CLAIMS });
  });

  it('is refused where nobody has its subject, or somebody who is disabled', async () => {
    expect(await refusalOf({ identity: null })).toMatchObject({
      reason: 'unknown_subject',
      message: 'The owner of the access token does not exist.',
    });
    expect(await refusalOf({ identity: { id: 'ada', enabled: false } })).toMatchObject({
      reason: 'disabled',
      message: 'The owner of the access token is disabled.',
    });
  });

  it('is refused if it was revoked, or its login has ended', async () => {
    const claims = { jti: 'token-7', sid: 'login-7' };

    for (const revoked of [['token-7'], ['login-7']]) {
      expect(await refusalOf({ claims, revoked })).toMatchObject({
        reason: 'revoked_token',
        message: 'The access token was revoked.',
      });
    }
    expect(await serverOf({ claims, revoked: ['token-8'] }).accept()).toMatchObject({ clientId: 'cli' });
  });

  it('without ids of its own is looked for under none', async () => {
    const server = serverOf();
    await server.accept();

    expect(server.asked).toEqual([['', '']]);
  });
});

describe('a token that was verified before', () => {
  it('is not verified again', async () => {
    const server = serverOf();
    await server.accept();
    await server.accept();
    expect(server.verified).toBe(1);

    await server.accept('another');
    expect(server.verified).toBe(2);
  });

  it.each([
    ['its time', (server: ReturnType<typeof serverOf>) => Object.assign(server, { now: 2_000_000 }), 'expired_token'],
    [
      'its key',
      (server: ReturnType<typeof serverOf>) =>
        Object.assign(server, { keyFault: unauthenticatedProblem('unknown_key_id', 'The key is over.') }),
      'unknown_key_id',
    ],
  ] as const)('is forgotten at the end of %s', async (_what, end, reason) => {
    const server = serverOf();
    await server.accept();
    end(server);

    expect(await server.refusal()).toMatchObject({ reason });
    expect(server.verifiedTokens.get('token')).toBeUndefined();
  });
});

describe('a token of another world', () => {
  it('is refused with the name of that world', async () => {
    const refused = { kind: 'unauthenticated', reason: 'other_world', message: 'Issuer is not familiar.' };

    expect(await refusalOf({ claims: { sid: 's.team-a' } })).toMatchObject({ ...refused, ofWorld: 'team-a' });
    expect(await refusalOf({ world: 'team-a' })).toMatchObject({ ...refused, ofWorld: 'default' });
    expect(await refusalOf({ world: 'team-b', claims: { sid: 's.team-a' } })).toMatchObject({ ofWorld: 'team-a' });
    expect(await serverOf({ world: 'team-a', claims: { sid: 's.team-a' } }).accept()).toMatchObject({ identity: ADA });
  });

  it.each([
    ['is over', { exp: 1200 }],
    ['has not come', { iat: 1800 }],
    ['is not to begin yet', { nbf: 1800 }],
  ])(
    'is told as such although its time %s by the clock of this one, whenever it is presented',
    async (_what, times) => {
      const server = serverOf({ claims: { ...times, sid: 's.team-a' } });

      for (const _ of ['first', 'again']) {
        expect(await server.refusal()).toMatchObject({ reason: 'other_world', ofWorld: 'team-a' });
      }
      expect(server.verified).toBe(1);
    },
  );

  it('is told as such although the key that it shares with this one is over here', async () => {
    const server = serverOf({ claims: { sid: 's.team-a' } });
    const token = `e30.${Buffer.from(JSON.stringify({ iss: CLAIMS.iss, sid: 's.team-a' })).toString('base64url')}.c2ln`;
    await server.refusal(token);
    server.keyFault = unauthenticatedProblem('unknown_key_id', 'The key is over.');

    expect(await server.refusal(token)).toMatchObject({ reason: 'other_world', ofWorld: 'team-a' });
  });

  it('is a token of another server first, if its issuer is one', async () => {
    const iss = 'http://elsewhere.test/auth/realms/acme';

    expect(await refusalOf({ claims: { iss, sid: 's.team-a', exp: 1200 } })).toMatchObject({ reason: 'wrong_issuer' });
    expect(await refusalWith(unknownKey, tokenSaying({ iss, sid: 's.team-a' }))).toBe(unknownKey);
  });

  const tokenSaying = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  const unknownKey = unauthenticatedProblem('unknown_key_id', 'The key is not known.');
  const refusalWith = (tokenFault: unknown, token: string) => Object.assign(serverOf(), { tokenFault }).refusal(token);

  it('is told as such even if its key is not known', async () => {
    expect(await refusalWith(unknownKey, tokenSaying({ iss: CLAIMS.iss, sid: 's.team-a' }))).toMatchObject({
      reason: 'other_world',
      ofWorld: 'team-a',
    });
  });

  it.each([
    ['that is of this one', unknownKey, tokenSaying({ sid: 's' })],
    ['that says nothing of a login', unknownKey, tokenSaying({})],
    ['whose login is no text', unknownKey, tokenSaying({ sid: { lastIndexOf: 7 } })],
    ['that says nothing at all', unknownKey, 'token'],
    ['that is wrong in another way', unauthenticatedProblem('bad_signature', 'No.'), tokenSaying({ sid: 's.team-a' })],
    ['that a fault of the mock keeps from being read', new Error('broken'), tokenSaying({ sid: 's.team-a' })],
    [
      'that a fault of another kind keeps from being read',
      Object.assign(new Error('broken'), { reason: 'unknown_key_id' }),
      tokenSaying({ sid: 's.team-a' }),
    ],
  ])('is none %s', async (_what, fault, token) => {
    expect(await refusalWith(fault, token)).toBe(fault);
  });
});

describe('the issuer of a token', () => {
  const issuedAt = (base: string, given: Given = {}) =>
    serverOf({ ...given, claims: { ...given.claims, iss: `${base}/auth/realms/acme` } });

  it('is the name by which the server is called, and nothing is to be said', async () => {
    const server = serverOf();
    await server.accept();

    expect(server.findings.list()).toEqual([]);
  });

  it.each(['http://localhost:1', 'https://mock', 'http://127.0.0.1', 'http://MOCK.test:80'])(
    'may be another name of the server, which is worth knowing: %s',
    async (base) => {
      const server = issuedAt(base);
      await server.accept();

      expect(server.findings.list().map(viewFinding)).toMatchObject([
        {
          kind: 'issuer_differs',
          message: `a token with issuer "${base}/auth/realms/acme" was sent to http://mock:6625; set --public-url so that all tokens have the same issuer`,
          firstSeenAt: '1970-01-01T00:25:00.000Z',
        },
      ]);
    },
  );

  it.each(['http://mock/w/team-a', 'http://team-a.mock:1', 'http://localhost'])(
    'may be another name of the same world: %s',
    async (base) => {
      const given = { world: 'team-a', origin: 'http://mock:6625/w/team-a', claims: { sid: 's.team-a' } };

      expect(await issuedAt(base, given).accept()).toMatchObject({ identity: ADA });
    },
  );

  it.each([
    ['of another server', 'http://evil.test'],
    ['at another address', 'http://10.1.2.3'],
    ['of another scheme', 'ftp://mock'],
    ['of another world', 'http://mock/w/team-a'],
    ["of another world's host", 'http://team-a.mock'],
    ['behind more path', 'http://mock/more'],
    ['behind a query', 'http://mock?'],
    ['without a host', 'http://'],
    ['behind something else', 'x http://mock'],
    ['without anything', ''],
  ])('is not familiar %s', async (_what, base) => {
    const server = issuedAt(base);

    expect(await server.refusal()).toMatchObject({
      kind: 'unauthenticated',
      reason: 'wrong_issuer',
      message: 'Issuer is not familiar.',
      why: `iss is "${base}/auth/realms/acme", expected http://mock:6625/auth/realms/acme`,
    });
    expect(server.findings.list()).toEqual([]);
  });

  it('is not familiar in another realm, however long its name is', async () => {
    const iss = 'http://mock:6625/auth/realms/acme2';

    expect(await refusalOf({ claims: { iss } })).toMatchObject({ reason: 'wrong_issuer' });
    expect(await refusalOf({ claims: { iss: `/auth/realms/acme${'x'.repeat(300)}` } })).toMatchObject({
      why: `iss is "/auth/realms/acme${'x'.repeat(183)}", expected http://mock:6625/auth/realms/acme`,
    });
  });

  it('is compared as a whole where the server is called by a name that is not its own', async () => {
    expect(await issuedAt('http://mock', { origin: 'http://elsewhere.test' }).refusal()).toMatchObject({
      reason: 'wrong_issuer',
    });
    expect(await issuedAt('http://elsewhere.test', { origin: 'http://elsewhere.test' }).accept()).toMatchObject({
      identity: ADA,
    });
  });
});

describe('the tenant of a token', () => {
  it('is that of its realm, or not said at all', async () => {
    expect(await serverOf({ claims: { tenant_id: 1001 } }).accept()).toMatchObject({ identity: ADA });
    expect(await serverOf({ claims: { tenant_id: undefined } }).accept()).toMatchObject({ identity: ADA });
  });

  it.each([
    [1002, '"1002"'],
    ['1001', '"\\"1001\\""'],
    [null, '"null"'],
  ])('is wrong if it is %j', async (tenant, shown) => {
    expect(await refusalOf({ claims: { tenant_id: tenant } })).toMatchObject({
      reason: 'wrong_tenant',
      message: 'The access token belongs to another tenant.',
      why: `tenant_id is ${shown}, expected 1001`,
    });
  });
});
