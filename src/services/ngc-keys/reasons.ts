import type { Reasons, StagesOf } from '../../decisions/reasons.ts';

export const KEY_REASONS = {
  malformed_key: {
    stage: 'authenticate',
    meaning: 'the bearer token is not an NGC key: `nvapi-` and 64 characters',
    source: 'keys in published clients: prefix and length',
    certainty: 'observed',
  },
  foreign_key: {
    stage: 'authenticate',
    meaning: 'the key looks like a real one; it was neither stored nor logged',
    source: 'the mock accepts no real credential',
    certainty: 'ours',
  },
  unknown_key: {
    stage: 'authenticate',
    unknown: 'key',
    meaning: 'the key was issued by a mock, but does not exist in this world',
    source: 'responses reported by published clients',
    certainty: 'observed',
  },
  expired_key: {
    stage: 'authenticate',
    meaning: 'the key has expired',
    source: 'not documented; treated like an unknown key',
    certainty: 'inferred',
  },
  disabled_key: {
    stage: 'authenticate',
    meaning: 'the key is disabled',
    source: 'not documented; treated like an unknown key',
    certainty: 'ours',
  },
  suspended_key: {
    stage: 'authenticate',
    meaning: 'the key is suspended at the self-hosted key service',
    source:
      'published code of the key service (NVIDIA/nvcf, fadc0f81): a suspended key stays suspended after it expires',
    certainty: 'documented',
  },
  suspended_owner: {
    stage: 'authenticate',
    meaning: 'the owner of the key is suspended at the self-hosted key service',
    source: 'published code of the key service (NVIDIA/nvcf, fadc0f81)',
    certainty: 'documented',
  },
  unsupported_token: {
    stage: 'authenticate',
    meaning: 'the bearer token is neither an NGC key nor another token that the service accepts',
    source: 'not documented: the refusal of a token that is neither a key nor a user token',
    certainty: 'ours',
  },
} as const satisfies Reasons;

/** Why NGC refuses to issue or accept a user token. */
export const USER_REASONS = {
  key_without_user: {
    stage: 'authenticate',
    meaning: 'a service key cannot be exchanged for a user token, because it has no user',
    source: 'not documented: the response to a service key',
    certainty: 'ours',
  },
  key_as_session: {
    stage: 'authenticate',
    meaning: 'an NGC key was sent as `Bearer` to `/token`, which takes keys as `ApiKey`',
    source: 'observed in published clients; the refusal is ours',
    certainty: 'ours',
  },
  not_a_member: {
    stage: 'authenticate',
    meaning: 'the user of the token is not a member of the organisation in `Nv-Ngc-Org`',
    source: 'not documented: the refusal of another organisation in this header',
    certainty: 'ours',
  },
  unknown_session: {
    stage: 'authenticate',
    unknown: 'grant',
    meaning: 'no device login in this world has this session key, or a newer login of the device replaced it',
    source: 'no page says how device logins are refused',
    certainty: 'ours',
  },
  expired_session: {
    stage: 'authenticate',
    meaning: 'the device login expired after 15 minutes',
    source: 'not documented: the lifetime of a device login',
    certainty: 'ours',
  },
  other_device: {
    stage: 'authenticate',
    meaning: '`X-Device-Id` is missing, or is not the `deviceId` of the login',
    source: 'no page says how device logins are refused',
    certainty: 'ours',
  },
  unconfirmed_login: {
    stage: 'authenticate',
    meaning: 'no user has confirmed the device login yet',
    source: 'no page says how device logins are refused',
    certainty: 'ours',
  },
} as const satisfies Reasons;

declare module '../../decisions/reasons.ts' {
  interface ServiceReasons extends StagesOf<typeof KEY_REASONS>, StagesOf<typeof USER_REASONS> {}
}
