import { expect, it } from 'vitest';
import { concernsRights } from '../../src/decisions/mode.ts';
import type { DenyReason } from '../../src/decisions/reasons.ts';
import { ask } from './toy-law.ts';

const createDenial = (reason: DenyReason) => ({ effect: 'deny', reason, missing: [] }) as const;

it.each<DenyReason>([
  'service_not_enabled',
  'missing_role',
  'missing_permission',
  'missing_scope',
  'incompatible_resource_type',
  'resource_mismatch',
])('observe mode lets a caller without rights pass: %s', (reason) => {
  expect(concernsRights(ask(), createDenial(reason))).toBe(true);
});

it.each<DenyReason>(['other_organization', 'closed_to_keys', 'not_owner', 'no_such_object', 'foreign_object'])(
  'observe mode enforces a denial that is not about rights: %s',
  (reason) => {
    expect(concernsRights(ask(), createDenial(reason))).toBe(false);
  },
);

it('observe mode enforces a closed operation, whatever the reason, and does not concern allowed calls', () => {
  expect(concernsRights(ask({ closed: true }), createDenial('service_not_enabled'))).toBe(false);
  expect(concernsRights(ask(), { effect: 'allow' })).toBe(false);
});
