import { afterEach, describe, expect, it, vi } from 'vitest';
import { NgcKeys } from '../../../src/services/ngc-keys/index.ts';
import {
  authenticateKey,
  createCallerFactory,
  createImpersonator,
  findKey,
  isInForce,
  type NgcKeyAttempt,
  principalOfKey,
  resolveKey,
} from '../../../src/services/ngc-keys/key-bearer.ts';
import { createKeyText } from '../../../src/services/ngc-keys/key-text.ts';
import type { KeyInForce } from '../../../src/services/ngc-keys/records.ts';
import { hashSecret } from '../../../src/tokens/secret.ts';
import { toyLaw } from '../../decisions/toy-law.ts';
import { replaceMethods } from '../../support/replace-methods.ts';
import { createPersonalKey, createServiceKey, createVersion } from './toy-keys.ts';

const NOW = 10_000;
const TEXT = createKeyText('a'.repeat(43));
const FOREIGN = `nvapi-${'b'.repeat(64)}`;

/** An attempt with these headers, in a world with one key that has the text `TEXT`. */
const createAttempt = (keyInForce: KeyInForce | null, ...lines: readonly string[]): NgcKeyAttempt => {
  replaceMethods(NgcKeys.prototype, {
    findBySecret: async (hash: string) => (hash === hashSecret(TEXT) ? keyInForce : null),
  });
  return {
    headerLines: (name: string) => (name === 'authorization' ? lines : []),
    now: NOW,
    store: {},
  } as unknown as NgcKeyAttempt;
};
afterEach(() => vi.restoreAllMocks());
const catchRefusal = (work: Promise<unknown>) => work.catch((thrown: unknown) => thrown);
const forgeToken = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

describe('the key of a header', () => {
  it('is found by its text, with the scheme in any case unless it must be exact', async () => {
    const key = createServiceKey();

    expect(await authenticateKey(createAttempt(key, `Bearer ${TEXT}`))).toBe(key);
    expect(await authenticateKey(createAttempt(key, `bearer ${TEXT}`))).toBe(key);
    expect(
      await catchRefusal(authenticateKey(createAttempt(key, `bearer ${TEXT}`), { isSchemeExact: true })),
    ).toMatchObject({
      reason: 'wrong_scheme',
    });
  });

  it.each([
    ['a string', 'abc', undefined],
    ['a JWT of an unknown issuer', forgeToken({ iss: 'https://issuer.test' }), 'it is a JWT'],
    ['a JWT with an invalid issuer', forgeToken({ iss: ['/auth/realms/'] }), 'it is a JWT'],
    ['a token of Run:ai', forgeToken({ iss: 'http://a/auth/realms/b' }), 'it is a Run:ai token'],
  ])('is rejected with a hint about the kind of token: %s', async (_what, token, why) => {
    const problem = await catchRefusal(authenticateKey(createAttempt(createServiceKey(), `Bearer ${token}`)));

    expect(problem).toMatchObject({
      kind: 'unauthenticated',
      reason: 'unsupported_token',
      message: 'The bearer token is not an NGC key.',
      why: why && `${why}, but this service needs an NGC key, which begins with \`nvapi-\``,
    });
  });
});

/** A key with an owner who is suspended. */
const SUSPENDED = { isOwnerSuspended: true } as never;
const ISSUED = { isOwnerSuspended: false } as never;

it.each([
  ['without an expiry', {}, true],
  ['before its expiry', { expiresAt: NOW + 1 }, true],
  ['at its expiry', { expiresAt: NOW }, false],
  ['that is disabled', { enabled: false }, false],
  ['with a suspended owner', { issuance: SUSPENDED }, false],
  ['with an active owner', { issuance: { isOwnerSuspended: false } as never }, true],
])('a key %s is in force: %s', (_what, key, expected) => {
  expect(isInForce(createServiceKey(key), NOW)).toBe(expected);
});

describe('a rejected key', () => {
  it.each([
    ['that does not exist', createKeyText('b'.repeat(43)), 'unknown_key'],
    ['that no mock issued', FOREIGN, 'foreign_key'],
    ['that is too short', 'nvapi-abc', 'malformed_key'],
  ])('%s has its reason, and a common message', async (_what, text, reason) => {
    const problem = await catchRefusal(findKey(text, createAttempt(createServiceKey())));

    expect(problem).toMatchObject({ kind: 'unauthenticated', reason, message: 'The key is not accepted.' });
    expect(problem).toMatchObject({ claimed: undefined });
  });

  it.each([
    ['that has expired', { expiresAt: NOW }, 'expired_key'],
    ['that has expired and is disabled', { expiresAt: NOW, enabled: false }, 'expired_key'],
    ['that is disabled', { expiresAt: NOW + 1, enabled: false }, 'disabled_key'],
    ['that the key service suspended', { enabled: false, issuance: ISSUED }, 'suspended_key'],
    [
      'that the key service suspended and that has expired',
      { expiresAt: NOW, enabled: false, issuance: ISSUED },
      'suspended_key',
    ],
    ['that is suspended together with its owner', { enabled: false, issuance: SUSPENDED }, 'suspended_key'],
    ['with a suspended owner', { issuance: SUSPENDED }, 'suspended_owner'],
  ])('%s has its reason and its principal', async (_what, key, reason) => {
    const claimed = { kind: 'service-key', id: 'key-1', name: 'robot', org: 'acme', account: 'nca-1' };

    expect(await catchRefusal(findKey(TEXT, createAttempt(createServiceKey(key))))).toMatchObject({
      reason,
      message: 'The key is not accepted.',
      claimed,
    });
  });

  it('is accepted until it expires', async () => {
    const key = createServiceKey({ expiresAt: NOW + 1 });

    expect(await findKey(TEXT, createAttempt(key))).toBe(key);
  });
});

describe('resolving a key', () => {
  const robot = createServiceKey();
  const laptop = createPersonalKey();
  const old = createServiceKey({ id: 'key-3', name: 'old', expiresAt: NOW });
  const calls: unknown[][] = [];
  const createStore = (...keys: KeyInForce[]) => {
    const select = (fits: (key: KeyInForce['key']) => boolean, limit: number) =>
      keys.filter(({ key }) => fits(key)).slice(0, limit);
    replaceMethods(NgcKeys.prototype, {
      findById: async (id: string) => select((key) => key.id === id, 1)[0] ?? null,
      listByName: async (name: string, limit: number, at: number) => {
        calls.push([limit, at]);
        return select((key) => key.name === name, limit);
      },
      listOfUser: async (user: string, limit: number, at: number) => {
        calls.push([limit, at]);
        return select((key) => key.user === user, limit);
      },
    });
    return {} as never;
  };

  it.each([
    ['key-1', robot],
    ['robot', robot],
    ['ada@acme.test', laptop],
    ['nobody', null],
  ])('accepts its id, its name or its user: %s', async (credential, key) => {
    expect(await resolveKey(createStore(robot, laptop, old), credential, NOW)).toBe(key);
  });

  it('is the first step of impersonation, which returns null for an unknown name', async () => {
    const store = createStore(robot);
    const impersonate = createImpersonator({ ofKey: (key, world) => ({ world, key }) as never });

    expect(await impersonate({ store } as never, 'robot', NOW)).toEqual({ world: { store }, key: robot });
    expect(await impersonate({ store } as never, 'nobody', NOW)).toBeNull();
  });

  it.each(['key-3', 'old'])('rejects an expired key: %s', async (credential) => {
    expect(await catchRefusal(resolveKey(createStore(robot, old), credential, NOW))).toMatchObject({
      reason: 'expired_key',
    });
  });

  it('rejects an ambiguous name or user', async () => {
    const keys = createStore(
      robot,
      createServiceKey({ id: 'key-4' }),
      laptop,
      createPersonalKey({ id: 'key-5', name: 'phone' }),
    );

    expect(await catchRefusal(resolveKey(keys, 'robot', NOW))).toMatchObject({
      kind: 'invalid_request',
      message: 'Several keys have the name `robot`. Use a key id instead.',
    });
    expect(await catchRefusal(resolveKey(keys, 'ada@acme.test', NOW))).toMatchObject({
      kind: 'invalid_request',
      message: 'Several keys belong to `ada@acme.test`. Use a key id instead.',
    });
    expect(calls.every(([limit, at]) => limit === 2 && at === NOW)).toBe(true);
  });
});

describe('the caller of a key', () => {
  it('has the key as principal, with its organisation and its user', () => {
    expect(principalOfKey(createServiceKey())).toEqual({
      kind: 'service-key',
      id: 'key-1',
      name: 'robot',
      org: 'acme',
      account: 'nca-1',
    });
    expect(principalOfKey(createPersonalKey())).toMatchObject({ kind: 'personal-key', user: 'ada@acme.test' });
  });

  const callerOf = createCallerFactory(toyLaw);

  it('has the rights of the policy and of pending versions', () => {
    const key = createServiceKey({}, { pending: [createVersion(2, ['look'])] });

    expect(callerOf(key)).toEqual({
      principal: principalOfKey(key),
      held: {
        roles: [],
        services: ['toys'],
        permissions: new Set(['play']),
        resources: [{ type: 'all-toys' }],
        policyVersion: 1,
        pending: [{ permissions: new Set(['look']), resources: [{ type: 'all-toys' }], version: 2, effectiveAt: 2000 }],
      },
    });
  });

  it('has no rights without a policy', () => {
    expect(callerOf(createServiceKey({}, { policy: null })).held).toStrictEqual({
      roles: [],
      services: ['toys'],
      permissions: new Set(),
      resources: [],
      pending: [],
    });
  });

  it('has the rights of the roles of its user if the key is personal', () => {
    expect(callerOf(createPersonalKey()).held).toEqual({
      roles: ['Player'],
      permissions: new Set(['play', 'look']),
      resources: null,
      services: ['toys'],
      pending: [],
    });
  });

  it('is reused while the key does not change', () => {
    const callersOf = createCallerFactory(toyLaw);
    const key = createServiceKey();
    const first = callersOf(key);

    expect(callersOf(key)).toBe(first);
    expect(callersOf({ ...key })).not.toBe(first);
  });
});
