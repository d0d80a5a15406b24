/** Which databases are accepted, and why others are refused. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type * as Postgres from 'pg';
import pg from 'pg';
import { describe, expect, onTestFinished } from 'vitest';
import { createAuthority, exportKey, generateKey, Issuer } from '../../../src/app/tls/certificates.ts';
import { createMachineClock } from '../../../src/lib/clock.ts';
import { createSystemRandom } from '../../../src/lib/random.ts';
import { openStorage } from '../../../src/store/open.ts';
import { parseLocation } from '../../../src/store/postgres/location.ts';
import { PostgresLog } from '../../../src/store/postgres/log.ts';
import { lockSchema } from '../../../src/store/postgres/open.ts';
import { SCHEMA_VERSION } from '../../../src/store/postgres/schema.ts';
import type { StoredWorlds } from '../../../src/store/stored-worlds.ts';
import { emptyFolder } from '../../support/folder.ts';
import { hasPgBouncer, startPgBouncer } from '../../support/pgbouncer.ts';
import { changeUrl, describePostgres, freshSchema, it, privatePostgres, sql } from '../../support/postgres.ts';
import { LOCKED } from '../../support/processes.ts';
import { createMemory } from '../../support/records.ts';

/** Waits for nothing. */
const ONCE = { onWait: () => {}, maxMs: 0 };

/** Opens the worlds of a database, which are closed after the test. */
async function openWorlds(url: string): Promise<StoredWorlds> {
  const storage = await openStorage(url, createMemory(), createMachineClock(), ONCE);
  onTestFinished(() => storage.close());
  return storage;
}

/** Expects that a database is refused at once, in one line without the password; returns the line. */
async function expectRefusal(url: string): Promise<string> {
  const reasons: string[] = [];
  const waiting = { onWait: (reason: string) => reasons.push(reason), maxMs: Number.POSITIVE_INFINITY };
  const message = await PostgresLog.open(url, createMemory(), waiting).then(
    (log) => log.close().then(() => ''),
    (thrown: Error) => `${thrown.name}: ${thrown.message}`,
  );
  expect(message).toMatch(/^Unusable: --data postgres:\/\/.+\.$/);
  expect(message).not.toMatch(/secret|\n/);
  expect(reasons).toEqual([]);
  return message;
}

/** Expects that a process waits for a database; returns the reason, which is one line without the password. */
async function expectWait(url: string): Promise<string> {
  const reasons: string[] = [];
  const opening = PostgresLog.open(url, createMemory(), { onWait: (reason) => reasons.push(reason), maxMs: 400 });
  await expect(opening).rejects.toThrow(/./);
  expect(reasons).toEqual([expect.stringMatching(/^--data postgres:\/\/.+\.$/)]);
  expect(reasons[0]).not.toMatch(/secret|\n/);
  return String(reasons[0]);
}

/** Creates a user of a server without rights. */
async function createGuest(url: string): Promise<string> {
  const name = `guest_${createSystemRandom().hex(6)}`;
  await sql(url, `CREATE ROLE ${name} LOGIN PASSWORD 'right'`);
  onTestFinished(async () => void (await sql(url, `DROP OWNED BY ${name} CASCADE`, `DROP ROLE ${name}`)));
  return changeUrl(url, { username: name, password: 'right' });
}

const readUser = (url: string) => new URL(url).username;

/** Creates an empty schema for a test. */
async function createSchema() {
  const schema = await freshSchema();
  onTestFinished(() => schema.drop());
  return schema;
}

describe('the URL of a database', () => {
  it('is parsed, and is displayed without the password', async () => {
    const { shown, settings, schema, options } = await parseLocation(
      'postgres://ada:secret@db.test:5433/mock?schema=team_a&options=-c%20geqo%3Doff',
    );
    expect(shown).toBe('postgres://ada@db.test:5433/mock');
    expect([schema, options]).toEqual(['team_a', '-c geqo=off']);
    expect(settings).toEqual({ connectionString: 'postgres://ada:secret@db.test:5433/mock', ssl: false });
    const { schema: defaultSchema, options: noOptions } = await parseLocation('postgresql://db.test/mock');
    expect([defaultSchema, noOptions]).toEqual(['nv_auth_mock', null]);
  });

  it.each<[url: string, message: RegExp]>([
    ['postgres://db.test:99999/mock', /^--data is not a valid URL/],
    ['postgres://ada:secret@db.test/mock?schema=Team', /`Team` is not a valid schema name/],
    ['postgres://ada:secret@db.test/mock?schema=a"b', /is not a valid schema name/],
    [`postgres://ada:secret@db.test/mock?schema=${'a'.repeat(64)}`, /is not a valid schema name/],
    ['postgres://ada:secret@db.test/mock?schema=', /is not a valid schema name/],
    ['postgres://ada:secret@db.test/mock?sslmode=prefer', /`sslmode=prefer` is not supported. Use disable/],
    ['postgres://ada:secret@db.test/mock?sslmode=verify-ca&sslrootcert=/nowhere.pem', /\/nowhere.pem cannot be read/],
  ])('is rejected with a remedy: %s', async (url, message) => {
    await expect(parseLocation(url)).rejects.toThrow(message);
    await expect(parseLocation(url)).rejects.not.toThrow(/secret/);
  });
});

describePostgres('a database', () => {
  it('is accepted if its user owns only a schema, and is read-only by default', async () => {
    const schema = await createSchema();
    const url = await createGuest(schema.url);
    const user = readUser(url);
    await sql(
      schema.url,
      `ALTER SCHEMA ${schema.name} OWNER TO ${user}`,
      `ALTER ROLE ${user} SET default_transaction_read_only = on`,
    );
    const storage = await openWorlds(url);
    expect([storage.info, storage.notices]).toEqual([{ kind: 'postgres', driver: null, schema: schema.name }, []]);
    await storage.open('default').settings.set('name', 'value');
    await storage.close();
    expect(await (await openWorlds(url)).open('default').settings.get('name')).toBe('value');
  });

  it('has a separate lock for each schema and each database', async ({ server: { url } }) => {
    await sql(url, 'CREATE DATABASE other');
    const other = changeUrl(url, { pathname: '/other' });
    for (const each of [`${url}?schema=one`, `${url}?schema=two`, `${other}?schema=one`]) await openWorlds(each);
    await expect(openWorlds(`${url}?schema=one`)).rejects.toThrow(LOCKED);
  });

  it('is refused in one line without the password', async ({ schema: { url } }) => {
    const guest = await createGuest(url);
    const noSchema = guest.replace(/\?.*/, '?schema=unknown');
    expect(await expectRefusal(changeUrl(guest, { password: 'secret' }))).toMatch(/rejected the user or the password/);
    expect(await expectRefusal(noSchema)).toMatch(/lacks the right to create or use the schema `unknown`/);
    expect(await expectRefusal(changeUrl(url, { pathname: '/nothing' }))).toMatch(
      /names a database that does not exist/,
    );
    expect(await expectRefusal(`${url}&sslmode=require`)).toMatch(/cannot be reached over TLS/);
    expect(await expectRefusal(changeUrl(guest, { password: '' }))).toMatch(/client password must be a string/);
  });

  it('that refuses connections, is unknown or has none left is waited for', async () => {
    expect(await expectWait('postgres://ada:secret@127.0.0.1:1/mock')).toMatch(/refused the connection/);
    expect(await expectWait('postgres://ada:secret@nowhere.invalid/mock')).toMatch(/has an unknown host/);
    const server = await privatePostgres({ settings: { max_connections: 3, superuser_reserved_connections: 1 } });
    onTestFinished(() => server.end());
    await sql(server.url, `CREATE ROLE guest LOGIN PASSWORD 'right'`);
    const guest = changeUrl(server.url, { username: 'guest', password: 'right' });
    const clients = [1, 2].map(() => new pg.Client({ connectionString: guest }));
    for (const client of clients) await client.connect();
    expect(await expectWait(guest)).toMatch(/has reached its connection limit/);
    for (const client of clients) await client.end();
  });

  it.for<[missing: string, grants: readonly string[]]>([
    ['use the schema', []],
    ['read the tables', ['GRANT USAGE ON SCHEMA $schema TO $user']],
    [
      'delete rows',
      [
        'GRANT USAGE ON SCHEMA $schema TO $user',
        'GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA $schema TO $user',
      ],
    ],
    [
      'change one of the tables',
      [
        'GRANT USAGE ON SCHEMA $schema TO $user',
        'GRANT ALL ON ALL TABLES IN SCHEMA $schema TO $user',
        'REVOKE INSERT ON $schema.snapshot_parts FROM $user',
      ],
    ],
  ])('is refused if the user may not %s', async ([, grants]) => {
    const schema = await createSchema();
    await (await openWorlds(schema.url)).close();
    const guest = await createGuest(schema.url);
    await sql(
      schema.url,
      ...grants.map((grant) => grant.replaceAll('$schema', schema.name).replaceAll('$user', readUser(guest))),
    );
    expect(await expectRefusal(guest)).toMatch(/lacks the right to /);
  });

  const OTHER = /the schema `\w+` belongs to another program and was not changed. Give another schema/;
  const createStore = (program: string, version: number) => [
    'CREATE TABLE $schema.store (program text, schema integer)',
    `INSERT INTO $schema.store VALUES ('${program}', ${version})`,
  ];

  it.for<[owner: string, statements: readonly string[], message: RegExp]>([
    ['another program', ['CREATE TABLE $schema.things (a text)'], OTHER],
    ['a program with a view', ['CREATE VIEW $schema.things AS SELECT 1 AS one'], OTHER],
    ['a program with a table `store`', ['CREATE TABLE $schema.store (a text)'], OTHER],
    ['a program with a table `store` of the same columns', createStore('shop', SCHEMA_VERSION), OTHER],
    [
      'this version, without its other tables',
      createStore('nv-auth-mock', SCHEMA_VERSION),
      /the schema `\w+` lacks tables that nv-auth-mock created. Restore the schema from a dump, or drop it\./,
    ],
    [
      'another version',
      createStore('nv-auth-mock', 99),
      new RegExp(
        `another version of nv-auth-mock \\(99; this version reads ${SCHEMA_VERSION}\\). Use that version, or`,
      ),
    ],
  ])('with the schema of %s is refused, and stays unchanged', async ([, statements, message]) => {
    const { name, url } = await createSchema();
    await sql(url, ...statements.map((statement) => statement.replaceAll('$schema', name)));
    const readTables = () =>
      sql(
        url,
        `SELECT c.relname, c.relkind, (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid) AS columns
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '${name}' ORDER BY 1`,
      );
    const before = await readTables();
    expect(await expectRefusal(url)).toMatch(message);
    expect(await readTables()).toEqual(before);
  });

  it('whose schema gets another version while a process waits is refused', async () => {
    const { name, url } = await createSchema();
    const holder = await openWorlds(url);
    const reasons: string[] = [];
    const opening = PostgresLog.open(url, createMemory(), { onWait: (reason) => reasons.push(reason), maxMs: 20_000 });
    const refused = expect(opening).rejects.toThrow(`another version of nv-auth-mock (${SCHEMA_VERSION + 1};`);
    await expect.poll(() => reasons).toEqual([expect.stringMatching(LOCKED)]);
    await sql(url, `UPDATE ${name}.store SET schema = ${SCHEMA_VERSION + 1}`);
    await holder.close();
    await refused;
  });

  it('is reached over TLS in each mode, and refused with an unexpected certificate', async () => {
    const clock = createMachineClock();
    const authority = createAuthority(clock.now(), createSystemRandom());
    const key = generateKey();
    const cert = new Issuer(authority, createSystemRandom()).issue(['db.test'], key, clock.now());
    const server = await privatePostgres({
      settings: { ssl: 'on' },
      files: {
        'server.crt': cert,
        'server.key': exportKey(key),
        'pg_hba.conf': 'hostssl all all 127.0.0.1/32 trust\n',
      },
    });
    onTestFinished(() => server.end());
    const folder = await emptyFolder();
    const [ours, others] = [join(folder, 'ours.pem'), join(folder, 'others.pem')];
    await writeFile(ours, authority.certificate);
    await writeFile(others, createAuthority(clock.now(), createSystemRandom()).certificate);
    const createUrl = (mode: string, file?: string) =>
      `${server.url}?schema=${mode.replace('-', '_')}&sslmode=${mode}${file === undefined ? '' : `&sslrootcert=${file}`}`;
    await openWorlds(createUrl('require'));
    await openWorlds(createUrl('verify-ca', ours));
    expect(await expectRefusal(createUrl('verify-ca', others))).toMatch(
      /cannot be reached over TLS: .*Check `sslmode`/,
    );
    expect(await expectRefusal(createUrl('verify-ca'))).toMatch(/cannot be reached over TLS/);
    // The certificate is not for this address.
    expect(await expectRefusal(createUrl('verify-full', ours))).toMatch(/cannot be reached over TLS: .*altnames/);
    expect(await expectRefusal(server.url)).toMatch(/no entry in `pg_hba.conf` .* without TLS. Add `sslmode=require`/);
  });

  const POOLER = 'is a pooler such as PgBouncer, and locks are unreliable';

  it.for<[server: string, facts: object, message: string]>([
    [
      'is too old',
      { number: '130014', version: '13.14' },
      'is PostgreSQL 13.14, which is too old. Use version 14 or newer.',
    ],
    ['is a pooler that switches sessions', { process_id: 1 }, POOLER],
    ['is a pooler that drops settings', { mark: null }, POOLER],
    ['is a pooler with settings of another session', { mark: 'other' }, POOLER],
    [
      'is read-only',
      { read_only: true },
      'is read-only. Make it writable, or give the address of a server that accepts',
    ],
  ])('that %s is refused', async ([, facts, message], { schema }) => {
    /** Changes how the server describes itself. */
    class Client extends pg.Client {
      override query(...parameters: unknown[]): never {
        const answer = super.query(...(parameters as [never])) as unknown as Promise<Postgres.QueryResult>;
        return answer.then((result) => {
          for (const row of result.rows) if ('process_id' in row) Object.assign(row, facts);
          return result;
        }) as never;
      }
    }
    const location = await parseLocation(schema.url);
    const driver = { ...pg, Client } as unknown as typeof Postgres;
    const waiting = { ...ONCE, maxMs: Number.POSITIVE_INFINITY };
    const opening = lockSchema(driver, location, waiting, async (session) => session);
    await expect(opening).rejects.toThrow(`--data ${location.shown} ${message}`);
    const sessions = `SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name LIKE 'nv-auth-mock on %process ${process.pid}'`;
    await expect.poll(() => sql(schema.url, sessions)).toEqual([{ open: 0 }]);
  });

  it.skipIf(!hasPgBouncer())('behind PgBouncer is refused in each mode', async ({ schema: { url } }) => {
    await openWorlds(url);
    for (const mode of ['session', 'transaction', 'statement']) {
      // The settings of a connection that the pooler ignores, because it does not know them.
      for (const ignored of ['', 'options', 'extra_float_digits, options']) {
        const settings = { pool_mode: mode, ...(ignored !== '' && { ignore_startup_parameters: ignored }) };
        const pooler = await startPgBouncer(Number(new URL(url).port), settings);
        onTestFinished(() => pooler.end());
        const refusal = await expectRefusal(changeUrl(url, { port: String(pooler.port) }));
        expect([mode, ignored, refusal]).toEqual([mode, ignored, expect.stringContaining(POOLER)]);
      }
    }
  });

  it.for([
    ['22023', 'invalid value for parameter "client_connection_check_interval": 1000'],
    ['42704', 'unrecognized configuration parameter "client_connection_check_interval"'],
  ] as const)('that cannot check its connections is used without these checks: %s', async ([code, message]) => {
    const { url } = await createSchema();
    const { port, readRefused } = await startServerWithoutChecks(Number(new URL(url).port), code, message);
    const storage = await openWorlds(changeUrl(url, { port: String(port) }));
    await storage.open('default').settings.set('name', 'value');
    expect(readRefused()).toBe(1);
  });
});

/** Starts a proxy of PostgreSQL that refuses a setting, as PostgreSQL does on systems without support for it. */
async function startServerWithoutChecks(target: number, code: string, message: string) {
  let refused = 0;
  const server = createServer((client: Socket) => {
    client.on('error', () => {});
    client.once('data', (first: Buffer) => {
      if (first.includes('client_connection_check_interval')) {
        refused += 1;
        const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
        const head = Buffer.from('E\0\0\0\0');
        head.writeInt32BE(fields.length + 4, 1);
        client.end(Buffer.concat([head, fields]));
        return;
      }
      const database = connect(target, '127.0.0.1');
      database.on('error', () => {});
      database.write(first);
      client.pipe(database).pipe(client);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, readRefused: () => refused };
}
