import type { DenyReason } from '../../../core/explaining/reasons.ts';
import type { RemedyRow } from '../../../core/rule.ts';
import { KEY_REMEDIES } from '../../../kits/ngc/remedies.ts';

/** What to do about a refusal that no change to the key would prevent. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  missing_role: {
    kind: 'identity',
    text: 'use a personal key of a user who has these roles; a service key has none',
  },
  missing_scope: {
    kind: 'identity',
    text: 'no role brings what is missing: use a service key that has it; `POST /_mock/keys` makes one',
  },
  foreign_object: { kind: 'identity', text: 'call with a key of the organisation it belongs to' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
