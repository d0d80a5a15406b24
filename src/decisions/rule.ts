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
  /** imported from a newer document, and not decided yet; a test fails if a table in use has such a row */
  | 'unknown';

/** The source of a row of a table. */
export interface Sourced {
  readonly source: string;
  readonly certainty: Certainty;
}

export type Relation = 'owned' | 'shared' | 'public';

/** The rights that an action needs: one row of a service's ruleset. */
export interface Rule<Permission extends string = string, Type extends string = string> extends Sourced {
  readonly id: string;
  /** The documentation's own term for the action. */
  readonly label: string;
  /** The required permissions: each of `all`, and at least one of `any`. Without any, every authenticated caller may. */
  readonly needs: {
    readonly all?: readonly Permission[];
    readonly any?: readonly Permission[];
    /** Roles of which each is required. */
    readonly roles?: readonly string[];
    /** Roles of which any replaces the permissions. */
    readonly orRoles?: readonly string[];
  };
  /** Resource types of which the key must have one. Absent: the key's resources do not matter. */
  readonly on?: readonly Type[];
  /** Resource types with sources of their own; a decision that depends on them is only as certain as these. */
  readonly added?: readonly (Sourced & { readonly types: readonly Type[] })[];
  /** Objects that need no resource. The types are then checked only once the object is known. */
  readonly open?: readonly Relation[];
  /** Refuses callers who can see the object but do not own it. */
  readonly ownersOnly?: true;
  /** Refuses all keys, whatever their rights are. A token with the rights is allowed. */
  readonly closed?: true;
  /** Without a version in the call, a key for single versions is refused (default), or sees only its versions. */
  readonly versionless?: 'refuse' | 'narrow';
  /** How the object of a request is found. Absent: the action has no object. */
  readonly cover?: {
    readonly lookup: string;
    /** The path parameter with the id of the object. Absent: the body identifies the object. */
    readonly param?: string;
    /** Templates for the object's names in resources, by type; one that ends in `/` begins the names of its parts. */
    readonly names?: Readonly<Record<string, string>>;
  };
}

/** An operation of the document, with its rule and how its requests are handled. */
export interface OperationRow extends Sourced {
  readonly id: string;
  /** A rule's id, or `public`, which needs no credential. */
  readonly rule: string;
  /** `caseless`: members of the body match the document's spelling regardless of case. Default: `exact`. */
  readonly fieldNames?: 'exact' | 'caseless';
  /** How the vendor's pages spell fields, by the document's name, where they differ. Messages have these names. */
  readonly pageNames?: Readonly<Record<string, string>>;
  /** For the control API: the operation does not require the admin token. */
  readonly unguarded?: true;
  /** Pages of other origins may load the response into a frame, unless a header of the response forbids it. */
  readonly framed?: true;
  /** The part of the request with the credentials of a public operation, which select the world. */
  readonly selects?: 'body' | 'query' | 'header';
  /** The media type must be JSON even if the request has no body, or the operation reads none. */
  readonly needsJsonType?: true;
  /** The body is read as JSON, whatever its media type is. */
  readonly anyBodyType?: true;
  /** The operation reads its body as a stream, and the body may be larger than usual. */
  readonly streams?: true;
  /** Decided once its body is received, which selects the world or identifies the object. Default: by the headers. */
  readonly decidedBy?: 'body';
  /** The name of the service's check that runs before the caller is known. If the body decides, it also gets the body. */
  readonly checksFirst?: string;
  /** The maximum size of the body in bytes, if it may be larger than usual. */
  readonly bodyLimit?: number;
  /** The body is recorded traffic, which may contain real credentials, so it is not kept. */
  readonly readsTraffic?: true;
}

export interface PermissionRow<Permission extends string = string, Type extends string = string> extends Sourced {
  readonly id: Permission;
  readonly label: string;
  /** The resource types of which it needs one, if a sentence of the documentation says so. */
  readonly onlyOn?: readonly Type[];
  /** Every user holds it, regardless of roles. Credentials that belong to no user do not. */
  readonly ofEveryUser?: true;
}

/** A type of resource that a key can be bound to. */
export interface ResourceTypeRow<Type extends string = string> extends Sourced {
  readonly id: Type;
  readonly label: string;
  readonly aliases?: readonly string[];
  /** How single objects are named, such as `<functionId>`; null if the type does not name objects. */
  readonly names: string | null;
  /** For types that name objects: their collection, and the member of a row that each part of a name is. */
  readonly objects?: { readonly collection: string; readonly parts: readonly ('id' | 'parent')[] };
  /** For types that name no objects: the relations of the objects to which they apply. */
  readonly reach: readonly Relation[];
  /** How the vendor writes an entry of this type: its `type`, and its `id` if that is always the same. */
  readonly encoding: {
    readonly type: string;
    readonly id?: string;
    /** The id of a whole object is written without `/*`. */
    readonly isBare?: true;
  };
}

export interface RoleRow<Permission extends string = string> extends Sourced {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** The remedy for a refusal, if it is the same for all callers. */
export interface RemedyRow {
  readonly kind: 'authenticate' | 'credential' | 'identity' | 'object';
  readonly text: string;
}

/** The tables of one service in one profile. `checkTables` checks them when the server starts. */
export interface Tables<Permission extends string = string, Type extends string = string> {
  /** The vendor's word, which determines a refusal's reason: `missing_permission` or `missing_scope`. */
  readonly term: 'permission' | 'scope';
  /** NGC's name of the service in the policies of keys; absent if keys need not include the service. */
  readonly product?: string;
  /** The service that a key must include, by the kind of the key, if it is another one than this service. */
  readonly keyServices?: Readonly<Record<'personal-key' | 'service-key', string>>;
  readonly permissions: readonly PermissionRow<Permission, Type>[];
  readonly resourceTypes?: readonly ResourceTypeRow<Type>[];
  /** A key bound to single objects is refused for other names before the lookup, to not reveal which exist. */
  readonly refusesOtherNames?: true;
  /** Completes the sentence "a key without a resource ...". Absent for services whose keys have no resources. */
  readonly unbound?: string;
  readonly roles: readonly RoleRow<Permission>[];
  readonly rules: readonly Rule<Permission, Type>[];
  readonly operations: readonly OperationRow[];
  /** Remedies by reason, for refusals that other rights would not fix. */
  readonly remedies: Readonly<Record<string, RemedyRow>>;
  /** Other tables that the service's own code reads, by name. */
  readonly more?: Readonly<Record<string, readonly (Sourced & Readonly<Record<string, unknown>>)[]>>;
}
