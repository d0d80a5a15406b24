/**
 * The schema, one step per version of the file. A step is never changed once it was released; times are integer
 * milliseconds since 1970.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  CREATE TABLE seed (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    fingerprint TEXT NOT NULL,
    origin      TEXT NOT NULL CHECK (origin IN ('built-in', 'file')),
    text        TEXT NOT NULL
  ) STRICT;

  CREATE TABLE identities (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('user', 'application', 'service-account')),
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    role          TEXT,
    client_id     TEXT,
    secret_hash   TEXT,
    password_hash TEXT,
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    last_login    INTEGER,
    UNIQUE (kind, name_key),
    UNIQUE (kind, client_id)
  ) STRICT;

  CREATE TABLE access_keys (
    id          TEXT PRIMARY KEY,
    owner       TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    created_by  TEXT NOT NULL,
    name        TEXT NOT NULL,
    client_id   TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    last_login  INTEGER,
    UNIQUE (owner, name)
  ) STRICT;
  CREATE INDEX access_keys_of_owner ON access_keys (owner);
  CREATE INDEX access_keys_of_creator ON access_keys (created_by);

  CREATE TABLE oauth_clients (
    client_id     TEXT PRIMARY KEY,
    redirect_uris TEXT NOT NULL
  ) STRICT;

  CREATE TABLE refresh_tokens (
    hash       TEXT PRIMARY KEY,
    family     TEXT NOT NULL,
    subject    TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    client_id  TEXT,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    revoked_at INTEGER
  ) STRICT;
  CREATE INDEX refresh_tokens_of_family ON refresh_tokens (family);
  CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);
  CREATE INDEX refresh_tokens_of_subject ON refresh_tokens (subject);
  `,
];
