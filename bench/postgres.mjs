// @ts-check
/** A PostgreSQL for the servers that are measured: that of the tests. */
import pg from 'pg';
import { bundled } from './bundle.mjs';

/** @type {Promise<import('../test/support/postgres-server.ts').PostgresServer> | undefined} */
let server;
let schemas = 0;

/** The URL of an empty schema. */
export async function freshSchema() {
  server ??= begin();
  const { url } = await server;
  const name = `bench_${++schemas}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE SCHEMA ${name}`);
  await client.end();
  return { ours: `${url}?schema=${name}`, bare: `${url}?options=-csearch_path%3D${name}` };
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
