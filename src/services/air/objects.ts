import type { AuthenticatedContext } from '../../contract/request.ts';
import { type Instant, rfc3339 } from '../../lib/clock.ts';
import type { Change, Revision, Row } from '../../store/row.ts';
import { accountOf } from './caller.ts';
import {
  anyCollectionOf,
  type HiddenOf,
  type Members,
  type MembersOf,
  type RowOf,
  type StoredName,
  type Table,
  type Times,
} from './stored.ts';
import type { AirResource } from './tables/index.ts';

/** The columns of a row besides its members. */
interface Placement {
  /** Default: the member that the table calls `part`. */
  readonly parent?: string;
  /** Accounts that may see it; `*` stands for all. */
  readonly sharedWith?: readonly string[];
  /** When its state next changes with the clock. */
  readonly dueAt?: Instant;
}

/** An object before it is stored. `hidden` is optional if it can be empty. */
export type DraftOf<Name extends StoredName> = Placement & { readonly members: MembersOf<Name> } & (Record<
    string,
    never
  > extends HiddenOf<Name>
    ? { readonly hidden?: HiddenOf<Name> }
    : { readonly hidden: HiddenOf<Name> });

/** Changes to an object. Absent members stay unchanged. */
export interface AmendmentOf<Name extends StoredName> extends Placement {
  readonly members?: Partial<MembersOf<Name>>;
  readonly hidden?: Partial<HiddenOf<Name>>;
}

/** Builds a row, with everything that is derived from the members. @param identity with the revision to replace, if any */
export function createRow<Name extends StoredName>(
  table: Table<Name>,
  identity: { readonly id: string; readonly owner: string; readonly revision?: Revision },
  times: Times,
  draft: DraftOf<NoInfer<Name>>,
): RowOf<Name> {
  const { parent, sharedWith = [], dueAt } = draft;
  const { members, hidden = {} }: { readonly members: Members; readonly hidden?: Members } = draft;
  const parentId = table.part === undefined ? undefined : members[table.part];
  const row = anyCollectionOf(table.name).row({
    ...identity,
    parent: parent ?? (typeof parentId === 'string' ? parentId : null),
    sharedWith,
    dueAt: dueAt ?? null,
    body: { ...times, members, hidden },
    facets: {
      name: String(members['name'] ?? ''),
      state: typeof members['state'] === 'string' ? members['state'] : null,
      createdAt: times.created,
      modifiedAt: times.modified,
    },
  });
  // Safe cast: the row has the members of the draft.
  return row as RowOf<Name>;
}

/** Returns the owner of the caller's objects: the organisation, or the caller if the resource is personal. */
export function ownerOf(context: AuthenticatedContext, { personal }: AirResource): string {
  const { user, id } = context.caller.principal;
  return personal === true ? `${accountOf(context)}/${user ?? id}` : accountOf(context);
}

export function createOwnedRow<Name extends StoredName>(
  context: AuthenticatedContext,
  table: Table<Name>,
  draft: DraftOf<NoInfer<Name>>,
  id = context.random.uuid(),
): RowOf<Name> {
  const { now } = context;
  return createRow(table, { id, owner: ownerOf(context, table) }, { created: now, modified: now }, draft);
}

export function changeRow<Name extends StoredName>(
  row: RowOf<NoInfer<Name>>,
  table: Table<Name>,
  now: Instant,
  change: AmendmentOf<NoInfer<Name>>,
): RowOf<Name> {
  const { id, owner, revision } = row;
  const { created, members, hidden } = row.body;
  const dueAt = change.dueAt ?? row.dueAt ?? undefined;
  return createRow(
    table,
    { id, owner, revision },
    { created, modified: now },
    {
      members: { ...members, ...change.members },
      hidden: { ...hidden, ...change.hidden },
      ...(row.parent !== null && { parent: row.parent }),
      sharedWith: change.sharedWith ?? row.sharedWith,
      ...(dueAt !== undefined && { dueAt }),
    },
  );
}

export function renderStored<Stored extends Members>({
  id,
  body: { created, modified, members },
}: {
  readonly id: string;
  readonly body: Times & { readonly members: Stored };
}) {
  // `{ ...members, id }` is many times slower in V8.
  return Object.assign({}, members, { id, created: rfc3339(created), modified: rfc3339(modified) });
}

export function createPut(row: Row): Change {
  return { kind: 'put', row };
}

export function createRemoval({ collection, id }: Row): Change {
  return { kind: 'remove', collection, id };
}
