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

/** What an action needs: one row of a service's law. */
export interface Rule<Grant extends string = string> extends Sourced {
  readonly id: string;
  /** The documentation's own term for the action. */
  readonly label: string;
  /** What is given must hold: each of `all`, and at least one of `any`. Nothing given: every authenticated caller may. */
  readonly needs: { readonly all?: readonly Grant[]; readonly any?: readonly Grant[] };
  /** How the object is found: by the named look-up of the service, from this path parameter. */
  readonly cover?: { readonly lookup: string; readonly param: string };
}

/** Which rule an operation of the document falls under. */
export interface OperationRow extends Sourced {
  readonly id: string;
  /** A rule's id, or `public`: needs no credential. */
  readonly rule: string;
  /** `caseless`: members of the body are matched to the document's spelling without regard to case. Default: `exact`. */
  readonly fieldNames?: 'exact' | 'caseless';
}

/** A permission or a scope that the service knows. */
export interface GrantRow<Grant extends string = string> extends Sourced {
  readonly id: Grant;
  readonly label: string;
}

/** A role, and what it brings. */
export interface RoleRow<Grant extends string = string> extends Sourced {
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** The law of one service in one profile: literals, checked by `checkTables` when the server is built. */
export interface Tables<Grant extends string = string> {
  /** What the vendor calls a grant; it decides the reason of a refusal: `missing_permission` or `missing_scope`. */
  readonly term: 'permission' | 'scope';
  readonly grants: readonly GrantRow<Grant>[];
  readonly roles: readonly RoleRow<Grant>[];
  readonly rules: readonly Rule<Grant>[];
  readonly operations: readonly OperationRow[];
}
