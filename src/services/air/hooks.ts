import type { OperationId, OperationOf } from '../../contract/documented.ts';
import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/row.ts';
import type { AmendmentOf, DraftOf, renderStored } from './objects.ts';
import type { MembersOf, RowOf, StoredName } from './stored.ts';
import type { LiteralTable } from './tables/index.ts';

/** Behaviour of a resource that its table cannot express. */
export interface Hooks<Name extends StoredName> {
  /** Adds members that no request can set to a new object. @throws Problem */
  complete(
    context: AuthenticatedContext,
    members: NewMembersOf<Name>,
  ): CompleteDraftOf<Name> | Promise<CompleteDraftOf<Name>>;
  /** Checks and completes a requested change. @throws Problem */
  change(
    context: AuthenticatedContext,
    row: RowOf<Name>,
    members: ChangedMembersOf<Name>,
  ): AmendmentOf<Name> | Promise<AmendmentOf<Name>>;
  mayRemove(context: AuthenticatedContext, row: RowOf<Name>): void;
  view(context: AuthenticatedContext, row: RowOf<Name>): ViewOf<Name> | Promise<ViewOf<Name>>;
  /** The default order of a list; undefined for the order of creation. */
  compare(context: AuthenticatedContext): ((first: RowOf<Name>, second: RowOf<Name>) => number) | undefined;
  /** Renders an object in a list. Default: `view`. */
  listView(context: AuthenticatedContext, row: RowOf<Name>): ListViewOf<Name> | Promise<ListViewOf<Name>>;
}

/** A hook is required only where the members of request, stored row and response differ. */
export type HooksOf<Name extends StoredName> = Partial<Hooks<Name>> & Pick<Hooks<Name>, RequiredHookOf<Name>>;

type RequiredHookOf<Name extends StoredName> =
  | (PlainDraftOf<Name> extends DraftOf<Name> ? never : 'complete')
  | (ChangedMembersOf<Name> extends Partial<MembersOf<Name>> ? never : 'change')
  | (HasMembersOf<ReturnType<typeof renderStored<MembersOf<Name>>>, ViewOf<Name>> extends true ? never : 'view')
  | (HasMembersOf<ViewOf<Name>, ListViewOf<Name>> extends true ? never : 'listView');

type HasMembersOf<View, Other> = View extends Other ? (keyof View extends keyof Other ? true : false) : false;

/** A new object if there is no `complete`; `never` if no request can create one. */
type PlainDraftOf<Name extends StoredName> =
  `${Name}_create` extends OperationId<'air'> ? { readonly members: NewMembersOf<Name> } : never;

type Operation<Name extends StoredName, Action extends string> = OperationOf<
  'air',
  `${Name}_${Action}` & OperationId<'air'>
>;

export type BodyOf<Name extends StoredName, Action extends 'create' | 'update'> = Operation<Name, Action>['body'];

/** Members of a new object: from the request, with defaults of the table. */
export type NewMembersOf<Name extends StoredName> = {
  readonly [Member in RequiredOf<Name> | keyof DefaultsOf<Name>]:
    | Exclude<BodyOf<Name, 'create'>[Member & keyof BodyOf<Name, 'create'>], undefined>
    | DefaultsOf<Name>[Member & keyof DefaultsOf<Name>];
};
type RequiredOf<Name extends StoredName> =
  LiteralTable<Name> extends { readonly required: readonly (infer Member extends string)[] } ? Member : never;
type DefaultsOf<Name extends StoredName> =
  LiteralTable<Name> extends { readonly defaults: infer Defaults } ? Defaults : unknown;

/** A new object, and changes to commit along with it. The changes can use its id. */
export type CompleteDraftOf<Name extends StoredName> = DraftOf<Name> & {
  readonly otherChanges?: (id: string) => readonly Change[];
};

export type ChangedMembersOf<Name extends StoredName> = Partial<BodyOf<Name, 'update'>>;

export type ViewOf<Name extends StoredName> = Operation<Name, 'get'>['answers'][200];

type ListViewOf<Name extends StoredName> = Operation<Name, 'list'>['answers'] extends {
  200: { readonly results: readonly (infer Entry)[] };
}
  ? Entry
  : never;

/** The table may use only members of the resource, stored or in a request. */
export interface FieldNames<Name extends StoredName> {
  readonly part?: FieldOf<Name>;
  readonly required?: readonly FieldOf<Name>[];
  readonly defaults?: keyof DefaultsOf<Name> extends FieldOf<Name> ? object : never;
  readonly fixed?: readonly FieldOf<Name>[];
}
type FieldOf<Name extends StoredName> = keyof MembersOf<Name> | KeyOf<BodyOf<Name, 'create'>>;
/** `never` if there is no such body. */
type KeyOf<Body> = Body extends unknown ? keyof Body : never;
