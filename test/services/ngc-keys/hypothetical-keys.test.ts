import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from '../../../src/decisions/decide.ts';
import type { HypotheticalRights } from '../../../src/decisions/policy.ts';
import { Problem } from '../../../src/decisions/problem.ts';
import { createHypotheticalKeys } from '../../../src/services/ngc-keys/hypothetical-keys.ts';
import { NgcKeys } from '../../../src/services/ngc-keys/index.ts';
import { key, keyOfUser, toyLaw } from '../../decisions/toy-law.ts';
import { replaceMethods } from '../../support/replace-methods.ts';
import { ACME } from './toy-keys.ts';

const settings = {} as never;
afterEach(() => vi.restoreAllMocks());
const POLICY: HypotheticalRights = { policy: { scopes: ['play'], resources: [{ type: 'all-toys' }] } };
const ROLES: HypotheticalRights = { roles: ['Player'] };

/** Creates the caller with this held, in a world with these organisations. */
const createCaller = async (
  held: HypotheticalRights,
  existing: Caller | null,
  organizations = [ACME],
  admit?: () => void,
) => {
  replaceMethods(NgcKeys.prototype, { listOrganizations: async () => organizations });
  const world = { settings, store: {} };
  return createHypotheticalKeys(() => toyLaw, admit).caller(world as never, held, existing);
};

it('the roles of a key are the roles of the ruleset', async () => {
  expect(await createHypotheticalKeys(() => toyLaw).roles({ settings } as never)).toEqual(['Player', 'Parent']);
});

describe('a simulated key', () => {
  const principal = { id: 'simulated', name: 'simulated', org: 'acme', account: 'nca-1' };

  it('is a service key of the first organisation if it has a policy', async () => {
    const globex = { ...ACME, name: 'globex' };

    expect(await createCaller(POLICY, null, [ACME, globex])).toEqual({
      principal: { ...principal, kind: 'service-key' },
      held: {
        roles: [],
        permissions: new Set(['play']),
        resources: [{ type: 'all-toys' }],
        services: null,
        policyVersion: 1,
        pending: [],
      },
    });
  });

  it('is a personal key if it has roles', async () => {
    expect(await createCaller(ROLES, null)).toEqual({
      principal: { ...principal, kind: 'personal-key' },
      held: { roles: ['Player'], permissions: new Set(['play', 'look']), resources: null, services: null, pending: [] },
    });
  });

  it('requires an organisation with access to the service', async () => {
    const admit = () => {
      throw new Problem('payment_required');
    };

    await expect(createCaller(POLICY, null, [])).rejects.toMatchObject({
      kind: 'invalid_request',
      message: 'This world has no organisation for the key. Use a seed that has one.',
    });
    await expect(createCaller(POLICY, null, [ACME], admit)).rejects.toMatchObject({ kind: 'payment_required' });
  });
});

describe('an existing key', () => {
  it('keeps its principal and services, and gets the next policy version', async () => {
    const existing = key(['look'], [], { policyVersion: 3 });

    expect(await createCaller(POLICY, existing, [])).toEqual({
      principal: existing.principal,
      held: {
        roles: [],
        permissions: new Set(['play']),
        resources: [{ type: 'all-toys' }],
        services: ['toys'],
        policyVersion: 4,
        pending: [],
      },
    });
    const { policyVersion: _, ...unversioned } = existing.held;
    expect((await createCaller(POLICY, { ...existing, held: unversioned })).held.policyVersion).toBe(1);
  });

  it('of a user gets the simulated roles', async () => {
    const { principal, held } = await createCaller(ROLES, keyOfUser(['Parent']));

    expect(principal.kind).toBe('personal-key');
    expect(held).toEqual({
      roles: ['Player'],
      permissions: new Set(['play', 'look']),
      resources: null,
      services: ['toys'],
      pending: [],
    });
  });

  it.each([
    [
      'roles if it is a service key',
      ROLES,
      key(['look']),
      'Field `held.roles` is not allowed for a service key. Send `scopes` and `resource` instead.',
    ],
    [
      'a policy if it is personal',
      POLICY,
      keyOfUser(['Player']),
      'Field `held.scopes` is not allowed for a personal key. Send `roles` instead.',
    ],
  ])('cannot have %s', async (_what, held, existing, message) => {
    await expect(createCaller(held, existing)).rejects.toMatchObject({ kind: 'invalid_request', message });
  });
});
