/** The version of the tables. Tables with another version are rejected. */
export const SCHEMA_VERSION = 4;

/**
 * The statements that create the tables, in which `$schema` stands for the name of the schema; see `sqlite/schema.ts`.
 * All is read as a whole, so there are no further indexes. Times are integers: milliseconds since 1970.
 */
export const CREATE_STATEMENTS: readonly string[] = [
  // One row. `at` is the latest time at which a process wrote, by the clock of that process.
  `CREATE TABLE $schema.store (
    single  boolean PRIMARY KEY DEFAULT true CHECK (single),
    program text NOT NULL,
    schema  integer NOT NULL,
    at      bigint NOT NULL
  )`,
  // The initial rows of each world. Each part is a JSON array with a line for each collection.
  `CREATE TABLE $schema.world_parts (
    world text COLLATE "C" NOT NULL,
    part  integer NOT NULL,
    rows  text NOT NULL,
    PRIMARY KEY (world, part)
  )`,
  // Rows added or replaced since, as JSON. NULL marks an initial row as removed.
  `CREATE TABLE $schema.objects (
    world      text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    row        text,
    PRIMARY KEY (world, collection, id)
  )`,
  // When rows were last used, if that is later than in the initial state.
  `CREATE TABLE $schema.uses (
    world      text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    at         bigint NOT NULL,
    PRIMARY KEY (world, collection, id)
  )`,
  // `made` and `seed`: how a world was created, empty for the default world. `state`: its faults, among others. `place`: its position.
  `CREATE TABLE $schema.worlds (
    place      bigint GENERATED ALWAYS AS IDENTITY,
    name       text COLLATE "C" PRIMARY KEY,
    made       text NOT NULL,
    seed       text NOT NULL,
    ttl        bigint,
    created_at bigint NOT NULL,
    used_at    bigint NOT NULL,
    state      text NOT NULL
  )`,
  `INSERT INTO $schema.worlds (name, made, seed, ttl, created_at, used_at, state) VALUES ('default', '', '', NULL, 0, 0, '')`,
  `CREATE TABLE $schema.snapshots (
    place bigint PRIMARY KEY,
    id    text COLLATE "C" NOT NULL UNIQUE,
    name  text,
    world text NOT NULL,
    at    bigint NOT NULL,
    size  bigint NOT NULL
  )`,
  // The rows of snapshots. Each part is a JSON array.
  `CREATE TABLE $schema.snapshot_parts (
    snapshot text COLLATE "C" NOT NULL,
    part     integer NOT NULL,
    rows     text NOT NULL,
    PRIMARY KEY (snapshot, part)
  )`,
];

export const TABLE_NAMES: readonly string[] = [
  'store',
  'worlds',
  'world_parts',
  'objects',
  'uses',
  'snapshots',
  'snapshot_parts',
];
