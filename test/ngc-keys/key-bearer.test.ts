import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashSecret } from '../../src/credentials/secret.ts';
import { NgcKeys } from '../../src/ngc-keys/index.ts';
import {
  authenticateKey,
  createCallerFactory,
  createImpersonator,
  findKey,
  isInForce,
  type NgcKeyAttempt,
  principalOfKey,
  resolveKey,
} from '../../src/ngc-keys/key-bearer.ts';
import { createKeyText } from '../../src/ngc-keys/key-text.ts';
import type { KeyInForce } from '../../src/ngc-keys/records.ts';
import { toyLaw } from '../decisions/toy-law.ts';
import { faked } from '../support/faked.ts';
import { inForce, personal, versionOf } from './toy-keys.ts';

const NOW = 10_000;
const TEXT = createKeyText('a'.repeat(43));
const FOREIGN = `nvapi-${'b'.repeat(64)}`;

/** A world with one key, which has this text. */
const attempt = (found: KeyInForce | null, ...lines: readonly string[]): NgcKeyAttempt => {
  faked(NgcKeys.prototype, { findBySecret: async (hash: string) => (hash === hashSecret(TEXT) ? found : null) });
  return {
    headerLines: (name: string) => (name === 'authorization' ? lines : []),
    now: NOW,
    store: {},
  } as unknown as NgcKeyAttempt;
};
afterEach(() => vi.restoreAllMocks());
const refusalOf = (work: Promise<unknown>) => work.catch((thrown: unknown) => thrown);
const tokenSaying = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

describe('the key of a header', () => {
  it('is the one with its text', async () => {
    const found = inForce();

    expect(await authenticateKey(attempt(found, `Bearer ${TEXT}`))).toBe(found);
    expect(await authenticateKey(attempt(found, `bearer ${TEXT}`))).toBe(found);
    expect(await refusalOf(authenticateKey(attempt(found, `bearer ${TEXT}`), true))).toMatchObject({
      reason: 'wrong_scheme',
    });
  });

  it.each([
    ['a text', 'abc', undefined],
    ['a token of nobody that is known', tokenSaying({ iss: 'https://issuer.test' }), 'it is a JWT'],
    ['a token that says no issuer', tokenSaying({ iss: ['/auth/realms/'] }), 'it is a JWT'],
    ['a token of Run:ai', tokenSaying({ iss: 'http://a/auth/realms/b' }), 'it is a Run:ai token'],
  ])('is no other token, and that is said of %s', async (_what, token, why) => {
    const problem = await refusalOf(authenticateKey(attempt(inForce(), `Bearer ${token}`)));

    expect(problem).toMatchObject({
      kind: 'unauthenticated',
      reason: 'unsupported_token',
      message: 'The bearer token is not an NGC key.',
      why: why && `${why}, but this service needs an NGC key, which begins with \`nvapi-\``,
    });
  });
});

/** Of a key that an owner lost the right to use. */
const SUSPENDED = { isOwnerSuspended: true } as never;
const ISSUED = { isOwnerSuspended: false } as never;

it.each([
  ['that does not end', {}, true],
  ['that ends later', { expiresAt: NOW + 1 }, true],
  ['that ends now', { expiresAt: NOW }, false],
  ['that is disabled', { enabled: false }, false],
  ['whose owner is suspended', { issuance: SUSPENDED }, false],
  ['whose owner is not suspended', { issuance: { isOwnerSuspended: false } as never }, true],
])('a key %s is in force: %s', (_what, key, isNow) => {
  expect(isInForce(inForce(key), NOW)).toBe(isNow);
});

describe('a key is not accepted', () => {
  it.each([
    ['that nobody knows', createKeyText('b'.repeat(43)), 'unknown_key'],
    ['that no mock made', FOREIGN, 'foreign_key'],
    ['that is too short', 'nvapi-abc', 'malformed_key'],
  ])('%s, and all are refused in the same words', async (_what, text, reason) => {
    const problem = await refusalOf(findKey(text, attempt(inForce())));

    expect(problem).toMatchObject({ kind: 'unauthenticated', reason, message: 'The key is not accepted.' });
    expect(problem).toMatchObject({ claimed: undefined });
  });

  it.each([
    ['that has expired', { expiresAt: NOW }, 'expired_key'],
    ['that has expired, and is disabled', { expiresAt: NOW, enabled: false }, 'expired_key'],
    ['that is disabled', { expiresAt: NOW + 1, enabled: false }, 'disabled_key'],
    ['that the key service suspended', { enabled: false, issuance: ISSUED }, 'suspended_key'],
    [
      'that the key service suspended, and that has expired',
      { expiresAt: NOW, enabled: false, issuance: ISSUED },
      'suspended_key',
    ],
    ['that is suspended with its owner', { enabled: false, issuance: SUSPENDED }, 'suspended_key'],
    ['whose owner is suspended', { issuance: SUSPENDED }, 'suspended_owner'],
  ])('%s, and whose it is is known', async (_what, key, reason) => {
    const claimed = { kind: 'service-key', id: 'key-1', name: 'robot', org: 'acme', account: 'nca-1' };

    expect(await refusalOf(findKey(TEXT, attempt(inForce(key))))).toMatchObject({
      reason,
      message: 'The key is not accepted.',
      claimed,
    });
  });

  it('but until then it is', async () => {
    const found = inForce({ expiresAt: NOW + 1 });

    expect(await findKey(TEXT, attempt(found))).toBe(found);
  });
});

describe('a key is called', () => {
  const robot = inForce();
  const laptop = personal();
  const old = inForce({ id: 'key-3', name: 'old', expiresAt: NOW });
  const calls: unknown[][] = [];
  const among = (...keys: KeyInForce[]) => {
    const those = (fits: (key: KeyInForce['key']) => boolean, limit: number) =>
      keys.filter(({ key }) => fits(key)).slice(0, limit);
    faked(NgcKeys.prototype, {
      findById: async (id: string) => those((key) => key.id === id, 1)[0] ?? null,
      listByName: async (name: string, limit: number, at: number) => {
        calls.push([limit, at]);
        return those((key) => key.name === name, limit);
      },
      listOfUser: async (user: string, limit: number, at: number) => {
        calls.push([limit, at]);
        return those((key) => key.user === user, limit);
      },
    });
    return {} as never;
  };

  it.each([
    ['key-1', robot],
    ['robot', robot],
    ['ada@acme.test', laptop],
    ['nobody', null],
  ])('by its id, its name, or its user: %s', async (who, found) => {
    expect(await resolveKey(among(robot, laptop, old), who, NOW)).toBe(found);
  });

  it('to call as it, and nobody where it is none', async () => {
    const store = among(robot);
    const impersonate = createImpersonator({ ofKey: (found, world) => ({ world, found }) as never });

    expect(await impersonate({ store } as never, 'robot', NOW)).toEqual({ world: { store }, found: robot });
    expect(await impersonate({ store } as never, 'nobody', NOW)).toBeNull();
  });

  it.each(['key-3', 'old'])('only while it counts: %s', async (who) => {
    expect(await refusalOf(resolveKey(among(robot, old), who, NOW))).toMatchObject({ reason: 'expired_key' });
  });

  it('by something that means no other', async () => {
    const keys = among(robot, inForce({ id: 'key-4' }), laptop, personal({ id: 'key-5', name: 'phone' }));

    expect(await refusalOf(resolveKey(keys, 'robot', NOW))).toMatchObject({
      kind: 'invalid_request',
      message: 'Several keys have the name `robot`. Use a key id instead.',
    });
    expect(await refusalOf(resolveKey(keys, 'ada@acme.test', NOW))).toMatchObject({
      kind: 'invalid_request',
      message: 'Several keys belong to `ada@acme.test`. Use a key id instead.',
    });
    expect(calls.every(([limit, at]) => limit === 2 && at === NOW)).toBe(true);
  });
});

describe('a key stands for', () => {
  it('itself, in its organisation, and for its user if it has one', () => {
    expect(principalOfKey(inForce())).toEqual({
      kind: 'service-key',
      id: 'key-1',
      name: 'robot',
      org: 'acme',
      account: 'nca-1',
    });
    expect(principalOfKey(personal())).toMatchObject({ kind: 'personal-key', user: 'ada@acme.test' });
  });

  const callerOf = createCallerFactory(toyLaw);

  it('what its policy holds, and what it will hold', () => {
    const found = inForce({}, { pending: [versionOf(2, ['look'])] });

    expect(callerOf(found)).toEqual({
      principal: principalOfKey(found),
      heldRights: {
        roles: [],
        services: ['toys'],
        held: new Set(['play']),
        resources: [{ type: 'all-toys' }],
        policyVersion: 1,
        pending: [{ held: new Set(['look']), resources: [{ type: 'all-toys' }], version: 2, effectiveAt: 2000 }],
      },
    });
  });

  it('nothing, if it has no policy', () => {
    expect(callerOf(inForce({}, { policy: null })).heldRights).toStrictEqual({
      roles: [],
      services: ['toys'],
      held: new Set(),
      resources: [],
      pending: [],
    });
  });

  it('what the roles of its user allow, if it is personal', () => {
    expect(callerOf(personal()).heldRights).toEqual({
      roles: ['Player'],
      held: new Set(['play', 'look']),
      resources: null,
      services: ['toys'],
      pending: [],
    });
  });

  it('the same caller as long as nothing about it changes', () => {
    const under = createCallerFactory(toyLaw);
    const found = inForce();
    const first = under(found);

    expect(under(found)).toBe(first);
    expect(under({ ...found })).not.toBe(first);
  });
});
