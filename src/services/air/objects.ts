import type { AuthenticatedContext } from '../../contract/request.ts';
import { type Instant, rfc3339 } from '../../core/clock.ts';
import type { Change, Revision, Row } from '../../store/collections.ts';
import { accountOf } from './caller.ts';
import {
  type AirBody,
  type AirRow,
  anyCollectionOf,
  type HiddenOf,
  type Members,
  type MembersOf,
  type Named,
  type RowOf,
  type StoredName,
} from './stored.ts';
import type { AirResource } from './tables/index.ts';

/** The part of a resource's table that is needed to make its rows. */
type Made = Pick<AirResource, 'name' | 'part' | 'personal' | 'search'>;

/** An object that is not stored yet. */
export interface Draft<Its extends Members = Members, Hidden extends Members = Members> {
  readonly members: Its;
  readonly hidden?: Hidden;
  /** Default: the value of the member that `part` names in the resource's table. */
  readonly parent?: string;
  /** Accounts that may see it; `*` means everybody. */
  readonly sharedWith?: readonly string[];
  /** When it next changes by itself. */
  readonly dueAt?: Instant;
}

/** A draft of a given resource: `hidden` may be left out only if it may be empty. */
export type DraftOf<Name extends StoredName> = Draft<MembersOf<Name>, HiddenOf<Name>> &
  (Record<string, never> extends HiddenOf<Name> ? unknown : { readonly hidden: HiddenOf<Name> });

/** Changes to an object. What is not given stays as it is. */
type Amendment<Its extends Members = Members, Hidden extends Members = Members> = Omit<
  Partial<Draft>,
  'members' | 'hidden'
> & { readonly members?: Partial<Its>; readonly hidden?: Partial<Hidden> };

export type AmendmentOf<Name extends StoredName> = Amendment<MembersOf<Name>, HiddenOf<Name>>;

/** The account that stands for everybody. */
export const EVERYBODY = '*';

interface Place {
  readonly id: string;
  readonly owner: string;
  /** Of the row that it replaces. */
  readonly revision?: Revision;
}

type Times = Pick<AirBody, 'created' | 'modified'>;

/** The row of an object. */
export function airRow<Name extends StoredName>(
  resource: Made & Named<Name>,
  place: Place,
  times: Times,
  draft: DraftOf<NoInfer<Name>>,
): RowOf<Name>;
// The row has the members of the draft, so it is a row of the resource; the table's members are looked up by name.
export function airRow(resource: Made, place: Place, times: Times, draft: Draft): AirRow {
  const { members, hidden = {}, parent, sharedWith = [], dueAt } = draft;
  const part = resource.part === undefined ? undefined : members[resource.part];
  return anyCollectionOf(resource).row({
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
      text: (resource.search ?? []).map((member) => String(members[member] ?? '')).join('\n'),
    },
  });
}

/** Who owns an object: the organisation, or the caller if objects of the resource belong to persons. */
export function ownerOf(
  context: Pick<AuthenticatedContext, 'caller'>,
  { personal }: Pick<AirResource, 'personal'>,
): string {
  const { user, id } = context.caller.principal;
  return personal === true ? `${accountOf(context)}/${user ?? id}` : accountOf(context);
}

type Making = Pick<AuthenticatedContext, 'caller' | 'now' | 'random'>;

/** A new object owned by the caller. */
export function newRow<Name extends StoredName>(
  context: Making,
  resource: Made & Named<Name>,
  draft: DraftOf<NoInfer<Name>>,
  id = context.random.uuid(),
): RowOf<Name> {
  const { now } = context;
  return airRow(resource, { id, owner: ownerOf(context, resource) }, { created: now, modified: now }, draft);
}

/** The same object with changed members. What is not given stays as it is. */
export function changedRow<Name extends StoredName>(
  row: RowOf<NoInfer<Name>>,
  resource: Made & Named<Name>,
  now: Instant,
  change: AmendmentOf<NoInfer<Name>>,
): RowOf<Name> {
  const { id, owner, revision, body } = row;
  const { created, members, hidden } = body;
  const dueAt = change.dueAt ?? row.dueAt ?? undefined;
  return airRow(
    resource,
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

/** The stored part of an object as an answer shows it. */
export function shown<Its extends Members>({ id, body: { created, modified, members } }: AirRow<Its>) {
  return { ...members, id, created: rfc3339(created), modified: rfc3339(modified) };
}

export function put(row: Row): Change {
  return { kind: 'put', row };
}

export function removed({ collection, id }: Row): Change {
  return { kind: 'remove', collection, id };
}
