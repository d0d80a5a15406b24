import type { DenyReason } from '../../../core/explaining/reasons.ts';
import type { RemedyRow } from '../../../core/rule.ts';

const OWNERS_KEY = 'use a personal key of the organisation owner: `GET /_mock/cast` shows it';

/** What to do about a key that was not accepted. */
export const REMEDIES = {
  missing_permission: { kind: 'identity', text: OWNERS_KEY },
  malformed_key: { kind: 'credential', text: `${OWNERS_KEY}; send all 70 characters of it` },
  foreign_key: { kind: 'credential', text: `${OWNERS_KEY}; never send a real one to a mock` },
  unknown_key: { kind: 'credential', text: `${OWNERS_KEY}; this one was deleted or rotated, or is of another world` },
  expired_key: { kind: 'credential', text: OWNERS_KEY },
  disabled_key: { kind: 'credential', text: OWNERS_KEY },
  unsupported_token: { kind: 'credential', text: OWNERS_KEY },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
