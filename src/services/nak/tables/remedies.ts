import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../ngc-keys/remedies.ts';

/** Remedies for keys that look real. The key service refuses them like any other. */
export const REMEDIES = KEY_REMEDIES satisfies Partial<Record<DenyReason, RemedyRow>>;
