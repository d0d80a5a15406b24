/**
 * Every reason a request can be refused for, and what it means. The codes are a promise: scripts compare them.
 *
 * `stage` is the step that refuses: who are you (`authenticate`), may you (`decide`), is it yours (`cover`).
 */
export const DENY_REASONS = {
  no_token: { stage: 'authenticate', meaning: 'no `Authorization` header was sent' },
  multiple_authorization: { stage: 'authenticate', meaning: 'more than one `Authorization` header was sent' },
  wrong_scheme: { stage: 'authenticate', meaning: 'the `Authorization` header does not say `Bearer <token>`' },
  malformed_token: { stage: 'authenticate', meaning: 'the bearer token is no JWT with the claims of an access token' },
  ngc_key_as_token: {
    stage: 'authenticate',
    meaning:
      'the bearer token is an NGC key (`nvapi-...`), and Run:ai takes access tokens, which `POST /api/v1/token` gives',
  },
  unsupported_algorithm: {
    stage: 'authenticate',
    meaning: 'the token names another algorithm than the key it must be signed with',
  },
  unknown_key_id: { stage: 'authenticate', meaning: 'the `kid` in the token is not in the JWKS of this server' },
  bad_signature: { stage: 'authenticate', meaning: 'the signature does not fit the token' },
  wrong_issuer: { stage: 'authenticate', meaning: 'the `iss` of the token is no realm of this server' },
  wrong_tenant: { stage: 'authenticate', meaning: 'the `tenant_id` of the token is not the tenant of this world' },
  expired_token: { stage: 'authenticate', meaning: 'the `exp` of the token has passed' },
  not_yet_valid: { stage: 'authenticate', meaning: 'the `nbf` or `iat` of the token lies in the future' },
  revoked_token: {
    stage: 'authenticate',
    meaning:
      'the token was revoked, or its login was ended: by a logout, a revocation, or a code or refresh token used twice',
  },
  unknown_subject: { stage: 'authenticate', meaning: 'the `sub` of the token is nobody in this world' },
  disabled: { stage: 'authenticate', meaning: 'the user, application or service account is disabled' },
  unknown_client: { stage: 'authenticate', meaning: 'no credential has this client id or application name' },
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
  unknown_refresh_token: { stage: 'authenticate', meaning: 'the refresh token was not issued here, or is long gone' },
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
  unknown_code: { stage: 'authenticate', meaning: 'the code was not issued here, or is long gone' },
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
  malformed_key: { stage: 'authenticate', meaning: 'the bearer token is no NGC key: `nvapi-` and 64 characters' },
  foreign_key: {
    stage: 'authenticate',
    meaning: 'the key has the form of a real one and was not minted by this mock; it was neither stored nor logged',
  },
  unknown_key: { stage: 'authenticate', meaning: 'the key was minted by a mock, and no key of this world has it' },
  expired_key: { stage: 'authenticate', meaning: 'the key has expired' },
  disabled_key: { stage: 'authenticate', meaning: 'the key is disabled' },
  unsupported_token: {
    stage: 'authenticate',
    meaning: 'the bearer token is no NGC key, and no other kind of token is accepted here',
  },
  other_world: { stage: 'authenticate', meaning: 'the credential is of another world of this server' },
  world_gone: { stage: 'authenticate', meaning: 'the credential is of a world that is not there any more' },
  other_organization: { stage: 'decide', meaning: 'the path names an organisation that is not the one of the key' },
  service_not_enabled: { stage: 'decide', meaning: 'the key was not made for this service' },
  closed_to_keys: { stage: 'decide', meaning: 'no key may do this, whatever it holds' },
  missing_role: { stage: 'decide', meaning: 'the action asks for roles, and the caller does not have all of them' },
  missing_permission: { stage: 'decide', meaning: 'none of the roles of the caller has the permission' },
  missing_scope: { stage: 'decide', meaning: 'the key does not hold the scope' },
  incompatible_resource_type: {
    stage: 'decide',
    meaning: 'the key holds the scope, and none of its resource types is one that the action accepts',
  },
  resource_mismatch: {
    stage: 'cover',
    meaning: 'the resource type is accepted, and the resource of the key does not name the object',
  },
  not_owner: { stage: 'cover', meaning: 'the object is visible to the caller, and only its owner may do this' },
  no_such_object: { stage: 'cover', meaning: 'there is no object with the id in the path' },
  foreign_object: { stage: 'cover', meaning: 'the object exists and belongs to somebody else, so it is not shown' },
} as const satisfies Record<string, { stage: 'authenticate' | 'decide' | 'cover'; meaning: string }>;

export type DenyReason = keyof typeof DENY_REASONS;

type ReasonsOf<Stage> = { [R in DenyReason]: (typeof DENY_REASONS)[R]['stage'] extends Stage ? R : never }[DenyReason];

/** Why a credential was not accepted. */
export type CredentialReason = ReasonsOf<'authenticate'>;
