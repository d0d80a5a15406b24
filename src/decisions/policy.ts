import type { Instant } from '../lib/clock.ts';

/** A resource that a key is bound to: all objects of a type, or single ones. */
export interface Resource {
  /** Id of a resource type in the tables of the service. */
  readonly type: string;
  /** Only for types that name single objects. */
  readonly ids?: readonly string[];
  /** Ids that were sent but have no effect. If present, `ids` is a list and may be empty. */
  readonly ignoredIds?: readonly string[];
}

/** The scopes and resources of a service key. An edit replaces the whole policy. */
export interface Policy {
  readonly scopes: readonly string[];
  readonly resources: readonly Resource[];
}

/** Rights to assign: a policy (for service keys) or roles. */
export type HypotheticalRights = { readonly policy: Policy } | { readonly roles: readonly string[] };

/** One entry of a key's append-only history. */
export interface PolicyVersion extends Policy {
  /** Counts from 1, without gaps. */
  readonly version: number;
  readonly recordedAt: Instant;
  /** The time at which it takes effect, unless a higher version already has. */
  readonly effectiveAt: Instant;
}

/** Permissions with their resources: the input of every decision. */
export interface Rights {
  /** Permissions or scopes, as the service's tables name them. */
  readonly permissions: ReadonlySet<string>;
  /** The resources they apply to; null for callers that are not bound to resources. */
  readonly resources: readonly Resource[] | null;
}

export interface PendingRights extends Rights {
  readonly version: number;
  readonly effectiveAt: Instant;
}

export interface HeldRights extends Rights {
  readonly roles: readonly string[];
  /** The services that a key names; null for callers that name none. */
  readonly services: readonly string[] | null;
  /** The effective version of the policy, for keys that have versions. */
  readonly policyVersion?: number;
  /** Rights of separate access rules, each only for its own resources; `held` has them all. Absent: there are none. */
  readonly rightsByRule?: readonly Rights[];
  /** Earliest first; each will be effective for some time. */
  readonly pending: readonly PendingRights[];
}

/** Returns whether these are the rights of a key: only keys name services. */
export function belongToKey({ services }: Pick<HeldRights, 'services'>): boolean {
  return services !== null;
}

/** Returns the rights of a caller whose roles apply to all objects, and without delay. */
export function heldRightsOfRoles(roles: readonly string[], permissions: ReadonlySet<string>): HeldRights {
  return { roles, permissions, resources: null, services: null, pending: [] };
}

export const NO_RIGHTS: HeldRights = heldRightsOfRoles([], new Set());
