import type { Instant } from '../core/clock.ts';
import type { Revision, Row } from './collections.ts';
import { Damaged } from './errors.ts';
import type { LoggedRow } from './row-log.ts';

/** A row as a database stores it. Lists are JSON, or null if they are empty. */
export interface StoredRow {
  readonly seq: number;
  readonly collection: string;
  readonly id: string;
  readonly owner: string;
  readonly parent: string | null;
  readonly aliases: string | null;
  readonly labels: string | null;
  readonly shared: string | null;
  readonly dueAt: Instant | null;
  /** JSON. */
  readonly body: string;
  readonly revision: Revision;
  readonly usedAt: Instant | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly createdAt: Instant | null;
  readonly modifiedAt: Instant | null;
}

const NO_FACETS = { name: null, state: null, createdAt: null, modifiedAt: null } as const;

export function storedOf({ row, place }: Omit<LoggedRow, 'size'>): StoredRow {
  const { collection, id, owner, parent, dueAt, usedAt, revision, facets } = row;
  const { name, state, createdAt, modifiedAt } = facets ?? NO_FACETS;
  const [aliases, labels, shared] = [listOf(row.aliases), listOf(row.labels), listOf(row.sharedWith)];
  const [seq, body] = [place, JSON.stringify(row.body)];
  const found = { seq, collection, id, owner, parent, aliases, labels, shared, dueAt, body, revision, usedAt };
  return Object.assign(found, { name, state, createdAt, modifiedAt });
}

function listOf(entries: readonly string[]): string | null {
  return entries.length === 0 ? null : JSON.stringify(entries);
}

const NONE: readonly string[] = [];

function entriesOf(stored: string | null): readonly string[] {
  return stored === null ? NONE : JSON.parse(stored);
}

/** @throws Damaged */
export function loggedOf(stored: StoredRow): LoggedRow {
  try {
    return { row: rowOf(stored), place: stored.seq, size: stored.body.length };
  } catch (cause) {
    throw new Damaged(stored.collection, stored.id, cause);
  }
}

function rowOf(stored: StoredRow): Row {
  const { collection, id, owner, parent, dueAt, revision, usedAt, name, state, createdAt, modifiedAt } = stored;
  const hasFacets = name !== null && createdAt !== null && modifiedAt !== null;
  const row = {
    collection,
    id,
    owner,
    parent,
    aliases: entriesOf(stored.aliases),
    labels: entriesOf(stored.labels),
    sharedWith: entriesOf(stored.shared),
    dueAt,
    body: JSON.parse(stored.body),
    revision,
    usedAt,
  };
  return hasFacets ? { ...row, facets: { name, state, createdAt, modifiedAt } } : row;
}
