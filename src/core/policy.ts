import type { Instant } from './clock.ts';

/** What a key is bound to: everything of a type, or the objects of that type that it names. */
export interface Resource {
  /** Id of a resource type in the tables of the service. */
  readonly type: string;
  /** Only for types that name single objects. */
  readonly ids?: readonly string[];
}

/** What an edit of a service key replaces: its scopes, and what they apply to. */
export interface Policy {
  readonly scopes: readonly string[];
  readonly resources: readonly Resource[];
}

/** Rights that somebody could be given: a policy, as service keys have, or roles. */
export type Holding = { readonly policy: Policy } | { readonly roles: readonly string[] };

/** One entry of a key's history, which is only ever appended to. */
export interface PolicyVersion extends Policy {
  /** From 1, without gaps. */
  readonly version: number;
  readonly recordedAt: Instant;
  /** When it comes into force, unless a higher version already has. */
  readonly effectiveAt: Instant;
}

/** What somebody may do: the basis of every decision. */
export interface Rights {
  /** Permissions or scopes, as the service's tables name them. */
  readonly held: ReadonlySet<string>;
  /** What they apply to; null for callers that are not bound to resources. */
  readonly resources: readonly Resource[] | null;
}

/** Rights that are recorded but not yet in force. */
export interface PendingRights extends Rights {
  readonly version: number;
  readonly effectiveAt: Instant;
}

/** What a caller holds at one moment, and what is known to follow. */
export interface Standing extends Rights {
  readonly roles: readonly string[];
  /** The services a key was made for; null for callers that do not choose any. */
  readonly services: readonly string[] | null;
  /** The version in force, for keys that have versions. */
  readonly policyVersion?: number;
  /**
   * Rights that were given separately and do not add up: each bundle's permissions apply to its own resources only.
   * `held` is then the union of them all. Absent: `held` and `resources` are all there is.
   */
  readonly bundles?: readonly Rights[];
  /** Earliest first; each will be in force for some time. */
  readonly pending: readonly PendingRights[];
}

/** The standing of somebody whose roles apply everywhere and at once. */
export function standingOfRoles(roles: readonly string[], held: ReadonlySet<string>): Standing {
  return { roles, held, resources: null, services: null, pending: [] };
}

/** The standing of somebody who was given nothing. */
export const NO_STANDING: Standing = standingOfRoles([], new Set());
