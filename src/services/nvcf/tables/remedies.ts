import type { DenyReason } from '../../../core/reasons.ts';
import type { RemedyRow } from '../../../core/rule.ts';
import { KEY_REMEDIES } from '../../../ngc-keys/remedies.ts';

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  closed_to_keys: {
    kind: 'identity',
    text: 'the published code accepts only tokens with a scope that no issuer gives; start the mock with `--nvcf documented`, which allows keys as the page says',
  },
  foreign_object: {
    kind: 'identity',
    text: 'use a key of the owner, or let the owner share the function (Authorize Clients)',
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
