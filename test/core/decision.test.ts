import { describe, expect, it } from 'vitest';
import { type Decision, explain, fixes } from '../../src/core/decision.ts';
import { DENY_REASONS, type DenyReason } from '../../src/core/reasons.ts';
import type { Tables } from '../../src/core/rule.ts';

const sourced = { source: 'test', certainty: 'ours' } as const;
const tables: Tables = {
  term: 'permission',
  grants: [],
  roles: [
    { name: 'reader', grants: ['things:read'], ...sourced },
    { name: 'owner', grants: ['things:read', 'things:write'], ...sourced },
  ],
  rules: [],
  operations: [],
};

function decision(parts: Partial<Decision>): Decision {
  return {
    id: 'd-1',
    at: 0,
    service: 'test',
    operation: 'get_thing',
    request: { method: 'GET', path: '/things' },
    effect: 'deny',
    principal: { kind: 'service-account', id: 'b', name: 'bot', clientId: 'bot' },
    rule: 'read-things',
    reason: 'missing_permission',
    ...parts,
  };
}

describe('a missing permission', () => {
  const refusal = decision({ missing: ['things:write'], held: ['things:read'], roles: ['reader'] });

  it('is explained by what is needed, who asked and what they hold', () => {
    expect(explain(refusal)).toBe(
      'get_thing was refused: it needs `things:write`, and service account `bot` with the role `reader` holds `things:read`',
    );
  });

  it('is mended by a role that has it, or by somebody who has that role', () => {
    expect(fixes(refusal, tables)).toEqual([
      { kind: 'role', roles: ['owner'], text: 'give service account `bot` a role that has `things:write`: `owner`' },
      { kind: 'identity', roles: ['owner'], text: 'call as somebody who has the role `owner`' },
    ]);
  });

  it('is mended by the permission itself where no role has it', () => {
    expect(fixes(decision({ missing: ['things:burn'] }), tables)).toEqual([
      { kind: 'grant', text: 'give service account `bot` `things:burn`' },
    ]);
  });
});

describe('every reason', () => {
  const reasons = Object.keys(DENY_REASONS) as DenyReason[];

  it.each(reasons)('%s has a sentence and a fix', (reason) => {
    const refusal = decision({ reason, missing: ['things:write'], target: 't', boundTo: 'somebody' });

    expect(explain(refusal)).toMatch(/^get_thing was refused: .{10,}/);
    expect(fixes(refusal, tables).length).toBeGreaterThan(0);
  });
});

it('an answer that was allowed needs no fix', () => {
  const allowed = decision({ effect: 'allow', reason: null });

  expect(explain(allowed)).toBe('service account `bot` may call get_thing (rule read-things)');
  expect(fixes(allowed, tables)).toEqual([]);
});

it('what makes a reason concrete stands behind it', () => {
  const refusal = decision({ reason: 'expired_token', principal: null, detail: 'exp then, now now' });

  expect(explain(refusal)).toBe('get_thing was refused: the `exp` of the token has passed (exp then, now now)');
});
