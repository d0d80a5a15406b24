/**
 * The schema of databases, as steps: the first creates the first schema, and each further step turns the previous
 * schema into the next.
 */
export interface StoreSchema {
  /** The number of the first schema. */
  readonly first: number;
  /** A step is never changed after its release. */
  readonly steps: readonly string[];
}

/** The number of the schema that the last step makes. */
export function newestOf({ first, steps }: StoreSchema): number {
  return first + steps.length - 1;
}

/** Times are integer milliseconds since 1970, lists are JSON. */
const SCHEMA_8 = `
-- The highest revision, and that at which everything was last replaced: of a list that has no row here since.
CREATE TABLE world (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  revision INTEGER NOT NULL,
  base     INTEGER NOT NULL
) STRICT;
INSERT INTO world VALUES (1, 1, 1);

CREATE TABLE objects (
  seq         INTEGER PRIMARY KEY,
  collection  TEXT NOT NULL,
  id          TEXT NOT NULL,
  owner       TEXT NOT NULL,
  parent      TEXT,
  aliases     TEXT,
  labels      TEXT,
  shared      TEXT,
  due_at      INTEGER,
  body        TEXT NOT NULL,
  revision    INTEGER NOT NULL,
  used_at     INTEGER,
  name        TEXT,
  state       TEXT,
  created_at  INTEGER,
  modified_at INTEGER,
  UNIQUE (collection, id)
) STRICT;
CREATE INDEX objects_of_owner ON objects (collection, owner);
CREATE INDEX objects_of_parent ON objects (collection, parent) WHERE parent IS NOT NULL;
-- Finds what happens next, in order, however many rows share a moment.
CREATE INDEX objects_by_time ON objects (collection, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX parts_by_time ON objects (collection, parent, due_at) WHERE parent IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX objects_by_id ON objects (collection, owner, id) WHERE name IS NOT NULL;
CREATE INDEX objects_by_name ON objects (collection, owner, name, id) WHERE name IS NOT NULL;
CREATE INDEX objects_by_state ON objects (collection, owner, state, id) WHERE name IS NOT NULL;
CREATE INDEX objects_by_creation ON objects (collection, owner, created_at, id) WHERE name IS NOT NULL;
CREATE INDEX objects_by_change ON objects (collection, owner, modified_at, id) WHERE name IS NOT NULL;

-- Derived from the objects: how many there are, so that checking a limit costs the same whatever the number, and when
-- the last of them changed.
CREATE TABLE lists (
  collection TEXT NOT NULL,
  owner      TEXT NOT NULL,
  count      INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  PRIMARY KEY (collection, owner)
) STRICT, WITHOUT ROWID;
CREATE TABLE collections (
  name     TEXT PRIMARY KEY,
  count    INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Derived from the objects: what finds them.
CREATE TABLE object_aliases (
  collection TEXT NOT NULL,
  alias      TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  PRIMARY KEY (collection, alias)
) STRICT, WITHOUT ROWID;
CREATE TABLE object_labels (
  collection TEXT NOT NULL,
  label      TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  PRIMARY KEY (collection, label, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE object_shares (
  collection TEXT NOT NULL,
  account    TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  PRIMARY KEY (collection, account, seq)
) STRICT, WITHOUT ROWID;

-- The texts that searches look into, by groups of three letters; rowids are those of the objects.
CREATE VIRTUAL TABLE object_texts USING fts5 (text, tokenize = 'trigram', content = '', contentless_delete = 1);
`;

/** What finds rows is made in memory, so nothing that was derived from the objects is stored. */
const SCHEMA_9 = `
DROP TABLE object_texts;
DROP TABLE object_shares;
DROP TABLE object_labels;
DROP TABLE object_aliases;
DROP TABLE collections;
DROP TABLE lists;
DROP INDEX objects_by_change;
DROP INDEX objects_by_creation;
DROP INDEX objects_by_state;
DROP INDEX objects_by_name;
DROP INDEX objects_by_id;
DROP INDEX parts_by_time;
DROP INDEX objects_by_time;
DROP INDEX objects_of_parent;
DROP INDEX objects_of_owner;
ALTER TABLE world DROP COLUMN base;
`;

/** Schemas of lower numbers were never released. */
export const SCHEMA: StoreSchema = { first: 8, steps: [SCHEMA_8, SCHEMA_9] };
