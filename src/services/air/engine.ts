import type { AnyHandler, AuthenticatedContext, Lookup } from '../../contract/request.ts';
import { memberOf, objectOf, own } from '../../core/members.ts';
import { Problem } from '../../core/problem.ts';
import { type Change, isSharedWith, type Row } from '../../store/collections.ts';
import { updating } from '../../store/updating.ts';
import { lookupNameOf, operationsOf } from './actions.ts';
import { accountOf, isOperator } from './caller.ts';
import { type AmendmentOf, changedRow, newRow, ownerOf, put, removal, storedView } from './objects.ts';
import { page, type Query, seesAll } from './pages.ts';
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

interface ResourceContext<Its extends Resource, Body> extends AuthenticatedContext<RowOf<Its['name']>> {
  readonly query: Query;
  readonly body: PartialBody<Body>;
}

/** The body of a request; absent members may be undefined. */
type PartialBody<Body> = { readonly [Member in keyof Body]: Body[Member] | undefined };

/** Builds the handlers for list, create, get, update and delete that the table has. */
export function plain<const Its extends Resource>(
  resource: Its,
  // Optional if nothing in it is required.
  ...[special]: Particulars<Its> extends Special<Its> ? [Special<Its>?] : [Special<Its>]
): PlainOperations<Its> {
  const particulars: Particulars<Its> = special ?? {};
  const view = particulars.view ?? viewAsStored<Its>;
  const listView = particulars.listView ?? view;
  const handlers: Readonly<Record<PlainAction, AnyHandler>> = {
    list: (context: ResourceContext<Its, unknown>) => page(context, resource, (row) => listView(context, row)),
    create: async (context: ResourceContext<Its, BodyOf<Its, 'create'>>) => {
      const { row, along } = await draftObject(context, resource, particulars, context.body);
      await context.store.collections.commit([put(row), ...along]);
      return { status: 201, body: await view(context, row) };
    },
    get: async (context: ResourceContext<Its, unknown>) => ({ status: 200, body: await view(context, context.target) }),
    update: async (context: ResourceContext<Its, BodyOf<Its, 'update'>>) => {
      const row = await updateObject(context, resource, particulars, context.target, context.body);
      return { status: 200, body: await view(context, row) };
    },
    delete: async (context: ResourceContext<Its, unknown>) => {
      const row = context.target;
      particulars.mayRemove?.(context, row);
      await context.store.collections.commit(await deletion(context, resource, row));
      return { status: 204 };
    },
  };
  const its = operationsOf(resource).flatMap(({ id, action }) => {
    const handler = own<AnyHandler>(handlers, action);
    return handler === undefined ? [] : [[id, handler] as const];
  });
  // The type builds the same ids from the table, and the views have the types of the document.
  return objectOf<PlainOperations<Its>>(its);
}

function viewAsStored<Its extends Resource>(_: AuthenticatedContext, row: RowOf<Its['name']>): ViewOf<Its> {
  // `Special` requires a view for all other resources.
  return storedView(row) as ViewOf<Its>;
}

/** The lookups of all resources, by name. */
export function lookupsOf(resources: readonly AirResource[]): Readonly<Record<string, Lookup<AirRow>>> {
  const named = resources.flatMap((resource) => {
    const forOperators = operationsOf(resource).filter(({ orOperators }) => orOperators === true);
    return [
      [resource.name, lookupOf(resource, () => false)] as const,
      ...forOperators.map((operation) => [lookupNameOf(resource, operation), lookupOf(resource, isOperator)] as const),
    ];
  });
  return Object.fromEntries(named);
}

/**
 * Finds objects that the organisation owns, and those that are shared with it or with everybody.
 *
 * @param ownsAll whether the caller may act as the owner of every object
 */
function lookupOf(resource: AirResource, ownsAll: (context: AuthenticatedContext) => boolean): Lookup<AirRow> {
  return async (context, id) => {
    const row = await anyCollectionOf(resource).byId(context.store.collections, id);
    if (row === null) return { found: 'nothing' };
    const isOwn = row.owner === ownerOf(context, resource);
    const isSeen = isOwn || isSharedWith(row, accountOf(context)) || seesAll(context, resource);
    if (!isSeen) return { found: 'foreign', owner: row.owner };
    const relation = isOwn || ownsAll(context) ? 'owned' : 'shared';
    return { found: 'object', target: row, attributes: { relation, names: {} } };
  };
}

/** Builds a new object and the changes to commit with it, without storing them. */
export async function draftObject<Its extends Resource>(
  context: AuthenticatedContext,
  resource: Its,
  special: Particulars<Its>,
  body: PartialBody<BodyOf<Its, 'create'>>,
): Promise<{ readonly row: RowOf<Its['name']>; readonly along: readonly Change[] }> {
  const { required = [], defaults = {} } = resource;
  // The document validates the body, so required members are present; all others have a default.
  const members = { ...defaults, ...pickGiven(body, [...required, ...Object.keys(defaults)]) } as GivenOf<Its>;
  await checkReferences(context, resource, members);
  // `Special` requires `complete` for all other resources.
  const asGiven = { members } as Completed<Its['name']>;
  const draft = (await special.complete?.(context, members)) ?? asGiven;
  reportContradicted(context, resource, body, draft.hidden ?? {});
  const row = newRow(context, resource, draft);
  return { row, along: [...(draft.along ?? []), ...(special.along?.(context, row) ?? [])] };
}

/** The SDK sends along what other members say, such as the simulation of a node's interface. Nothing depends on it. */
function reportContradicted(
  { findings, now }: AuthenticatedContext,
  { name, hidden: names = [] }: AirResource,
  body: Members,
  hidden: Members,
): void {
  for (const member of names) {
    const [given, actual] = [own(body, member), own(hidden, member)];
    if (given === undefined || actual === undefined || [actual].flat().includes(given)) continue;
    const message = `One of \`${name}\` was created with a \`${member}\` that contradicts its other fields. It was ignored: the object has the \`${member}\` that they name, \`${[actual].flat().join('`, `')}\`.`;
    findings.report('ignored_field', message, now);
  }
}

/** Changes the changeable members of an object. */
async function updateObject<Its extends Resource>(
  context: AuthenticatedContext,
  resource: Its,
  special: Particulars<Its>,
  row: RowOf<Its['name']>,
  body: PartialBody<BodyOf<Its, 'update'>>,
): Promise<RowOf<Its['name']>> {
  const { required = [], defaults = {}, fixed = [] } = resource;
  const changeable = [...required, ...Object.keys(defaults)].filter((member) => !fixed.includes(member));
  const members = pickGiven(body, changeable);
  await checkReferences(context, resource, members);
  const change =
    // The document validates the body.
    (await special.change?.(context, row, members as ChangedOf<Its>)) ??
    // `Special` requires `change` for all other resources.
    ({ members } as AmendmentOf<Its['name']>);
  return amend(context, resource, row, () => change);
}

/**
 * Reads and changes an object in one transaction.
 *
 * @param change may be called again, and `along` too, if the object has changed meanwhile
 * @param along changes of the same transaction
 * @throws Problem if the object no longer exists
 */
export function amend<Name extends StoredName>(
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

function pickGiven(body: Members, names: readonly string[]): Members {
  return Object.fromEntries(names.filter((name) => own(body, name) !== undefined).map((name) => [name, body[name]]));
}

/** Reads the object that a member names. @throws Problem with the member, unless the caller may see the object */
export async function resolveReference<Name extends StoredName>(
  context: AuthenticatedContext,
  to: Named<Name>,
  member: string,
  id: unknown,
): Promise<RowOf<Name>> {
  const row = typeof id === 'string' ? await collectionOf(to).byId(context.store.collections, id) : null;
  return visible(context, to, member, row);
}

/** @throws Problem with the member that names the object, unless the caller may see it */
function visible<Its extends AirRow>(
  context: AuthenticatedContext,
  { name }: Named<string>,
  member: string,
  row: Its | null,
): Its {
  if (row !== null && (row.owner === accountOf(context) || isSharedWith(row, accountOf(context)))) return row;
  throw new Problem('invalid_request', `Field \`${member}\` names an unknown id of \`${name}\`.`);
}

async function checkReferences(
  context: AuthenticatedContext,
  { refers = {} }: AirResource,
  members: Members,
): Promise<void> {
  for (const [member, { to: name, owned }] of Object.entries(refers)) {
    const id = member.split('.').reduce(memberOf, members);
    if (id === undefined || id === null) continue;
    const to = { name };
    const row = typeof id === 'string' ? await anyCollectionOf(to).byId(context.store.collections, id) : null;
    const { owner } = visible(context, to, member, row);
    if (owned === true && owner !== accountOf(context)) {
      const why = `the object that \`${member}\` names belongs to another organisation`;
      throw new Problem('forbidden', '', { reason: 'not_owner', why });
    }
  }
}

/** The changes of a deletion, the object itself last. @throws Problem if another object refuses it */
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
        const message = `The object cannot be deleted: one of \`${other.name}\`${which} refers to it by \`${member}\`.`;
        throw new Problem('protected', message);
      }
      for (const one of referring) changes.push(...(await deletion(context, other, one)));
    }
  }
  return [...changes, removal(row)];
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
