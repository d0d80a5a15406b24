import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import type { Profile } from './profiles.ts';

const GET_TOKEN = 'get a new token from the token endpoint';
const LOG_IN_AGAIN = 'log in again with the `password` grant; a refresh token can be used only once';
const LOG_IN_BY_PAGE = 'log in again at the authorization endpoint';

export const REMEDIES = {
  malformed_token: { kind: 'credential', text: GET_TOKEN },
  ngc_key_as_token: {
    kind: 'credential',
    text: 'get an access token from `POST /api/v1/token`, with an access key from `GET /_mock/cast`; NGC keys are only valid for Air, Cloud Functions and NGC',
  },
  unsupported_algorithm: { kind: 'credential', text: GET_TOKEN },
  unknown_key_id: {
    kind: 'credential',
    text: `${GET_TOKEN}; this token was signed by another server or with an earlier key`,
  },
  bad_signature: { kind: 'credential', text: `${GET_TOKEN}, and send it unchanged` },
  wrong_issuer: {
    kind: 'credential',
    text: `${GET_TOKEN} with the host name that you call, or start the server with \`--public-url\` or \`--alias\``,
  },
  wrong_tenant: { kind: 'credential', text: `${GET_TOKEN}; this token belongs to another tenant` },
  expired_token: { kind: 'credential', text: GET_TOKEN },
  not_yet_valid: { kind: 'credential', text: `${GET_TOKEN}; by the clock of the world, this token is not valid yet` },
  revoked_token: { kind: 'credential', text: `${GET_TOKEN}; this token or its login was revoked` },
  unknown_subject: {
    kind: 'credential',
    text: `${GET_TOKEN}; the subject of this token was deleted, or the world was reset`,
  },
  disabled: { kind: 'identity', text: 'enable the identity, or use another one' },
  unknown_client: { kind: 'credential', text: 'use a client id from `GET /_mock/cast`, or create an access key' },
  swapped_credentials: {
    kind: 'credential',
    text: 'swap the client id and the secret',
  },
  wrong_grant: {
    kind: 'credential',
    text: 'use a grant that the message lists for this client; if it lists none, use another client from `GET /_mock/cast`',
  },
  wrong_secret: {
    kind: 'credential',
    text: 'use the secret that was returned last, or regenerate it; a new secret replaces the old one',
  },
  unknown_user: { kind: 'credential', text: 'use the e-mail address of a user from `GET /_mock/cast`' },
  wrong_password: { kind: 'credential', text: 'use the password from `GET /_mock/cast`' },
  ended_meanwhile: { kind: 'credential', text: 'try again with a valid credential' },
  unknown_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  expired_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  reused_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  revoked_refresh_token: { kind: 'credential', text: LOG_IN_AGAIN },
  other_client: { kind: 'credential', text: 'send the `clientId` that was used to log in' },
  no_client: { kind: 'credential', text: 'send `client_id` and `client_secret`, or the header `Authorization: Basic`' },
  client_assertion: {
    kind: 'credential',
    text: 'send the client id and secret of a client from `GET /_mock/cast`, without `client_assertion`',
  },
  malformed_basic: {
    kind: 'credential',
    text: 'send `Authorization: Basic` with the base64 of `<client id>:<secret>`; form-encode both first',
  },
  public_client: {
    kind: 'credential',
    text: 'omit the secret; if a secret is required, use a client from `GET /_mock/cast` that has one',
  },
  wrong_redirect: { kind: 'credential', text: 'send the redirect URI of the authorization request' },
  wrong_verifier: {
    kind: 'credential',
    text: 'send the code verifier of the challenge to the token endpoint of the realm, the only one that accepts it; without a challenge, omit the verifier',
  },
  unknown_code: { kind: 'credential', text: LOG_IN_BY_PAGE },
  expired_code: {
    kind: 'credential',
    text: `${LOG_IN_BY_PAGE}; codes expire after a minute by default (\`--token-lifetime code=DURATION\`)`,
  },
  reused_code: { kind: 'credential', text: `${LOG_IN_BY_PAGE}; a code can be used only once` },
  code_of_other_client: { kind: 'credential', text: 'send the client id of the authorization request' },
  no_identity_provider: { kind: 'credential', text: 'start the server with `--runai-idp` and a JWK set' },
  bad_external_token: {
    kind: 'credential',
    text: 'send an unexpired token, signed by the identity provider of `--runai-idp`, with the claims `sub`, `exp` and `email`, and, if set, the `iss` and `aud` of `--runai-idp issuer=...` and `--runai-idp audience=...`',
  },
  unverified_email: {
    kind: 'credential',
    text: 'send a token with `"email_verified": true`, or log in with the password of the local user',
  },
  external_user: {
    kind: 'credential',
    text: 'this user has no password: send `external_token_exchange` to `POST /api/v1/token`, or use an access key',
  },
  foreign_object: { kind: 'identity', text: 'call as the owner of the object, or use the administration operations' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;

/** Remedies for versions that lack what the general ones suggest. */
export const REMEDIES_OF = {
  '2.19': {
    unknown_client: {
      kind: 'credential',
      text: 'use a client id of `GET /_mock/cast`, or create an application with `POST /api/v1/apps`',
    },
    external_user: {
      kind: 'credential',
      text: 'this user has no password: log in as another user, or use an application',
    },
  },
  '2.24': {},
  '3.0': {},
} as const satisfies Record<Profile, Partial<Record<DenyReason, RemedyRow>>>;
