import type { OperationId, OperationOf } from '../../contract/documented.ts';
import type { Handler } from '../../contract/request.ts';
import type { MembersOf, Named, RowOf } from './stored.ts';
import type { AirResource } from './tables/index.ts';

/** A resource that is stored, with the literal types of its table. */
export type Resource = AirResource & Named;

/** Actions that the engine implements. */
export type PlainAction = 'list' | 'create' | 'get' | 'update' | 'delete';

type ActionsOf<Its extends AirResource> = Its['operations'][number]['rows'] extends infer Rows
  ? Rows extends readonly (infer Action)[]
    ? Action
    : keyof Rows
  : never;

/** The operations of a resource that the engine implements. */
export type PlainOperations<Its extends Resource> = {
  readonly [Action in PlainAction & ActionsOf<Its> as `${Its['name']}_${Action}`]: Handler<
    'air',
    `${Its['name']}_${Action}` & OperationId<'air'>,
    RowOf<Its['name']>
  >;
};

type PlainOperation<Its extends Resource, Action extends PlainAction> = OperationOf<
  'air',
  `${Its['name']}_${Action}` & OperationId<'air'>
>;

/** The body of a request that creates or changes an object. */
export type BodyOf<Its extends Resource, Action extends 'create' | 'update'> = PlainOperation<Its, Action>['body'];

type RequiredOf<Its extends Resource> = Its extends { readonly required: readonly (infer Member extends string)[] }
  ? Member
  : never;
type DefaultsOf<Its extends Resource> = Its extends { readonly defaults: infer Defaults } ? Defaults : unknown;
type FixedOf<Its extends Resource> = Its extends { readonly fixed: readonly (infer Member)[] } ? Member : never;

/** The type of a member in a body if the member is given. */
type TypeOfMember<Body, Member> = Member extends keyof Body ? Exclude<Body[Member], undefined> : never;

/** The members of a new object: those of the request, and defaults for the others. */
export type GivenOf<Its extends Resource> = {
  readonly [Member in RequiredOf<Its> | keyof DefaultsOf<Its>]:
    | TypeOfMember<BodyOf<Its, 'create'>, Member>
    | (Member extends keyof DefaultsOf<Its> ? DefaultsOf<Its>[Member] : never);
};

/** A new object without `complete`; `never` if no request creates one. */
export type DraftedOf<Its extends Resource> =
  'create' extends ActionsOf<Its> ? { readonly members: GivenOf<Its> } : never;

/** The members of a change: the changeable ones of the request. */
export type ChangedOf<Its extends Resource> = {
  readonly [Member in Exclude<RequiredOf<Its> | keyof DefaultsOf<Its>, FixedOf<Its>>]?: TypeOfMember<
    BodyOf<Its, 'update'>,
    Member
  >;
};

/** The answer of `get` or, for a resource without `get`, an entry of its list. */
export type ViewOf<Its extends Resource> =
  `${Its['name']}_get` extends OperationId<'air'> ? PlainOperation<Its, 'get'>['answers'][200] : ListedOf<Its>;

/** An entry of a list. */
export type ListedOf<Its extends Resource> = PlainOperation<Its, 'list'>['answers'] extends {
  200: { readonly results: readonly (infer Listed)[] };
}
  ? Listed
  : never;

/** An object without computed members. */
export type ShownOf<Its extends Resource> = MembersOf<Its['name']> & {
  readonly id: string;
  readonly created: string;
  readonly modified: string;
};
