import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/collections.ts';
import type { AmendmentOf, DraftOf } from './objects.ts';
import type { ChangedOf, DraftedOf, GivenOf, ListedOf, Resource, ShownOf, ViewOf } from './resource-types.ts';
import type { MembersOf, RowOf, StoredName } from './stored.ts';

/** A draft, and the changes to commit with it. */
export type Completed<Name extends StoredName> = DraftOf<Name> & { readonly along?: readonly Change[] };

/** Adds the members that no request sets to a new object. @throws Problem */
type Complete<Its extends Resource> = (
  context: AuthenticatedContext,
  members: GivenOf<Its>,
) => Completed<Its['name']> | Promise<Completed<Its['name']>>;

/** Checks and completes a requested change. @throws Problem */
type ChangeOf<Its extends Resource> = (
  context: AuthenticatedContext,
  row: RowOf<Its['name']>,
  members: ChangedOf<Its>,
) => AmendmentOf<Its['name']> | Promise<AmendmentOf<Its['name']>>;

/** Renders an object as the caller sees it. */
export type View<Its extends Resource> = (
  context: AuthenticatedContext,
  row: RowOf<Its['name']>,
) => ViewOf<Its> | Promise<ViewOf<Its>>;

/** Like `View`, but in a list. */
export type Listed<Its extends Resource> = (
  context: AuthenticatedContext,
  row: RowOf<Its['name']>,
) => ListedOf<Its> | Promise<ListedOf<Its>>;

/** The hooks of a resource. */
export interface Particulars<Its extends Resource> {
  readonly complete?: Complete<Its>;
  readonly change?: ChangeOf<Its>;
  readonly view?: View<Its>;
  readonly listView?: Listed<Its>;
  /** Checks that the object may be deleted. @throws Problem */
  readonly mayRemove?: (context: AuthenticatedContext, row: RowOf<Its['name']>) => void;
  /** Changes to commit with a new object. */
  readonly along?: (context: AuthenticatedContext, row: RowOf<Its['name']>) => readonly Change[];
}

/**
 * The hooks of a resource, in addition to its table. `complete`, `change`, `view` and `listView` are required if the
 * types of the request, the stored row and the answer differ.
 */
export type Special<Its extends Resource> = Particulars<Its> &
  (DraftedOf<Its> extends DraftOf<Its['name']> ? unknown : { readonly complete: Complete<Its> }) &
  (ChangedOf<Its> extends Partial<MembersOf<Its['name']>> ? unknown : { readonly change: ChangeOf<Its> }) &
  (IsShownAs<ShownOf<Its>, ViewOf<Its>> extends true ? unknown : { readonly view: View<Its> }) &
  (IsShownAs<ViewOf<Its>, ListedOf<Its>> extends true ? unknown : { readonly listView: Listed<Its> });

/** Whether two types have the same members. */
type IsShownAs<Its, View> = Its extends View ? (keyof Its extends keyof View ? true : false) : false;
