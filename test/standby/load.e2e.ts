/** The load of PostgreSQL, and how concurrent changes share statements. */
import pg from 'pg';
import { expect } from 'vitest';
import { readStopwatch } from '../../src/time/clock.ts';
import { researcher } from '../support/cast.ts';
import { describePostgres, privatePostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { it as base, type Instance } from '../support/standby.ts';
import { report } from './figures.ts';
import { AIR } from './simulations.ts';

const READS = 10_000;
const READERS = 10;
const WRITERS = 100;
/** The number of changes of each writer. */
const EACH = 20;
/** The number of changes of a single writer. */
const ALONE = 500;
/** The time of a statement of a slow database. */
const SLOW_MS = 20;

/** Tests with a database that logs every statement. */
const it = base.extend<{ database: PostgresServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern what a fixture needs
  database: async ({}, use) => {
    const database = await privatePostgres({ settings: { log_statement: 'all' } });
    await use(database);
    await database.end();
  },
});

/** Reads the texts of all statements so far, each in one line. */
async function readStatements(database: PostgresServer): Promise<string[]> {
  const entries = (await database.log()).split(/^(?=\d{4}-\d\d-\d\d )/m);
  return entries.flatMap(
    (entry) => / LOG: {2}(?:statement|execute [^:]*): (.*)/s.exec(entry)?.[1]?.replace(/\s+/g, ' ') ?? [],
  );
}

interface Written {
  readonly perStatement: number;
  readonly aSecond: number;
  readonly names: string[];
}

/** Creates keys one after another, with a writer for each world. */
async function write(
  active: Instance,
  database: PostgresServer,
  worlds: readonly string[],
  each: number,
): Promise<Written> {
  const before = (await readCommits(database)).length;
  const begin = readStopwatch();
  const names = worlds.map(async (world, writer) => {
    const made: string[] = [];
    for (let number = 0; number < each; number += 1) {
      const name = `writer-${writer}-${number}-${worlds.length}`;
      const body = { type: 'service', name, services: ['air'], scopes: ['air:access'] };
      const { status } = await active.call(`POST /w/${world}/_mock/keys`, { body });
      expect(status).toBe(201);
      made.push(name);
    }
    return made;
  });
  const all = (await Promise.all(names)).flat();
  const seconds = (readStopwatch() - begin) / 1000;
  const statements = (await readCommits(database)).length - before;
  return { perStatement: all.length / statements, aSecond: all.length / seconds, names: all };
}

async function readCommits(database: PostgresServer): Promise<string[]> {
  return (await readStatements(database)).filter((statement) =>
    /^WITH head .* INSERT INTO \S+objects .*ON CONFLICT /.test(statement),
  );
}

/** Makes statements that change rows slower, as with a remote database. */
async function slowDown({ url }: PostgresServer): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(${SLOW_MS / 1000}); RETURN NULL; END';
    CREATE TRIGGER slow AFTER INSERT ON nv_auth_mock.objects FOR EACH STATEMENT EXECUTE FUNCTION slow()`);
  await client.end();
}

async function createWorlds(active: Instance, ids: readonly string[]): Promise<void> {
  for (const id of ids) expect((await active.call('POST /_mock/worlds', { body: { id } })).status).toBe(201);
}

async function listKeys(active: Instance, world: string): Promise<string[]> {
  const names: string[] = [];
  for (let page = ''; ; ) {
    const { status, body } = await active.call(`GET /w/${world}/_mock/keys?limit=500${page}`);
    expect(status).toBe(200);
    names.push(...body.keys.map(({ name }: { readonly name: string }) => name));
    if (body.next === undefined || body.next === null) return names.filter((name) => name.startsWith('writer-'));
    page = `&after=${body.next}`;
  }
}

describePostgres('a process that has the worlds', () => {
  it(`sends only heartbeats and uses to the database for ${READS} reads`, async ({ database, start }) => {
    const active = await start(database.url);
    await active.ready;
    const token = await active.tokenOf(researcher.accessKey);
    // The last use of a world is written, because its expiry depends on it.
    const { body: world } = await active.call('POST /_mock/worlds', { body: { id: 'used' } });
    const { key } = world.cast.ngc.keys.find(({ name }: { readonly name: string }) => name === 'air-admin');
    const before = (await readStatements(database)).length;
    const begin = readStopwatch();
    const lists = [
      ['GET /api/v3/simulations/', AIR],
      ['GET /api/v1/access-keys', token],
      ['GET /w/used/api/v3/simulations/', key],
    ] as const;
    const reading = Array.from({ length: READERS }, async (_, reader) => {
      const [request, credential] = lists[reader % lists.length] as (typeof lists)[number];
      for (let number = 0; number < READS / READERS; number += 1) {
        expect((await active.call(request, { token: credential })).status).toBe(200);
      }
    });
    await Promise.all(reading);
    const seconds = (readStopwatch() - begin) / 1000;
    const statements = (await readStatements(database)).slice(before);
    const beats = statements.filter((statement) => /^SELECT 1 ?$/.test(statement));
    const uses = statements.filter((statement) => /^WITH head .* SET used_at /.test(statement));
    report(
      `${READS} reads in ${seconds.toFixed(1)} s: ${statements.length} statements, of them ${beats.length} beats and ${uses.length} writes of uses`,
    );

    expect(beats.length + uses.length).toBe(statements.length);
    expect(beats.length).toBeGreaterThanOrEqual(Math.floor(seconds) - 1);
    expect(beats.length).toBeLessThanOrEqual(seconds + 1);
    expect(uses.length).toBeGreaterThanOrEqual(1);
    expect(uses.length).toBeLessThanOrEqual(seconds + 1);
  });

  /**
   * On a machine with two cores HTTP limits the rate, so this counts the changes of a statement. The last part shows the
   * effect on the rate with a slow database.
   */
  it(`writes five or more changes in a statement for ${WRITERS} writers with a world each, and keeps all`, async ({
    database,
    start,
  }) => {
    let active = await start(database.url);
    await active.ready;
    const worlds = Array.from({ length: WRITERS }, (_, number) => `world-${number}`);
    const common = worlds.map(() => 'common');
    await createWorlds(active, [...worlds, 'alone', 'common']);
    const reportRate = (title: string, { perStatement, aSecond }: Written) =>
      report(`${title}: ${perStatement.toFixed(1)} changes a statement, ${Math.round(aSecond)} changes a second`);

    const alone = await write(active, database, ['alone'], ALONE);
    reportRate('1 writer', alone);
    const apart = await write(active, database, worlds, EACH);
    reportRate(`${WRITERS} writers, each in a world of its own`, apart);
    const together = await write(active, database, common, EACH);
    reportRate(`${WRITERS} writers in one world`, together);
    expect(alone.perStatement).toBe(1);
    expect(apart.perStatement).toBeGreaterThanOrEqual(5);

    expect((await active.stop()).code).toBe(0);
    active = await active.again();
    await active.ready;
    expect((await listKeys(active, 'alone')).sort()).toEqual(alone.names.sort());
    expect((await listKeys(active, 'common')).sort()).toEqual(together.names.sort());
    expect((await Promise.all(worlds.map((world) => listKeys(active, world)))).flat().sort()).toEqual(
      apart.names.sort(),
    );

    await slowDown(database);
    const slowly = await write(active, database, ['alone'], 100);
    reportRate(`1 writer, if a statement takes ${SLOW_MS} ms`, slowly);
    const slowlyApart = await write(active, database, worlds, 5);
    reportRate(`${WRITERS} writers, each in a world of its own, if a statement takes ${SLOW_MS} ms`, slowlyApart);
    expect(slowlyApart.aSecond).toBeGreaterThanOrEqual(5 * slowly.aSecond);
  });
});
