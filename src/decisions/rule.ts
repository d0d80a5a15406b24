/** How certain the statement of a row is. */
export type Certainty =
  /** the vendor's documentation says so */
  | 'documented'
  /** it follows from the documentation */
  | 'implied'
  /** seen in published clients or captures */
  | 'observed'
  /** the most plausible reading where the documentation is silent */
  | 'inferred'
  /** the documentation contradicts itself; we follow this statement */
  | 'contradicted'
  /** no source: our own choice */
  | 'ours'
  /** imported from a newer document, and decided by nobody yet; a test refuses it in a table that is in force */
  | 'unknown';

/** The source of a row of a table. */
export interface Sourced {
  readonly source: string;
  readonly certainty: Certainty;
}

/** An object's relation to the caller. */
export type Relation = 'owned' | 'shared' | 'public';

/** The rights that an action needs: one row of a service's ruleset. */
export interface Rule<Permission extends string = string, Type extends string = string> extends Sourced {
  readonly id: string;
  /** The documentation's own term for the action. */
  readonly label: string;
  /** Each of `all`, and at least one of `any`. If nothing is listed, every authenticated caller may. */
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
   * Types that the row's own source does not name, with their sources. A decision that depends on them is only as
   * certain as those.
   */
  readonly added?: readonly AddedTypes<Type>[];
  /** Objects that need no resource. The types are then checked only once the object is known. */
  readonly open?: readonly Relation[];
  /** Refuses callers who can see the object but do not own it. */
  readonly ownersOnly?: true;
  /** No key may do this, with any rights; a token with the rights may. */
  readonly closed?: true;
  /** A key for single versions, on a call that names none: refused, or narrowed to its versions. Default: refused. */
  readonly versionless?: 'refuse' | 'narrow';
  /** The lookup of the object, from this path parameter or, without one, from the body. */
  readonly cover?: Cover;
}

/** How a rule finds the object of a request. */
export interface Cover {
  readonly lookup: string;
  readonly param?: string;
  /**
   * The object's names in resources, by type, as far as the path has them: path parameters in braces. A name that ends
   * in `/` is the beginning of the names of the object's parts, of which some may be enough (`versionless`).
   */
  readonly names?: Readonly<Record<string, string>>;
}

/** Resource types that were added to a row. */
export interface AddedTypes<Type extends string = string> extends Sourced {
  readonly types: readonly Type[];
}

/** The rule of an operation of the document. */
export interface OperationRow extends Sourced {
  readonly id: string;
  /** A rule's id, or `public`, which needs no credential. */
  readonly rule: string;
  /** `caseless`: members of the body match the document's spelling regardless of case. Default: `exact`. */
  readonly fieldNames?: 'exact' | 'caseless';
  /** For the control API: answered without the admin token. */
  readonly unguarded?: true;
  /** Pages of other origins may load it into a frame. An answer that no frame may show forbids it by a header. */
  readonly framed?: true;
  /** Where the credentials of a public operation are. They help to select the world. */
  readonly selects?: 'body' | 'query' | 'header';
  /** The operation answers even while another process may have the worlds. */
  readonly withoutWorlds?: true;
  /** The operation makes a world: the header `x-mock-world` names that one, and not the world of the request. */
  readonly makesWorld?: true;
  /** The media type must be JSON even if the request has no body, or the operation reads none. */
  readonly needsJsonType?: true;
  /** The body is JSON whatever its media type says. */
  readonly anyBodyType?: true;
  /** The operation reads its body as a stream, and the body may be larger than usual. */
  readonly streams?: true;
  /** The body names the object: it is read before the caller is decided, and checked once the object was looked up. */
  readonly readsBodyFirst?: true;
  /** The check of the service that comes before the caller is known, by its name; with `readsBodyFirst`, of the body too. */
  readonly checksFirst?: string;
  /** The most bytes of its body, if it may be larger than usual. */
  readonly bodyLimit?: number;
  /** Its body is recorded traffic, which may have credentials of the vendor; nothing keeps it. */
  readonly readsTraffic?: true;
}

/** A permission or scope that the service knows. */
export interface PermissionRow<Permission extends string = string, Type extends string = string> extends Sourced {
  readonly id: Permission;
  readonly label: string;
  /** The documentation says in words that it needs one of these resource types. Absent: no such sentence. */
  readonly onlyOn?: readonly Type[];
  /** Each user holds it, whatever the roles. Credentials that belong to no user do not. */
  readonly ofEveryUser?: true;
}

/** A type of resource that a key can be bound to. */
export interface ResourceTypeRow<Type extends string = string> extends Sourced {
  readonly id: Type;
  readonly label: string;
  /** Other accepted spellings. */
  readonly aliases?: readonly string[];
  /** How single objects are named, such as `<functionId>`; null if the type does not name objects. */
  readonly names: string | null;
  /** For types that name objects: the collection that has them, and which member of its rows each part of a name is. */
  readonly objects?: { readonly collection: string; readonly parts: readonly ('id' | 'parent')[] };
  /** For types that name no objects: the objects they apply to. */
  readonly reach: readonly Relation[];
  /** How the vendor writes an entry of this type: its `type`, and its `id` if that is always the same. */
  readonly encoding: {
    readonly type: string;
    readonly id?: string;
    /** The id of a whole object is written as it is, without `/*`. */
    readonly isBare?: true;
  };
}

/** A role and its permissions. */
export interface RoleRow<Permission extends string = string> extends Sourced {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** The remedy for a reason, if it is the same for all callers. */
export interface RemedyRow {
  readonly kind: 'authenticate' | 'credential' | 'identity' | 'object';
  readonly text: string;
}

/** The ruleset of one service in one profile: literals, checked by `checkTables` when the server starts. */
export interface Tables<Permission extends string = string, Type extends string = string> {
  /**
   * The vendor's word for a permission. It determines the reason for a refusal: `missing_permission` or
   * `missing_scope`.
   */
  readonly term: 'permission' | 'scope';
  /** NGC's name of the service in a key's policies; absent if keys need not be made for it. */
  readonly product?: string;
  /** For a service that keys for other services may call: the service that a key must be for, by the kind of its principal. */
  readonly keyServices?: Readonly<Record<'personal-key' | 'service-key', string>>;
  readonly permissions: readonly PermissionRow<Permission, Type>[];
  readonly resourceTypes?: readonly ResourceTypeRow<Type>[];
  /**
   * A key that is bound to single objects alone is refused for every other name before anything is looked up, so that it
   * cannot tell which names exist.
   */
  readonly refusesOtherNames?: true;
  /** Ends the sentence "a key without a resource ..." of a service key; absent where keys hold no resources. */
  readonly unbound?: string;
  readonly roles: readonly RoleRow<Permission>[];
  readonly rules: readonly Rule<Permission, Type>[];
  readonly operations: readonly OperationRow[];
  /** Remedies by reason, for refusals that other rights would not fix. */
  readonly remedies: Readonly<Record<string, RemedyRow>>;
  /** Other tables that the service's own code reads, by name. */
  readonly more?: Readonly<Record<string, readonly (Sourced & Readonly<Record<string, unknown>>)[]>>;
}
