import type { DenyReason } from '../../../core/explaining/reasons.ts';
import type { RemedyRow } from '../../../core/rule.ts';
import { KEY_REMEDIES } from '../../../ngc-keys/remedies.ts';

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = KEY_REMEDIES satisfies Partial<Record<DenyReason, RemedyRow>>;
