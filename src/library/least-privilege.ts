import type { KeyResource, Principal } from './switchboard.ts';

/** Is what lacks rights refused, or let pass and only recorded? */
export type Mode = 'enforce' | 'observe';

/** A role of Run:ai in a scope. */
export interface ScopedRole {
  readonly role: string;
  readonly scopeType: string;
  readonly scopeId: string;
  /** The group whose rule it is, if it is not their own. */
  readonly group?: string;
}

/** Rights of a credential: the members that it has depend on its kind. */
export interface LeastRights {
  /** Of NGC keys. */
  readonly services?: readonly string[];
  /** Of service keys, by id. */
  readonly scopes?: readonly string[];
  /** Of service keys; absent if none is needed. */
  readonly resource?: KeyResource | readonly KeyResource[];
  /** Of personal keys and in Run:ai, by name. */
  readonly roles?: readonly string[];
  /** In Run:ai: these roles, each in its scope. */
  readonly rules?: readonly ScopedRole[];
  /** In Run:ai, in versions that have custom roles: the smallest one that would do, in the same scope. */
  readonly custom?: {
    readonly permissionSets: readonly { readonly id: string; readonly name: string }[];
    readonly permissions: readonly string[];
  };
}

/** Something that a credential was used for. */
export interface UsedFor {
  readonly service: string;
  readonly operation: string;
  /** The permissions that it rests on with the smallest rights. */
  readonly grants: readonly string[];
  /** The object, by its fullest name, if a resource could name it. */
  readonly target?: string;
  /** The first such request. */
  readonly example: { readonly method: string; readonly path: string };
}

/** A credential: what it did, the smallest rights that allow it, and what it holds beyond them. */
export interface PrincipalReport {
  readonly principal: Principal;
  /** Null if the credential is gone. */
  readonly held: LeastRights | null;
  readonly used: readonly UsedFor[];
  /** None of it can be left out. */
  readonly smallest: LeastRights;
  /** What it holds and could do without: scopes, or roles. */
  readonly unused: readonly string[];
  /** What it holds in a wider form than it used. */
  readonly broader: readonly {
    readonly what: 'resource' | 'services' | 'role';
    readonly held: unknown;
    readonly enough: unknown;
  }[];
  /** Operations that were let pass, and that no rights of this kind of credential allow. */
  readonly beyond: readonly string[];
  /** The part of a seed that gives exactly the smallest rights. */
  readonly seed: Readonly<Record<string, unknown>>;
}

export interface LeastPrivilege {
  readonly principals: readonly PrincipalReport[];
  /** Was anything left out for want of room? */
  readonly full: boolean;
}
