import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DecisionInput } from '../../src/decisions/decision.ts';
import { NgcKeys } from '../../src/ngc-keys/index.ts';
import { findOtherKey } from '../../src/ngc-keys/key-for-service.ts';
import type { KeyInForce } from '../../src/ngc-keys/records.ts';
import { ask, key } from '../decisions/toy-law.ts';
import { faked } from '../support/faked.ts';

const NOW = 1000;
const accessRequest = ask({ needs: { all: ['play'] } });
const caller = key([], [], { services: ['air'] });
const input: DecisionInput = { accessRequest, caller, lookedUp: null };

interface Given {
  readonly name: string;
  readonly scopes?: readonly string[];
  readonly services?: readonly string[];
  readonly enabled?: boolean;
  readonly expiresAt?: number | null;
}

function keyOf({ name, scopes = ['play'], services = ['toys'], enabled = true, expiresAt = null }: Given) {
  const policy = { version: 1, recordedAt: 0, effectiveAt: 0, scopes, resources: [] };
  const row = { id: name, name, org: 'acme', type: 'service', user: null, services, enabled, expiresAt };
  // What a caller is made from.
  return { key: row, organization: { ncaId: 'n' }, roles: [], policy, pending: [] } as unknown as KeyInForce;
}

afterEach(() => vi.restoreAllMocks());

const asked: unknown[][] = [];
function otherOf(keys: readonly Given[], about: DecisionInput | undefined = input) {
  const list = async (...parts: unknown[]) => {
    asked.push(parts);
    return keys.map(keyOf);
  };
  faked(NgcKeys.prototype, { list });
  return findOtherKey({ input: about, presented: [] }, { store: {}, now: NOW } as never);
}

describe('another key for a service', () => {
  it('is the one that holds least of those that would do, the oldest of equal ones', async () => {
    const large = { name: 'large', scopes: ['play', 'look', 'mend'] };

    expect(await otherOf([large, { name: 'small' }, { name: 'as-small' }])).toBe('small');
    expect(await otherOf([{ name: 'useless', scopes: ['look'] }, large])).toBe('large');
  });

  it.each<[what: string, given: Omit<Given, 'name'>]>([
    ['was made for another service', { services: ['air'] }],
    ['is disabled', { enabled: false }],
    ['has expired', { expiresAt: NOW }],
    ['lacks a scope', { scopes: ['look'] }],
  ])('is none that %s', async (_what, given) => {
    expect(await otherOf([{ name: 'no', ...given }])).toBeNull();
    expect(
      await otherOf([
        { name: 'no', ...given },
        { name: 'yes', expiresAt: NOW + 1 },
      ]),
    ).toBe('yes');
  });

  it('is looked for among a hundred keys of the same organisation, as they are now', async () => {
    asked.length = 0;
    await otherOf([]);

    expect(asked).toEqual([[{ org: caller.principal.org }, 100, NOW]]);
  });

  it('is not known for a refusal by no rule', async () => {
    faked(NgcKeys.prototype, { list: async () => [keyOf({ name: 'yes' })] });
    const world = { store: {}, now: NOW } as never;

    expect(await findOtherKey({ input: undefined, presented: [] }, world)).toBeNull();
  });
});
