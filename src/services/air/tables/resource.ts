import type { Sourced } from '../../../core/rule.ts';
import type { Scope } from './scopes.ts';

/** What an operation needs beside `air:access`: each of these scopes, or any of them. */
type Needs = readonly Scope[] | { readonly any: readonly Scope[] };

/** What an operation acts on. Default: the list. */
interface Place {
  /** The path names one object. */
  readonly item?: true;
  /** Only the organisation that owns the object may. */
  readonly ownersOnly?: true;
}

export const ITEM = { item: true } as const satisfies Place;
export const OWN = { item: true, ownersOnly: true } as const satisfies Place;

/** What an operation of a resource falls under. */
export interface AirRule extends Sourced, Place {
  readonly needs: Needs;
  /** Profile dsx: any of these roles does instead of the scopes. */
  readonly orRoles?: readonly string[];
  /** Profile dsx: all of these roles are needed. */
  readonly roles?: readonly string[];
  /** Where profile dsx says otherwise. */
  readonly dsx?: Sourced & { readonly needs: Needs; readonly roles?: readonly string[] };
  /** Only this profile has it. */
  readonly only?: '2.0' | 'dsx';
}

/** Whoever attends a training may, too. */
export const OR_TRAINEE = { orRoles: ['air_trainee'] } as const satisfies Partial<AirRule>;

/** Operations of a resource that need the same, by the same source: what differs is only what they act on. */
interface AirSection extends AirRule {
  /** By what they do, which is the end of their ids. */
  readonly rows: readonly string[] | Readonly<Record<string, Place>>;
}

/** What becomes of an object when one that it refers to is deleted; or of the deletion. */
export type OnDelete = 'cascade' | 'refuse' | 'ignore';

/** A resource: where it is, what a request may say of it, what it refers to, and what its operations need. */
export interface AirResource {
  /** Also the start of its operation ids, and of its collection in the store. */
  readonly name: string;
  /** Of its list, as in the document. */
  readonly path: string;
  /** The resource whose id is in the path, where it is another one. */
  readonly target?: string;
  /** It belongs to a person, or to a service key, and not to their organisation. */
  readonly personal?: true;
  /** The member whose object it is a part of. */
  readonly part?: string;
  /** Members that a creating request has to have. */
  readonly required?: readonly string[];
  /** Members that it may have, with what they are where it leaves them out. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Members that a change leaves as they are. */
  readonly fixed?: readonly string[];
  /** Members that hold the id of another object. */
  readonly refers?: Readonly<Record<string, { readonly to: string; readonly onDelete: OnDelete }>>;
  readonly filters?: readonly string[];
  /** Filters that no answer shows: where an object belongs. */
  readonly hidden?: readonly string[];
  /** Members that `search` looks into. */
  readonly search?: readonly string[];
  readonly operations: readonly AirSection[];
}
