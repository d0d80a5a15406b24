/** Which databases are accepted, and why others are refused. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type * as Postgres from 'pg';
import pg from 'pg';
import { describe, expect, onTestFinished } from 'vitest';
import { createSystemRandom } from '../../src/platform/random.ts';
import { PostgresStorage } from '../../src/store/postgres/index.ts';
import { parseLocation } from '../../src/store/postgres/location.ts';
import { openSession } from '../../src/store/postgres/open.ts';
import { SCHEMA_VERSION } from '../../src/store/postgres/schema.ts';
import { createStoreParts } from '../../src/store/shared.ts';
import type { Ownership, Storage } from '../../src/store/storage.ts';
import type { WaitState } from '../../src/store/waiting.ts';
import { createMachineClock } from '../../src/time/clock.ts';
import { createAuthority, exportKey, generateKey, Issuer } from '../../src/tls/certificates.ts';
import { emptyFolder } from '../support/folder.ts';
import { describePostgres, freshSchema, it, privatePostgres } from '../support/postgres.ts';
import { changed, sql } from '../support/standby-faults.ts';

/** The driver as the command loads it. */
const DRIVER = pg as unknown as typeof Postgres;

/** Takes ownership of a database, as a process does at its start. It is closed after the test. */
async function takeOwnership(url: string): Promise<{ readonly place: Storage; readonly held: Ownership }> {
  const place = await PostgresStorage.open(url, createStoreParts(), createMachineClock());
  onTestFinished(() => place.close());
  const held = await place.takeOwnership(() => {});
  if (held === null) throw new Error('the place was closed');
  return { place, held };
}

/** Expects that a database is refused in one line without the password; returns the line. */
async function expectRefusal(url: string): Promise<string> {
  const message = await takeOwnership(url).then(
    () => '',
    (thrown: Error) => `${thrown.name}: ${thrown.message}`,
  );
  expect(message).toMatch(/^Unusable: --data postgres:\/\/.+\.$/);
  expect(message).not.toMatch(/secret|\n/);
  return message;
}

/** Expects that a process waits for a database; returns the reason, which is one line without the password. */
async function expectWait(url: string): Promise<string> {
  const place = await PostgresStorage.open(url, createStoreParts(), createMachineClock());
  const { status, why } = await new Promise<WaitState>((resolve, reject) => {
    place.takeOwnership(resolve).catch(reject);
  });
  await place.close();
  expect(status).toBe('waiting');
  expect(why).toMatch(/^--data postgres:\/\/.+\.$/);
  expect(why).not.toMatch(/secret|\n/);
  return why;
}

/** Creates a user of a server without rights. */
async function createGuest(url: string): Promise<string> {
  const name = `guest_${createSystemRandom().hex(6)}`;
  await sql(url, `CREATE ROLE ${name} LOGIN PASSWORD 'right'`);
  return changed(url, (parsed) => Object.assign(parsed, { username: name, password: 'right' }));
}

const readUser = (url: string) => new URL(url).username;

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
  it('is set up by the first process, and has the same data for the next process', async ({ schema }) => {
    const { place, held } = await takeOwnership(schema.url);
    expect([place.kind, place.driver, place.schema]).toEqual(['postgres', null, schema.name]);
    expect([held.isFirstTry, held.notices]).toEqual([true, []]);
    await held.store.settings.set('name', 'value');
    await held.storedWorlds?.close();
    const again = await takeOwnership(schema.url);
    expect(await again.held.store.settings.get('name')).toBe('value');
  });

  it('is accepted if its user owns only a schema', async ({ schema }) => {
    const url = await createGuest(schema.url);
    const own = readUser(url);
    await sql(
      schema.url,
      `CREATE SCHEMA ${own} AUTHORIZATION ${own}`,
      `REVOKE CREATE ON DATABASE postgres FROM PUBLIC`,
    );
    const { held } = await takeOwnership(changed(url, (parsed) => parsed.searchParams.set('schema', own)));
    await held.store.settings.set('name', 'value');
    await held.storedWorlds?.close();
    await sql(schema.url, `DROP SCHEMA ${own} CASCADE`, `DROP ROLE ${own}`);
  });

  it('has a separate lock for each schema and each database', async ({ server }) => {
    await sql(server.url, 'CREATE DATABASE other');
    const other = changed(server.url, (parsed) => Object.assign(parsed, { pathname: '/other' }));
    const all = [`${server.url}?schema=one`, `${server.url}?schema=two`, `${other}?schema=one`];
    for (const url of all) expect((await takeOwnership(url)).held.isFirstTry).toBe(true);
  });

  it('is refused in one line without the password', async ({ server }) => {
    const guest = await createGuest(server.url);
    const wrong = changed(guest, (parsed) => Object.assign(parsed, { password: 'secret' }));
    expect(await expectRefusal(wrong)).toMatch(/rejected the user or the password. Check both/);
    expect(await expectRefusal(guest)).toMatch(/lacks the right to create or use the schema `nv_auth_mock`/);
    expect(
      await expectRefusal(changed(server.url, (parsed) => Object.assign(parsed, { pathname: '/nothing' }))),
    ).toMatch(/names a database that does not exist/);
    expect(await expectRefusal(`${server.url}?sslmode=require`)).toMatch(/cannot be reached over TLS/);
    const noPassword = changed(guest, (parsed) => Object.assign(parsed, { password: '' }));
    expect(await expectRefusal(noPassword)).toMatch(/client password must be a string/);
  });

  it('that does not answer is waited for, also at the first attempt', async () => {
    expect(await expectWait('postgres://ada:secret@127.0.0.1:1/mock')).toMatch(/refused the connection/);
    expect(await expectWait('postgres://ada:secret@nowhere.invalid/mock')).toMatch(/has an unknown host/);
    const server = await privatePostgres();
    onTestFinished(() => server.end());
    server.freeze();
    expect(await expectWait(server.url)).toMatch(/does not answer/);
  });

  it('that has no free connection is waited for', async () => {
    const server = await privatePostgres({ settings: { max_connections: 3, superuser_reserved_connections: 1 } });
    onTestFinished(() => server.end());
    const guest = await createGuest(server.url);
    const clients = [1, 2].map(() => new pg.Client({ connectionString: guest }));
    for (const client of clients) await client.connect();
    expect(await expectWait(guest)).toMatch(/has reached its connection limit/);
    for (const client of clients) await client.end();
  });

  describe('with a user who lacks rights', () => {
    const CASES: readonly [title: string, grants: readonly string[]][] = [
      ['use the schema', []],
      ['read the tables', ['GRANT USAGE ON SCHEMA $schema TO $name']],
      [
        'change the tables',
        ['GRANT USAGE ON SCHEMA $schema TO $name', 'GRANT SELECT ON ALL TABLES IN SCHEMA $schema TO $name'],
      ],
      [
        'delete rows',
        [
          'GRANT USAGE ON SCHEMA $schema TO $name',
          'GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA $schema TO $name',
        ],
      ],
      [
        'change one of the tables',
        [
          'GRANT USAGE ON SCHEMA $schema TO $name',
          'GRANT ALL ON ALL TABLES IN SCHEMA $schema TO $name',
          'REVOKE INSERT ON $schema.snapshot_parts FROM $name',
        ],
      ],
    ];

    it.for(CASES)('is refused if the user may not %s', async ([, grants]) => {
      const schema = await freshSchema();
      onTestFinished(() => schema.drop());
      const { held } = await takeOwnership(schema.url);
      await held.storedWorlds?.close();
      const guest = await createGuest(schema.url);
      const own = grants.map((grant) => grant.replaceAll('$schema', schema.name).replaceAll('$name', readUser(guest)));
      await sql(schema.url, ...own);
      expect(await expectRefusal(guest)).toMatch(/lacks the right to /);
      await sql(schema.url, `DROP OWNED BY ${readUser(guest)}`, `DROP ROLE ${readUser(guest)}`);
    });
  });

  describe('with the schema', () => {
    const OTHER = /the schema `\w+` belongs to another program and was not changed. Give another schema/;
    const CASES: readonly [owner: string, statements: readonly string[], message: RegExp][] = [
      ['another program', ['CREATE TABLE $schema.things (a text)'], OTHER],
      ['a program with a view', ['CREATE VIEW $schema.things AS SELECT 1 AS one'], OTHER],
      ['a program with a table `store`', ['CREATE TABLE $schema.store (a text)'], OTHER],
      [
        'a program with a table `store` of the same columns',
        ['CREATE TABLE $schema.store (program text, schema text)', `INSERT INTO $schema.store VALUES ('shop', 'x')`],
        OTHER,
      ],
      [
        'a program with a table `meta`',
        ['CREATE TABLE $schema.meta (program text)', `INSERT INTO $schema.meta VALUES ('shop')`],
        OTHER,
      ],
      [
        'the versions before the first release',
        [
          'CREATE TABLE $schema.meta (program text, version integer, revision bigint)',
          `INSERT INTO $schema.meta VALUES ('nv-auth-mock', 4, 77)`,
          'CREATE TABLE $schema.objects (world text)',
        ],
        /the schema `\w+` was written before the first release of nv-auth-mock, in a format that this version cannot read. Rename or drop it\./,
      ],
      [
        'this version, without one of its tables',
        [
          'CREATE TABLE $schema.store (program text, schema integer)',
          `INSERT INTO $schema.store VALUES ('nv-auth-mock', ${SCHEMA_VERSION})`,
        ],
        /the schema `\w+` lacks tables that nv-auth-mock created. Restore the schema from a dump, or drop it\./,
      ],
      [
        'another version',
        [
          'CREATE TABLE $schema.store (program text, schema integer, novelty text)',
          `INSERT INTO $schema.store VALUES ('nv-auth-mock', 99, 'x')`,
        ],
        new RegExp(
          `another version of nv-auth-mock \\(99; this version reads ${SCHEMA_VERSION}\\). Use that version, or`,
        ),
      ],
    ];

    it.for(CASES)('of %s is refused, and stays unchanged', async ([, statements, message], { schema: common }) => {
      const schema = await freshSchema();
      onTestFinished(() => schema.drop());
      await sql(common.url, ...statements.map((statement) => statement.replaceAll('$schema', schema.name)));
      const readTables = () =>
        sql(
          common.url,
          `SELECT c.relname, c.relkind, (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid) AS columns
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '${schema.name}' ORDER BY 1`,
        );
      const before = await readTables();
      expect(await expectRefusal(schema.url)).toMatch(message);
      expect(await readTables()).toEqual(before);
    });

    it('of another version is refused, also if it changes while a process waits for the lock', async () => {
      const schema = await freshSchema();
      onTestFinished(() => schema.drop());
      const { held } = await takeOwnership(schema.url);
      await sql(schema.url, `UPDATE ${schema.name}.store SET schema = ${SCHEMA_VERSION + 1}`);
      expect(await expectRefusal(schema.url)).toMatch(new RegExp(`\\(${SCHEMA_VERSION + 1}; this version reads`));
      await sql(schema.url, `UPDATE ${schema.name}.store SET schema = ${SCHEMA_VERSION}`);
      const place = await PostgresStorage.open(schema.url, createStoreParts(), createMachineClock());
      onTestFinished(() => place.close());
      const reasons: string[] = [];
      const taking = place.takeOwnership(({ status, why }) => reasons.push(`${status}: ${why}`));
      await expect.poll(() => reasons).toEqual([expect.stringMatching(/^standby: Another process \(/)]);
      await sql(schema.url, `UPDATE ${schema.name}.store SET schema = ${SCHEMA_VERSION + 1}`);
      await held.storedWorlds?.close();
      await expect.poll(() => reasons).toHaveLength(2);
      expect(reasons[1]).toMatch(/^waiting: --data .*another version of nv-auth-mock/);
      await sql(schema.url, `UPDATE ${schema.name}.store SET schema = ${SCHEMA_VERSION}`);
      expect((await taking)?.isFirstTry).toBe(false);
    });
  });

  describe('over TLS', () => {
    it('is reached in each mode, and refused with an unexpected certificate', async () => {
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
      await takeOwnership(createUrl('require'));
      await takeOwnership(createUrl('verify-ca', ours));
      expect(await expectRefusal(createUrl('verify-ca', others))).toMatch(
        /cannot be reached over TLS: .*Check `sslmode`/,
      );
      expect(await expectRefusal(createUrl('verify-ca'))).toMatch(/cannot be reached over TLS/);
      // The certificate is not for this address.
      expect(await expectRefusal(createUrl('verify-full', ours))).toMatch(/cannot be reached over TLS: .*altnames/);
      expect(await expectRefusal(server.url)).toMatch(
        /no entry in `pg_hba.conf` .* without TLS. Add `sslmode=require`/,
      );
    });
  });

  describe('on an unsupported server', () => {
    /** Creates a client class that changes how the server describes itself. */
    const createClientClass = (members: object) =>
      class extends DRIVER.Client {
        override query(...parameters: unknown[]): never {
          const answer = super.query(...(parameters as [never])) as unknown as Promise<Postgres.QueryResult>;
          const changedAnswer = answer.then((result) => {
            for (const row of result.rows) if ('process_id' in row) Object.assign(row, members);
            return result;
          });
          return changedAnswer as never;
        }
      };

    it.for<[title: string, members: object, message: string]>([
      [
        'too old',
        { number: '130014', version: '13.14' },
        'is PostgreSQL 13.14, which is too old. Use version 14 or newer.',
      ],
      ['a pooler that switches sessions', { process_id: 1 }, 'is a pooler such as PgBouncer, and locks are unreliable'],
      ['a pooler that drops settings', { mark: null }, 'is a pooler such as PgBouncer, and locks are unreliable'],
      [
        'a pooler with settings of another session',
        { mark: 'other' },
        'is a pooler such as PgBouncer, and locks are unreliable',
      ],
      ['a replica', { is_replica: true, read_only: true }, 'is a replica, which accepts no changes. Give the address'],
      [
        'read-only',
        { read_only: true },
        'is read-only. Make it writable, or give the address of a server that accepts',
      ],
    ])('is refused: %s', async ([, members, message], { schema }) => {
      const location = await parseLocation(schema.url);
      const other = { ...DRIVER, Client: createClientClass(members) } as typeof DRIVER;
      await expect(openSession(other, location)).rejects.toThrow(`--data ${location.shown} ${message}`);
      const sessions = `SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name LIKE 'nv-auth-mock on %process ${process.pid}'`;
      await expect.poll(() => sql(schema.url, sessions)).toEqual([{ open: 0 }]);
    });
  });

  it.for([
    ['22023', 'invalid value for parameter "client_connection_check_interval": 1000'],
    ['42704', 'unrecognized configuration parameter "client_connection_check_interval"'],
  ] as const)(
    'that cannot check its connections is used without these checks: %s',
    async ([code, message], { schema }) => {
      const { port, readRefused } = await startServerWithoutChecks(Number(new URL(schema.url).port), code, message);
      const emptySchema = await freshSchema();
      onTestFinished(() => emptySchema.drop());
      const url = changed(emptySchema.url, (parsed) => Object.assign(parsed, { port: String(port) }));
      const { held } = await takeOwnership(url);
      await held.store.settings.set('name', 'value');
      expect(readRefused()).toBe(1);
      await held.storedWorlds?.close();
    },
  );
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
