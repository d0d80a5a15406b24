import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/collections.ts';
import type { AmendmentOf, DraftOf } from './objects.ts';
import type { ChangedOf, DraftedOf, GivenOf, ListedOf, Resource, ShownOf, ViewOf } from './resource-types.ts';
import type { MembersOf, RowOf, StoredName } from './stored.ts';

/** A draft, with what is stored beside it at the same moment. */
export type Completed<Name extends StoredName> = DraftOf<Name> & { readonly along?: readonly Change[] };

/** An object that is made, with what the request does not say. @throws Problem */
type Complete<Its extends Resource> = (
  context: AuthenticatedContext,
  members: GivenOf<Its>,
) => Completed<Its['name']> | Promise<Completed<Its['name']>>;

/** A change, as far as it may be made. @throws Problem */
type ChangeOf<Its extends Resource> = (
  context: AuthenticatedContext,
  row: RowOf<Its['name']>,
  members: ChangedOf<Its>,
) => AmendmentOf<Its['name']>;

/** An object as the caller sees it. */
export type View<Its extends Resource> = (
  context: AuthenticatedContext,
  row: RowOf<Its['name']>,
) => ViewOf<Its> | Promise<ViewOf<Its>>;

/** As `View`, in a list. */
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
  /** Whose object may be changed? Default: the caller's own. @throws Problem */
  readonly mustManage?: (context: AuthenticatedContext, row: RowOf<Its['name']>) => void;
  /** May it be deleted? @throws Problem */
  readonly mayRemove?: (context: AuthenticatedContext, row: RowOf<Its['name']>) => void;
  /** What happens with a new object at the same moment. */
  readonly along?: (context: AuthenticatedContext, row: RowOf<Its['name']>) => readonly Change[];
}

/**
 * What is special about a resource. Everything else is read off its table. It has to say how an object is completed,
 * changed or viewed where what a request says is not what is stored, or what is stored not what is shown.
 */
export type Special<Its extends Resource> = Particulars<Its> &
  (DraftedOf<Its> extends DraftOf<Its['name']> ? unknown : { readonly complete: Complete<Its> }) &
  (ChangedOf<Its> extends Partial<MembersOf<Its['name']>> ? unknown : { readonly change: ChangeOf<Its> }) &
  (IsShownAs<ShownOf<Its>, ViewOf<Its>> extends true ? unknown : { readonly view: View<Its> }) &
  (IsShownAs<ViewOf<Its>, ListedOf<Its>> extends true ? unknown : { readonly listed: Listed<Its> });

/** Has it all that is shown, and nothing else? */
type IsShownAs<Its, View> = Its extends View ? (keyof Its extends keyof View ? true : false) : false;
