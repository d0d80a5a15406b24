import type { OperationId } from '../../contract/documented.ts';
import type { AnyHandler, AuthenticatedContext, Handler } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import { createObject, own } from '../../lib/members.ts';
import type { Change, Row } from '../../store/row.ts';
import { listOperations } from './actions.ts';
import { planDeletion } from './deletions.ts';
import type { ChangedMembersOf, CompleteDraftOf, FieldNames, Hooks, HooksOf, NewMembersOf, ViewOf } from './hooks.ts';
import { type AmendmentOf, changeRow, createOwnedRow, createPut, renderStored } from './objects.ts';
import { createPage, type Query } from './pages.ts';
import { assertReferences } from './references.ts';
import { collectionOf, type Members, type RowOf, type StoredName, type Table } from './stored.ts';
import type { AirResource } from './tables/index.ts';

/** Handlers of operations on an object of a resource. */
export type HandlersOf<Name extends StoredName> = {
  readonly [Id in OperationId<'air'>]?: Handler<'air', Id, RowOf<Name>>;
};

interface ResourceContext<Name extends StoredName> extends AuthenticatedContext<RowOf<Name>> {
  readonly query: Query;
  readonly body: Members;
}

/** Handlers that need only the table and hooks of a resource. */
type CrudOperations<Name extends StoredName> = {
  readonly [Action in CrudAction as `${Name}_${Action}` & OperationId<'air'>]: Handler<
    'air',
    `${Name}_${Action}` & OperationId<'air'>,
    RowOf<Name>
  >;
};

type CrudAction = 'list' | 'create' | 'get' | 'update' | 'delete';

/** @param requiredHooks empty if the table says everything about the resource */
export function createOperations<Name extends StoredName>(
  table: Table<Name> & FieldNames<Name>,
  requiredHooks: HooksOf<Name>,
): CrudOperations<Name> {
  const hooks: Partial<Hooks<Name>> = requiredHooks;
  // Without a view, `HooksOf` guarantees that all stored members are in the response.
  const view = hooks.view ?? ((_: AuthenticatedContext, row: RowOf<Name>) => renderStored(row) as ViewOf<Name>);
  const listView = hooks.listView ?? view;
  // Also for actions that the resource does not have.
  const handlers: Readonly<Record<CrudAction, AnyHandler>> = {
    list: (context: ResourceContext<Name>) =>
      createPage<Name, unknown>(context, table, (row) => listView(context, row), hooks.compare?.(context)),
    create: async (context: ResourceContext<Name>) => {
      const { row, otherChanges } = await draftObject(context, table, hooks, context.body);
      await context.store.collections.commit([createPut(row), ...otherChanges]);
      return { status: 201, body: await view(context, row) };
    },
    get: async (context: ResourceContext<Name>) => ({ status: 200, body: await view(context, context.target) }),
    update: async (context: ResourceContext<Name>) => {
      const { required = [], defaults = {}, fixed = [] }: AirResource = table;
      const changeable = [...required, ...Object.keys(defaults)].filter((member) => !fixed.includes(member));
      // Safe cast: the body was validated.
      const members = pickDefined(context.body, changeable) as ChangedMembersOf<Name>;
      await assertReferences(context, table, members);
      // Without `change`, `HooksOf` guarantees that the given members are stored as they are.
      const change = (await hooks.change?.(context, context.target, members)) ?? ({ members } as AmendmentOf<Name>);
      const row = await amend(context, table, context.target, () => change);
      return { status: 200, body: await view(context, row) };
    },
    delete: async (context: ResourceContext<Name>) => {
      const row = context.target;
      hooks.mayRemove?.(context, row);
      await context.store.collections.commit(await planDeletion(context, table, row));
      return { status: 204 };
    },
  };
  const entries = listOperations(table).flatMap(({ id, action }) => {
    const handler = own<AnyHandler>(handlers, action);
    return handler === undefined ? [] : [[id, handler] as const];
  });
  // Safe cast: the table has the operations of the document, and the views have its types.
  return createObject<CrudOperations<Name>>(entries);
}

/** Builds a new object and the changes to commit along with it. Stores nothing. */
export async function draftObject<Name extends StoredName>(
  context: AuthenticatedContext,
  table: Table<Name>,
  hooks: Partial<Hooks<Name>>,
  body: Members,
): Promise<{ readonly row: RowOf<Name>; readonly otherChanges: readonly Change[] }> {
  const { required = [], defaults = {} } = table;
  // The body is valid: required members are present, and all others have defaults.
  const members = { ...defaults, ...pickDefined(body, [...required, ...Object.keys(defaults)]) } as NewMembersOf<Name>;
  await assertReferences(context, table, members);
  // Without `complete`, `HooksOf` guarantees that the given members are all that is stored.
  const unchanged = { members } as CompleteDraftOf<Name>;
  const draft = (await hooks.complete?.(context, members)) ?? unchanged;
  reportContradictions(context, table, body, draft.hidden ?? {});
  const row = createOwnedRow(context, table, draft);
  return { row, otherChanges: draft.otherChanges?.(row.id) ?? [] };
}

/** Reports redundant members with contradictory values. The SDK sends such members, but the mock ignores them. */
function reportContradictions(
  { hints }: AuthenticatedContext,
  { name, hidden: hiddenNames = [] }: AirResource,
  body: Members,
  hiddenMembers: Members,
): void {
  for (const member of hiddenNames) {
    const sent = own(body, member);
    const stored = own(hiddenMembers, member);
    if (sent === undefined || stored === undefined) continue;
    // A link has a list of interfaces and of nodes: the request may name any of them.
    const values = Array.isArray(stored) ? stored : [stored];
    if (values.includes(sent)) continue;
    const message = `A request to create one of \`${name}\` has a \`${member}\` that contradicts its other fields. It was ignored: the \`${member}\` is \`${values.join('`, `')}\`.`;
    hints.add('ignored_field', message);
  }
}

/**
 * Reads and changes an object in one transaction, and returns the changed object.
 *
 * @param change called again if the object has changed in the meantime
 * @param listOtherChanges returns further changes for the same transaction; called again together with `change`
 * @throws Problem if the object no longer exists
 */
export function amend<Name extends StoredName>(
  { store, now }: AuthenticatedContext,
  table: Table<Name>,
  { id }: Pick<Row, 'id'>,
  change: (row: RowOf<Name>) => AmendmentOf<Name>,
  listOtherChanges: () => readonly Change[] | Promise<readonly Change[]> = () => [],
): Promise<RowOf<Name>> {
  const { collections } = store;
  return collections.updating(async (commit) => {
    const before = await collectionOf(table).byId(collections, id);
    if (before === null) throw new Problem('not_found');
    const after = changeRow(before, table, now, change(before));
    const [stored] = await commit([createPut(after), ...(await listOtherChanges())]);
    // Safe cast: the stored row is the one that was put.
    return stored as RowOf<Name>;
  });
}

export function pickDefined<Body extends Members, Name extends keyof Body & string>(
  body: Body,
  names: readonly Name[],
) {
  const defined = names.filter((name) => own(body, name) !== undefined);
  // Safe cast: a loop loses the types of members.
  return Object.fromEntries(defined.map((name) => [name, body[name]])) as {
    readonly [Member in Name]?: Exclude<Body[Member], undefined>;
  };
}
