import type { DenyReason } from '../../../core/reasons.ts';
import type { RemedyRow } from '../../../core/rule.ts';
import { KEY_REMEDIES } from '../../../ngc-keys/remedies.ts';

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  missing_permission: {
    kind: 'identity',
    text: 'use a personal key: that of an organisation owner for service keys and keys of others, that of any user for keys of their own; `GET /_mock/cast` lists some',
  },
  foreign_object: {
    kind: 'identity',
    text: 'use a personal key of its user, or of an owner of its organisation',
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
