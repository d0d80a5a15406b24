import type { DenyReason } from '../../../core/reasons.ts';
import type { RemedyRow } from '../../../core/rule.ts';

const GET_TOKEN = 'get a new token from the token endpoint';
const LOG_IN_AGAIN = 'log in again with the `password` grant; each refresh token counts once';

/** What to do about a credential that was not accepted. */
export const REMEDIES = {
  malformed_token: { kind: 'credential', text: GET_TOKEN },
  unsupported_algorithm: { kind: 'credential', text: GET_TOKEN },
  unknown_key_id: {
    kind: 'credential',
    text: `${GET_TOKEN}; it was signed by another server or with an earlier key`,
  },
  bad_signature: { kind: 'credential', text: `${GET_TOKEN}, and send it unchanged` },
  wrong_issuer: {
    kind: 'credential',
    text: `${GET_TOKEN} under the host name you call, or start the server with \`--public-url\` or \`--alias\``,
  },
  expired_token: { kind: 'credential', text: GET_TOKEN },
  not_yet_valid: { kind: 'credential', text: `${GET_TOKEN}; this one is from a time the clock has not reached` },
  unknown_subject: { kind: 'credential', text: `${GET_TOKEN}; its subject was deleted, or the world was reset` },
  disabled: { kind: 'identity', text: 'enable it, or use another identity' },
  unknown_client: { kind: 'credential', text: 'use a client id of `GET /_mock/cast`, or create an access key' },
  wrong_grant: {
    kind: 'credential',
    text: 'use `app_token` for an application, `client_credentials` for an access key or a service account',
  },
  wrong_secret: {
    kind: 'credential',
    text: 'use the secret that was shown when it was created, or regenerate it; a regenerated secret ends the one before',
  },
  unknown_user: { kind: 'credential', text: 'use the e-mail address of a user of `GET /_mock/cast`' },
  wrong_password: { kind: 'credential', text: 'use the password of `GET /_mock/cast`' },
  unknown_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  expired_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  reused_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  revoked_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  other_client: { kind: 'credential', text: 'send the `clientId` that the login was made with' },
  foreign_object: { kind: 'identity', text: 'call as its owner, or use the administration operations' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
