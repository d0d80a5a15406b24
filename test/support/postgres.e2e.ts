import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, inject } from 'vitest';
import { launchProgram } from './command.ts';
import { emptyFolder } from './folder.ts';
import { describePostgres, freshSchema, it, privatePostgres, sql } from './postgres.ts';

/** Returns the error code of a failing query. */
async function codeOf(failing: Promise<unknown>): Promise<unknown> {
  return failing.then(
    () => null,
    (fault: { code?: string }) => fault.code,
  );
}

describePostgres('a real PostgreSQL', () => {
  it('is version 17', async ({ schema }) => {
    expect(await sql(schema.url, 'SELECT version()')).toEqual([
      { version: expect.stringMatching(/^PostgreSQL 17\.\d+ /) },
    ]);
  });

  it('gives each file its own schema, shared by the tests of the file', async ({ schema }) => {
    const other = await freshSchema();
    await sql(schema.url, `CREATE TABLE ${schema.name}.things (id int)`);
    expect(await codeOf(sql(other.url, `SELECT * FROM ${other.name}.things`))).toBe('42P01');
    expect(other.url.startsWith(schema.url.slice(0, schema.url.indexOf('?')))).toBe(true);
    await other.drop();
    expect(await sql(schema.url, `SELECT 1 FROM pg_namespace WHERE nspname = '${other.name}'`)).toEqual([]);
  });

  it('keeps the schema for the next test', async ({ schema }) => {
    expect(await sql(schema.url, `SELECT * FROM ${schema.name}.things`)).toEqual([]);
  });

  it('sorts text by language rules', async ({ schema }) => {
    const sorted = "SELECT string_agg(x, '' ORDER BY x) AS people, string_agg(x, '' ORDER BY x COLLATE \"C\") AS bytes";
    expect(await sql(schema.url, `${sorted} FROM (VALUES ('b'), ('B'), ('a')) AS v (x)`)).toEqual([
      { people: 'abB', bytes: 'Bab' },
    ]);
  });

  it('requires the password of every user except its superuser', async ({ schema }) => {
    const role = schema.name;
    await sql(schema.url, `CREATE ROLE ${role} LOGIN PASSWORD 'right'`);
    const as = (password: string) => sql(schema.url.replace('postgres@', `${role}:${password}@`), 'SELECT 1 AS one');
    expect(await as('right')).toEqual([{ one: 1 }]);
    expect(await codeOf(as('wrong'))).toBe('28P01');
    await sql(schema.url, `DROP ROLE ${role}`);
  });
});

describePostgres('a server that tests may hurt', () => {
  it('keeps committed rows when it is killed, and when it is restarted', async ({ server }) => {
    await sql(server.url, 'CREATE TABLE things (id int)');
    await sql(server.url, 'INSERT INTO things VALUES (1)');
    await server.kill();
    expect(await codeOf(sql(server.url, 'SELECT 1'))).toBe('ECONNREFUSED');
    await server.restart();
    await sql(server.url, 'INSERT INTO things VALUES (2)');
    await server.restart();
    expect(await sql(server.url, 'SELECT id FROM things ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('can be frozen, and responds after it is thawed', async ({ server }) => {
    server.freeze();
    const answer = sql(server.url, 'SELECT 1 AS one');
    expect(await Promise.race([answer, setTimeout(200, 'nothing')])).toBe('nothing');
    server.thaw();
    expect(await answer).toEqual([{ one: 1 }]);
  });

  it('has the given settings and files', async () => {
    const files = { 'pg_hba.conf': 'host all nobody_else 127.0.0.1/32 trust\n' };
    const server = await privatePostgres({ settings: { max_connections: 5 }, files });
    expect(await codeOf(sql(server.url, 'SELECT 1'))).toBe('28000');
    await server.end();
  });

  it('reports why it does not start', async () => {
    await expect(privatePostgres({ settings: { no_such: 1 } })).rejects.toThrow('unrecognized configuration parameter');
  });

  it('stops while it is frozen, and leaves no files', async ({ server }) => {
    server.freeze();
    await server.end();
    expect(await codeOf(sql(server.url, 'SELECT 1'))).toBe('ECONNREFUSED');
    await expect(server.log()).rejects.toThrow('ENOENT');
  });

  it('stops with the process that started it, even if that is killed', async () => {
    const folder = await emptyFolder();
    const [entry, file] = [join(folder, 'entry.ts'), join(folder, 'entry.mjs')];
    await writeFile(
      entry,
      `import { startPostgres } from ${JSON.stringify(fileURLToPath(new URL('postgres-server.ts', import.meta.url)))};
      const { url } = await startPostgres(JSON.parse(process.argv[2]!));
      process.stdout.write(url + '\\n');
      setInterval(() => {}, 1000);`,
    );
    const bundle = await rolldown({ input: entry, platform: 'node' });
    await bundle.write({ file });
    await bundle.close();
    const starter = launchProgram(process.execPath, [file, JSON.stringify(inject('postgres')?.program)], folder);
    const [url] = await starter.waitForOutput(/postgres:.*(?=\n)/);
    expect(await sql(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    starter.kill('SIGKILL');
    await starter.ended;
    await expect.poll(() => codeOf(sql(url, 'SELECT 1'))).toBe('ECONNREFUSED');
    await rm(folder, { recursive: true });
  });
});
