import type { Instant } from './clock.ts';

/** What a key is bound to: everything of a type, or the objects of that type that it names. */
export interface Resource {
  /** Id of a resource type in the tables of the service. */
  readonly type: string;
  /** Only for types that name single objects. */
  readonly ids?: readonly string[];
}

/** What an edit of a service key replaces: its scopes, and what they count for. */
export interface Policy {
  readonly scopes: readonly string[];
  readonly resources: readonly Resource[];
}

/** One entry of a key's history, which is only ever appended to. */
export interface PolicyVersion extends Policy {
  /** From 1, without gaps. */
  readonly version: number;
  readonly recordedAt: Instant;
  /** From here on it counts, unless a higher version has begun to count before. */
  readonly effectiveAt: Instant;
}

/** What somebody may do: the input of every decision. */
export interface Rights {
  /** Permissions or scopes, in the words of the service's tables. */
  readonly held: ReadonlySet<string>;
  /** What they count for; null for callers who are not bound to resources. */
  readonly resources: readonly Resource[] | null;
}

/** Rights that were recorded and do not count yet. */
export interface PendingRights extends Rights {
  readonly version: number;
  readonly effectiveAt: Instant;
}

/** What a caller holds at one moment, and what is known to come. */
export interface Standing extends Rights {
  readonly roles: readonly string[];
  /** The services a key was made for; null for callers who choose none. */
  readonly services: readonly string[] | null;
  /** The version in force, of keys that have versions. */
  readonly policyVersion?: number;
  /**
   * Rights that were given apart and do not add up: what one of them holds counts for its resources only. `held` is then
   * all of them together. Absent: `held` and `resources` are all there is.
   */
  readonly bundles?: readonly Rights[];
  /** Earliest first; each of them will be in force for a while. */
  readonly pending: readonly PendingRights[];
}

/** The standing of somebody who holds what their roles bring, everywhere and at once. */
export function standingOfRoles(roles: readonly string[], held: ReadonlySet<string>): Standing {
  return { roles, held, resources: null, services: null, pending: [] };
}

/** The standing of somebody who was given nothing. */
export const NO_STANDING: Standing = standingOfRoles([], new Set());
