import type { PolicyVersion } from '../../../src/decisions/policy.ts';
import type { KeyInForce, NgcKey } from '../../../src/services/ngc-keys/records.ts';

/** An organisation of a world with toys. */
export const ACME = { name: 'acme', ncaId: 'nca-1', subscriptions: [] };

/** Creates a version of the policy to play with toys, recorded at its number and in force at its number in seconds. */
export function createVersion(version: number, scopes: readonly string[] = ['play']): PolicyVersion {
  return { version, scopes, resources: [{ type: 'all-toys' }], recordedAt: version, effectiveAt: version * 1000 };
}

/** Creates a service key for toys. */
export function createServiceKey(
  key: Partial<NgcKey> = {},
  overrides: Partial<Omit<KeyInForce, 'key'>> = {},
): KeyInForce {
  return {
    key: {
      id: 'key-1',
      org: 'acme',
      type: 'service',
      name: 'robot',
      description: null,
      services: ['toys'],
      user: null,
      enabled: true,
      createdAt: 0,
      expiresAt: null,
      ...key,
    },
    organization: ACME,
    roles: [],
    policy: createVersion(1),
    pending: [],
    ...overrides,
  };
}

/** Creates a personal key of a user with the role `Player`. */
export function createPersonalKey(key: Partial<NgcKey> = {}): KeyInForce {
  return createServiceKey(
    { id: 'key-2', type: 'personal', name: 'laptop', user: 'ada@acme.test', ...key },
    { roles: ['Player'], policy: null },
  );
}
