/** The behaviour of a process whose database accepts no changes: its disk is full, or its tables are gone or protected. */
import { chmod, chown, rm, stat } from 'node:fs/promises';
import { expect, onTestFinished } from 'vitest';
import { admin } from '../../support/cast.ts';
import { fillDisk, mountSmallDisk } from '../../support/disk.ts';
import { emptyFolder } from '../../support/folder.ts';
import type { Sent } from '../../support/keep-alive.ts';
import { DEFINITION, FULL } from '../../support/nvcf-client.ts';
import { changeUrl, describePostgres, freshSchema, privatePostgres, sql } from '../../support/postgres.ts';
import { it, until } from '../../support/processes.ts';
import { AIR } from './load.ts';

/** How long a process may take to notice that its database accepts changes again. It tries every second. */
const RECOVERY_MS = 8000;

/** Much more than a refused change needs. */
const REFUSED_MS = 3000;

/** A schema whose disk can be full. */
interface Disk {
  readonly url: string;
  fill(): Promise<void>;
  free(): Promise<void>;
}

/** Creates a schema that can report a full disk. */
async function createFailingSchema(): Promise<Disk> {
  const { url, name, drop } = await freshSchema();
  onTestFinished(drop);
  const fill = async () => {
    await sql(
      url,
      `CREATE FUNCTION ${name}.full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`,
      ...['objects', 'worlds'].map(
        (table) => `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON ${name}.${table}
          FOR EACH STATEMENT EXECUTE FUNCTION ${name}.full_disk()`,
      ),
    );
  };
  return { url, fill, free: async () => void (await sql(url, `DROP FUNCTION ${name}.full_disk CASCADE`)) };
}

/** Starts a database whose tables are on a small disk. */
async function startDatabaseOnSmallDisk(skip: () => never): Promise<Disk> {
  const folder = await emptyFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  // PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const disk = await mountSmallDisk(folder, skip, 8);
  onTestFinished(async () => void (await disk.remove()));
  const { url, end } = await privatePostgres();
  onTestFinished(end);
  const [{ data }] = (await sql(url, `SELECT current_setting('data_directory') AS data`)) as [{ data: string }];
  const { uid, gid } = await stat(data);
  await chown(disk.path, uid, gid);
  await sql(
    url,
    `CREATE TABLESPACE small LOCATION '${disk.path}'`,
    'ALTER DATABASE postgres SET default_tablespace = small',
  );
  let filler = '';
  const fill = async () => {
    filler = await fillDisk(disk.path);
  };
  return { url, fill, free: () => rm(filler) };
}

describePostgres('a process', () => {
  it.for<[how: string, create: (skip: () => never) => Promise<Disk>]>([
    ['a simulated error', createFailingSchema],
    ['a real disk', startDatabaseOnSmallDisk],
  ])(
    'with a full disk of the database rejects changes, answers reads, and recovers: %s',
    async ([, create], { start, skip }) => {
      const { url, fill, free } = await create(skip as () => never);
      const at = await start(url);
      const token = await at.tokenOf(admin.accessKey);
      const changes: readonly [request: string, sent: (name: string) => Sent][] = [
        ['POST /api/v1/access-keys', (name) => ({ token, body: { name } })],
        ['POST /v2/nvcf/functions', (name) => ({ token: FULL, body: { ...DEFINITION, name } })],
        ['POST /api/v3/simulations/', (name) => ({ token: AIR, body: { name } })],
        [
          'POST /_mock/keys',
          (name) => ({ body: { type: 'service', name, services: ['air'], scopes: ['air:access'] } }),
        ],
        ['POST /_mock/worlds', (id) => ({ body: { id } })],
      ];
      await fill();
      const refused = new Map<string, string>();
      for (const [request, sent] of changes) {
        // Small changes may still fit into existing pages.
        for (let number = 0; number < 500 && !refused.has(request); number += 1) {
          const name = `name-${number}`;
          const { status, body, headers, took } = await at.call(request, sent(name));
          expect(took).toBeLessThan(REFUSED_MS);
          if (status < 300) continue;
          expect([request, status, headers['retry-after']]).toEqual([request, 507, undefined]);
          expect(JSON.stringify(body)).toContain('The database has a full disk, so nothing was done');
          refused.set(request, name);
        }
      }
      expect([...refused.keys()]).toEqual(changes.map(([request]) => request));
      const { status, body } = await at.call('GET /_mock/health');
      const reason = 'The database has a full disk, so nothing can be stored now. Free some disk space.';
      expect([status, body]).toEqual([503, { status: 'storage', reason }]);
      const readKeys = async ({ call }: typeof at): Promise<string[]> => {
        const answer = await call('GET /api/v1/access-keys', { token });
        expect(answer.status).toBe(200);
        return answer.body.accessKeys.map(({ name }: { name: string }) => name);
      };
      expect(await readKeys(at)).not.toContain(refused.get('POST /api/v1/access-keys'));
      await at.tokenOf(admin.accessKey);

      await free();
      await until(() => at.isReady(), RECOVERY_MS);
      const { worlds } = (await at.call('GET /_mock/worlds')).body;
      expect(worlds.map(({ id }: { id: string }) => id)).not.toContain(refused.get('POST /_mock/worlds'));
      expect((await at.call('POST /api/v1/access-keys', { token, body: { name: 'again' } })).status).toBe(201);
      const keys = await readKeys(at);
      expect(keys).toContain('again');
      await at.end('SIGKILL');
      expect(await readKeys(await start(url))).toEqual(keys);
    },
  );

  it.for<[how: string, statement: string, reason: string]>([
    ['are dropped', 'DROP TABLE $schema.objects, $schema.worlds CASCADE', 'no longer has the tables of this server'],
    [
      'may no longer be changed',
      'REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA $schema FROM $schema',
      'no longer lets this user change the tables',
    ],
  ])('whose tables %s rejects changes with the reason', async ([, statement, reason], { schema, start }) => {
    // A user with the name of the schema, who owns it.
    const { name, url } = schema;
    await sql(url, `CREATE ROLE ${name} LOGIN PASSWORD 'right'`, `ALTER SCHEMA ${name} OWNER TO ${name}`);
    onTestFinished(async () => void (await sql(url, `DROP OWNED BY ${name} CASCADE`, `DROP ROLE ${name}`)));
    const at = await start(changeUrl(url, { username: name, password: 'right' }));
    const made = await at.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'before' } });
    expect(made.status).toBe(201);
    await sql(url, statement.replaceAll('$schema', name));
    for (const [request, sent] of [
      ['POST /api/v3/simulations/', { token: AIR, body: { name: 'lost' } }],
      [`PATCH /api/v3/simulations/${made.body.id}/`, { token: AIR, body: { name: 'other' } }],
      ['POST /_mock/worlds', { body: { id: 'lost' } }],
      ['POST /_mock/clock/freeze', {}],
      ['POST /_mock/reset', {}],
    ] as const) {
      const { status, body, took } = await at.call(request, sent);
      expect([request, status]).toEqual([request, 503]);
      expect(JSON.stringify(body)).toContain(`The database ${reason}, so nothing was done`);
      expect(took).toBeLessThan(REFUSED_MS);
    }
    const health = await at.call('GET /_mock/health');
    expect([health.status, health.body]).toEqual([
      503,
      { status: 'storage', reason: expect.stringContaining(`The database ${reason}, so nothing can be stored now. `) },
    ]);
    expect((await at.end('SIGTERM')).code).toBe(0);
  });
});
