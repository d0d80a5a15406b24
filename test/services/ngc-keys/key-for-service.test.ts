import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DecisionInput } from '../../../src/decisions/decision.ts';
import { NgcKeys } from '../../../src/services/ngc-keys/index.ts';
import { findOtherKey } from '../../../src/services/ngc-keys/key-for-service.ts';
import type { KeyInForce } from '../../../src/services/ngc-keys/records.ts';
import { ask, key } from '../../decisions/toy-law.ts';
import { replaceMethods } from '../../support/replace-methods.ts';

const NOW = 1000;
const accessRequest = ask({ needs: { all: ['play'] } });
const caller = key([], [], { services: ['air'] });
const input: DecisionInput = { accessRequest, caller, lookedUp: null };

interface KeyOptions {
  readonly name: string;
  readonly scopes?: readonly string[];
  readonly services?: readonly string[];
  readonly enabled?: boolean;
  readonly expiresAt?: number | null;
}

function createKey({ name, scopes = ['play'], services = ['toys'], enabled = true, expiresAt = null }: KeyOptions) {
  const policy = { version: 1, recordedAt: 0, effectiveAt: 0, scopes, resources: [] };
  const row = { id: name, name, org: 'acme', type: 'service', user: null, services, enabled, expiresAt };
  // Only the members that a caller is created from.
  return { key: row, organization: { ncaId: 'n' }, roles: [], policy, pending: [] } as unknown as KeyInForce;
}

afterEach(() => vi.restoreAllMocks());

const calls: unknown[][] = [];
function findKeyAmong(keys: readonly KeyOptions[], decisionInput: DecisionInput | undefined = input) {
  const list = async (...parts: unknown[]) => {
    calls.push(parts);
    return keys.map(createKey);
  };
  replaceMethods(NgcKeys.prototype, { list });
  return findOtherKey({ input: decisionInput, presented: [] }, { store: {}, now: NOW } as never);
}

describe('another key for a service', () => {
  it('is the sufficient key with the fewest rights, and the oldest of equal keys', async () => {
    const large = { name: 'large', scopes: ['play', 'look', 'mend'] };

    expect(await findKeyAmong([large, { name: 'small' }, { name: 'as-small' }])).toBe('small');
    expect(await findKeyAmong([{ name: 'useless', scopes: ['look'] }, large])).toBe('large');
  });

  it.each<[title: string, options: Omit<KeyOptions, 'name'>]>([
    ['was created for another service', { services: ['air'] }],
    ['is disabled', { enabled: false }],
    ['has expired', { expiresAt: NOW }],
    ['lacks a scope', { scopes: ['look'] }],
  ])('is never a key that %s', async (_what, options) => {
    expect(await findKeyAmong([{ name: 'no', ...options }])).toBeNull();
    expect(
      await findKeyAmong([
        { name: 'no', ...options },
        { name: 'yes', expiresAt: NOW + 1 },
      ]),
    ).toBe('yes');
  });

  it('is searched among a hundred keys of the same organisation', async () => {
    calls.length = 0;
    await findKeyAmong([]);

    expect(calls).toEqual([[{ org: caller.principal.org }, 100, NOW]]);
  });

  it('is null for a refusal without a rule', async () => {
    replaceMethods(NgcKeys.prototype, { list: async () => [createKey({ name: 'yes' })] });
    const world = { store: {}, now: NOW } as never;

    expect(await findOtherKey({ input: undefined, presented: [] }, world)).toBeNull();
  });
});
