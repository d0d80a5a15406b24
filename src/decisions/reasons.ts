import type { Resource } from './policy.ts';
import type { Sourced } from './rule.ts';
import type { Ruleset } from './ruleset.ts';

/** A reason for which a request can be refused, and its source. */
export interface Reason extends Sourced {
  /** The step that refuses: `decide` compares rights, `cover` the object with the resources, `handle` executes. */
  readonly stage: 'authenticate' | 'decide' | 'validate' | 'cover' | 'handle';
  readonly meaning: string;
  /** The kind of credential that this world does not know. Another world may know it. */
  readonly unknown?: 'key' | 'client' | 'grant';
}

/** Reasons by code. Codes are public: scripts compare them. */
export type Reasons = Readonly<Record<string, Reason>>;

export const COMMON_REASONS = {
  no_token: {
    stage: 'authenticate',
    meaning: 'no `Authorization` header was sent',
    source: 'RFC 6750, 3.1',
    certainty: 'documented',
  },
  multiple_authorization: {
    stage: 'authenticate',
    meaning: 'more than one `Authorization` header was sent',
    source: 'RFC 9110, 5.3: a field that is not a list is sent once; refusing it is our own choice',
    certainty: 'ours',
  },
  wrong_scheme: {
    stage: 'authenticate',
    meaning: 'the `Authorization` header does not say `Bearer <token>`',
    source: 'RFC 6750, 2.1',
    certainty: 'documented',
  },
  malformed_token: {
    stage: 'authenticate',
    meaning: 'the bearer token is not a JWT with the claims of an access token',
    source: 'RFC 7519, 7.2',
    certainty: 'documented',
  },
  unsupported_algorithm: {
    stage: 'authenticate',
    meaning: 'the token names an algorithm other than that of its signing key',
    source: 'RFC 8725, 3.1',
    certainty: 'documented',
  },
  unknown_key_id: {
    stage: 'authenticate',
    meaning: 'the `kid` in the token is not in the JWKS of this server',
    source: 'RFC 7515, 4.1.4; OpenID Connect Core 1.0, 10.1',
    certainty: 'implied',
  },
  bad_signature: {
    stage: 'authenticate',
    meaning: 'the signature does not match the token',
    source: 'RFC 7515, 5.2',
    certainty: 'documented',
  },
  wrong_issuer: {
    stage: 'authenticate',
    meaning: 'the `iss` of the token is not a realm of this server',
    source: 'RFC 7519, 4.1.1; RFC 8725, 3.8',
    certainty: 'documented',
  },
  wrong_tenant: {
    stage: 'authenticate',
    meaning: 'the `tenant_id` of the token is not the tenant of this world',
    source: "tokens of Run:ai name their tenant; how another tenant's token is refused is not documented",
    certainty: 'inferred',
  },
  expired_token: {
    stage: 'authenticate',
    meaning: 'the `exp` of the token has passed',
    source: 'RFC 7519, 4.1.4',
    certainty: 'documented',
  },
  not_yet_valid: {
    stage: 'authenticate',
    meaning: 'the `nbf` or `iat` of the token lies in the future',
    source: 'RFC 7519, 4.1.5; that `iat` counts as `nbf` does is our own choice',
    certainty: 'implied',
  },
  revoked_token: {
    stage: 'authenticate',
    meaning: 'the token was revoked, or its login has ended: by a logout, or a code or refresh token used twice',
    source: 'RFC 7009, 2; RFC 9700, 4.14.2; OpenID Connect RP-Initiated Logout 1.0',
    certainty: 'implied',
  },
  unknown_subject: {
    stage: 'authenticate',
    meaning: 'no principal of this world has the `sub` of the token',
    source: 'RFC 8725, 3.8',
    certainty: 'documented',
  },
  disabled: {
    stage: 'authenticate',
    meaning: 'the user, application or service account is disabled',
    source: 'no page says how tokens of a disabled principal are refused',
    certainty: 'inferred',
  },
  other_world: {
    stage: 'authenticate',
    meaning: 'the credential belongs to another world of this server',
    source: "worlds are the mock's own",
    certainty: 'ours',
  },
  world_gone: {
    stage: 'authenticate',
    meaning: 'the credential belongs to a world that no longer exists',
    source: "worlds are the mock's own",
    certainty: 'ours',
  },
  other_organization: {
    stage: 'decide',
    meaning: 'the path names another organisation than the key',
    source: "no page says how a key is refused in another organisation's path",
    certainty: 'inferred',
  },
  service_not_enabled: {
    stage: 'decide',
    meaning: 'the key was not made for this service',
    source: 'API authentication page of Air: the key must include the service; by analogy for the others',
    certainty: 'implied',
  },
  closed_to_keys: {
    stage: 'decide',
    meaning: 'no key may do this, whatever it holds',
    source: 'published control-plane code of Cloud Functions',
    certainty: 'documented',
  },
  missing_role: {
    stage: 'decide',
    meaning: 'the caller does not have all of the roles that the action requires',
    source: 'API reference of Air, role notes of the operations',
    certainty: 'documented',
  },
  missing_permission: {
    stage: 'decide',
    meaning: 'none of the roles of the caller includes the permission',
    source: 'the rules in the tables, each with its own source',
    certainty: 'documented',
  },
  missing_scope: {
    stage: 'decide',
    meaning: 'the key does not hold the scope',
    source: 'the rules in the tables, each with its own source',
    certainty: 'documented',
  },
  incompatible_resource_type: {
    stage: 'decide',
    meaning: 'the scope is held, but on no resource type that the action accepts',
    source: 'service-keys page of Cloud Functions; for Run:ai the pages of access rules',
    certainty: 'documented',
  },
  resource_mismatch: {
    stage: 'cover',
    meaning: 'the resource type is accepted, but its resources do not include the object',
    source: 'service-keys page of Cloud Functions; for Run:ai the pages of access rules',
    certainty: 'documented',
  },
  not_owner: {
    stage: 'cover',
    meaning: 'the object is visible to the caller, but only its owner may do this',
    source: 'API reference of Air, and published control-plane code of Cloud Functions',
    certainty: 'implied',
  },
  no_such_object: {
    stage: 'cover',
    meaning: 'there is no object with the id in the path',
    source: 'the documents name 404 for operations on one object',
    certainty: 'documented',
  },
  foreign_object: {
    stage: 'cover',
    meaning: 'the object exists but has another owner, so it is not shown',
    source: "no page says how another owner's object is refused; read as not shown",
    certainty: 'inferred',
  },
  foreign_credential: {
    stage: 'validate',
    meaning: 'the request contains a key that looks real; nothing was stored',
    source: 'the mock accepts no real credentials',
    certainty: 'ours',
  },
  outcome_unknown: {
    stage: 'handle',
    meaning: 'the database connection was lost during the commit, so the change may or may not be stored',
    source: 'the mock itself, with its state in a database',
    certainty: 'ours',
  },
} as const satisfies Reasons;

/** The stages of the reasons that services add (`declare module`), so that a misspelt code does not compile. */
// biome-ignore lint/suspicious/noEmptyInterface: services add members by `declare module`
export interface ServiceReasons {}

export type StagesOf<Table extends Reasons> = { readonly [Code in keyof Table]: Table[Code]['stage'] };

type Stages = StagesOf<typeof COMMON_REASONS> & ServiceReasons;

/** The code of any reason. */
export type DenyReason = keyof Stages;

type ReasonsOf<Stage extends Reason['stage']> = {
  [Code in DenyReason]: Stages[Code] extends Stage ? Code : never;
}[DenyReason];

export type CredentialReason = ReasonsOf<'authenticate'>;

/** Reasons of refusals that do not result from a decision about rights. */
export type ProblemReason = ReasonsOf<'authenticate' | 'validate'> | 'not_owner' | 'other_organization';

/** Reasons of refusals that would not happen if the caller had other rights. */
export const REASONS_OF_RIGHTS: ReadonlySet<DenyReason> = new Set([
  'service_not_enabled',
  'missing_role',
  'missing_permission',
  'missing_scope',
  'incompatible_resource_type',
  'resource_mismatch',
]);

/** Returns the resources of a key with the labels of their types: `Function 1234`. */
export function labelsOfResources(ruleset: Ruleset, resources: readonly Resource[]): string[] {
  return resources.map(({ type, ids = [], ignoredIds = [] }) => {
    const names = ids.length === 0 ? [] : [ids.join(', ')];
    const ignored = ignoredIds.length === 0 ? [] : [`(without effect: ${ignoredIds.join(', ')})`];
    return [labelOfType(ruleset, type), ...names, ...ignored].join(' ');
  });
}

export function labelOfType(ruleset: Ruleset, type: string): string {
  return ruleset.resourceTypes.get(type)?.label ?? type;
}
