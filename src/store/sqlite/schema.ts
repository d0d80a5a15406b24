/** The number of the schema (`user_version`). A file of another schema is refused. */
export const SCHEMA_NUMBER = 3;

/**
 * All worlds with their state, and snapshots. Indexes are built in memory, so nothing that can be derived from
 * rows is stored. Times are integers: milliseconds since 1970.
 */
export const SCHEMA = `
-- The latest time at which a process wrote, by its clock.
CREATE TABLE store (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  at   INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES (1, 0);
-- The rows that each world began with: JSON arrays, compressed (RFC 1951), as everything in a BLOB.
CREATE TABLE world_parts (
  world TEXT NOT NULL,
  part  INTEGER NOT NULL,
  rows  BLOB NOT NULL,
  PRIMARY KEY (world, part)
) STRICT;
-- Rows that were added or replaced later, as JSON; without one, a row of the beginning that was removed.
CREATE TABLE objects (
  world      TEXT NOT NULL,
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  row        TEXT,
  PRIMARY KEY (world, collection, id)
) STRICT;
-- When rows were last used, later than in the beginning of their world.
CREATE TABLE uses (
  world      TEXT NOT NULL,
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (world, collection, id)
) STRICT;
-- What each world was made from (nothing is known of the default one), and its mode and faults.
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
  size  INTEGER NOT NULL,
  made  BLOB NOT NULL
) STRICT;
-- The rows of snapshots.
CREATE TABLE snapshot_parts (
  snapshot TEXT NOT NULL,
  part     INTEGER NOT NULL,
  rows     BLOB NOT NULL,
  PRIMARY KEY (snapshot, part)
) STRICT;
`;
