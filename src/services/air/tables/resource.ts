import type { Sourced } from '../../../decisions/rule.ts';
import type { Scope } from './scopes.ts';

/** The scopes that an operation needs besides `air:access`: all of them, or any. */
type Needs = readonly Scope[] | { readonly any: readonly Scope[] };

/** The target of an operation. Default: the list. */
interface Target {
  /** The path names one object. */
  readonly item?: true;
  /** Only for the organisation that owns the object. */
  readonly ownersOnly?: true;
  /** With `ownersOnly`: also for operators of the platform. */
  readonly orOperators?: true;
}

export const ITEM = { item: true } as const satisfies Target;
export const OWN = { item: true, ownersOnly: true } as const satisfies Target;
export const MANAGED = { ...OWN, orOperators: true } as const satisfies Target;

/** The rule for an operation of a resource. */
export interface AirRule extends Sourced, Target {
  readonly needs: Needs;
  /** The source of the operation's parameters, bodies and answers, if it is another one than that of the rule. */
  readonly shape?: Sourced;
  /** Profile dsx: any of these roles replaces the scopes. */
  readonly orRoles?: readonly string[];
  /** Profile dsx: all of these roles are needed. */
  readonly roles?: readonly string[];
  /** Differences in profile dsx. */
  readonly dsx?: Sourced & { readonly needs: Needs; readonly roles?: readonly string[] };
  /** Only in this profile. */
  readonly only?: '2.0' | 'dsx';
}

/** Attendees of a training may use the operation, too. */
export const OR_TRAINEE = { orRoles: ['air_trainee'] } as const satisfies Partial<AirRule>;

/** Operations of a resource with the same needs and source; only their targets differ. */
interface AirSection extends AirRule {
  /** The operations by action, the last part of their ids. */
  readonly rows: readonly string[] | Readonly<Record<string, Target>>;
}

/** When the referenced object is deleted: delete the referring one too, refuse the deletion, or do nothing. */
export type OnDelete = 'cascade' | 'refuse' | 'ignore';

/** A reference to another object. */
interface Reference {
  readonly to: string;
  readonly onDelete: OnDelete;
  /** The object must belong to the caller's organisation; otherwise it is enough that the caller can see it. */
  readonly owned?: true;
}

/** A resource: its path, members and references, and the needs of its operations. */
export interface AirResource {
  /** The prefix of its operation ids, and the name of its collection. */
  readonly name: string;
  /** The path of its list, as in the document. */
  readonly path: string;
  /** The resource whose id is in the path, if it is another one. */
  readonly target?: string;
  /** Objects belong to a person or a service key, not to the organisation. */
  readonly personal?: true;
  /** Operators of the platform see the objects of every organisation. */
  readonly operatorsSeeAll?: true;
  /** The member with the id of the parent. */
  readonly part?: string;
  /** Required members of a request that creates an object. */
  readonly required?: readonly string[];
  /** Optional members of such a request, with their defaults. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Members that cannot be changed. */
  readonly fixed?: readonly string[];
  /** Members that hold the id of another object; `cdrom.image` is one of a member. */
  readonly refers?: Readonly<Record<string, Reference>>;
  /** Filters by hidden members, such as parents. */
  readonly hidden?: readonly string[];
  /** By filter: other spellings of values that clients use. */
  readonly synonyms?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Members that `search` searches, where they are published. Default: every text of the results. */
  readonly search?: readonly string[];
  /** The searched members that only answers have. */
  readonly shown?: readonly string[];
  readonly operations: readonly AirSection[];
}
