import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../ngc-keys/remedies.ts';

/** Changing the key's resources does not help: the operation also checks the account of the task. */
const OWN_TASK: RemedyRow = {
  kind: 'object',
  text: "use a task of the key's account: this one belongs to another account",
};

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  missing_scope: {
    kind: 'identity',
    text: 'use a service key for Cloud Tasks: no role grants the user of a personal key a task scope',
  },
  incompatible_resource_type: OWN_TASK,
  resource_mismatch: OWN_TASK,
  foreign_object: { kind: 'identity', text: 'use a key of the account that owns the task' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
