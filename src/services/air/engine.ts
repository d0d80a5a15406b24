import type { AnyHandler, AuthenticatedContext, Lookup } from '../../contract/request.ts';
import { own } from '../../core/own.ts';
import { Problem } from '../../core/problem.ts';
import type { Change, Row } from '../../store/collections.ts';
import { updating } from '../../store/updating.ts';
import { operationsOf } from './actions.ts';
import { accountOf } from './caller.ts';
import { type AmendmentOf, changedRow, EVERYBODY, newRow, ownerOf, put, removed, shown } from './objects.ts';
import { page, type Query } from './pages.ts';
import { alongWith } from './removals.ts';
import type { BodyOf, ChangedOf, GivenOf, PlainAction, PlainOperations, Resource, ViewOf } from './resource-types.ts';
import type { Completed, Particulars, Special } from './special.ts';
import {
  type AirRow,
  anyCollectionOf,
  collectionOf,
  type Members,
  type Named,
  type RowOf,
  type StoredName,
} from './stored.ts';
import { type AirResource, RESOURCES } from './tables/index.ts';

/** A request about a resource, as the engine sees it. */
interface Acting<Its extends Resource, Body> extends AuthenticatedContext<RowOf<Its['name']>> {
  readonly query: Query;
  readonly body: Asking<Body>;
}

/** The body of a request; members that it leaves out may be undefined. */
type Asking<Body> = { readonly [Member in keyof Body]: Body[Member] | undefined };

/** Handlers for list, create, get, update and delete: those that the table has. */
export function plain<const Its extends Resource>(
  resource: Its,
  // Optional if nothing in it is required.
  ...[special]: Particulars<Its> extends Special<Its> ? [Special<Its>?] : [Special<Its>]
): PlainOperations<Its> {
  const particulars: Particulars<Its> = special ?? {};
  const view = particulars.view ?? shownAsStored<Its>;
  const listed = particulars.listed ?? view;
  const handlers: Readonly<Record<PlainAction, AnyHandler>> = {
    list: (context: Acting<Its, unknown>) => page(context, resource, (row) => listed(context, row)),
    create: async (context: Acting<Its, BodyOf<Its, 'create'>>) => {
      const { row, along } = await drafted(context, resource, particulars, context.body);
      await context.store.collections.commit([put(row), ...along]);
      return { status: 201, body: await view(context, row) };
    },
    get: async (context: Acting<Its, unknown>) => ({ status: 200, body: await view(context, context.target) }),
    update: async (context: Acting<Its, BodyOf<Its, 'update'>>) => {
      const row = await updated(context, resource, particulars, context.target, context.body);
      return { status: 200, body: await view(context, row) };
    },
    delete: async (context: Acting<Its, unknown>) => {
      const row = context.target;
      (particulars.mustManage ?? mustOwn)(context, row);
      particulars.mayRemove?.(context, row);
      await context.store.collections.commit(await deletion(context, resource, row));
      return { status: 204 };
    },
  };
  const its = operationsOf(resource).flatMap(({ id, action }) => {
    const handler = own<AnyHandler>(handlers, action);
    return handler === undefined ? [] : [[id, handler] as const];
  });
  // The ids are built from the table's names and actions, as in the type; and the answers are built by views, whose types
  // are those of the document.
  return Object.fromEntries(its) as PlainOperations<Its>;
}

function shownAsStored<Its extends Resource>(_: AuthenticatedContext, row: RowOf<Its['name']>): ViewOf<Its> {
  // `Special` requires a view where this does not hold.
  return shown(row) as ViewOf<Its>;
}

/** Finds objects of a resource: the organisation's own, and those shared with it or with everybody. */
export function lookupOf(resource: AirResource): Lookup<AirRow> {
  return async (context, id) => {
    const row = await anyCollectionOf(resource).byId(context.store.collections, id);
    if (row === null) return { seen: 'nothing' };
    const isOwn = row.owner === ownerOf(context, resource);
    if (!isOwn && !isShared(context, row)) return { seen: 'foreign', owner: row.owner };
    const relation = isOwn ? 'owned' : 'shared';
    return { seen: 'object', target: row, reach: { relation, names: {} } };
  };
}

function isShared(context: AuthenticatedContext, { sharedWith }: Row): boolean {
  return sharedWith.includes(EVERYBODY) || sharedWith.includes(accountOf(context));
}

/** An object that the caller can see is not always one that it may change. @throws Problem */
export function mustOwn(context: AuthenticatedContext, { owner }: Row): void {
  if (owner !== accountOf(context) && owner !== ownerOf(context, { personal: true })) throw new Problem('forbidden');
}

/** A new object, not stored yet, and what is to be stored with it. */
export async function drafted<Its extends Resource>(
  context: AuthenticatedContext,
  resource: Its,
  special: Particulars<Its>,
  body: Asking<BodyOf<Its, 'create'>>,
): Promise<{ readonly row: RowOf<Its['name']>; readonly along: readonly Change[] }> {
  const { required = [], defaults = {} } = resource;
  // Required members are present because the document validates the body; all others have a default.
  const members = { ...defaults, ...given(body, [...required, ...Object.keys(defaults)]) } as GivenOf<Its>;
  await checkReferences(context, resource, members);
  // `Special` requires a completion where this does not hold.
  const asGiven = { members } as Completed<Its['name']>;
  const draft = (await special.complete?.(context, members)) ?? asGiven;
  const row = newRow(context, resource, draft);
  return { row, along: [...(draft.along ?? []), ...(special.along?.(context, row) ?? [])] };
}

/** Reads an object and changes its changeable members, in one step. */
async function updated<Its extends Resource>(
  context: AuthenticatedContext,
  resource: Its,
  special: Particulars<Its>,
  row: RowOf<Its['name']>,
  body: Asking<BodyOf<Its, 'update'>>,
): Promise<RowOf<Its['name']>> {
  (special.mustManage ?? mustOwn)(context, row);
  const { required = [], defaults = {}, fixed = [] } = resource;
  const changeable = [...required, ...Object.keys(defaults)].filter((member) => !fixed.includes(member));
  const members = given(body, changeable);
  await checkReferences(context, resource, members);
  const change =
    // The changeable members of the body, which the document validates.
    special.change?.(context, row, members as ChangedOf<Its>) ??
    // `Special` requires a change where this does not hold.
    ({ members } as AmendmentOf<Its['name']>);
  return amended(context, resource, row, () => change);
}

/**
 * Reads and changes an object in one step.
 *
 * @param change may be called again, and `along` with it, if something has changed meanwhile
 * @param along what is changed with it: all of it, or nothing
 * @throws Problem if it no longer exists
 */
export function amended<Name extends StoredName>(
  { store, now }: Pick<AuthenticatedContext, 'store' | 'now'>,
  resource: AirResource & Named<Name>,
  { id }: Pick<Row, 'id'>,
  change: (row: RowOf<Name>) => AmendmentOf<Name>,
  along: () => readonly Change[] | Promise<readonly Change[]> = () => [],
): Promise<RowOf<Name>> {
  const { collections } = store;
  return updating(collections, async () => {
    const before = await collectionOf(resource).byId(collections, id);
    if (before === null) throw new Problem('not_found');
    const after = changedRow(before, resource, now, change(before));
    const revision = await collections.commit([put(after), ...(await along())]);
    return { ...after, revision };
  });
}

function given(body: Members, names: readonly string[]): Members {
  return Object.fromEntries(names.filter((name) => own(body, name) !== undefined).map((name) => [name, body[name]]));
}

/** The object that a member names. @throws Problem naming the member if the caller can see no such object */
export async function referred<Name extends StoredName>(
  context: AuthenticatedContext,
  to: Named<Name>,
  member: string,
  id: unknown,
): Promise<RowOf<Name>> {
  const row = typeof id === 'string' ? await collectionOf(to).byId(context.store.collections, id) : null;
  return visible(context, to, member, row);
}

/** @throws Problem naming the member that refers to the object if the caller may not see it */
function visible<Its extends AirRow>(
  context: AuthenticatedContext,
  { name }: Named<string>,
  member: string,
  row: Its | null,
): Its {
  if (row !== null && (row.owner === accountOf(context) || isShared(context, row))) return row;
  throw new Problem('invalid_request', `Field \`${member}\`: there is no object of \`${name}\` with this id.`);
}

async function checkReferences(
  context: AuthenticatedContext,
  { refers = {} }: AirResource,
  members: Members,
): Promise<void> {
  for (const [member, { to: name }] of Object.entries(refers)) {
    const id = members[member];
    if (id === undefined || id === null) continue;
    const to = { name };
    const row = typeof id === 'string' ? await anyCollectionOf(to).byId(context.store.collections, id) : null;
    visible(context, to, member, row);
  }
}

/** Everything that a deletion removes, the object itself last. @throws Problem if something else needs it */
export async function deletion(
  context: AuthenticatedContext,
  resource: AirResource,
  row: AirRow,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const along of await alongWith(context, row)) {
    changes.push(...(await deletion(context, along.resource, along.row)));
  }
  for (const other of RESOURCES) {
    for (const [member, { to, onDelete }] of Object.entries(other.refers ?? {})) {
      if (to !== resource.name || onDelete === 'ignore') continue;
      const referring = await referringTo(context, other, member, row.id);
      const [first] = referring;
      if (first !== undefined && onDelete === 'refuse') {
        const which = first.owner === accountOf(context) ? ` \`${first.id}\`` : ' of another organisation';
        const message = `It cannot be deleted: one of \`${other.name}\`${which} refers to it by \`${member}\`.`;
        throw new Problem('protected', message);
      }
      for (const one of referring) changes.push(...(await deletion(context, other, one)));
    }
  }
  return [...changes, removed(row)];
}

async function referringTo(
  { store }: Pick<AuthenticatedContext, 'store'>,
  resource: AirResource,
  member: string,
  id: string,
): Promise<readonly AirRow[]> {
  const collection = anyCollectionOf(resource);
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
