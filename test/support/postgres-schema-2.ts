/**
 * What schema 2 had besides its columns: indexes for lists and pages, and tables of what processes have in memory since.
 * `$schema` stands for its name.
 */
export const TO_SCHEMA_2: readonly string[] = [
  'DROP INDEX $schema.objects_by_age',
  'DROP INDEX $schema.objects_by_revision',
  'DROP INDEX $schema.objects_by_use',
  'DROP INDEX $schema.objects_by_alias',
  'DROP TABLE $schema.removed',
  'ALTER TABLE $schema.objects DROP noted',
  'ALTER TABLE $schema.worlds DROP label',
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
