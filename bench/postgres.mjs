// @ts-check
/** PostgreSQL for the measured servers, shared with the tests. */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { bundled } from './bundle.mjs';

/** @type {Promise<import('../test/support/postgres-server.ts').PostgresServer> | undefined} */
let server;
let schemas = 0;

/** Creates an empty schema. */
export async function freshSchema() {
  server ??= begin();
  const { url } = await server;
  const name = `bench_${++schemas}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE SCHEMA ${name}`);
  await client.end();
  return { url: `${url}?schema=${name}`, transactions: () => transactionsAt(url) };
}

/** Returns the number of committed transactions. @param {string} url */
async function transactionsAt(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // Sessions report their transactions with a delay of up to a second.
  await setTimeout(1500);
  const { rows } = await client.query('SELECT sum(xact_commit) AS count FROM pg_stat_database');
  await client.end();
  return Number(rows[0].count);
}

export async function endPostgres() {
  const ending = server;
  server = undefined;
  await (await ending?.catch(() => undefined))?.end();
}

async function begin() {
  const { postgresProgram } = await bundled('../test/support/postgres-program.ts');
  const { startPostgres } = await bundled('../test/support/postgres-server.ts');
  const program = postgresProgram();
  if (program === null) throw new Error(`npm has no PostgreSQL for ${process.platform}-${process.arch}`);
  return startPostgres(program);
}
