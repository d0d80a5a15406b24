import type { Reasons, StagesOf } from '../../core/explaining/reasons.ts';

/** Why Run:ai refuses to issue or accept a token. */
export const REASONS = {
  ngc_key_as_token: {
    stage: 'authenticate',
    meaning:
      'the bearer token is an NGC key (`nvapi-...`), and Run:ai takes access tokens, which `POST /api/v1/token` gives',
  },
  unknown_client: {
    stage: 'authenticate',
    unknown: 'client',
    meaning: 'no credential has this client id or application name',
  },
  no_client: { stage: 'authenticate', meaning: 'no client was named where one has to authenticate' },
  malformed_basic: {
    stage: 'authenticate',
    meaning: 'the `Authorization` header does not say `Basic` and the base64 of a client id and its secret',
  },
  wrong_grant: { stage: 'authenticate', meaning: 'the client exists, and may not use this grant' },
  wrong_secret: { stage: 'authenticate', meaning: 'the client exists, and the secret is not its secret' },
  unknown_user: { stage: 'authenticate', meaning: 'no user has this name' },
  wrong_password: { stage: 'authenticate', meaning: 'the user exists, and the password is not theirs' },
  ended_meanwhile: {
    stage: 'authenticate',
    meaning:
      'the credential counted when it was looked at, and did not any more when the login was to begin: its owner was deleted or disabled in between, or it was replaced',
  },
  unknown_refresh_token: {
    stage: 'authenticate',
    unknown: 'grant',
    meaning: 'the refresh token was not issued here, or is long gone',
  },
  expired_refresh_token: { stage: 'authenticate', meaning: 'the refresh token has expired' },
  revoked_refresh_token: {
    stage: 'authenticate',
    meaning: 'a token of the same login was used twice, so all tokens of that login are revoked',
  },
  reused_refresh_token: {
    stage: 'authenticate',
    meaning: 'the refresh token was used before; its whole family is revoked',
  },
  other_client: { stage: 'authenticate', meaning: 'the refresh token belongs to another client' },
  public_client: { stage: 'authenticate', meaning: 'the client is public: it has no secret, and cannot do this' },
  wrong_redirect: { stage: 'authenticate', meaning: 'the redirect URI is not the one that the code was issued for' },
  wrong_verifier: {
    stage: 'authenticate',
    meaning: 'the code verifier does not fit the challenge that the code was issued with',
  },
  unknown_code: { stage: 'authenticate', unknown: 'grant', meaning: 'the code was not issued here, or is long gone' },
  expired_code: { stage: 'authenticate', meaning: 'the code has expired' },
  reused_code: { stage: 'authenticate', meaning: 'the code was used before; all that came of it is revoked' },
  code_of_other_client: { stage: 'authenticate', meaning: 'the code was issued to another client' },
  no_identity_provider: {
    stage: 'authenticate',
    meaning: 'no identity provider is configured whose tokens could be exchanged',
  },
  bad_external_token: { stage: 'authenticate', meaning: 'the token of the identity provider does not count' },
  unverified_email: {
    stage: 'authenticate',
    meaning:
      'the identity provider does not vouch for the e-mail address in its token (`email_verified`), so the token stands for no local user, and where it says `false` for nobody',
  },
  external_user: {
    stage: 'authenticate',
    meaning: 'the user has no password here: an identity provider vouches for them',
  },
} as const satisfies Reasons;

declare module '../../core/explaining/reasons.ts' {
  interface ServiceReasons extends StagesOf<typeof REASONS> {}
}
