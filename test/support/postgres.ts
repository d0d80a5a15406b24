import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, inject, test } from 'vitest';
import { commonPostgres } from './postgres-offer.ts';
import { type PostgresOptions, type PostgresServer, startPostgres } from './postgres-server.ts';

const offer = inject('postgres');

/** Does PostgreSQL run on this machine? */
export const hasPostgres = offer !== null;

// There it has to run: nobody reads there what was skipped.
if (!hasPostgres && process.env['CI']) throw new Error('SKIP of the tests with PostgreSQL, in CI');

// A worker goes on when its run is killed, and its servers would with it.
process.once('disconnect', () => process.exit(1));

/** Tests that need PostgreSQL: skipped where there is none. */
export const describePostgres = describe.skipIf(!hasPostgres);

/** A schema of its own, on the server that all tests have in common. */
export interface Schema {
  readonly name: string;
  /** Leads to it: `postgres://...?schema=NAME`. */
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty schema. @param server the URL of another server than the one that all tests have in common */
export async function freshSchema(server?: string): Promise<Schema> {
  const url = server ?? (await commonPostgres(offered()));
  const name = `test_${randomBytes(6).toString('hex')}`;
  await statements(url, [`CREATE SCHEMA ${name}`]);
  return {
    name,
    url: `${url}?schema=${name}`,
    // A transaction that was left open fails its own test, and no other.
    drop: () => statements(url, ["SET lock_timeout = '5s'", `DROP SCHEMA IF EXISTS ${name} CASCADE`]),
  };
}

/** A server that a test may hurt. */
export function privatePostgres(options?: PostgresOptions): Promise<PostgresServer> {
  return startPostgres(offered().program, options);
}

/** Tests with a schema that those of one file share, and with one that is the test's own server. */
export const it = test.extend<{ schema: Schema; server: PostgresServer }>({
  schema: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern what a fixture needs
    async ({}, use) => {
      const schema = await freshSchema();
      await use(schema);
      await schema.drop();
    },
    { scope: 'file' },
  ],
  server: async ({ onTestFinished }, use) => {
    const server = await privatePostgres();
    // The first to be registered runs last: until then, what a test registers may still use the server.
    onTestFinished(() => server.end());
    await use(server);
  },
});

function offered() {
  if (offer === null) throw new Error('PostgreSQL does not run on this machine');
  return offer;
}

async function statements(url: string, all: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const each of all) await client.query(each);
  } finally {
    await client.end();
  }
}
