import type { Reason, Reasons, StagesOf } from '../../decisions/reasons.ts';

function refusal(meaning: string, source: string, certainty: Reason['certainty'] = 'documented') {
  return { stage: 'authenticate', meaning, source, certainty } as const;
}

/** The reasons why Run:ai refuses to issue or accept a token. */
export const REASONS = {
  ngc_key_as_token: refusal(
    'the bearer token is an NGC key (`nvapi-...`); Run:ai accepts only access tokens',
    'API authentication guides 2.19 to 2.24: requests have access tokens',
    'implied',
  ),
  unknown_client: {
    ...refusal('no credential has this client id or application name', 'RFC 6749, 5.2'),
    unknown: 'client',
  },
  swapped_credentials: refusal(
    'the client id and the secret are swapped',
    'RFC 6749, 5.2: for the vendor, no client has this id',
  ),
  no_client: refusal('the request has no client credentials, and client authentication is required', 'RFC 6749, 5.2'),
  client_assertion: refusal(
    'the client authenticates with `client_assertion`, which the mock does not support',
    'RFC 7523, 2.2; the mock authenticates clients only with secrets',
    'ours',
  ),
  malformed_basic: refusal(
    'the `Authorization` header is not `Basic` with a base64-encoded client id and secret',
    'RFC 7617, 2; RFC 6749, 5.2',
  ),
  wrong_grant: refusal('the client exists but may not use this grant', 'RFC 6749, 5.2: `unauthorized_client`'),
  wrong_secret: refusal('the client exists but the secret is wrong', 'RFC 6749, 5.2'),
  unknown_user: refusal('no user has this name', 'RFC 6749, 5.2: `invalid_grant`'),
  wrong_password: refusal('the user exists but the password is wrong', 'RFC 6749, 5.2: `invalid_grant`'),
  ended_meanwhile: refusal(
    'during the login, its user or credential was deleted, disabled or replaced',
    "the mock's rule for concurrent requests: only one of them succeeds",
    'ours',
  ),
  unknown_refresh_token: {
    ...refusal(
      'the refresh token was not issued here, or expired more than 30 days ago',
      'RFC 6749, 5.2: `invalid_grant`',
    ),
    unknown: 'grant',
  },
  expired_refresh_token: refusal('the refresh token has expired', 'RFC 6749, 5.2: `invalid_grant`'),
  revoked_refresh_token: refusal('the login of the refresh token has ended', 'RFC 9700, 4.14.2'),
  reused_refresh_token: refusal('the refresh token was used before, so its login has ended', 'RFC 9700, 4.14.2'),
  other_client: refusal('the refresh token belongs to another client', 'RFC 6749, 6 and 10.4'),
  public_client: refusal(
    'the client is public, but a confidential client is required',
    'RFC 6749, 4.4; RFC 7662, 2.1: the client must authenticate',
  ),
  wrong_redirect: refusal('the redirect URI differs from the authorization request', 'RFC 6749, 4.1.3'),
  wrong_verifier: refusal('the code verifier does not match the code challenge', 'RFC 7636, 4.6'),
  unknown_code: {
    ...refusal('the code was not issued here, or expired more than a day ago', 'RFC 6749, 5.2: `invalid_grant`'),
    unknown: 'grant',
  },
  expired_code: refusal('the code has expired', 'RFC 6749, 4.1.2'),
  reused_code: refusal('the code was used before, so its login has ended', 'RFC 6749, 4.1.2'),
  code_of_other_client: refusal('the code was issued to another client', 'RFC 6749, 4.1.3'),
  no_identity_provider: refusal(
    'no identity provider is configured',
    'the 3.0 reference lists the grant, which implies an identity provider',
    'implied',
  ),
  bad_external_token: refusal(
    'the token of the identity provider is not valid',
    'RFC 8693, 2.2.2; RFC 7519, 7.2',
    'implied',
  ),
  unverified_email: refusal(
    'the e-mail address in the token is not verified (`email_verified`), so the token is not accepted for a local user; if it is `false`, for no user at all',
    'OpenID Connect Core 1.0, 5.7: an e-mail address is not a unique identifier',
    'implied',
  ),
  external_user: refusal(
    'the user has no password, because an identity provider authenticates the user',
    'the response for a user without a password is not documented',
    'inferred',
  ),
} as const satisfies Reasons;

declare module '../../decisions/reasons.ts' {
  interface ServiceReasons extends StagesOf<typeof REASONS> {}
}
