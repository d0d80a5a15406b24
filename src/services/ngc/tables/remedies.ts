import type { DenyReason } from '../../../core/explaining/reasons.ts';
import type { RemedyRow } from '../../../core/rule.ts';
import { KEY_REMEDIES } from '../../../ngc-keys/remedies.ts';

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  missing_permission: {
    kind: 'identity',
    text: 'use a personal key of the organisation owner; `GET /_mock/cast` lists one',
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
