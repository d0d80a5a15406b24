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
const SCHEMA_7 = `
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
  client_id     TEXT,
  secret_hash   TEXT,
  password_hash TEXT,
  enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  is_local      INTEGER NOT NULL CHECK (is_local IN (0, 1)),
  groups        TEXT NOT NULL,
  created_by    TEXT,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER,
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

-- One row per login, with its newest token.
CREATE TABLE refresh_tokens (
  family     TEXT PRIMARY KEY,
  line       TEXT NOT NULL UNIQUE,
  hash       TEXT NOT NULL UNIQUE,
  subject    TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
  client_id  TEXT,
  scope      TEXT NOT NULL,
  auth_time  INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);
CREATE INDEX refresh_tokens_in_use_by_end ON refresh_tokens (expires_at) WHERE revoked_at IS NULL;
CREATE INDEX refresh_tokens_of_subject ON refresh_tokens (subject);

CREATE TABLE authorization_codes (
  hash         TEXT PRIMARY KEY,
  family       TEXT NOT NULL,
  subject      TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
  client_id    TEXT NOT NULL,
  scope        TEXT NOT NULL,
  auth_time    INTEGER NOT NULL,
  redirect_uri TEXT NOT NULL,
  challenge    TEXT,
  nonce        TEXT,
  expires_at   INTEGER NOT NULL,
  used_at      INTEGER
) STRICT;
CREATE INDEX authorization_codes_by_end ON authorization_codes (expires_at);
CREATE INDEX authorization_codes_of_subject ON authorization_codes (subject);

-- Revoked access tokens, by what they carry: a token's own id, or that of its login.
CREATE TABLE revoked_names (
  name  TEXT PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX revoked_names_by_end ON revoked_names (until);

CREATE TABLE organizations (
  name          TEXT PRIMARY KEY,
  nca_id        TEXT NOT NULL UNIQUE,
  subscriptions TEXT NOT NULL
) STRICT;

CREATE TABLE ngc_users (
  org   TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
  email TEXT NOT NULL,
  roles TEXT NOT NULL,
  PRIMARY KEY (org, email)
) STRICT;

CREATE TABLE ngc_keys (
  id          TEXT PRIMARY KEY,
  org         TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
  type        TEXT NOT NULL CHECK (type IN ('personal', 'service')),
  name        TEXT NOT NULL,
  description TEXT,
  services    TEXT NOT NULL,
  user        TEXT,
  enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  secret_hash TEXT NOT NULL UNIQUE,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER,
  FOREIGN KEY (org, user) REFERENCES ngc_users (org, email)
) STRICT;
CREATE INDEX ngc_keys_of_org ON ngc_keys (org, type);
CREATE INDEX ngc_keys_of_user ON ngc_keys (org, user);
CREATE INDEX ngc_keys_by_name ON ngc_keys (name);
-- Finds what happens next, in order, however many rows share a moment.
CREATE INDEX ngc_keys_by_end ON ngc_keys (expires_at, id) WHERE expires_at IS NOT NULL;

-- The history: rows are only added, and are deleted only with their key.
CREATE TABLE ngc_policies (
  key_id       TEXT NOT NULL REFERENCES ngc_keys (id) ON DELETE CASCADE,
  version      INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL,
  effective_at INTEGER NOT NULL,
  scopes       TEXT NOT NULL,
  resources    TEXT NOT NULL,
  PRIMARY KEY (key_id, version)
) STRICT, WITHOUT ROWID;

-- Derived from the history when it grows: which version is in force from when. A version that a higher one overtakes
-- before it is in force has no row here, so the last row that has begun is the version in force.
CREATE TABLE ngc_timeline (
  key_id       TEXT NOT NULL REFERENCES ngc_keys (id) ON DELETE CASCADE,
  effective_at INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  PRIMARY KEY (key_id, effective_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX ngc_timeline_by_time ON ngc_timeline (effective_at);

-- How many keys there are, so that checking a limit costs the same whatever the number.
CREATE TABLE key_counts (
  kind  TEXT NOT NULL CHECK (kind IN ('access', 'service')),
  owner TEXT NOT NULL,
  keys  INTEGER NOT NULL,
  PRIMARY KEY (kind, owner)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER access_key_made AFTER INSERT ON access_keys BEGIN
  INSERT INTO key_counts VALUES ('access', NEW.owner, 1) ON CONFLICT DO UPDATE SET keys = keys + 1;
END;
CREATE TRIGGER access_key_gone AFTER DELETE ON access_keys BEGIN
  UPDATE key_counts SET keys = keys - 1 WHERE kind = 'access' AND owner = OLD.owner;
  DELETE FROM key_counts WHERE kind = 'access' AND owner = OLD.owner AND keys = 0;
END;
CREATE TRIGGER service_key_made AFTER INSERT ON ngc_keys WHEN NEW.type = 'service' BEGIN
  INSERT INTO key_counts VALUES ('service', NEW.org, 1) ON CONFLICT DO UPDATE SET keys = keys + 1;
END;
CREATE TRIGGER service_key_gone AFTER DELETE ON ngc_keys WHEN OLD.type = 'service' BEGIN
  UPDATE key_counts SET keys = keys - 1 WHERE kind = 'service' AND owner = OLD.org;
  DELETE FROM key_counts WHERE kind = 'service' AND owner = OLD.org AND keys = 0;
END;

CREATE TABLE objects (
  collection  TEXT NOT NULL,
  id          TEXT NOT NULL,
  owner       TEXT NOT NULL,
  parent      TEXT,
  alias       TEXT,
  due_at      INTEGER,
  shared      TEXT NOT NULL,
  body        TEXT NOT NULL,
  name        TEXT,
  state       TEXT,
  created_at  INTEGER,
  modified_at INTEGER,
  UNIQUE (collection, id)
) STRICT;
CREATE INDEX objects_of_owner ON objects (collection, owner);
CREATE INDEX objects_of_parent ON objects (collection, parent) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX objects_by_alias ON objects (collection, alias) WHERE alias IS NOT NULL;
CREATE INDEX objects_by_time ON objects (collection, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX objects_by_id ON objects (collection, owner, id) WHERE name IS NOT NULL;
CREATE INDEX objects_by_name ON objects (collection, owner, name, id) WHERE name IS NOT NULL;
CREATE INDEX objects_by_state ON objects (collection, owner, state, id) WHERE name IS NOT NULL;
CREATE INDEX objects_by_creation ON objects (collection, owner, created_at, id) WHERE name IS NOT NULL;
CREATE INDEX objects_by_change ON objects (collection, owner, modified_at, id) WHERE name IS NOT NULL;

-- Derived from the objects: whom each is shared with.
CREATE TABLE object_shares (
  collection TEXT NOT NULL,
  account    TEXT NOT NULL,
  id         TEXT NOT NULL,
  PRIMARY KEY (collection, account, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX object_shares_of_object ON object_shares (collection, id);

-- The texts that searches look into, by groups of three letters; rowids are those of the objects.
CREATE VIRTUAL TABLE object_texts USING fts5 (text, tokenize = 'trigram', content = '', contentless_delete = 1);
`;

/** Schemas of lower numbers were never released. */
export const SCHEMA: StoreSchema = { first: 7, steps: [SCHEMA_7] };
