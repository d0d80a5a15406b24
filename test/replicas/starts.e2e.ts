/** How processes start on a database, together and where they cannot. */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { POSTGRES_SCHEMA } from '../../src/store/postgres/schema.ts';
import { admin, researcher } from '../support/cast.ts';
import { describePostgres, freshSchema, privatePostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { it, type Launch } from '../support/replicas.ts';

const ROUNDS = 10;

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function changed(url: string, change: (url: URL) => void): string {
  const other = new URL(url);
  change(other);
  return other.href;
}

describePostgres('processes', () => {
  it(`that start at the same moment on an empty schema both come up, with one seed, ${ROUNDS} times`, async ({
    start,
  }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const schema = await freshSchema();
      const both = await Promise.all([start(schema.url), start(schema.url)]);
      const [one, other] = await Promise.all(
        both.map(async (at) => ({
          counts: (await at.call('GET /_mock/info')).body.counts,
          cast: (await at.call('GET /_mock/cast')).body,
        })),
      );
      expect(other).toEqual(one);
      expect(one?.counts).toMatchObject({ users: 3, accessKeys: 8 });
      // They give ids of one series, and take each other's tokens.
      const [a, b] = both;
      const token = await a.tokenOf(researcher.accessKey);
      expect((await b.call('GET /api/v1/access-keys', { token })).status).toBe(200);
      const ids = (await b.call('GET /_mock/requests')).body.requests.map(({ id }: { id: string }) => id);
      expect(ids).toHaveLength(2);
      expect(new Set(ids.map((id: string) => id.split('-')[0])).size).toBe(1);
      for (const at of both) expect((await at.stop()).code).toBe(0);
      await schema.drop();
    }
  });

  it('come up with one seed if eight of them start at the same moment', async ({ schema, start }) => {
    const all = await Promise.all(Array.from({ length: 8 }, () => start(schema.url)));
    const casts = await Promise.all(all.map(async (at) => (await at.call('GET /_mock/cast')).body));
    for (const cast of casts) expect(cast).toEqual(casts[0]);
    expect((await all[0]?.call('GET /_mock/info'))?.body.counts).toMatchObject({ users: 3, accessKeys: 8 });
  });

  it('wait for another one that takes seconds with the tables', async ({ schema, start }) => {
    const first = await start(schema.url);
    const holder = new pg.Client({ connectionString: schema.url });
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${schema.name}.logs`);
    const second = start(schema.url);
    await setTimeout(2500);
    await holder.end();
    expect((await (await second).call('GET /_mock/cast')).body).toEqual((await first.call('GET /_mock/cast')).body);
  });

  it('that start on a schema that another one filled find what is there', async ({ schema, start }) => {
    const first = await start(schema.url);
    const token = await first.tokenOf(admin.accessKey);
    const { body: made } = await first.call('POST /api/v1/access-keys', { token, body: { name: 'kept' } });
    await first.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    await first.call('PUT /_mock/mode', { body: { mode: 'observe' } });
    await first.crash();
    const second = await start(schema.url);
    expect((await second.grant(made)).status).toBe(200);
    expect((await second.call('GET /api/v1/access-keys', { token })).status).toBe(200);
    expect((await second.call('GET /_mock/clock')).body.ahead).toBe('PT10M');
    expect((await second.call('GET /_mock/mode')).body.mode).toBe('observe');
    const { requests } = (await second.call('GET /_mock/requests')).body;
    expect(requests.map(({ operation }: { operation: string }) => operation)).toEqual([
      'get_access_keys',
      'grant_token',
      'create_access_key1',
      'grant_token',
    ]);
  });
});

/** How a start ends that fails: with what it said, in one line. */
async function refusal(launch: Launch, data: string): Promise<string> {
  const { code, stdout, stderr } = await launch('start', '--port', '0', '--data', data).ended;
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).not.toMatch(/secret|unheard-of/);
  return stderr;
}

describePostgres('a start', () => {
  describe('is refused in one line, without the password, and with 2', () => {
    const asGuest = async ({ url }: PostgresServer, password: string) => {
      await run(url, `CREATE ROLE guest LOGIN PASSWORD 'unheard-of'`);
      return changed(url, (one) => Object.assign(one, { username: 'guest', password }));
    };
    /** Where to start, and what is said. */
    const CASES: readonly [what: string, where: (server: PostgresServer) => string | Promise<string>, said: RegExp][] =
      [
        ['nobody listens', () => 'postgres://ada:secret@127.0.0.1:1/mock', /refuses connections/],
        ['the URL has no sense', () => 'postgres://ada:secret@db.test:99999/mock', /is not a valid URL/],
        ['the host does not exist', () => 'postgres://ada:secret@nowhere.invalid/mock', /nowhere\.invalid/],
        ['the password is wrong', (server) => asGuest(server, 'secret'), /refuses the user or the password/],
        [
          'the user lacks the right',
          (server) => asGuest(server, 'unheard-of'),
          /lacks the right to create or use the schema/,
        ],
        [
          'the database does not exist',
          ({ url }) => changed(url, (one) => (one.pathname = '/nothing')),
          /does not exist/,
        ],
        [
          'the schema is of another program',
          async ({ url }) => {
            await run(url, 'CREATE SCHEMA taken', 'CREATE TABLE taken.things (a text)');
            return `${url}?schema=taken`;
          },
          /belongs to another program/,
        ],
        ['TLS is demanded that it has not', ({ url }) => `${url}?sslmode=require`, /cannot be reached by TLS/],
        [
          'the database is frozen',
          (server) => {
            server.freeze();
            return server.url;
          },
          /cannot be used: .*timeout/,
        ],
      ];

    it.for(CASES)('where %s', async ([, where, said], { launch }) => {
      const server = await privatePostgres();
      try {
        expect(await refusal(launch, await where(server))).toMatch(said);
      } finally {
        await server.end();
      }
    });

    it('where the database has become read-only', async ({ launch, start }) => {
      const server = await privatePostgres();
      const first = await start(server.url);
      await first.stop();
      await run(server.url, 'ALTER ROLE CURRENT_USER SET default_transaction_read_only = on');
      expect(await refusal(launch, server.url)).toMatch(
        /cannot be used now: the database is read-only, as after a failover\./,
      );
      await server.end();
    });

    it('where another version made the schema, which stays as it is', async ({ launch, start }) => {
      const server = await privatePostgres();
      const first = await start(server.url);
      await first.stop();
      await run(server.url, `UPDATE nv_auth_mock.meta SET version = ${POSTGRES_SCHEMA + 1}`);
      expect(await refusal(launch, server.url)).toContain(
        `another version of nv-auth-mock (${POSTGRES_SCHEMA + 1}; this one knows ${POSTGRES_SCHEMA})`,
      );
      await run(server.url, `UPDATE nv_auth_mock.meta SET version = ${POSTGRES_SCHEMA}`);
      await start(server.url);
      await server.end();
    });
  });
});
