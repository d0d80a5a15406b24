/** The schema's number, and the statements that make it. `$schema` stands for its name. */
export const POSTGRES_SCHEMA = 2;

/** Brings a schema up to the next, by its number. Snapshots of schema 1 were files of SQLite. */
export const MIGRATIONS: Readonly<Record<number, string>> = {
  1: 'DELETE FROM $schema.snapshots',
};

/** Times are integer milliseconds since 1970. Texts are compared by their bytes, as every other store does. */
export const STATEMENTS: readonly string[] = [
  `CREATE TABLE $schema.meta (
    program text NOT NULL,
    version integer NOT NULL
  )`,
  // The highest revision of each world, and that at which everything in it was last replaced; a text that it shares; what
  // it was made from. In all tables a world is named by `id`, which no other one ever had; people call it by its name.
  `CREATE TABLE $schema.worlds (
    id             text COLLATE "C" PRIMARY KEY,
    name           text COLLATE "C" NOT NULL,
    is_there       boolean NOT NULL DEFAULT true,
    listed         bigint NOT NULL,
    revision       bigint NOT NULL,
    base           bigint NOT NULL,
    series         text NOT NULL,
    state          text NOT NULL DEFAULT '',
    state_revision bigint NOT NULL DEFAULT 0,
    made           text NOT NULL DEFAULT '',
    credentials    text NOT NULL DEFAULT '',
    ttl            bigint,
    created_at     bigint NOT NULL DEFAULT 0,
    used_at        bigint NOT NULL DEFAULT 0
  )`,
  `CREATE UNIQUE INDEX worlds_by_name ON $schema.worlds (name) WHERE is_there`,
  `CREATE INDEX worlds_by_listing ON $schema.worlds (listed)`,
  // How often a world was made or deleted, and the highest revision of any that is gone: new ones begin above it.
  `CREATE TABLE $schema.directory (
    revision bigint NOT NULL,
    highest  bigint NOT NULL
  )`,
  `INSERT INTO $schema.directory VALUES (1, 1)`,
  `CREATE TABLE $schema.snapshots (
    seq   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id    text COLLATE "C" NOT NULL UNIQUE,
    name  text,
    world text NOT NULL,
    at    bigint NOT NULL,
    made  text NOT NULL,
    bytes bytea NOT NULL
  )`,
  // What is counted in each log. Whoever writes to a log locks its row, so the order of positions is that of commits.
  `CREATE TABLE $schema.logs (
    world            text COLLATE "C" PRIMARY KEY,
    position         bigint NOT NULL DEFAULT 0,
    requests         bigint NOT NULL DEFAULT 0,
    events           bigint NOT NULL DEFAULT 0,
    noted            bigint NOT NULL DEFAULT 0,
    emptied_position bigint NOT NULL DEFAULT 0,
    emptied_requests bigint NOT NULL DEFAULT 0
  )`,
  `CREATE TABLE $schema.happenings (
    world    text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    kind     text NOT NULL,
    request  bigint,
    event    bigint,
    data     text,
    PRIMARY KEY (world, position)
  )`,
  `CREATE TABLE $schema.counted (
    world    text COLLATE "C" NOT NULL,
    name     text COLLATE "C" NOT NULL,
    kind     text NOT NULL,
    message  text NOT NULL,
    first_at bigint NOT NULL,
    last_at  bigint NOT NULL,
    count    bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (world, name)
  )`,
  `CREATE TABLE $schema.objects (
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    world       text COLLATE "C" NOT NULL,
    collection  text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    owner       text COLLATE "C" NOT NULL,
    parent      text COLLATE "C",
    aliases     text[] NOT NULL,
    labels      text[] NOT NULL,
    shared      text[] NOT NULL,
    due_at      bigint,
    body        text NOT NULL,
    revision    bigint NOT NULL,
    used_at     bigint,
    name        text COLLATE "C",
    state       text COLLATE "C",
    created_at  bigint,
    modified_at bigint,
    PRIMARY KEY (world, collection, id)
  )`,
  `CREATE INDEX objects_by_age ON $schema.objects (world, collection, seq)`,
  `CREATE INDEX objects_of_owner ON $schema.objects (world, collection, owner, seq)`,
  `CREATE INDEX objects_of_parent ON $schema.objects (world, collection, parent, seq) WHERE parent IS NOT NULL`,
  `CREATE INDEX objects_by_label ON $schema.objects USING gin (labels)`,
  `CREATE INDEX objects_by_share ON $schema.objects USING gin (shared)`,
  `CREATE INDEX objects_by_time ON $schema.objects (world, collection, due_at, id) WHERE due_at IS NOT NULL`,
  `CREATE INDEX parts_by_time ON $schema.objects (world, collection, parent, due_at)
    WHERE parent IS NOT NULL AND due_at IS NOT NULL`,
  `CREATE INDEX objects_by_name ON $schema.objects (world, collection, owner, name, id) WHERE name IS NOT NULL`,
  `CREATE INDEX objects_by_state ON $schema.objects (world, collection, owner, state, id) WHERE name IS NOT NULL`,
  `CREATE INDEX objects_by_creation ON $schema.objects (world, collection, owner, created_at, id) WHERE name IS NOT NULL`,
  `CREATE INDEX objects_by_change ON $schema.objects (world, collection, owner, modified_at, id) WHERE name IS NOT NULL`,
  `CREATE TABLE $schema.aliases (
    world      text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    alias      text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    PRIMARY KEY (world, collection, alias)
  )`,
  `CREATE INDEX aliases_everywhere ON $schema.aliases (collection, alias)`,
  `CREATE INDEX aliases_of_object ON $schema.aliases (world, collection, id)`,
  // How many there are, so that checking a limit costs the same whatever the number, and when the last of them changed.
  `CREATE TABLE $schema.lists (
    world      text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    owner      text COLLATE "C" NOT NULL,
    count      bigint NOT NULL,
    revision   bigint NOT NULL,
    PRIMARY KEY (world, collection, owner)
  )`,
  `CREATE TABLE $schema.collections (
    world    text COLLATE "C" NOT NULL,
    name     text COLLATE "C" NOT NULL,
    count    bigint NOT NULL,
    revision bigint NOT NULL,
    noted    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (world, name)
  )`,
];

/** In the order in which they are emptied. */
export const WORLD_TABLES = ['aliases', 'lists', 'collections', 'objects'] as const;
