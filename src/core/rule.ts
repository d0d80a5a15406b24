/** How sure a row is of what it says. */
export type Certainty =
  /** the vendor's documentation says so */
  | 'documented'
  /** it follows from what the documentation says */
  | 'implied'
  /** seen in published clients or captures */
  | 'observed'
  /** the most plausible reading where the documentation is silent */
  | 'inferred'
  /** the documentation says two things; this is the one we follow */
  | 'contradicted'
  /** there is nothing to go by: our own choice */
  | 'ours';

/** Where a row of a table comes from. */
export interface Sourced {
  readonly source: string;
  readonly certainty: Certainty;
}

/** Whose an object is, seen from the caller. */
export type Relation = 'owned' | 'shared' | 'public';

/** What an action needs: one row of a service's law. */
export interface Rule<Permission extends string = string, Type extends string = string> extends Sourced {
  readonly id: string;
  /** The documentation's own term for the action. */
  readonly label: string;
  /** What is given must hold: each of `all`, and at least one of `any`. Nothing given: every authenticated caller may. */
  readonly needs: {
    readonly all?: readonly Permission[];
    readonly any?: readonly Permission[];
    /** Each of these roles. */
    readonly roles?: readonly string[];
    /** Any of these roles does in place of the permissions. */
    readonly orRoles?: readonly string[];
  };
  /** Resource types of which the key must have one. Absent: what the key is bound to does not matter. */
  readonly on?: readonly Type[];
  /** Those of them that the row's own source does not name, and where they come from: what is decided by them is as sure as that. */
  readonly added?: readonly AddedTypes<Type>[];
  /** Objects that need no resource at all. The types are then looked at once the object is known. */
  readonly open?: readonly Relation[];
  /** Objects that are visible to the caller and not theirs are refused. */
  readonly ownersOnly?: true;
  /** No key may, whatever it holds. */
  readonly closed?: true;
  /** A key for single versions on a call that names none: refused, or narrowed to its versions. Default: refused. */
  readonly versionless?: 'refuse' | 'narrow';
  /** How the object is found: by the named look-up of the service, from this path parameter; without one, from the body. */
  readonly cover?: { readonly lookup: string; readonly param?: string };
}

/** Resource types that were added to a row. */
export interface AddedTypes<Type extends string = string> extends Sourced {
  readonly types: readonly Type[];
}

/** Which rule an operation of the document falls under. */
export interface OperationRow extends Sourced {
  readonly id: string;
  /** A rule's id, or `public`: needs no credential. */
  readonly rule: string;
  /** `caseless`: members of the body are matched to the document's spelling without regard to case. Default: `exact`. */
  readonly fieldNames?: 'exact' | 'caseless';
  /** Of the switchboard: answered without the admin token. */
  readonly unguarded?: true;
  /** Where credentials stand that are no header: they are looked at to find the world that the request is about. */
  readonly selects?: 'body' | 'query';
  /** Its body is read by the operation itself, as it comes, and may be larger than any other. */
  readonly streams?: true;
}

/** A permission or a scope that the service knows. */
export interface PermissionRow<Permission extends string = string, Type extends string = string> extends Sourced {
  readonly id: Permission;
  readonly label: string;
  /** Resource types without which the vendor does not give it; absent: any. */
  readonly onlyOn?: readonly Type[];
}

/** What a key can be bound to. */
export interface ResourceTypeRow<Type extends string = string> extends Sourced {
  readonly id: Type;
  readonly label: string;
  /** Further spellings that are understood. */
  readonly aliases?: readonly string[];
  /** How single objects are named, such as `<functionId>`; null: the type names none. */
  readonly names: string | null;
  /** Of types that name no objects: which objects they count for. */
  readonly reach: readonly Relation[];
  /** How the vendor writes an entry of the type: its `type`, and its `id` where that is always the same. */
  readonly encoding: { readonly type: string; readonly id?: string };
}

/** A role, and what it brings. */
export interface RoleRow<Permission extends string = string> extends Sourced {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** What somebody can do about a reason, where it is the same for everybody. */
export interface RemedyRow {
  readonly kind: 'authenticate' | 'credential' | 'identity' | 'object';
  readonly text: string;
}

/** The law of one service in one profile: literals, checked by `checkTables` when the server is built. */
export interface Tables<Permission extends string = string, Type extends string = string> {
  /** What the vendor calls a permission; it decides the reason of a refusal: `missing_permission` or `missing_scope`. */
  readonly term: 'permission' | 'scope';
  /** What NGC calls the service in a key's policies; absent where keys need not be made for it. */
  readonly product?: string;
  readonly permissions: readonly PermissionRow<Permission, Type>[];
  readonly resourceTypes?: readonly ResourceTypeRow<Type>[];
  readonly roles: readonly RoleRow<Permission>[];
  readonly rules: readonly Rule<Permission, Type>[];
  readonly operations: readonly OperationRow[];
  /** By reason: what to do about a refusal that no change of rights would turn. */
  readonly remedies: Readonly<Record<string, RemedyRow>>;
  /** Further tables that the service's own code reads, by name. */
  readonly more?: Readonly<Record<string, readonly Sourced[]>>;
}
