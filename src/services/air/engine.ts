import type { OperationId } from '../../contract/documented.ts';
import type { AnyHandler, AuthenticatedContext, Handler, Lookup } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import { createObject, memberOf, own } from '../../objects/members.ts';
import { type Change, isSharedWith, type Row } from '../../store/collections.ts';
import { listOperations, lookupNameOf } from './actions.ts';
import { accountOf, isOperator } from './caller.ts';
import type { ChangedMembersOf, CompleteDraftOf, FieldNames, Hooks, HooksOf, NewMembersOf, ViewOf } from './hooks.ts';
import {
  type AmendmentOf,
  changeRow,
  createOwnedRow,
  createPut,
  createRemoval,
  ownerOf,
  renderStored,
} from './objects.ts';
import { createPage, type Query, seesAll } from './pages.ts';
import { findDeletedWith } from './removals.ts';
import {
  type AirRow,
  anyCollectionOf,
  collectionOf,
  type Members,
  type RowOf,
  type StoredName,
  type Table,
} from './stored.ts';
import { type AirResource, RESOURCES } from './tables/index.ts';

interface ResourceContext<Name extends StoredName> extends AuthenticatedContext<RowOf<Name>> {
  readonly query: Query;
  readonly body: Members;
}

/** Handlers that need only the table and hooks of a resource. */
type PlainOperations<Name extends StoredName> = {
  readonly [Action in PlainAction as `${Name}_${Action}` & OperationId<'air'>]: Handler<
    'air',
    `${Name}_${Action}` & OperationId<'air'>,
    RowOf<Name>
  >;
};

type PlainAction = 'list' | 'create' | 'get' | 'update' | 'delete';

/** Builds the handlers for the list, create, get, update and delete operations of a table. */
export function createOperations<Name extends StoredName>(
  table: Table<Name> & FieldNames<Name>,
  // Optional if all hooks are optional.
  ...[options]: Partial<HooksOf<Name>> extends HooksOf<Name> ? [HooksOf<Name>?] : [HooksOf<Name>]
): PlainOperations<Name> {
  const hooks: Partial<Hooks<Name>> = options ?? {};
  // Without a view, `HooksOf` guarantees that all stored members are in the response.
  const view = hooks.view ?? ((_: AuthenticatedContext, row: RowOf<Name>) => renderStored(row) as ViewOf<Name>);
  const listView = hooks.listView ?? view;
  const handlers: Readonly<Record<PlainAction, AnyHandler>> = {
    list: (context: ResourceContext<Name>) =>
      createPage<Name, unknown>(context, table, (row) => listView(context, row), hooks.compare?.(context)),
    create: async (context: ResourceContext<Name>) => {
      const { row, otherChanges } = await draftObject(context, table, hooks, context.body);
      await context.store.collections.commit([createPut(row), ...otherChanges]);
      return { status: 201, body: await view(context, row) };
    },
    get: async (context: ResourceContext<Name>) => ({ status: 200, body: await view(context, context.target) }),
    update: async (context: ResourceContext<Name>) => {
      const row = await updateObject(context, table, hooks, context.target, context.body);
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
  // The table has the operations of the document, and the views have its types.
  return createObject<PlainOperations<Name>>(entries);
}

/** Returns the look-ups of all resources, by name. */
export function createLookups(resources: readonly AirResource[]): Readonly<Record<string, Lookup<AirRow>>> {
  const named = resources.flatMap((resource) => {
    const forOperators = listOperations(resource).filter(({ orOperators }) => orOperators === true);
    return [
      [resource.name, createLookup(resource, () => false)] as const,
      ...forOperators.map(
        (operation) => [lookupNameOf(resource, operation), createLookup(resource, isOperator)] as const,
      ),
    ];
  });
  return Object.fromEntries(named);
}

/**
 * Looks up objects that the organisation owns, and objects shared with it or with everyone.
 *
 * @param ownsAll whether the caller may act as owner of every object
 */
function createLookup(resource: AirResource, ownsAll: (context: AuthenticatedContext) => boolean): Lookup<AirRow> {
  return async (context, id) => {
    const row = await anyCollectionOf(resource.name).byId(context.store.collections, id);
    if (row === null) return { found: 'nothing' };
    const isOwn = row.owner === ownerOf(context, resource);
    const isSeen = isOwn || isSharedWith(row, accountOf(context)) || seesAll(context, resource);
    if (!isSeen) return { found: 'foreign', owner: row.owner };
    const relation = isOwn || ownsAll(context) ? 'owned' : 'shared';
    return { found: 'object', target: row, attributes: { relation, names: {} } };
  };
}

/** Builds a new object and the changes to commit with it, without storing them. */
export async function draftObject<Name extends StoredName>(
  context: AuthenticatedContext,
  table: Table<Name>,
  hooks: Partial<Hooks<Name>>,
  body: Members,
): Promise<{ readonly row: RowOf<Name>; readonly otherChanges: readonly Change[] }> {
  const { required = [], defaults = {} } = table;
  // The body is valid: required members are present, and all others have defaults.
  const members = { ...defaults, ...pickDefined(body, [...required, ...Object.keys(defaults)]) } as NewMembersOf<Name>;
  await checkReferences(context, table, members);
  // Without `complete`, `HooksOf` guarantees that the given members are all that is stored.
  const unchanged = { members } as CompleteDraftOf<Name>;
  const draft = (await hooks.complete?.(context, members)) ?? unchanged;
  reportContradictions(context, table, body, draft.hidden ?? {});
  const row = createOwnedRow(context, table, draft);
  return { row, otherChanges: draft.otherChanges?.(row.id) ?? [] };
}

/** Reports redundant members with contradictory values. The SDK sends such members, but the mock ignores them. */
function reportContradictions(
  { findings, now }: AuthenticatedContext,
  { name, hidden: names = [] }: AirResource,
  body: Members,
  hidden: Members,
): void {
  for (const member of names) {
    const [sent, actual] = [own(body, member), own(hidden, member)];
    if (sent === undefined || actual === undefined || [actual].flat().includes(sent)) continue;
    const message = `A request to create one of \`${name}\` has a \`${member}\` that contradicts its other fields. It was ignored: the \`${member}\` is \`${[actual].flat().join('`, `')}\`.`;
    findings.report('ignored_field', message, now);
  }
}

/** Updates the members of an object that can change. */
async function updateObject<Name extends StoredName>(
  context: AuthenticatedContext,
  table: Table<Name>,
  hooks: Partial<Hooks<Name>>,
  row: RowOf<Name>,
  body: Members,
): Promise<RowOf<Name>> {
  const { required = [], defaults = {}, fixed = [] } = table;
  const changeable = [...required, ...Object.keys(defaults)].filter((member) => !fixed.includes(member));
  // Safe cast: the body was validated.
  const members = pickDefined(body, changeable) as ChangedMembersOf<Name>;
  await checkReferences(context, table, members);
  // Without `change`, `HooksOf` guarantees that the given members are stored as they are.
  const change = (await hooks.change?.(context, row, members)) ?? ({ members } as AmendmentOf<Name>);
  return amend(context, table, row, () => change);
}

/**
 * Reads and changes an object in one transaction.
 *
 * @param change called again, like `along`, if the object has changed in the meantime
 * @param listOtherChanges further changes in the transaction
 * @throws Problem if the object no longer exists
 */
export function amend<Name extends StoredName>(
  { store, now }: Pick<AuthenticatedContext, 'store' | 'now'>,
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

function pickDefined(body: Members, names: readonly string[]): Members {
  return Object.fromEntries(names.filter((name) => own(body, name) !== undefined).map((name) => [name, body[name]]));
}

/** Reads the object that a member refers to. @throws Problem if the caller may not see it or it does not exist */
export async function resolveReference<Name extends StoredName>(
  context: AuthenticatedContext,
  to: Table<Name>,
  member: string,
  id: unknown,
): Promise<RowOf<Name>> {
  const row = typeof id === 'string' ? await collectionOf(to).byId(context.store.collections, id) : null;
  if (row !== null && isVisible(context, row)) return row;
  throw unknownIdProblem(member, to.name);
}

function isVisible(context: AuthenticatedContext, row: AirRow): boolean {
  return row.owner === accountOf(context) || isSharedWith(row, accountOf(context));
}

function unknownIdProblem(member: string, name: string): Problem {
  return new Problem('invalid_request', `Field \`${member}\` is not the id of an existing object in \`${name}\`.`);
}

async function checkReferences(
  context: AuthenticatedContext,
  { refers = {} }: AirResource,
  members: Members,
): Promise<void> {
  for (const [member, { to: name, owned }] of Object.entries(refers)) {
    const id = member.split('.').reduce(memberOf, members);
    if (id === undefined || id === null) continue;
    const row = typeof id === 'string' ? await anyCollectionOf(name).byId(context.store.collections, id) : null;
    if (row === null || !isVisible(context, row)) throw unknownIdProblem(member, name);
    if (owned === true && row.owner !== accountOf(context)) {
      const why = `the object of \`${member}\` belongs to another organisation`;
      throw new Problem('forbidden', '', { reason: 'not_owner', why });
    }
  }
}

/** Returns the changes of a deletion, the object itself last. @throws Problem if a reference protects it */
export async function planDeletion(
  context: AuthenticatedContext,
  resource: AirResource,
  row: AirRow,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const dependent of await findDeletedWith(context, row)) {
    for (const change of await planDeletion(context, dependent.resource, dependent.row)) changes.push(change);
  }
  for (const otherResource of RESOURCES) {
    for (const [member, { to, onDelete }] of Object.entries(otherResource.refers ?? {})) {
      if (to !== resource.name || onDelete === 'ignore') continue;
      const referring = await findReferring(context, otherResource, member, row.id);
      const [first] = referring;
      if (first !== undefined && onDelete === 'refuse') {
        const description = first.owner === accountOf(context) ? ` \`${first.id}\`` : ' of another organisation';
        const message = `The object cannot be deleted: one of \`${otherResource.name}\`${description} refers to it in \`${member}\`. Delete that one first.`;
        throw new Problem('protected', message);
      }
      for (const referringRow of referring)
        for (const change of await planDeletion(context, otherResource, referringRow)) changes.push(change);
    }
  }
  return [...changes, createRemoval(row)];
}

async function findReferring(
  { store }: Pick<AuthenticatedContext, 'store'>,
  resource: AirResource,
  member: string,
  id: string,
): Promise<readonly AirRow[]> {
  const collection = anyCollectionOf(resource.name);
  if (resource.part === member) return collection.ofParent(store.collections, id);
  const { rows } = await collection.page(store.collections, {
    account: null,
    where: [{ member: `members.${member}`, value: id }],
    search: null,
    order: { by: 'id', descending: false },
    limit: Number.MAX_SAFE_INTEGER,
    offset: 0,
  });
  return rows;
}
