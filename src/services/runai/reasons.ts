import type { Reasons, StagesOf } from '../../core/explaining/reasons.ts';

/** Why Run:ai refuses to issue or accept a token. */
export const REASONS = {
  ngc_key_as_token: {
    stage: 'authenticate',
    meaning:
      'the bearer token is an NGC key (`nvapi-...`), and Run:ai takes access tokens, which `POST /api/v1/token` gives',
    source: 'API authentication guides 2.19 to 2.24: access tokens are what counts',
    certainty: 'implied',
  },
  unknown_client: {
    stage: 'authenticate',
    unknown: 'client',
    meaning: 'no credential has this client id or application name',
    source: 'RFC 6749, 5.2',
    certainty: 'documented',
  },
  no_client: {
    stage: 'authenticate',
    meaning: 'no client was named where one has to authenticate',
    source: 'RFC 6749, 5.2',
    certainty: 'documented',
  },
  malformed_basic: {
    stage: 'authenticate',
    meaning: 'the `Authorization` header does not say `Basic` and the base64 of a client id and its secret',
    source: 'RFC 7617, 2; RFC 6749, 5.2',
    certainty: 'documented',
  },
  wrong_grant: {
    stage: 'authenticate',
    meaning: 'the client exists, and may not use this grant',
    source: 'RFC 6749, 5.2: `unauthorized_client`',
    certainty: 'documented',
  },
  wrong_secret: {
    stage: 'authenticate',
    meaning: 'the client exists, and the secret is not its secret',
    source: 'RFC 6749, 5.2',
    certainty: 'documented',
  },
  unknown_user: {
    stage: 'authenticate',
    meaning: 'no user has this name',
    source: 'RFC 6749, 5.2: `invalid_grant`',
    certainty: 'documented',
  },
  wrong_password: {
    stage: 'authenticate',
    meaning: 'the user exists, and the password is not theirs',
    source: 'RFC 6749, 5.2: `invalid_grant`',
    certainty: 'documented',
  },
  ended_meanwhile: {
    stage: 'authenticate',
    meaning:
      'the credential was valid when it was checked, and no longer when the login began: in between, its owner was deleted or disabled, or it was replaced',
    source: "two requests at once are the mock's own matter: one of them wins",
    certainty: 'ours',
  },
  unknown_refresh_token: {
    stage: 'authenticate',
    unknown: 'grant',
    meaning: 'the refresh token was not issued here, or is long gone',
    source: 'RFC 6749, 5.2: `invalid_grant`',
    certainty: 'documented',
  },
  expired_refresh_token: {
    stage: 'authenticate',
    meaning: 'the refresh token has expired',
    source: 'RFC 6749, 5.2: `invalid_grant`',
    certainty: 'documented',
  },
  revoked_refresh_token: {
    stage: 'authenticate',
    meaning: 'a token of the same login was used twice, so all tokens of that login are revoked',
    source: 'RFC 9700, 4.14.2',
    certainty: 'documented',
  },
  reused_refresh_token: {
    stage: 'authenticate',
    meaning: 'the refresh token was used before; its whole family is revoked',
    source: 'RFC 9700, 4.14.2',
    certainty: 'documented',
  },
  other_client: {
    stage: 'authenticate',
    meaning: 'the refresh token belongs to another client',
    source: 'RFC 6749, 6 and 10.4',
    certainty: 'documented',
  },
  public_client: {
    stage: 'authenticate',
    meaning: 'the client is public: it has no secret, and cannot do this',
    source: 'RFC 6749, 4.4; RFC 7662, 2.1: only clients that authenticate',
    certainty: 'documented',
  },
  wrong_redirect: {
    stage: 'authenticate',
    meaning: 'the redirect URI is not the one that the code was issued for',
    source: 'RFC 6749, 4.1.3',
    certainty: 'documented',
  },
  wrong_verifier: {
    stage: 'authenticate',
    meaning: 'the code verifier does not fit the challenge that the code was issued with',
    source: 'RFC 7636, 4.6',
    certainty: 'documented',
  },
  unknown_code: {
    stage: 'authenticate',
    unknown: 'grant',
    meaning: 'the code was not issued here, or is long gone',
    source: 'RFC 6749, 5.2: `invalid_grant`',
    certainty: 'documented',
  },
  expired_code: {
    stage: 'authenticate',
    meaning: 'the code has expired',
    source: 'RFC 6749, 4.1.2',
    certainty: 'documented',
  },
  reused_code: {
    stage: 'authenticate',
    meaning: 'the code was used before; all that came of it is revoked',
    source: 'RFC 6749, 4.1.2',
    certainty: 'documented',
  },
  code_of_other_client: {
    stage: 'authenticate',
    meaning: 'the code was issued to another client',
    source: 'RFC 6749, 4.1.3',
    certainty: 'documented',
  },
  no_identity_provider: {
    stage: 'authenticate',
    meaning: 'no identity provider is configured whose tokens could be exchanged',
    source: 'the reference of 3.0 names the grant; that it needs a provider follows from it',
    certainty: 'implied',
  },
  bad_external_token: {
    stage: 'authenticate',
    meaning: 'the token of the identity provider does not count',
    source: 'RFC 8693, 2.2.2; RFC 7519, 7.2',
    certainty: 'implied',
  },
  unverified_email: {
    stage: 'authenticate',
    meaning:
      'the identity provider does not vouch for the e-mail address in its token (`email_verified`), so the token stands for no local user, and where it says `false` for nobody',
    source: 'OpenID Connect Core 1.0, 5.7: an e-mail address alone identifies nobody',
    certainty: 'implied',
  },
  external_user: {
    stage: 'authenticate',
    meaning: 'the user has no password here: an identity provider vouches for them',
    source: 'no page says what a user without a password gets',
    certainty: 'inferred',
  },
} as const satisfies Reasons;

declare module '../../core/explaining/reasons.ts' {
  interface ServiceReasons extends StagesOf<typeof REASONS> {}
}
