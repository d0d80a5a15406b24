import type { Sourced } from '../../../decisions/rule.ts';
import type { Scope } from './scopes.ts';

/** Scopes that an operation needs in addition to `air:access`: all of them, or any. */
type Needs = readonly Scope[] | { readonly any: readonly Scope[] };

/** The object of an operation. Default: the list. */
interface Target {
  /** The path has the id of an object. */
  readonly item?: true;
  /** Only for the owning organisation. */
  readonly ownersOnly?: true;
  /** With `ownersOnly`: also for platform operators. */
  readonly orOperators?: true;
}

export const ITEM = { item: true } as const satisfies Target;
export const OWN = { item: true, ownersOnly: true } as const satisfies Target;
export const MANAGED = { ...OWN, orOperators: true } as const satisfies Target;

export interface AirRule extends Sourced, Target {
  readonly needs: Needs;
  /** Source of the operation's API, if it differs from the rule's source. */
  readonly shape?: Sourced;
  /** Profile dsx: any of these roles replaces the scopes. */
  readonly orRoles?: readonly string[];
  /** Profile dsx: all of these roles are required. */
  readonly roles?: readonly string[];
  /** Differences in profile dsx. */
  readonly dsx?: Sourced & { readonly needs: Needs; readonly roles?: readonly string[] };
  /** Only in this profile. */
  readonly only?: '2.0' | 'dsx';
}

/** Also allows attendees of a training. */
export const OR_TRAINEE = { orRoles: ['air_trainee'] } as const satisfies Partial<AirRule>;

/** Operations of a resource with the same needs and source. Only their targets differ. */
interface AirSection extends AirRule {
  /** Operations by action, which is the last part of their ids. */
  readonly rows: readonly string[] | Readonly<Record<string, Target>>;
}

/** When the referenced object is deleted: also delete this object, refuse the deletion, or do nothing. */
export type OnDelete = 'cascade' | 'refuse' | 'ignore';

interface Reference {
  readonly to: string;
  readonly onDelete: OnDelete;
  /** The caller's organisation must own the object. Otherwise the caller only has to see it. */
  readonly owned?: true;
}

/** A resource: path, members, references, and needs of its operations. */
export interface AirResource {
  /** Prefix of the operation ids, and name of the collection. */
  readonly name: string;
  /** Path of the list, as in the document. */
  readonly path: string;
  /** The resource of the id in the path, if it is a different one. */
  readonly target?: string;
  /** Objects belong to a user or service key, not to the organisation. */
  readonly personal?: true;
  /** Platform operators see the objects of every organisation. */
  readonly operatorsSeeAll?: true;
  /** Member with the parent id. */
  readonly part?: string;
  /** Required members of a create request. */
  readonly required?: readonly string[];
  /** Optional members of a create request, with defaults. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Members that cannot be changed. */
  readonly fixed?: readonly string[];
  /** Members with the id of another object. `cdrom.image` is a nested member. */
  readonly refers?: Readonly<Record<string, Reference>>;
  /** Hidden members that can be filters, such as parents. */
  readonly hidden?: readonly string[];
  /** Other spellings of values, by filter. */
  readonly synonyms?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Members that `search` looks at, if documented. Default: all strings of the results. */
  readonly search?: readonly string[];
  /** Searched members that are only in responses. */
  readonly shown?: readonly string[];
  readonly operations: readonly AirSection[];
}
