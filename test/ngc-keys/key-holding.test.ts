import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from '../../src/decisions/decide.ts';
import type { Holding } from '../../src/decisions/policy.ts';
import { Problem } from '../../src/decisions/problem.ts';
import { NgcKeys } from '../../src/ngc-keys/index.ts';
import { createKeyHolding } from '../../src/ngc-keys/key-holding.ts';
import { key, keyOfUser, toyLaw } from '../decisions/toy-law.ts';
import { faked } from '../support/faked.ts';
import { ACME } from './toy-keys.ts';

const settings = {} as never;
afterEach(() => vi.restoreAllMocks());
const POLICY: Holding = { policy: { scopes: ['play'], resources: [{ type: 'all-toys' }] } };
const ROLES: Holding = { roles: ['Player'] };

/** Who would call with this holding, in a world with these organisations. */
const callerWith = async (held: Holding, who: Caller | null, organizations = [ACME], admit?: () => void) => {
  faked(NgcKeys.prototype, { listOrganizations: async () => organizations });
  const world = { settings, store: {} };
  return createKeyHolding(() => toyLaw, admit).caller(world as never, held, who);
};

it('roles that a key can have are those of the law', async () => {
  expect(await createKeyHolding(() => toyLaw).roles({ settings } as never)).toEqual(['Player', 'Parent']);
});

describe('a new key', () => {
  const principal = { id: 'simulated', name: 'simulated', org: 'acme', account: 'nca-1' };

  it('is a service key of the first organisation, if it has a policy', async () => {
    const globex = { ...ACME, name: 'globex' };

    expect(await callerWith(POLICY, null, [ACME, globex])).toEqual({
      principal: { ...principal, kind: 'service-key' },
      heldRights: {
        roles: [],
        held: new Set(['play']),
        resources: [{ type: 'all-toys' }],
        services: null,
        policyVersion: 1,
        pending: [],
      },
    });
  });

  it('is a personal key, if it has roles', async () => {
    expect(await callerWith(ROLES, null)).toEqual({
      principal: { ...principal, kind: 'personal-key' },
      heldRights: { roles: ['Player'], held: new Set(['play', 'look']), resources: null, services: null, pending: [] },
    });
  });

  it('needs an organisation, and one that may use the service', async () => {
    const admit = () => {
      throw new Problem('payment_required');
    };

    await expect(callerWith(POLICY, null, [])).rejects.toMatchObject({
      kind: 'invalid_request',
      message: 'This world has no organisation for the key. Use a seed that has one.',
    });
    await expect(callerWith(POLICY, null, [ACME], admit)).rejects.toMatchObject({ kind: 'payment_required' });
  });
});

describe('a key that there is', () => {
  it('stays itself, in a version of its own, with the services that it was made for', async () => {
    const who = key(['look'], [], { policyVersion: 3 });

    expect(await callerWith(POLICY, who, [])).toEqual({
      principal: who.principal,
      heldRights: {
        roles: [],
        held: new Set(['play']),
        resources: [{ type: 'all-toys' }],
        services: ['toys'],
        policyVersion: 4,
        pending: [],
      },
    });
    const { policyVersion: _, ...unversioned } = who.heldRights;
    expect((await callerWith(POLICY, { ...who, heldRights: unversioned })).heldRights.policyVersion).toBe(1);
  });

  it('of a user gets other roles', async () => {
    const { principal, heldRights } = await callerWith(ROLES, keyOfUser(['Parent']));

    expect(principal.kind).toBe('personal-key');
    expect(heldRights).toEqual({
      roles: ['Player'],
      held: new Set(['play', 'look']),
      resources: null,
      services: ['toys'],
      pending: [],
    });
  });

  it.each([
    [
      'no roles, if it is a service key',
      ROLES,
      key(['look']),
      'Field `holding.roles` is not allowed for a service key. Send `scopes` and `resource` instead.',
    ],
    [
      'no policy, if it is personal',
      POLICY,
      keyOfUser(['Player']),
      'Field `holding.scopes` is not allowed for a personal key. Send `roles` instead.',
    ],
  ])('can hold %s', async (_what, held, who, message) => {
    await expect(callerWith(held, who)).rejects.toMatchObject({ kind: 'invalid_request', message });
  });
});
