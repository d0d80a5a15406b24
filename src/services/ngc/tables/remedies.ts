import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import { KEY_REMEDIES, USER_TOKEN_REMEDIES } from '../../../ngc-keys/remedies.ts';

const SEND_CREDENTIAL = {
  kind: 'authenticate',
  text: 'send one header `Authorization: Bearer` with a key or the token of a user; at `/token`, `Bearer` with a session key and `X-Device-Id`, or `ApiKey` with a personal key',
} as const;
const LOG_IN_AGAIN = 'start a new login with `POST /device/login`';

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  ...USER_TOKEN_REMEDIES,
  no_token: SEND_CREDENTIAL,
  wrong_scheme: SEND_CREDENTIAL,
  multiple_authorization: SEND_CREDENTIAL,
  key_as_session: { kind: 'credential', text: 'send `Authorization: ApiKey nvapi-...`' },
  key_without_user: { kind: 'identity', text: 'use a personal key; `GET /_mock/cast` lists some' },
  unknown_session: { kind: 'credential', text: LOG_IN_AGAIN },
  expired_session: { kind: 'credential', text: `${LOG_IN_AGAIN}, and confirm it within 15 minutes` },
  other_device: { kind: 'credential', text: 'send the `deviceId` of the login as the header `X-Device-Id`' },
  unconfirmed_login: {
    kind: 'credential',
    text: 'open the `loginUrl` and choose a user, or call `POST /_mock/device-logins/{deviceId}/confirm`',
  },
  missing_permission: {
    kind: 'identity',
    text: 'use a personal key or the token of a user, as a service key has no user; for service keys and keys of others, one of an organisation owner; `GET /_mock/cast` lists some',
  },
  foreign_object: {
    kind: 'identity',
    text: 'use a personal key of its user, or of an owner of its organisation',
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
