/** What a database has to be, and what is said of one that is not. */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { manualClock } from '../../src/core/clock.ts';
import { ACCESS_KEYS, accessKeyRow } from '../../src/services/runai/collections/access-keys.ts';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { locationOf } from '../../src/store/postgres/location.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { castKey } from '../support/ngc-cast.ts';
import { describePostgres, it } from '../support/postgres.ts';
import { TO_SCHEMA_2 } from '../support/postgres-schema-2.ts';
import { accessKey } from '../support/records.ts';
import { openServer, START } from '../support/server.ts';

describe('where a database is', () => {
  it('is shown without the password', async () => {
    const { shown, settings } = await locationOf('postgres://ada:secret@db.test:5433/mock?schema=team_a');
    expect(shown).toBe('postgres://ada@db.test:5433/mock');
    expect(settings).toEqual({ connectionString: 'postgres://ada:secret@db.test:5433/mock', ssl: false });
  });

  it.each<[url: string, said: RegExp]>([
    ['postgres://db.test:99999/mock', /^--data is not a valid URL/],
    ['postgres://ada:secret@db.test/mock?schema=Team', /`Team` cannot be the name of a schema/],
    ['postgres://ada:secret@db.test/mock?schema=a"b', /cannot be the name of a schema/],
    ['postgres://ada:secret@db.test/mock?sslmode=prefer', /`sslmode=prefer` is not known. Give disable/],
    ['postgres://ada:secret@db.test/mock?sslmode=verify-ca&sslrootcert=/nowhere.pem', /\/nowhere.pem cannot be read/],
  ])('is refused with what to do: %s', async (url, said) => {
    await expect(locationOf(url)).rejects.toThrow(said);
    await expect(locationOf(url)).rejects.not.toThrow(/secret/);
  });
});

describePostgres('a database', () => {
  const refusal = async (url: string) => {
    const cause = await openPostgres(url).then(
      () => null,
      (thrown: Error) => thrown.message,
    );
    expect(cause).not.toBeNull();
    expect(cause).not.toMatch(/secret|\n/);
    return cause;
  };
  const changed = (url: string, change: (url: URL) => void) => {
    const other = new URL(url);
    change(other);
    return other.href;
  };
  const run = async (url: string, ...statements: string[]) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  it('is opened by several processes at once, and again', async ({ schema }) => {
    const opened = await Promise.all([1, 2, 3, 4].map(() => openPostgres(schema.url)));
    const [first, second] = opened;
    const store = await first?.store('default', newStoreParts());
    await store?.settings.set('name', 'value');
    expect(await (await second?.store('default', newStoreParts()))?.settings.get('name')).toBe('value');
    for (const one of opened) await one.close();
    const again = await openPostgres(schema.url);
    expect(await (await again.store('default', newStoreParts())).settings.get('name')).toBe('value');
    await again.close();
  });

  it('has worlds that know nothing of one another', async ({ schema }) => {
    const database = await openPostgres(schema.url);
    const [one, other] = [await database.store('one', newStoreParts()), await database.store('other', newStoreParts())];
    await one.settings.set('mode', 'fixed');
    expect(await other.settings.get('mode')).toBeNull();
    await database.close();
  });

  it('that is refused is told in one line, without the password', async ({ server }) => {
    await run(server.url, `CREATE ROLE guest LOGIN PASSWORD 'right'`);
    const as = (name: string, password: string) =>
      changed(server.url, (url) => {
        url.username = name;
        url.password = password;
      });
    expect(await refusal(as('guest', 'secret'))).toMatch(/refuses the user or the password. Check both/);
    expect(await refusal(as('guest', 'right'))).toMatch(/lacks the right to create or use the schema "nv_auth_mock"/);
    expect(await refusal(changed(server.url, (url) => (url.pathname = '/nothing')))).toMatch(
      /names a database that does not exist/,
    );
    expect(await refusal(`${server.url}?sslmode=require`)).toMatch(/cannot be reached by TLS/);
    expect(await refusal('postgres://ada:secret@127.0.0.1:1/mock')).toMatch(/refuses connections/);
  });

  it('of another program, or of a later version, is left as it is', async ({ server }) => {
    await run(server.url, 'CREATE SCHEMA taken', 'CREATE TABLE taken.things (a text)');
    expect(await refusal(`${server.url}?schema=taken`)).toMatch(/belongs to another program. It was left as it is/);
    const database = await openPostgres(`${server.url}?schema=ours`);
    await database.close();
    await run(server.url, 'UPDATE ours.meta SET version = 99');
    expect(await refusal(`${server.url}?schema=ours`)).toMatch(
      /newer version of nv-auth-mock \(schema 99; this one knows/,
    );
    await run(server.url, 'SELECT a FROM taken.things');
  });

  it('of an earlier version is brought up to date, and says what was dropped for it, once', async ({ server }) => {
    const url = `${server.url}?schema=earlier`;
    const database = await openPostgres(url);
    await (await database.store('default', newStoreParts())).settings.set('name', 'value');
    await database.close();
    await run(
      server.url,
      ...TO_SCHEMA_2.map((text) => text.replaceAll('$schema', 'earlier')),
      'UPDATE earlier.meta SET version = 1',
      `INSERT INTO earlier.snapshots (id, world, at, made, bytes) VALUES ('a', 'default', 0, '{}', 'SQLite format 3')`,
    );
    for (const notices of [
      [expect.stringMatching(/^One snapshot was dropped from --data .*: an earlier version/)],
      [],
    ]) {
      const again = await openPostgres(url);
      const store = await again.store('default', newStoreParts());
      expect(store.notices).toEqual(notices);
      expect(await store.settings.get('name')).toBe('value');
      expect(await again.worlds.snapshots.list()).toEqual([]);
      const row = accessKeyRow(accessKey('one'));
      for (const change of [ACCESS_KEYS.put(row), ACCESS_KEYS.removal(row.id)])
        await store.collections.commit([change]);
      expect(await ACCESS_KEYS.byId(store.collections, row.id)).toBe(null);
      await again.close();
    }
  });

  it('is brought up to date however long that takes, while others wait to be started', async ({ server }) => {
    const url = `${server.url}?schema=large`;
    const database = await openPostgres(url);
    await (await database.store('default', newStoreParts())).settings.set('name', 'value');
    await database.close();
    const earlier = TO_SCHEMA_2.map((text) => text.replaceAll('$schema', 'large'));
    await run(server.url, ...earlier, 'UPDATE large.meta SET version = 2');
    const reader = new pg.Client({ connectionString: server.url });
    await reader.connect();
    await reader.query('BEGIN; LOCK TABLE large.objects IN ACCESS SHARE MODE');
    const opening = Promise.all([openPostgres(url), openPostgres(url)]);
    const opened = opening.then(
      (all) => all,
      (cause: Error) => cause.message,
    );
    // Longer than any statement of a server that has started.
    await setTimeout(1200);
    await reader.query('COMMIT');
    await reader.end();
    const databases = await opened;
    expect(databases).not.toBeTypeOf('string');
    for (const one of databases as Awaited<typeof opening>) {
      expect(await (await one.store('default', newStoreParts())).settings.get('name')).toBe('value');
      await one.close();
    }
  });

  it('of an earlier version has a finding that counts what was dropped', async ({ server }) => {
    const data = `${server.url}?schema=counted`;
    const clock = manualClock(START);
    await (await openServer({ data }, { clock })).close();
    const insert = (id: string) =>
      `INSERT INTO counted.snapshots (id, world, at, made, bytes) VALUES ('${id}', 'default', 0, '{}', 'SQLite format 3')`;
    const earlier = TO_SCHEMA_2.map((text) => text.replaceAll('$schema', 'counted'));
    await run(server.url, ...earlier, 'UPDATE counted.meta SET version = 1', insert('a'), insert('b'));
    const opened = await openServer({ data }, { clock });
    const { findings } = (await opened.call('GET /_mock/findings')).body;
    await opened.close();

    expect(findings).toEqual([
      expect.objectContaining({
        kind: 'storage',
        message: expect.stringMatching(/^2 snapshots were dropped from --data .*: an earlier version/),
        count: 1,
      }),
    ]);
  });

  it('of the version before keeps its snapshots, and says nothing of them', async ({ server }) => {
    const data = `${server.url}?schema=before`;
    const clock = manualClock(START);
    const first = await openServer({ data }, { clock });
    expect((await first.call('POST /_mock/snapshots', { body: { name: 'kept' } })).status).toBe(201);
    await first.close();
    const earlier = TO_SCHEMA_2.map((text) => text.replaceAll('$schema', 'before'));
    await run(server.url, ...earlier, 'UPDATE before.meta SET version = 2');
    const opened = await openServer({ data }, { clock });
    const { findings } = (await opened.call('GET /_mock/findings')).body;
    const { snapshots } = (await opened.call('GET /_mock/snapshots')).body;
    await opened.close();

    expect(findings).toEqual([]);
    expect(snapshots).toEqual([expect.objectContaining({ name: 'kept' })]);
  });

  it('of the version before loses its decisions and uses, whose members had other names, and says so', async ({
    server,
  }) => {
    const data = `${server.url}?schema=decided`;
    const clock = manualClock(START);
    const first = await openServer({ data }, { clock });
    const headers = { authorization: `Bearer ${castKey('nvcf-full-access').key}` };
    expect((await first.call('GET /v2/nvcf/functions', { headers })).status).toBe(200);
    await first.close();
    await run(
      server.url,
      ...TO_SCHEMA_2.map((text) => text.replaceAll('$schema', 'decided')),
      `UPDATE decided.happenings SET data = replace(replace(data, 'accessRequest', 'question'), 'lookedUp', 'sighting')`,
      'UPDATE decided.meta SET version = 2',
    );
    const opened = await openServer({ data }, { clock });
    const { findings } = (await opened.call('GET /_mock/findings')).body;
    const { requests } = (await opened.call('GET /_mock/requests')).body;
    const { decisions } = (await opened.call('GET /_mock/decisions')).body;
    expect((await opened.call('GET /v2/nvcf/functions', { headers })).status).toBe(200);
    await opened.close();

    expect(findings.map(({ message }: { message: string }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^One decision was dropped from --data .*: an earlier version/),
        expect.stringMatching(/^One use was dropped from --data .*: an earlier version/),
      ]),
    );
    expect([requests.length, decisions.length]).toEqual([1, 0]);
  });

  it('that goes away answers within a second, and works again once it is back', async ({ server }) => {
    const database = await openPostgres(server.url);
    const store = await database.store('default', newStoreParts());
    await store.settings.set('name', 'before');
    database.started();
    const read = async () => {
      await database.worlds.refresh(['default']);
      return store.settings.get('name');
    };
    server.freeze();
    const start = performance.now();
    await expect(read()).rejects.toMatchObject({ name: 'Unreachable' });
    expect(performance.now() - start).toBeLessThan(2000);
    server.thaw();
    expect(await read()).toBe('before');
    await server.kill();
    await expect(read()).rejects.toMatchObject({ name: 'Unreachable' });
    await server.restart();
    expect(await read()).toBe('before');
    await database.close();
  });
});
