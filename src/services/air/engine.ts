import type { Context, Handler, Lookup } from '../../contract/request.ts';
import { own } from '../../core/own.ts';
import { Problem } from '../../core/problem.ts';
import type { Change, Row } from '../../store/collections.ts';
import { NotFound } from '../../store/errors.ts';
import { operationsOf } from './actions.ts';
import { accountOf } from './caller.ts';
import {
  type AirRow,
  changedRow,
  collectionOf,
  type Draft,
  EVERYBODY,
  type Members,
  newRow,
  ownerOf,
  put,
  removed,
  shown,
} from './objects.ts';
import { page } from './pages.ts';
import { alongWith } from './removals.ts';
import { type AirResource, RESOURCES } from './tables/index.ts';

type View = Readonly<Record<string, unknown>>;

/** What is special about a resource. Everything else is read off its table. */
export interface Special {
  /** An object that is made, with what the request does not say. @throws Problem */
  readonly complete?: (context: Context, members: Members) => Draft | Promise<Draft>;
  /** A change, as far as it may be made. @throws Problem */
  readonly change?: (context: Context, row: AirRow, members: Members) => Partial<Draft> | Promise<Partial<Draft>>;
  /** An object as the caller sees it. */
  readonly view?: (context: Context, row: AirRow) => View | Promise<View>;
  /** As `view`, in a list. */
  readonly listed?: (context: Context, row: AirRow) => View | Promise<View>;
  /** Whose object may be changed? Default: the caller's own. @throws Problem */
  readonly mustManage?: (context: Context, row: AirRow) => void;
  /** May it be deleted? @throws Problem */
  readonly mayRemove?: (context: Context, row: AirRow) => void;
  /** What happens with a new object at the same moment. */
  readonly along?: (context: Context, row: AirRow) => readonly Change[];
}

/** List, create, get, update and delete, as far as the table has them. */
export function plain(resource: AirResource, special: Special = {}): Record<string, Handler> {
  const view = special.view ?? ((_: Context, row: AirRow) => shown(row));
  const listed = special.listed ?? view;

  const handlers: Record<string, Handler> = {
    list: (context) => page(context, resource, (row) => listed(context, row)),
    create: async (context) => {
      const row = await created(context, resource, special, context.body as Members);
      return { status: 201, body: await view(context, row) };
    },
    get: async (context) => ({ status: 200, body: await view(context, targetOf(context)) }),
    update: async (context) => {
      const row = await updated(context, resource, special, targetOf(context), context.body as Members);
      return { status: 200, body: await view(context, row) };
    },
    delete: async (context) => {
      const row = targetOf(context);
      (special.mustManage ?? mustOwn)(context, row);
      special.mayRemove?.(context, row);
      await context.store.collections.commit(await deletion(context, resource, row));
      return { status: 204 };
    },
  };
  const own = operationsOf(resource).flatMap(({ id, action }) => {
    const handler = handlers[action];
    return handler === undefined ? [] : [[id, handler] as const];
  });
  return Object.fromEntries(own);
}

/** Finds objects of a resource: the organisation's own, and what everybody may see. */
export function lookupOf(resource: AirResource): Lookup {
  return async (context, id) => {
    const row = await context.store.collections.byId(collectionOf(resource), id);
    if (row === null) return { seen: 'nothing' };
    const isOwn = row.owner === ownerOf(context, resource);
    if (!isOwn && !isShared(context, row)) return { seen: 'foreign', owner: row.owner };
    const relation = isOwn ? 'owned' : 'shared';
    return { seen: 'object', target: row, reach: { relation, names: {} } };
  };
}

function isShared(context: Context, { sharedWith }: Row): boolean {
  return sharedWith.includes(EVERYBODY) || sharedWith.includes(accountOf(context));
}

export function targetOf({ target }: Context): AirRow {
  return target as AirRow;
}

/** What is visible is not therefore the caller's to change. @throws Problem */
export function mustOwn(context: Context, { owner }: Row): void {
  if (owner !== accountOf(context) && owner !== ownerOf(context, { personal: true })) throw new Problem('forbidden');
}

/** Makes an object, and stores it with whatever comes along. */
export async function created(
  context: Context,
  resource: AirResource,
  special: Special,
  body: Members,
): Promise<AirRow> {
  const { row, along } = await drafted(context, resource, special, body);
  await context.store.collections.commit([put(row), ...along]);
  return row;
}

/** A new object, not stored yet, with what is stored beside it. */
export async function drafted(
  context: Context,
  resource: AirResource,
  special: Special,
  body: Members,
): Promise<{ readonly row: AirRow; readonly along: readonly Change[] }> {
  const { required = [], defaults = {} } = resource;
  const members = { ...defaults, ...given(body, [...required, ...Object.keys(defaults)]) };
  await checkReferences(context, resource, members);
  const { along = [], ...draft } = (await special.complete?.(context, members)) ?? { members };
  const row = newRow(context, resource, draft);
  return { row, along: [...along, ...(special.along?.(context, row) ?? [])] };
}

/** Changes what may be changed of an object, in one step with reading it. */
export async function updated(
  context: Context,
  resource: AirResource,
  special: Special,
  row: AirRow,
  body: Members,
): Promise<AirRow> {
  (special.mustManage ?? mustOwn)(context, row);
  const { required = [], defaults = {}, fixed = [] } = resource;
  const changeable = [...required, ...Object.keys(defaults)].filter((member) => !fixed.includes(member));
  const members = given(body, changeable);
  await checkReferences(context, resource, members);
  const change = (await special.change?.(context, row, members)) ?? { members };
  return amended(context, resource, row, () => change);
}

/** Changes an object in one step with reading it. @throws Problem where it is gone */
export async function amended(
  context: Context,
  resource: AirResource,
  { id }: Pick<Row, 'id'>,
  change: (row: AirRow) => Partial<Draft>,
): Promise<AirRow> {
  const { store, now } = context;
  try {
    const row = await store.collections.change(collectionOf(resource), id, (before) =>
      changedRow(before as AirRow, resource, now, change(before as AirRow)),
    );
    return row as AirRow;
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
}

function given(body: Members, names: readonly string[]): Members {
  return Object.fromEntries(names.filter((name) => own(body, name) !== undefined).map((name) => [name, body[name]]));
}

/** The object that a member names. @throws Problem naming the member where there is none for the caller */
export async function referred(context: Context, to: string, member: string, id: unknown): Promise<AirRow> {
  const row = typeof id === 'string' ? await context.store.collections.byId(`air.${to}`, id) : null;
  if (row !== null && (row.owner === accountOf(context) || isShared(context, row))) return row as AirRow;
  throw new Problem('invalid_request', `Field \`${member}\`: there is no object of \`${to}\` with this id.`);
}

async function checkReferences(context: Context, { refers = {} }: AirResource, members: Members): Promise<void> {
  for (const [member, { to }] of Object.entries(refers)) {
    const id = members[member];
    if (id !== undefined && id !== null) await referred(context, to, member, id);
  }
}

/** Everything that a deletion takes with it, the object last. @throws Problem where something else needs it */
export async function deletion(context: Context, resource: AirResource, row: AirRow): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const along of await alongWith(context, resource, row)) {
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
  context: Context,
  resource: AirResource,
  member: string,
  id: string,
): Promise<readonly AirRow[]> {
  const { collections } = context.store;
  if (resource.part === member) return (await collections.ofParent(collectionOf(resource), id)) as readonly AirRow[];
  const { rows } = await collections.page({
    collection: collectionOf(resource),
    account: null,
    where: [{ member: `members.${member}`, value: id }],
    search: null,
    order: { by: 'id', descending: false },
    limit: Number.MAX_SAFE_INTEGER,
    offset: 0,
  });
  return rows as readonly AirRow[];
}
