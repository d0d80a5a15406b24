import type { Sourced } from '../../../core/rule.ts';
import type { Scope } from './scopes.ts';

/** What an operation needs besides `air:access`: all of these scopes, or any of them. */
type Needs = readonly Scope[] | { readonly any: readonly Scope[] };

/** What an operation acts on. Default: the list. */
interface Place {
  /** The path names one object. */
  readonly item?: true;
  /** Only the organisation that owns the object may use the operation. */
  readonly ownersOnly?: true;
}

export const ITEM = { item: true } as const satisfies Place;
export const OWN = { item: true, ownersOnly: true } as const satisfies Place;

/** The rule for an operation of a resource. */
export interface AirRule extends Sourced, Place {
  readonly needs: Needs;
  /** Profile dsx: any of these roles suffices instead of the scopes. */
  readonly orRoles?: readonly string[];
  /** Profile dsx: all of these roles are needed. */
  readonly roles?: readonly string[];
  /** What differs in profile dsx. */
  readonly dsx?: Sourced & { readonly needs: Needs; readonly roles?: readonly string[] };
  /** Only this profile has it. */
  readonly only?: '2.0' | 'dsx';
}

/** Attendees of a training may use the operation too. */
export const OR_TRAINEE = { orRoles: ['air_trainee'] } as const satisfies Partial<AirRule>;

/** Operations of a resource with the same needs and source; they differ only in what they act on. */
interface AirSection extends AirRule {
  /** The operations by action, which is the end of their ids. */
  readonly rows: readonly string[] | Readonly<Record<string, Place>>;
}

/** What happens to an object, or to the deletion, when an object that it refers to is deleted. */
export type OnDelete = 'cascade' | 'refuse' | 'ignore';

/** A resource: its path, what requests may say about it, what it refers to, and what its operations need. */
export interface AirResource {
  /** Its operation ids start with it, and its collection in the store is named after it. */
  readonly name: string;
  /** The path of its list, as in the document. */
  readonly path: string;
  /** The resource whose id is in the path, if it is another one. */
  readonly target?: string;
  /** Its objects belong to a person or a service key, not to their organisation. */
  readonly personal?: true;
  /** The member that names the object that it is part of. */
  readonly part?: string;
  /** Members that a request to create an object must have. */
  readonly required?: readonly string[];
  /** Members that such a request may have, with their default values. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Members that cannot be changed. */
  readonly fixed?: readonly string[];
  /** Members that hold the id of another object. */
  readonly refers?: Readonly<Record<string, { readonly to: string; readonly onDelete: OnDelete }>>;
  readonly filters?: readonly string[];
  /** Filters by members that no answer shows: where an object belongs. */
  readonly hidden?: readonly string[];
  /** Members that `search` searches. */
  readonly search?: readonly string[];
  readonly operations: readonly AirSection[];
}
