import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../ngc-keys/remedies.ts';

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  closed_to_keys: {
    kind: 'identity',
    text: 'no key may do this, whatever its rights: use a token with the scope. With `--nvcf open-source`, the mock accepts tokens of the issuers in `--nvcf-trusted-issuer`',
  },
  missing_scope: {
    kind: 'credential',
    text: 'no role has the scope: create a service key that has it with `POST /_mock/keys`',
  },
  foreign_object: {
    kind: 'identity',
    text: 'use a key of the owner, or let the owner share the function (Authorize Clients)',
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
