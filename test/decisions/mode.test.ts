import { expect, it } from 'vitest';
import { concernsRights } from '../../src/decisions/mode.ts';
import type { DenyReason } from '../../src/decisions/reasons.ts';
import { ask } from './toy-law.ts';

const refused = (reason: DenyReason) => ({ effect: 'deny', reason, missing: [] }) as const;

it.each<DenyReason>([
  'service_not_enabled',
  'missing_role',
  'missing_permission',
  'missing_scope',
  'incompatible_resource_type',
  'resource_mismatch',
])('a world that observes lets pass what lacks rights: %s', (reason) => {
  expect(concernsRights(ask(), refused(reason))).toBe(true);
});

it.each<DenyReason>(['other_organization', 'closed_to_keys', 'not_owner', 'no_such_object', 'foreign_object'])(
  'and refuses what has nothing to do with rights: %s',
  (reason) => {
    expect(concernsRights(ask(), refused(reason))).toBe(false);
  },
);

it('what no key may do stays refused, whatever was told first, and what is allowed is not let pass', () => {
  expect(concernsRights(ask({ closed: true }), refused('service_not_enabled'))).toBe(false);
  expect(concernsRights(ask(), { effect: 'allow' })).toBe(false);
});
