import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import { KEY_REMEDIES, USER_TOKEN_REMEDIES } from '../../ngc-keys/remedies.ts';

/** Remedies for refusals that changing the key cannot fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  ...USER_TOKEN_REMEDIES,
  missing_role: {
    kind: 'identity',
    text: 'use a personal key of a user with these roles; service keys have no roles',
  },
  foreign_object: { kind: 'identity', text: 'use a key of the organisation that owns the object' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
