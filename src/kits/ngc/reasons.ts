import type { Reasons, StagesOf } from '../../core/explaining/reasons.ts';

/** Why an NGC key is not accepted. */
export const KEY_REASONS = {
  malformed_key: { stage: 'authenticate', meaning: 'the bearer token is not an NGC key: `nvapi-` and 64 characters' },
  foreign_key: {
    stage: 'authenticate',
    meaning: 'the key has the form of a real one and was not minted by this mock; it was neither stored nor logged',
  },
  unknown_key: {
    stage: 'authenticate',
    unknown: 'key',
    meaning: 'the key was minted by a mock, but does not exist in this world',
  },
  expired_key: { stage: 'authenticate', meaning: 'the key has expired' },
  disabled_key: { stage: 'authenticate', meaning: 'the key is disabled' },
  unsupported_token: {
    stage: 'authenticate',
    meaning: 'the bearer token is not an NGC key, and no other kind of token is accepted here',
  },
} as const satisfies Reasons;

declare module '../../core/explaining/reasons.ts' {
  interface ServiceReasons extends StagesOf<typeof KEY_REASONS> {}
}
