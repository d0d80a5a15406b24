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
  /** the documentation contradicts itself; this is the statement we follow */
  | 'contradicted'
  /** there is no evidence: our own choice */
  | 'ours';

/** Where a row of a table comes from. */
export interface Sourced {
  readonly source: string;
  readonly certainty: Certainty;
}

/** An object's relation to the caller. */
export type Relation = 'owned' | 'shared' | 'public';

/** What an action needs: one row of a service's law. */
export interface Rule<Permission extends string = string, Type extends string = string> extends Sourced {
  readonly id: string;
  /** The documentation's own term for the action. */
  readonly label: string;
  /**
   * Everything listed must hold: each of `all`, and at least one of `any`. If nothing is listed, every authenticated
   * caller may.
   */
  readonly needs: {
    readonly all?: readonly Permission[];
    readonly any?: readonly Permission[];
    /** Each of these roles is needed. */
    readonly roles?: readonly string[];
    /** Any of these roles replaces the permissions. */
    readonly orRoles?: readonly string[];
  };
  /** Resource types of which the key must have one. Absent: the key's resources do not matter. */
  readonly on?: readonly Type[];
  /**
   * Those of the types that the row's own source does not name, and where they come from: a decision that depends on
   * them is only as certain as that.
   */
  readonly added?: readonly AddedTypes<Type>[];
  /** Objects that need no resource at all. The types are then checked only once the object is known. */
  readonly open?: readonly Relation[];
  /** Refuses callers who can see the object but do not own it. */
  readonly ownersOnly?: true;
  /** No key may do this, whatever it holds. */
  readonly closed?: true;
  /**
   * What happens to a key for single versions on a call that names none: refused, or narrowed to its versions. Default:
   * refused.
   */
  readonly versionless?: 'refuse' | 'narrow';
  /**
   * How the object is found: by this look-up of the service, from this path parameter or, without one, from the body.
   */
  readonly cover?: { readonly lookup: string; readonly param?: string };
}

/** Resource types that were added to a row. */
export interface AddedTypes<Type extends string = string> extends Sourced {
  readonly types: readonly Type[];
}

/** Which rule an operation of the document falls under. */
export interface OperationRow extends Sourced {
  readonly id: string;
  /** A rule's id, or `public`, which needs no credential. */
  readonly rule: string;
  /** `caseless`: members of the body match the document's spelling regardless of case. Default: `exact`. */
  readonly fieldNames?: 'exact' | 'caseless';
  /** For the switchboard: answered without the admin token. */
  readonly unguarded?: true;
  /** Where credentials that are not in a header are: they help to find the world that the request is about. */
  readonly selects?: 'body' | 'query';
  /** It answers even while the store cannot be read. */
  readonly withoutStore?: true;
  /** The operation reads its body itself, as it arrives, and the body may be larger than usual. */
  readonly streams?: true;
}

/** A permission or scope that the service knows. */
export interface PermissionRow<Permission extends string = string, Type extends string = string> extends Sourced {
  readonly id: Permission;
  readonly label: string;
  /** Resource types with which the vendor offers it; absent: any. */
  readonly onlyOn?: readonly Type[];
}

/** What a key can be bound to. */
export interface ResourceTypeRow<Type extends string = string> extends Sourced {
  readonly id: Type;
  readonly label: string;
  /** Other spellings that are accepted. */
  readonly aliases?: readonly string[];
  /** How single objects are named, such as `<functionId>`; null if the type does not name objects. */
  readonly names: string | null;
  /** For types that name no objects: the objects they apply to. */
  readonly reach: readonly Relation[];
  /** How the vendor writes an entry of this type: its `type`, and its `id` if that is always the same. */
  readonly encoding: { readonly type: string; readonly id?: string };
}

/** A role, and what it brings. */
export interface RoleRow<Permission extends string = string> extends Sourced {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** What somebody can do about a reason, if it is the same for everybody. */
export interface RemedyRow {
  readonly kind: 'authenticate' | 'credential' | 'identity' | 'object';
  readonly text: string;
}

/** The law of one service in one profile: literals, checked by `checkTables` when the server is built. */
export interface Tables<Permission extends string = string, Type extends string = string> {
  /**
   * What the vendor calls a permission; it determines the reason for a refusal: `missing_permission` or
   * `missing_scope`.
   */
  readonly term: 'permission' | 'scope';
  /** What NGC calls the service in a key's policies; absent if keys need not be made for it. */
  readonly product?: string;
  readonly permissions: readonly PermissionRow<Permission, Type>[];
  readonly resourceTypes?: readonly ResourceTypeRow<Type>[];
  /** Ends the sentence "a key without a resource ..." of a service key; absent where keys hold no resources. */
  readonly unbound?: string;
  readonly roles: readonly RoleRow<Permission>[];
  readonly rules: readonly Rule<Permission, Type>[];
  readonly operations: readonly OperationRow[];
  /** By reason: what to do about a refusal that no change of rights would turn. */
  readonly remedies: Readonly<Record<string, RemedyRow>>;
  /** Other tables that the service's own code reads, by name. */
  readonly more?: Readonly<Record<string, readonly (Sourced & Readonly<Record<string, unknown>>)[]>>;
}
