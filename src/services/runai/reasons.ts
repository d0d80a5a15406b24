import type { Reasons, StagesOf } from '../../decisions/reasons.ts';

/** The reasons why Run:ai refuses to issue or accept a token. */
export const REASONS = {
  ngc_key_as_token: {
    stage: 'authenticate',
    meaning: 'the bearer token is an NGC key (`nvapi-...`); Run:ai accepts only access tokens',
    source: 'API authentication guides 2.19 to 2.24: requests have access tokens',
    certainty: 'implied',
  },
  unknown_client: {
    stage: 'authenticate',
    unknown: 'client',
    meaning: 'no credential has this client id or application name',
    source: 'RFC 6749, 5.2',
    certainty: 'documented',
  },
  swapped_credentials: {
    stage: 'authenticate',
    meaning: 'the client id and the secret are swapped',
    source: 'RFC 6749, 5.2: for the vendor, no client has this id',
    certainty: 'documented',
  },
  no_client: {
    stage: 'authenticate',
    meaning: 'the request has no client credentials, and client authentication is required',
    source: 'RFC 6749, 5.2',
    certainty: 'documented',
  },
  client_assertion: {
    stage: 'authenticate',
    meaning: 'the client authenticates with `client_assertion`, which the mock does not support',
    source: 'RFC 7523, 2.2; the mock authenticates clients only with secrets',
    certainty: 'ours',
  },
  malformed_basic: {
    stage: 'authenticate',
    meaning: 'the `Authorization` header is not `Basic` with a base64-encoded client id and secret',
    source: 'RFC 7617, 2; RFC 6749, 5.2',
    certainty: 'documented',
  },
  wrong_grant: {
    stage: 'authenticate',
    meaning: 'the client exists but may not use this grant',
    source: 'RFC 6749, 5.2: `unauthorized_client`',
    certainty: 'documented',
  },
  wrong_secret: {
    stage: 'authenticate',
    meaning: 'the client exists but the secret is wrong',
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
    meaning: 'the user exists but the password is wrong',
    source: 'RFC 6749, 5.2: `invalid_grant`',
    certainty: 'documented',
  },
  ended_meanwhile: {
    stage: 'authenticate',
    meaning: 'during the login, its user or credential was deleted, disabled or replaced',
    source: "the mock's rule for concurrent requests: only one of them succeeds",
    certainty: 'ours',
  },
  unknown_refresh_token: {
    stage: 'authenticate',
    unknown: 'grant',
    meaning: 'the refresh token was not issued here, or expired more than 30 days ago',
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
    meaning: 'the login of the refresh token has ended',
    source: 'RFC 9700, 4.14.2',
    certainty: 'documented',
  },
  reused_refresh_token: {
    stage: 'authenticate',
    meaning: 'the refresh token was used before, so its login has ended',
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
    meaning: 'the client is public, but a confidential client is required',
    source: 'RFC 6749, 4.4; RFC 7662, 2.1: the client must authenticate',
    certainty: 'documented',
  },
  wrong_redirect: {
    stage: 'authenticate',
    meaning: 'the redirect URI differs from the authorization request',
    source: 'RFC 6749, 4.1.3',
    certainty: 'documented',
  },
  wrong_verifier: {
    stage: 'authenticate',
    meaning: 'the code verifier does not match the code challenge',
    source: 'RFC 7636, 4.6',
    certainty: 'documented',
  },
  unknown_code: {
    stage: 'authenticate',
    unknown: 'grant',
    meaning: 'the code was not issued here, or expired more than a day ago',
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
    meaning: 'the code was used before, so its login has ended',
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
    meaning: 'no identity provider is configured',
    source: 'the 3.0 reference lists the grant, which implies an identity provider',
    certainty: 'implied',
  },
  bad_external_token: {
    stage: 'authenticate',
    meaning: 'the token of the identity provider is not valid',
    source: 'RFC 8693, 2.2.2; RFC 7519, 7.2',
    certainty: 'implied',
  },
  unverified_email: {
    stage: 'authenticate',
    meaning:
      'the e-mail address in the token is not verified (`email_verified`), so the token is not accepted for a local user; if it is `false`, for no user at all',
    source: 'OpenID Connect Core 1.0, 5.7: an e-mail address is not a unique identifier',
    certainty: 'implied',
  },
  external_user: {
    stage: 'authenticate',
    meaning: 'the user has no password, because an identity provider authenticates the user',
    source: 'the response for a user without a password is not documented',
    certainty: 'inferred',
  },
} as const satisfies Reasons;

declare module '../../decisions/reasons.ts' {
  interface ServiceReasons extends StagesOf<typeof REASONS> {}
}
