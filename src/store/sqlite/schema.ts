/** The number of the schema (`user_version`). A file of another schema is refused. */
export const SCHEMA_NUMBER = 2;

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
 * objects is stored. Times are integers: milliseconds since 1970. Lists are JSON.
 */
export const SCHEMA = `
-- The highest revision of all worlds, and the latest time at which a process wrote, by its clock.
CREATE TABLE store (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  revision INTEGER NOT NULL,
  at       INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES (1, 1, 0);
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
-- What each world was made from (nothing is known of the default one), and its mode and faults.
CREATE TABLE worlds (
  name       TEXT PRIMARY KEY,
  made       TEXT NOT NULL,
  ttl        INTEGER,
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  state      TEXT NOT NULL
) STRICT;
INSERT INTO worlds VALUES ('default', '', NULL, 0, 0, '');
CREATE TABLE snapshots (
  place INTEGER PRIMARY KEY,
  id    TEXT NOT NULL UNIQUE,
  name  TEXT,
  world TEXT NOT NULL,
  at    INTEGER NOT NULL,
  size  INTEGER NOT NULL,
  made  TEXT NOT NULL
) STRICT;
-- The rows of snapshots, each part a JSON array.
CREATE TABLE snapshot_parts (
  snapshot TEXT NOT NULL,
  part     INTEGER NOT NULL,
  rows     TEXT NOT NULL,
  PRIMARY KEY (snapshot, part)
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
