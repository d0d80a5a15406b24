import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import type { Profile } from './profiles.ts';

const GET_TOKEN = 'get a new token from the token endpoint';
const LOG_IN_AGAIN = 'log in again with the `password` grant; each refresh token can be used once';
const LOG_IN_BY_PAGE = 'log in at the authorization endpoint again';

/** Remedies for refused credentials. */
export const REMEDIES = {
  malformed_token: { kind: 'credential', text: GET_TOKEN },
  ngc_key_as_token: {
    kind: 'credential',
    text: 'get an access token from `POST /api/v1/token`, with an access key from `GET /_mock/cast`; NGC keys are for Air, Cloud Functions and NGC',
  },
  unsupported_algorithm: { kind: 'credential', text: GET_TOKEN },
  unknown_key_id: {
    kind: 'credential',
    text: `${GET_TOKEN}; this one was signed by another server or with an earlier key`,
  },
  bad_signature: { kind: 'credential', text: `${GET_TOKEN}, and send it unchanged` },
  wrong_issuer: {
    kind: 'credential',
    text: `${GET_TOKEN} under the host name that you call, or start the server with \`--public-url\` or \`--alias\``,
  },
  wrong_tenant: { kind: 'credential', text: `${GET_TOKEN}; this one belongs to another tenant` },
  expired_token: { kind: 'credential', text: GET_TOKEN },
  not_yet_valid: { kind: 'credential', text: `${GET_TOKEN}; this one starts later than the clock of the world` },
  revoked_token: { kind: 'credential', text: `${GET_TOKEN}; its login was ended` },
  unknown_subject: { kind: 'credential', text: `${GET_TOKEN}; its subject was deleted, or the world was reset` },
  disabled: { kind: 'identity', text: 'enable it, or use another identity' },
  unknown_client: { kind: 'credential', text: 'use a client id of `GET /_mock/cast`, or create an access key' },
  swapped_credentials: {
    kind: 'credential',
    text: 'swap the two values: the client id was sent as the secret, and the secret as the client id',
  },
  wrong_grant: {
    kind: 'credential',
    text: 'use a grant that the message lists for this client; if it lists none, use another client of `GET /_mock/cast`',
  },
  wrong_secret: {
    kind: 'credential',
    text: 'use the secret from its creation, or regenerate it; a new secret replaces the old one',
  },
  unknown_user: { kind: 'credential', text: 'use the e-mail address of a user of `GET /_mock/cast`' },
  wrong_password: { kind: 'credential', text: 'use the password of `GET /_mock/cast`' },
  ended_meanwhile: { kind: 'credential', text: 'try again with a valid credential' },
  unknown_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  expired_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  reused_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  revoked_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  other_client: { kind: 'credential', text: 'send the `clientId` that the login was made with' },
  no_client: { kind: 'credential', text: 'send `client_id` and `client_secret`, or the header `Authorization: Basic`' },
  client_assertion: {
    kind: 'credential',
    text: 'send the client id and the secret of a client of `GET /_mock/cast`, without `client_assertion`',
  },
  malformed_basic: {
    kind: 'credential',
    text: 'send `Authorization: Basic` and the base64 of `<client id>:<secret>`, each encoded as in a form',
  },
  public_client: {
    kind: 'credential',
    text: 'omit the secret; where one is required, use a client of `GET /_mock/cast` that has one',
  },
  wrong_redirect: { kind: 'credential', text: 'send the same redirect URI that the login page was opened with' },
  wrong_verifier: {
    kind: 'credential',
    text: 'send the verifier of the challenge to the token endpoint of the realm, the only one that accepts it; without a challenge omit it',
  },
  unknown_code: { kind: 'credential', text: LOG_IN_BY_PAGE },
  expired_code: {
    kind: 'credential',
    text: `${LOG_IN_BY_PAGE}; codes expire after a minute, unless \`--token-ttl code=DURATION\` says otherwise`,
  },
  reused_code: { kind: 'credential', text: `${LOG_IN_BY_PAGE}; each code can be used once` },
  code_of_other_client: { kind: 'credential', text: 'send the client id that the login page was opened with' },
  no_identity_provider: { kind: 'credential', text: 'start the server with `--runai-idp` and a JWK set' },
  bad_external_token: {
    kind: 'credential',
    text: 'send an unexpired token, signed by the identity provider of `--runai-idp`, with the claims `sub`, `exp` and `email`, and with the `iss` and `aud` that `--runai-idp issuer=...` and `--runai-idp audience=...` name',
  },
  unverified_email: {
    kind: 'credential',
    text: 'send a token with `"email_verified": true`, or log in as the local user with their password',
  },
  external_user: {
    kind: 'credential',
    text: 'the user has no password here: send `external_token_exchange` to `POST /api/v1/token`, or use an access key',
  },
  foreign_object: { kind: 'identity', text: 'call as its owner, or use the administration operations' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;

/** Remedies of versions that lack what the others name. */
export const REMEDIES_OF = {
  '2.19': {
    unknown_client: {
      kind: 'credential',
      text: 'use a client id of `GET /_mock/cast`, or create an application with `POST /api/v1/apps`',
    },
    external_user: {
      kind: 'credential',
      text: 'log in as a user who has a password, or use an application: this user has no password here',
    },
  },
  '2.24': {},
  '3.0': {},
} as const satisfies Record<Profile, Partial<Record<DenyReason, RemedyRow>>>;
