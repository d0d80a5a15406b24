/** What a database has to be, and what is said of one that is not. */
import pg from 'pg';
import { describe, expect } from 'vitest';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { locationOf } from '../../src/store/postgres/location.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { describePostgres, it } from '../support/postgres.ts';

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

  it('of another program, or of another version, is left as it is', async ({ server }) => {
    await run(server.url, 'CREATE SCHEMA taken', 'CREATE TABLE taken.things (a text)');
    expect(await refusal(`${server.url}?schema=taken`)).toMatch(/belongs to another program. It was left as it is/);
    const database = await openPostgres(`${server.url}?schema=ours`);
    await database.close();
    for (const version of [3, 99]) {
      await run(server.url, `UPDATE ours.meta SET version = ${version}`);
      expect(await refusal(`${server.url}?schema=ours`)).toMatch(
        new RegExp(`another version of nv-auth-mock \\(${version}; this one knows 4\\).*rename or drop the schema`),
      );
    }
    await run(server.url, 'SELECT revision FROM ours.directory');
    await run(server.url, 'SELECT a FROM taken.things');
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
