import type { OperationId, OperationOf } from '../../contract/documented.ts';
import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/collections.ts';
import type { AmendmentOf, DraftOf, storedView } from './objects.ts';
import type { MembersOf, RowOf, StoredName } from './stored.ts';
import type { LiteralTable } from './tables/index.ts';

/** The behaviour of a resource's objects that its table cannot express. */
export interface Hooks<Name extends StoredName> {
  /** Adds the members that no request sets to a new object. @throws Problem */
  complete(context: AuthenticatedContext, members: GivenOf<Name>): CompletedOf<Name> | Promise<CompletedOf<Name>>;
  /** Checks and completes a requested change. @throws Problem */
  change(
    context: AuthenticatedContext,
    row: RowOf<Name>,
    members: ChangedOf<Name>,
  ): AmendmentOf<Name> | Promise<AmendmentOf<Name>>;
  /** Checks that an object may be deleted. @throws Problem */
  mayRemove(context: AuthenticatedContext, row: RowOf<Name>): void;
  /** Renders an object as the caller sees it. */
  view(context: AuthenticatedContext, row: RowOf<Name>): ViewOf<Name> | Promise<ViewOf<Name>>;
  /** The order of a list for which none is asked. Default: by time of creation. */
  compare(context: AuthenticatedContext): ((one: RowOf<Name>, other: RowOf<Name>) => number) | undefined;
  /** Renders an object in a list. Default: `view`. */
  listView(context: AuthenticatedContext, row: RowOf<Name>): ListedOf<Name> | Promise<ListedOf<Name>>;
}

/**
 * The hooks of a resource, all optional except where the request, the stored row and the answer have other members:
 * without a hook they would be passed on as they are.
 */
export type HooksOf<Name extends StoredName> = Partial<Hooks<Name>> & Pick<Hooks<Name>, NeededOf<Name>>;

type NeededOf<Name extends StoredName> =
  | (DraftedOf<Name> extends DraftOf<Name> ? never : 'complete')
  | (ChangedOf<Name> extends Partial<MembersOf<Name>> ? never : 'change')
  | (HasMembersOf<ReturnType<typeof storedView<MembersOf<Name>>>, ViewOf<Name>> extends true ? never : 'view')
  | (HasMembersOf<ViewOf<Name>, ListedOf<Name>> extends true ? never : 'listView');

/** Whether a value of one type can stand for the other, without a member too many. */
type HasMembersOf<Its, Other> = Its extends Other ? (keyof Its extends keyof Other ? true : false) : false;

/** A new object without `complete`; `never` if no request creates one. */
type DraftedOf<Name extends StoredName> =
  `${Name}_create` extends OperationId<'air'> ? { readonly members: GivenOf<Name> } : never;

type Operation<Name extends StoredName, Action extends string> = OperationOf<
  'air',
  `${Name}_${Action}` & OperationId<'air'>
>;

/** The body of a request that creates or changes an object. */
export type BodyOf<Name extends StoredName, Action extends 'create' | 'update'> = Operation<Name, Action>['body'];

/** The members of a new object: those of the request, and the table's defaults for the others. */
export type GivenOf<Name extends StoredName> = {
  readonly [Member in RequiredOf<Name> | keyof DefaultsOf<Name>]:
    | Exclude<BodyOf<Name, 'create'>[Member & keyof BodyOf<Name, 'create'>], undefined>
    | DefaultsOf<Name>[Member & keyof DefaultsOf<Name>];
};
type RequiredOf<Name extends StoredName> =
  LiteralTable<Name> extends { readonly required: readonly (infer Member extends string)[] } ? Member : never;
type DefaultsOf<Name extends StoredName> =
  LiteralTable<Name> extends { readonly defaults: infer Defaults } ? Defaults : unknown;

/** A new object, and the changes to commit with it, which may name it by its id. */
export type CompletedOf<Name extends StoredName> = DraftOf<Name> & {
  readonly otherChanges?: (id: string) => readonly Change[];
};

/** The members of a change. */
export type ChangedOf<Name extends StoredName> = Partial<BodyOf<Name, 'update'>>;

/** The answer to a request for one object. */
export type ViewOf<Name extends StoredName> = Operation<Name, 'get'>['answers'][200];

/** An entry of a list. */
type ListedOf<Name extends StoredName> = Operation<Name, 'list'>['answers'] extends {
  200: { readonly results: readonly (infer Entry)[] };
}
  ? Entry
  : never;

/** The members that a table names are those of the resource, stored or in a request. */
export interface FieldNames<Name extends StoredName> {
  readonly part?: FieldOf<Name>;
  readonly required?: readonly FieldOf<Name>[];
  readonly defaults?: keyof DefaultsOf<Name> extends FieldOf<Name> ? object : never;
  readonly fixed?: readonly FieldOf<Name>[];
}
type FieldOf<Name extends StoredName> = keyof MembersOf<Name> | KeyOf<BodyOf<Name, 'create'>>;
/** No key if there is no such body. */
type KeyOf<Body> = Body extends unknown ? keyof Body : never;
