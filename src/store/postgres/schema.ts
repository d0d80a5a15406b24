/** The number of the schema. Tables of another one are refused. In the statements, `$schema` stands for the name of the schema. */
export const POSTGRES_SCHEMA = 4;

const OBJECT_INDEXES: readonly string[] = [
  'CREATE INDEX objects_by_age ON $schema.objects (world, seq)',
  'CREATE INDEX objects_by_revision ON $schema.objects (world, revision)',
  'CREATE INDEX objects_by_use ON $schema.objects (world, noted) WHERE noted IS NOT NULL',
  // Used for each request that names no world. Without `fastupdate`, no read has to search a pending list.
  'CREATE INDEX objects_by_alias ON $schema.objects USING gin (aliases) WITH (fastupdate = off)',
];

/** Removed rows, so that processes with these rows in memory learn of the removal. */
const REMOVED = `CREATE TABLE $schema.removed (
    world      text COLLATE "C" NOT NULL,
    revision   bigint NOT NULL,
    collection text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    PRIMARY KEY (world, revision, collection, id)
  )`;

/** Times are integers: milliseconds since 1970. Texts are compared by bytes, as in every other store. */
export const STATEMENTS: readonly string[] = [
  `CREATE TABLE $schema.meta (
    program text NOT NULL,
    version integer NOT NULL
  )`,
  // `revision` is the highest of the world. Removals before `base` are unknown. `state` is the shared text, and `made`
  // the provenance. All tables refer to a world by its `id`, which is never reused; users know it by its name.
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
    label          text,
    created_at     bigint NOT NULL DEFAULT 0,
    used_at        bigint NOT NULL DEFAULT 0
  )`,
  `CREATE UNIQUE INDEX worlds_by_name ON $schema.worlds (name) WHERE is_there`,
  `CREATE INDEX worlds_by_listing ON $schema.worlds (listed)`,
  // `revision` counts created and deleted worlds. New worlds start above `highest`, the highest revision of a deleted
  // one.
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
  // The counters of each log. A writer locks the row of its log, so positions have the order of commits.
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
    noted       bigint,
    name        text COLLATE "C",
    state       text COLLATE "C",
    created_at  bigint,
    modified_at bigint,
    PRIMARY KEY (world, collection, id)
  )`,
  ...OBJECT_INDEXES,
  REMOVED,
];

/** The tables with the rows of worlds. */
export const WORLD_TABLES = ['objects', 'removed'] as const;
