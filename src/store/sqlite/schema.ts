/** The version of the tables (`user_version`). Files with another version are rejected. */
export const SCHEMA_VERSION = 4;

/** The statements that create the tables. Indexes are built in memory. Times are milliseconds since 1970. */
export const CREATE_STATEMENTS = `
-- The latest time at which a process wrote, by the clock of that process.
CREATE TABLE store (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  at   INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES (1, 0);
-- The initial rows of each world: JSON arrays, compressed (RFC 1951) like every BLOB.
CREATE TABLE world_parts (
  world TEXT NOT NULL,
  part  INTEGER NOT NULL,
  rows  BLOB NOT NULL,
  PRIMARY KEY (world, part)
) STRICT;
-- Rows added or replaced since, as JSON. NULL marks an initial row as removed.
CREATE TABLE objects (
  world      TEXT NOT NULL,
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  row        TEXT,
  PRIMARY KEY (world, collection, id)
) STRICT;
-- When rows were last used, if that is later than in the initial state.
CREATE TABLE uses (
  world      TEXT NOT NULL,
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (world, collection, id)
) STRICT;
-- How each world was created (empty for the default world), and its faults, among others. Snapshots end with their world.
CREATE TABLE worlds (
  name       TEXT PRIMARY KEY,
  made       BLOB NOT NULL,
  ttl        INTEGER,
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  state      TEXT NOT NULL
) STRICT;
INSERT INTO worlds VALUES ('default', x'', NULL, 0, 0, '');
CREATE TABLE snapshots (
  place INTEGER PRIMARY KEY,
  id    TEXT NOT NULL UNIQUE,
  name  TEXT,
  world TEXT NOT NULL,
  at    INTEGER NOT NULL,
  size  INTEGER NOT NULL
) STRICT;
-- The rows of snapshots.
CREATE TABLE snapshot_parts (
  snapshot TEXT NOT NULL,
  part     INTEGER NOT NULL,
  rows     BLOB NOT NULL,
  PRIMARY KEY (snapshot, part)
) STRICT;
`;
