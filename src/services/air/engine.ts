import type { AnyHandler, AuthenticatedContext, Lookup } from '../../contract/request.ts';
import { own } from '../../core/own.ts';
import { Problem } from '../../core/problem.ts';
import type { Change, Row } from '../../store/collections.ts';
import { NotFound } from '../../store/errors.ts';
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

/** What a request says, where members that it leaves out may be undefined. */
type Asking<Body> = { readonly [Member in keyof Body]: Body[Member] | undefined };

/** List, create, get, update and delete, as far as the table has them. */
export function plain<const Its extends Resource>(
  resource: Its,
  // Where nothing has to be said, nothing may be.
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
  // The ids are made of the table's names and actions, as those of the type are; and what is answered is made by views, whose
  // types are those of the document.
  return Object.fromEntries(its) as PlainOperations<Its>;
}

function shownAsStored<Its extends Resource>(_: AuthenticatedContext, row: RowOf<Its['name']>): ViewOf<Its> {
  // `Special` asks for a view where this is not so.
  return shown(row) as ViewOf<Its>;
}

/** Finds objects of a resource: the organisation's own, and what everybody may see. */
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

/** What is visible is not therefore the caller's to change. @throws Problem */
export function mustOwn(context: AuthenticatedContext, { owner }: Row): void {
  if (owner !== accountOf(context) && owner !== ownerOf(context, { personal: true })) throw new Problem('forbidden');
}

/** A new object, not stored yet, with what is stored beside it. */
export async function drafted<Its extends Resource>(
  context: AuthenticatedContext,
  resource: Its,
  special: Particulars<Its>,
  body: Asking<BodyOf<Its, 'create'>>,
): Promise<{ readonly row: RowOf<Its['name']>; readonly along: readonly Change[] }> {
  const { required = [], defaults = {} } = resource;
  // Required members are there, because the body is valid by the document; all others have a default.
  const members = { ...defaults, ...given(body, [...required, ...Object.keys(defaults)]) } as GivenOf<Its>;
  await checkReferences(context, resource, members);
  // `Special` asks for a completion where this is not so.
  const asGiven = { members } as Completed<Its['name']>;
  const draft = (await special.complete?.(context, members)) ?? asGiven;
  const row = newRow(context, resource, draft);
  return { row, along: [...(draft.along ?? []), ...(special.along?.(context, row) ?? [])] };
}

/** Changes what may be changed of an object, in one step with reading it. */
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
    // Of the body, which is valid by the document, the members that may be changed.
    special.change?.(context, row, members as ChangedOf<Its>) ??
    // `Special` asks for a change where this is not so.
    ({ members } as AmendmentOf<Its['name']>);
  return amended(context, resource, row, () => change);
}

/** Changes an object in one step with reading it. @throws Problem where it is gone */
export async function amended<Name extends StoredName>(
  { store, now }: Pick<AuthenticatedContext, 'store' | 'now'>,
  resource: AirResource & Named<Name>,
  { id }: Pick<Row, 'id'>,
  change: (row: RowOf<Name>) => AmendmentOf<Name>,
): Promise<RowOf<Name>> {
  try {
    return await collectionOf(resource).change(store.collections, id, (before) =>
      changedRow(before, resource, now, change(before)),
    );
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
}

function given(body: Members, names: readonly string[]): Members {
  return Object.fromEntries(names.filter((name) => own(body, name) !== undefined).map((name) => [name, body[name]]));
}

/** The object that a member names. @throws Problem naming the member where there is none for the caller */
export async function referred<Name extends StoredName>(
  context: AuthenticatedContext,
  to: Named<Name>,
  member: string,
  id: unknown,
): Promise<RowOf<Name>> {
  const row = typeof id === 'string' ? await collectionOf(to).byId(context.store.collections, id) : null;
  return visible(context, to, member, row);
}

/** @throws Problem naming the member that refers to it, where the caller may not see it */
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

/** Everything that a deletion takes with it, the object last. @throws Problem where something else needs it */
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
