/**
 * The schema of databases, as steps. The first step creates the first schema, and each further step changes it to the
 * next one.
 */
export interface StoreSchema {
  /** The number of the first schema. */
  readonly first: number;
  /** A step is never changed after its release. */
  readonly steps: readonly string[];
}

/** The number of the newest schema. */
export function newestOf({ first, steps }: StoreSchema): number {
  return first + steps.length - 1;
}

/** Times are integers: milliseconds since 1970. Lists are JSON. */
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

const DROP_OF_8 = ['object_texts', 'object_shares', 'object_labels', 'object_aliases', 'collections', 'lists']
  .map((table) => `DROP TABLE ${table};`)
  .join('\n');

/** A time in ISO 8601, for views. */
const time = (milliseconds: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${milliseconds} / 1000.0, 'unixepoch')`;
const member = (name: string) => `json_extract(body, '$.${name}')`;

/**
 * Two views for people who read the file with the `sqlite3` shell: a collection in all worlds, and in the default one.
 */
const view = (name: string, condition: string, columns: Readonly<Record<string, string>>) => {
  const selected = Object.entries(columns).map(([column, expression]) => `${expression} AS ${column}`);
  return `CREATE VIEW all_${name} AS SELECT world, id, ${selected.join(', ')} FROM objects WHERE ${condition};
    CREATE VIEW ${name} AS SELECT id, ${Object.keys(columns).join(', ')} FROM all_${name} WHERE world = 'default';`;
};

/**
 * All worlds with their state, and snapshots. Indexes are built in memory, so nothing that can be derived from the
 * objects is stored.
 */
const SCHEMA_9 = `
${DROP_OF_8}
ALTER TABLE world DROP COLUMN base;
ALTER TABLE objects RENAME TO objects_8;
CREATE TABLE objects (
  world       TEXT NOT NULL,
  seq         INTEGER NOT NULL,
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
  PRIMARY KEY (world, collection, id)
) STRICT;
INSERT INTO objects SELECT 'default', seq, collection, id, owner, parent, aliases, labels, shared, due_at, body, revision, used_at,
  name, state, created_at, modified_at FROM objects_8;
DROP TABLE objects_8;
-- What each world was made from (nothing is known of the default one), and its mode and faults.
CREATE TABLE worlds (
  name       TEXT PRIMARY KEY,
  made       TEXT NOT NULL,
  ttl        INTEGER,
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  driven     TEXT NOT NULL
) STRICT;
INSERT INTO worlds VALUES ('default', '', NULL, 0, 0, '');
CREATE TABLE snapshots (
  place INTEGER PRIMARY KEY,
  id    TEXT NOT NULL UNIQUE,
  name  TEXT,
  world TEXT NOT NULL,
  at    INTEGER NOT NULL,
  size  INTEGER NOT NULL,
  made  TEXT NOT NULL,
  rows  TEXT NOT NULL
) STRICT;
${view('users', `collection = 'identities' AND ${member('kind')} = 'user'`, {
  email: member('name'),
  enabled: member('enabled'),
  created_at: time(member('createdAt')),
  last_login_at: time('used_at'),
})}
${view('access_keys', `collection = 'access-keys'`, {
  name: member('name'),
  owner: 'owner',
  client_id: member('clientId'),
  created_at: time(member('createdAt')),
  last_used_at: time('used_at'),
})}
${view('ngc_keys', `collection = 'ngc.keys'`, {
  name: member('name'),
  org: member('org'),
  type: member('type'),
  user: member('user'),
  services: member('services'),
  expires_at: time('due_at'),
})}
`;

/** Schemas of lower numbers were never released. */
export const SCHEMA: StoreSchema = { first: 8, steps: [SCHEMA_8, SCHEMA_9] };
