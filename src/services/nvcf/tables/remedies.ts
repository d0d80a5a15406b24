import type { DenyReason } from '../../../core/explaining/reasons.ts';
import type { RemedyRow } from '../../../core/rule.ts';
import { KEY_REMEDIES } from '../../../kits/ngc/remedies.ts';

/** What to do about a refusal that no change to the key would turn. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  closed_to_keys: {
    kind: 'identity',
    text: 'this profile follows code that accepts only tokens; `--nvcf documented` follows the page, which lets a key do this',
  },
  foreign_object: { kind: 'identity', text: 'call as its owner, or let the owner share it (Authorize Clients)' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
