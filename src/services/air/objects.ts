import type { Context } from '../../contract/request.ts';
import { type Instant, rfc3339 } from '../../core/clock.ts';
import type { Change, Row } from '../../store/collections.ts';
import { accountOf, callerOf } from './caller.ts';
import type { AirResource } from './tables/index.ts';

/** Members of an object, as requests and answers have them. */
export type Members = Readonly<Record<string, unknown>>;

/** What is stored of an object. */
export interface AirBody {
  readonly created: Instant;
  readonly modified: Instant;
  readonly members: Members;
  /** What no answer shows: where it belongs, and how it came to be as it is. */
  readonly hidden: Members;
}

export interface AirRow extends Row {
  readonly body: AirBody;
}

/** An object that is not stored yet. */
export interface Draft {
  readonly members: Members;
  readonly hidden?: Members;
  /** Default: what the member says that the resource is a part by. */
  readonly parent?: string;
  /** Accounts that may see it; `*` for everybody. */
  readonly sharedWith?: readonly string[];
  /** When it next changes by itself. */
  readonly dueAt?: Instant;
  /** What is stored with it at the same moment. */
  readonly along?: readonly Change[];
}

/** The account that stands for everybody. */
export const EVERYBODY = '*';

export function collectionOf({ name }: Pick<AirResource, 'name'>): string {
  return `air.${name}`;
}

/** The row of an object. */
export function airRow(
  resource: AirResource,
  place: { readonly id: string; readonly owner: string },
  times: Pick<AirBody, 'created' | 'modified'>,
  { members, hidden = {}, parent, sharedWith = [], dueAt }: Draft,
): AirRow {
  const { created, modified } = times;
  const part = resource.part === undefined ? undefined : members[resource.part];
  return {
    collection: collectionOf(resource),
    ...place,
    parent: parent ?? (typeof part === 'string' ? part : null),
    alias: null,
    sharedWith,
    dueAt: dueAt ?? null,
    body: { created, modified, members, hidden },
    facets: {
      name: String(members['name'] ?? ''),
      state: typeof members['state'] === 'string' ? members['state'] : null,
      createdAt: created,
      modifiedAt: modified,
      text: (resource.search ?? []).map((member) => String(members[member] ?? '')).join('\n'),
    },
  };
}

/** Whose an object is: the organisation's, or of what belongs to persons, that of who asks. */
export function ownerOf(context: Context, { personal }: Pick<AirResource, 'personal'>): string {
  const { user, id } = callerOf(context).principal;
  return personal === true ? `${accountOf(context)}/${user ?? id}` : accountOf(context);
}

/** A new object of the caller's. */
export function newRow(context: Context, resource: AirResource, draft: Draft, id = context.random.uuid()): AirRow {
  const { now } = context;
  return airRow(resource, { id, owner: ownerOf(context, resource) }, { created: now, modified: now }, draft);
}

/** The same object with other members. What is not given stays. */
export function changedRow(row: AirRow, resource: AirResource, now: Instant, change: Partial<Draft>): AirRow {
  const { id, owner, body } = row;
  const { created, members, hidden } = body;
  const dueAt = change.dueAt ?? row.dueAt ?? undefined;
  return airRow(
    resource,
    { id, owner },
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

/** An object as an answer shows it. */
export function shown({ id, body: { created, modified, members } }: AirRow): Record<string, unknown> {
  return { ...members, id, created: rfc3339(created), modified: rfc3339(modified) };
}

export function put(row: AirRow): Change {
  return { kind: 'put', row };
}

export function removed({ collection, id }: Row): Change {
  return { kind: 'remove', collection, id };
}
