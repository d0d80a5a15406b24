import type { Row } from '../collections.ts';

/** A large number, which the driver returns as a string, except in JSON. */
type Large = string | number;

/** A row as the database stores it. */
export interface StoredRow {
  readonly seq: Large;
  readonly collection: string;
  readonly id: string;
  readonly owner: string;
  readonly parent: string | null;
  readonly aliases: readonly string[];
  readonly labels: readonly string[];
  readonly shared: readonly string[];
  readonly due_at: Large | null;
  /** JSON. */
  readonly body: string;
  readonly revision: Large;
  readonly used_at: Large | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly created_at: Large | null;
  readonly modified_at: Large | null;
}

export const OBJECT_COLUMNS = `o.seq, o.collection, o.id, o.owner, o.parent, o.aliases, o.labels, o.shared, o.due_at, o.body,
  o.revision, o.used_at, o.name, o.state, o.created_at, o.modified_at`;

export function rowOf(stored: StoredRow): Row {
  const { collection, id, owner, parent, aliases, labels, shared, name, state, created_at, modified_at } = stored;
  const hasFacets = name !== null && created_at !== null && modified_at !== null;
  const row = {
    collection,
    id,
    owner,
    parent,
    aliases,
    labels,
    sharedWith: shared,
    dueAt: numberOf(stored.due_at),
    body: JSON.parse(stored.body),
    revision: Number(stored.revision),
    usedAt: numberOf(stored.used_at),
  };
  if (!hasFacets) return row;
  return { ...row, facets: { name, state, createdAt: Number(created_at), modifiedAt: Number(modified_at) } };
}

function numberOf(stored: Large | null): number | null {
  return stored === null ? null : Number(stored);
}

/** A row in the form that `json_to_recordset` reads. */
export function recordOf(row: Row): object {
  const { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, usedAt, revision, facets } = row;
  return {
    collection,
    id,
    owner,
    parent,
    aliases,
    labels,
    revision,
    shared: sharedWith,
    due_at: dueAt,
    body: JSON.stringify(row.body),
    used_at: usedAt,
    name: facets?.name ?? null,
    state: facets?.state ?? null,
    created_at: facets?.createdAt ?? null,
    modified_at: facets?.modifiedAt ?? null,
  };
}

/** The column definition with which `json_to_recordset` reads the records of `recordOf`. */
export const RECORD = `(collection text, id text, owner text, parent text, aliases text[], labels text[], shared text[],
  due_at bigint, body text, revision bigint, used_at bigint, name text, state text, created_at bigint, modified_at bigint)`;

export const RECORD_COLUMNS = `collection, id, owner, parent, aliases, labels, shared, due_at, body, revision, used_at, name, state,
  created_at, modified_at`;
