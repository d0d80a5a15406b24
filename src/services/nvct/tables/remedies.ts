import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../../ngc-keys/remedies.ts';

/** No binding helps: the operation tests the account of the task after the resources of the key. */
const OWN_TASK: RemedyRow = { kind: 'object', text: 'name a task of the account of the key: this one is of another' };

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  missing_scope: {
    kind: 'identity',
    text: 'use a service key for Cloud Tasks: no role gives the user of a personal key a scope of tasks',
  },
  incompatible_resource_type: OWN_TASK,
  resource_mismatch: OWN_TASK,
  foreign_object: { kind: 'identity', text: 'use a key of the account that owns the task' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
