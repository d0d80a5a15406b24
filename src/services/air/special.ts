import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/collections.ts';
import type { AmendmentOf, DraftOf } from './objects.ts';
import type { ChangedOf, DraftedOf, GivenOf, ListedOf, Resource, ShownOf, ViewOf } from './resource-types.ts';
import type { MembersOf, RowOf, StoredName } from './stored.ts';

/** A draft, and what is stored together with it. */
export type Completed<Name extends StoredName> = DraftOf<Name> & { readonly along?: readonly Change[] };

/** Completes a new object with what the request does not say. @throws Problem */
type Complete<Its extends Resource> = (
  context: AuthenticatedContext,
  members: GivenOf<Its>,
) => Completed<Its['name']> | Promise<Completed<Its['name']>>;

/** Turns a requested change into one that may be made. @throws Problem */
type ChangeOf<Its extends Resource> = (
  context: AuthenticatedContext,
  row: RowOf<Its['name']>,
  members: ChangedOf<Its>,
) => AmendmentOf<Its['name']>;

/** Shows an object as the caller sees it. */
export type View<Its extends Resource> = (
  context: AuthenticatedContext,
  row: RowOf<Its['name']>,
) => ViewOf<Its> | Promise<ViewOf<Its>>;

/** Like `View`, but in a list. */
export type Listed<Its extends Resource> = (
  context: AuthenticatedContext,
  row: RowOf<Its['name']>,
) => ListedOf<Its> | Promise<ListedOf<Its>>;

/** What may be special about a resource. */
export interface Particulars<Its extends Resource> {
  readonly complete?: Complete<Its>;
  readonly change?: ChangeOf<Its>;
  readonly view?: View<Its>;
  readonly listed?: Listed<Its>;
  /** Checks that the caller may change the object. Default: only its owner may. @throws Problem */
  readonly mustManage?: (context: AuthenticatedContext, row: RowOf<Its['name']>) => void;
  /** Checks that the object may be deleted. @throws Problem */
  readonly mayRemove?: (context: AuthenticatedContext, row: RowOf<Its['name']>) => void;
  /** Changes that are stored together with a new object. */
  readonly along?: (context: AuthenticatedContext, row: RowOf<Its['name']>) => readonly Change[];
}

/**
 * What is special about a resource; everything else comes from its table. It must say how an object is completed,
 * changed or viewed if what a request says is not what is stored, or what is stored is not what is shown.
 */
export type Special<Its extends Resource> = Particulars<Its> &
  (DraftedOf<Its> extends DraftOf<Its['name']> ? unknown : { readonly complete: Complete<Its> }) &
  (ChangedOf<Its> extends Partial<MembersOf<Its['name']>> ? unknown : { readonly change: ChangeOf<Its> }) &
  (IsShownAs<ShownOf<Its>, ViewOf<Its>> extends true ? unknown : { readonly view: View<Its> }) &
  (IsShownAs<ViewOf<Its>, ListedOf<Its>> extends true ? unknown : { readonly listed: Listed<Its> });

/** Whether it has all the members that are shown, and no others. */
type IsShownAs<Its, View> = Its extends View ? (keyof Its extends keyof View ? true : false) : false;
