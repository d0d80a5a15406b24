import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change, Revision, Row } from '../../store/collections.ts';
import { type Instant, rfc3339 } from '../../time/clock.ts';
import { accountOf } from './caller.ts';
import {
  type AirRow,
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

/** Placement of a new object. */
interface Placement {
  /** Default: the value of the table's `part` member. */
  readonly parent?: string;
  /** Accounts that may see it; `*` is everyone. */
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

interface Placed {
  readonly id: string;
  readonly owner: string;
  /** Revision of the replaced row. */
  readonly revision?: Revision;
}

export function airRow<Name extends StoredName>(
  table: Table<Name>,
  place: Placed,
  times: Times,
  draft: DraftOf<NoInfer<Name>>,
): RowOf<Name>;
// Safe overload: the row has the members of the draft.
export function airRow(
  table: Table,
  place: Placed,
  times: Times,
  draft: Placement & { readonly members: Members; readonly hidden?: Members },
): AirRow {
  const { members, hidden = {}, parent, sharedWith = [], dueAt } = draft;
  const part = table.part === undefined ? undefined : members[table.part];
  return anyCollectionOf(table.name).row({
    ...place,
    parent: parent ?? (typeof part === 'string' ? part : null),
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
}

/** Returns the owner of a new object: the organisation or, for personal resources, the caller. */
export function ownerOf(
  context: Pick<AuthenticatedContext, 'caller'>,
  { personal }: Pick<AirResource, 'personal'>,
): string {
  const { user, id } = context.caller.principal;
  return personal === true ? `${accountOf(context)}/${user ?? id}` : accountOf(context);
}

type RowContext = Pick<AuthenticatedContext, 'caller' | 'now' | 'random'>;

/** Builds a new object with the caller as owner. */
export function newRow<Name extends StoredName>(
  context: RowContext,
  table: Table<Name>,
  draft: DraftOf<NoInfer<Name>>,
  id = context.random.uuid(),
): RowOf<Name> {
  const { now } = context;
  return airRow(table, { id, owner: ownerOf(context, table) }, { created: now, modified: now }, draft);
}

/** Builds a row with changed members. Absent members stay unchanged. */
export function changedRow<Name extends StoredName>(
  row: RowOf<NoInfer<Name>>,
  table: Table<Name>,
  now: Instant,
  change: AmendmentOf<NoInfer<Name>>,
): RowOf<Name> {
  const { id, owner, revision, body } = row;
  const { created, members, hidden } = body;
  const dueAt = change.dueAt ?? row.dueAt ?? undefined;
  return airRow(
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

/** Renders the stored members of an object. */
export function storedView<Its extends Members>({
  id,
  body: { created, modified, members },
}: {
  readonly id: string;
  readonly body: Times & { readonly members: Its };
}) {
  // `{ ...members, id }` is many times slower in V8.
  return Object.assign({}, members, { id, created: rfc3339(created), modified: rfc3339(modified) });
}

export function put(row: Row): Change {
  return { kind: 'put', row };
}

export function removal({ collection, id }: Row): Change {
  return { kind: 'remove', collection, id };
}
