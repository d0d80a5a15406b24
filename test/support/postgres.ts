import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, inject, test } from 'vitest';
import { commonPostgres } from './postgres-offer.ts';
import { type PostgresOptions, type PostgresServer, startPostgres } from './postgres-server.ts';

const offer = inject('postgres');

/** Whether PostgreSQL runs on this machine. */
export const hasPostgres = offer !== null;

// Fail in CI, where skipped tests would go unnoticed.
if (!hasPostgres && process.env['CI']) throw new Error('SKIP of the tests with PostgreSQL, in CI');

// A worker survives its killed run, and so would its servers.
process.once('disconnect', () => process.exit(1));

/** Tests that need PostgreSQL; skipped without it. */
export const describePostgres = describe.skipIf(!hasPostgres);

/** A schema on the shared server. */
export interface Schema {
  readonly name: string;
  /** Its URL: `postgres://...?schema=NAME`. */
  readonly url: string;
  drop(): Promise<void>;
}

/** Creates an empty schema. @param server the URL of a server other than the shared one */
export async function freshSchema(server?: string): Promise<Schema> {
  const url = server ?? (await commonPostgres(offered()));
  const name = `test_${randomBytes(6).toString('hex')}`;
  await sql(url, `CREATE SCHEMA ${name}`);
  return {
    name,
    url: `${url}?schema=${name}`,
    // An open transaction fails only its own test.
    drop: async () => {
      await sql(url, "SET lock_timeout = '5s'", `DROP SCHEMA IF EXISTS ${name} CASCADE`);
    },
  };
}

/** Starts a server that a test may break. */
export function privatePostgres(options?: PostgresOptions): Promise<PostgresServer> {
  return startPostgres(offered().program, options);
}

/** Tests with a schema per file, and with a separate server. */
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
    // Registered first, so it runs last: later cleanups may still use the server.
    onTestFinished(() => server.end());
    await use(server);
  },
});

function offered() {
  if (offer === null) throw new Error('PostgreSQL does not run on this machine');
  return offer;
}

/** Runs statements on a separate connection. @returns the rows of the last one */
export async function sql(url: string, ...statements: readonly string[]): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // A test may end the server before the connection is closed.
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: readonly unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

/** Returns a URL with other parts. */
export function changeUrl(url: string, parts: Partial<Record<'username' | 'password' | 'port' | 'pathname', string>>) {
  return Object.assign(new URL(url), parts).href;
}
