import type { PolicyVersion } from '../../src/decisions/policy.ts';
import type { KeyInForce, NgcKey } from '../../src/ngc-keys/records.ts';

/** An organisation of a world with toys. */
export const ACME = { name: 'acme', ncaId: 'nca-1', subscriptions: [] };

/** A version of a policy that lets toys be played with, recorded at its number and in force a second later for each. */
export function versionOf(version: number, scopes: readonly string[] = ['play']): PolicyVersion {
  return { version, scopes, resources: [{ type: 'all-toys' }], recordedAt: version, effectiveAt: version * 1000 };
}

/** A service key for the toys, as it is in force. */
export function inForce(key: Partial<NgcKey> = {}, more: Partial<Omit<KeyInForce, 'key'>> = {}): KeyInForce {
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
    policy: versionOf(1),
    pending: [],
    ...more,
  };
}

/** The key of somebody who plays. */
export function personal(key: Partial<NgcKey> = {}): KeyInForce {
  return inForce(
    { id: 'key-2', type: 'personal', name: 'laptop', user: 'ada@acme.test', ...key },
    { roles: ['Player'], policy: null },
  );
}
