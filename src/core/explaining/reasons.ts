/** A reason for which a request can be refused. */
export interface Reason {
  /** The step that refuses: who are you (`authenticate`), may you (`decide`), is it yours (`cover`). */
  readonly stage: 'authenticate' | 'decide' | 'cover';
  readonly meaning: string;
  /** The kind of credential that is unknown in this world, though another world may know it. */
  readonly unknown?: 'key' | 'client' | 'grant';
}

/** Reasons by their codes. The codes are a promise: scripts compare them. */
export type Reasons = Readonly<Record<string, Reason>>;

/** The reasons that every service can give. */
export const COMMON_REASONS = {
  no_token: { stage: 'authenticate', meaning: 'no `Authorization` header was sent' },
  multiple_authorization: { stage: 'authenticate', meaning: 'more than one `Authorization` header was sent' },
  wrong_scheme: { stage: 'authenticate', meaning: 'the `Authorization` header does not say `Bearer <token>`' },
  malformed_token: {
    stage: 'authenticate',
    meaning: 'the bearer token is not a JWT with the claims of an access token',
  },
  unsupported_algorithm: {
    stage: 'authenticate',
    meaning: 'the token names an algorithm other than that of its signing key',
  },
  unknown_key_id: { stage: 'authenticate', meaning: 'the `kid` in the token is not in the JWKS of this server' },
  bad_signature: { stage: 'authenticate', meaning: 'the signature does not match the token' },
  wrong_issuer: { stage: 'authenticate', meaning: 'the `iss` of the token is not a realm of this server' },
  wrong_tenant: { stage: 'authenticate', meaning: 'the `tenant_id` of the token is not the tenant of this world' },
  expired_token: { stage: 'authenticate', meaning: 'the `exp` of the token has passed' },
  not_yet_valid: { stage: 'authenticate', meaning: 'the `nbf` or `iat` of the token lies in the future' },
  revoked_token: {
    stage: 'authenticate',
    meaning:
      'the token was revoked, or its login was ended: by a logout, a revocation, or a code or refresh token used twice',
  },
  unknown_subject: { stage: 'authenticate', meaning: 'nobody in this world has the `sub` of the token' },
  disabled: { stage: 'authenticate', meaning: 'the user, application or service account is disabled' },
  other_world: { stage: 'authenticate', meaning: 'the credential belongs to another world of this server' },
  world_gone: { stage: 'authenticate', meaning: 'the credential belongs to a world that no longer exists' },
  other_organization: { stage: 'decide', meaning: 'the path names an organisation other than that of the key' },
  service_not_enabled: { stage: 'decide', meaning: 'the key was not made for this service' },
  closed_to_keys: { stage: 'decide', meaning: 'no key may do this, whatever it holds' },
  missing_role: { stage: 'decide', meaning: 'the caller does not have all of the roles that the action requires' },
  missing_permission: { stage: 'decide', meaning: 'none of the roles of the caller includes the permission' },
  missing_scope: { stage: 'decide', meaning: 'the key does not hold the scope' },
  incompatible_resource_type: {
    stage: 'decide',
    meaning: 'the key holds the scope, but the action accepts none of its resource types',
  },
  resource_mismatch: {
    stage: 'cover',
    meaning: 'the resource type is accepted, but the resource of the key does not name the object',
  },
  not_owner: { stage: 'cover', meaning: 'the object is visible to the caller, but only its owner may do this' },
  no_such_object: { stage: 'cover', meaning: 'there is no object with the id in the path' },
  foreign_object: { stage: 'cover', meaning: 'the object exists and belongs to somebody else, so it is not shown' },
} as const satisfies Reasons;

/**
 * The stages of the reasons that services add, by their codes. Each declares its own (`declare module`), so that a
 * misspelt one does not compile.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be added to
export interface ServiceReasons {}

/** The stage of each reason of a table. */
export type StagesOf<Table extends Reasons> = { readonly [Code in keyof Table]: Table[Code]['stage'] };

type Stages = StagesOf<typeof COMMON_REASONS> & ServiceReasons;

/** The code of any reason. */
export type DenyReason = keyof Stages;

/** Why a credential was not accepted. */
export type CredentialReason = {
  [Code in DenyReason]: Stages[Code] extends 'authenticate' ? Code : never;
}[DenyReason];
