/** What a process answers while its database is silent, slow, read-only, full, away or gone, and that nothing is half done. */
import { chmod, chown, rm, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, onTestFinished } from 'vitest';
import { admin, researcher } from '../support/cast.ts';
import type { Ended } from '../support/command.ts';
import { fill, smallDisk } from '../support/disk.ts';
import { emptyFolder } from '../support/folder.ts';
import type { Received, Sent } from '../support/keep-alive.ts';
import { castKey } from '../support/ngc-cast.ts';
import { DEFINITION, FULL } from '../support/nvcf-client.ts';
import { hasPgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { describePostgres, hasPostgres, privatePostgres } from '../support/postgres.ts';
import type { PostgresOptions, PostgresServer } from '../support/postgres-server.ts';
import { NOTHING } from '../support/runai.ts';
import { type Instance, it, until } from '../support/standby.ts';
import { changed, type DatabaseProxy, type Manner, sql, startProxy } from '../support/standby-faults.ts';

/** The longest that an answer may take; a busy machine may take somewhat longer than the 6 seconds of a silent database. */
const IN_TIME_MS = 7000;
/** How long a process may take to notice that its database is silent. */
const NOTICED_MS = 5000;
/** How long a process may take to find that it has lost its session. */
const LOST_MS = 8000;
/** How long a process may take to notice that its database is back: what it sent meanwhile is waited for. */
const RECOVERY_MS = 8000;

const AIR = castKey('air-admin').key;
const OWNER = castKey('owner').key;

/** A database that is the test's own. */
async function database(options?: PostgresOptions): Promise<PostgresServer> {
  const server = await privatePostgres(options);
  onTestFinished(() => server.end());
  return server;
}

/** A proxy in front of a database. */
async function proxied(server: PostgresServer): Promise<DatabaseProxy> {
  const proxy = await startProxy(server.port);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A change, and what the answer says of it. */
interface Write {
  readonly name: string;
  /** Null if the connection broke, or could not be made. */
  readonly answer: Received | null;
}

/** The exit code of a process that has lost the session with its database, and the line that it prints. */
const LOST = 75;
const LOST_LINE =
  /^nv-auth-mock: The session with the database has ended \(.+\), so another process may have taken over the worlds\. Restart this server\.$/m;

/** What one of them said, and how it ended. */
function expectLost({ code, stderr }: Ended): void {
  expect([code, stderr]).toEqual([LOST, expect.stringMatching(LOST_LINE)]);
}

/** Requests that go on until they are told to stop: reads and changes, each after the answer before. */
function traffic(at: Instance, prefix: string, writers = 4) {
  const reads: (Received | null)[] = [];
  const writes: Write[] = [];
  let isOver = false;
  const loop = async (work: (number: number) => Promise<void>) => {
    for (let number = 0; !isOver; number += 1) {
      await work(number);
      await setTimeout(5);
    }
  };
  const done = Promise.all([
    loop(async () => {
      reads.push(await at.call('GET /api/v3/simulations/?limit=1', { token: AIR }).catch(() => null));
    }),
    ...Array.from({ length: writers }, (_, writer) =>
      loop(async (number) => {
        const name = `${prefix}-${writer}-${number}`;
        const writing = at.call('POST /api/v3/simulations/', { token: AIR, body: { name } });
        writes.push({ name, answer: await writing.catch(() => null) });
      }),
    ),
  ]);
  return {
    reads,
    writes,
    stop: async () => {
      isOver = true;
      await done;
    },
  };
}

/** How many changes were made, were not, may have been, and had no answer. */
interface Fates {
  readonly made: number;
  readonly not: number;
  readonly unknown: number;
  readonly broken: number;
}

/** Checks that each answer came in time, and is true by what there is now. */
async function checkFates(
  at: Instance,
  prefix: string,
  { reads, writes }: ReturnType<typeof traffic>,
  inTime = IN_TIME_MS,
): Promise<Fates> {
  const names = new Set<string>();
  for (let offset = 0; ; offset += 1000) {
    const { status, body } = await at.call(`GET /api/v3/simulations/?limit=1000&offset=${offset}&search=${prefix}-`, {
      token: AIR,
    });
    expect(status).toBe(200);
    for (const { name } of body.results) names.add(name);
    if (body.next === null) break;
  }
  for (const { status, took } of reads.flatMap((one) => one ?? [])) {
    expect([200, 503]).toContain(status);
    expect(took).toBeLessThan(inTime);
  }
  const fates = { made: 0, not: 0, unknown: 0, broken: 0 };
  for (const { name, answer } of writes) {
    if (answer === null) {
      fates.broken += 1;
      continue;
    }
    const detail = String(answer.body?.detail);
    expect(answer.took).toBeLessThan(inTime);
    if (answer.status === 201) {
      fates.made += 1;
      expect(names).toContain(name);
    } else if (answer.decision?.reason === 'outcome_unknown') {
      fates.unknown += 1;
      expect([answer.status, detail]).toEqual([503, expect.stringMatching(/may or may not be stored/)]);
    } else {
      fates.not += 1;
      expect([answer.status, answer.headers['retry-after'], names.has(name), detail]).toEqual([
        503,
        '1',
        false,
        detail,
      ]);
      expect(detail).not.toMatch(/may or may not|Internal error/);
    }
  }
  return fates;
}

describePostgres('with a database that is silent,', () => {
  const MANNERS: readonly Manner[] = ['swallows', 'holds'];

  it.for(MANNERS)(
    'a process alone is not ready, ends, and is ready again when it is back: the network %s',
    async (manner, { supervise }) => {
      const proxy = await proxied(await database());
      const server = await supervise(proxy.through(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`));
      await server.untilReady();
      for (let round = 0; round < 2; round += 1) {
        const running = traffic(server, `r${round}`);
        await setTimeout(500 + 130 * round);
        proxy.manner = manner;
        await until(async () => !(await server.isReady()), NOTICED_MS);
        expect((await server.call('GET /_mock/health')).body).toEqual({
          status: 'waiting',
          detail: expect.stringMatching(/^The database does not answer, /),
        });
        await until(async () => server.ends.length > round, LOST_MS);
        expectLost(server.ends[round] as Ended);
        // The next one cannot open a session.
        await until(async () => (await server.status()) === 'waiting', RECOVERY_MS);
        expect((await server.call('GET /_mock/health')).body.detail).toMatch(/^--data postgres:\S+ does not answer\./);
        await setTimeout(1000 * round);
        expect(await server.isReady()).toBe(false);
        proxy.manner = 'passes';
        await server.untilReady(RECOVERY_MS);
        await setTimeout(300);
        await running.stop();
        const fates = await checkFates(server, `r${round}`, running);
        expect(fates.made).toBeGreaterThan(0);
        expect(fates.not).toBeGreaterThan(0);
      }
      expect(server.ends).toHaveLength(2);
    },
  );

  it.for(MANNERS)(
    'a standby takes over, and the process that is cut off ends: the network %s',
    async (manner, { start, supervise }) => {
      const server = await database();
      const proxy = await proxied(server);
      const one = await supervise(proxy.through(server.url));
      await one.untilReady();
      const other = await start(server.url);
      const running = traffic(one, 'cut');
      await setTimeout(500);
      proxy.manner = manner;
      const begun = performance.now();
      const answers: (Received | null)[] = [];
      while (!(await other.isReady())) {
        answers.push(await one.call('GET /api/v3/simulations/?limit=1', { token: AIR }).catch(() => null));
        await setTimeout(10);
        expect(performance.now() - begun).toBeLessThan(IN_TIME_MS);
      }
      // The one that lost them knew it before.
      expect([503, undefined]).toContain(answers.at(-1)?.status);
      expect(await one.isReady()).toBe(false);
      const later = traffic(other, 'new', 1);
      await setTimeout(2000);
      proxy.manner = 'passes';
      await until(async () => (await one.status()) === 'standby', RECOVERY_MS);
      expectLost(one.ends[0] as Ended);
      await setTimeout(300);
      for (const each of [running, later]) await each.stop();
      const fates = await checkFates(other, 'cut', running);
      expect(fates.made).toBeGreaterThan(0);
      expect(await checkFates(other, 'new', later)).toMatchObject({ not: 0, unknown: 0, broken: 0 });
      expect((await one.stop()).code).toBe(0);
    },
  );

  it('for less than it takes to notice, nobody notices', async ({ start }) => {
    const proxy = await proxied(await database());
    const server = await start(proxy.through(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`));
    await server.untilReady();
    const running = traffic(server, 'short');
    for (let round = 0; round < 3; round += 1) {
      await setTimeout(500);
      proxy.manner = 'holds';
      await setTimeout(1500);
      proxy.manner = 'passes';
    }
    await setTimeout(500);
    await running.stop();
    expect(await checkFates(server, 'short', running)).toMatchObject({ not: 0, unknown: 0, broken: 0 });
    expect(running.reads.filter((answer) => answer?.status !== 200)).toEqual([]);
  });

  it('a process that starts waits for it, and on SIGTERM each process ends within seconds', async ({ start }) => {
    const server = await database();
    const proxy = await proxied(server);
    const one = await start(proxy.through(server.url));
    await one.untilReady();
    proxy.manner = 'swallows';
    const stopping = performance.now();
    expect((await one.stop()).code).toBe(0);
    expect(performance.now() - stopping).toBeLessThan(3000);
    const two = await start(proxy.through(server.url));
    expect((await two.call('GET /_mock/health')).body).toEqual({
      status: 'waiting',
      detail: expect.stringMatching(/^--data \S+ does not answer\./),
    });
    const { code, stdout, stderr } = await two.stop();
    expect([code, stdout, stderr]).toEqual([
      0,
      '',
      expect.stringMatching(/^nv-auth-mock: waiting: --data \S+ does not answer\..*\n$/),
    ]);
  });
});

describePostgres('with a database that takes its time,', () => {
  it.for([
    ['which a process can bear', 1000],
    ['so that it is not sure of its worlds', 3000],
    ['longer than a session is waited for', 6000],
  ] as const)('no answer is wrong: %s', async ([, delay], { supervise }) => {
    const proxy = await proxied(await database());
    const server = await supervise(proxy.through(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`));
    await server.untilReady();
    const running = traffic(server, 'slow');
    await setTimeout(500);
    proxy.delay = delay;
    proxy.manner = 'delays';
    await setTimeout(12_000);
    const isReady = await server.isReady();
    if (delay === 1000) expect(isReady).toBe(true);
    if (delay === 6000) expect(isReady).toBe(false);
    proxy.manner = 'passes';
    await setTimeout(delay);
    await server.untilReady(RECOVERY_MS);
    await setTimeout(500);
    await running.stop();
    // A change waits for at most four statements: a beat, changes and uses that came before, and its own.
    const fates = await checkFates(server, 'slow', running, delay === 3000 ? 4 * delay + 1500 : IN_TIME_MS);
    expect(fates.made).toBeGreaterThan(0);
    if (delay === 1000) expect(fates).toMatchObject({ not: 0, unknown: 0, broken: 0 });
    if (delay === 1000) expect(server.ends).toEqual([]);
    if (delay === 6000) expectLost(server.ends[0] as Ended);
  });
});

/** Ways in which a database goes away, and comes back. */
const AWAY: readonly [
  how: string,
  leave: (database: PostgresServer) => unknown,
  back: (database: PostgresServer) => unknown,
][] = [
  ['accepts no connections', (server) => server.kill(), (server) => server.restart()],
  ['is frozen', (server) => server.freeze(), (server) => server.thaw()],
];

const NEW_KEY = {
  name: 'lost',
  policies: [
    {
      ...{ product: 'nv-cloud-functions', scopes: ['list_functions'] },
      resources: [{ id: '*', type: 'account-functions' }],
    },
  ],
};

/** Calls of one vendor, and one that is refused at any time: so its refusals look. */
interface Vendor {
  readonly refused: readonly [request: string, sent: Sent];
  readonly calls: readonly (readonly [request: string, sent: Sent])[];
}

function vendors(token: string): Readonly<Record<string, Vendor>> {
  return {
    'Run:ai': {
      refused: [`GET /api/v1/access-keys/${NOTHING}`, { token }],
      calls: [
        ['POST /api/v1/token', { body: { grantType: 'client_credentials', ...researcher.accessKey } }],
        ['GET /api/v1/access-keys', { token }],
        ['POST /api/v1/access-keys', { token, body: { name: 'lost' } }],
      ],
    },
    'Cloud Functions': {
      refused: [`GET /v2/nvcf/functions/${NOTHING}/versions/${NOTHING}`, { token: FULL }],
      calls: [
        ['GET /v2/nvcf/functions', { token: FULL }],
        ['POST /v2/nvcf/functions', { token: FULL, body: { ...DEFINITION, name: 'lost' } }],
      ],
    },
    Air: {
      refused: [`GET /api/v3/simulations/${NOTHING}/`, { token: AIR }],
      calls: [
        ['GET /api/v3/simulations/', { token: AIR }],
        ['POST /api/v3/simulations/', { token: AIR, body: { name: 'lost' } }],
      ],
    },
    NGC: {
      refused: [`GET /v3/orgs/acme/keys/${NOTHING}`, { token: OWNER }],
      calls: [
        ['GET /v3/orgs/acme/keys', { token: OWNER }],
        ['POST /v3/orgs/acme/keys/type/SERVICE_KEY', { token: OWNER, body: NEW_KEY }],
      ],
    },
  };
}

/** The form of an error: its media type, and which members it has. */
function formOf({ body, headers }: Received): unknown {
  return { type: headers['content-type'], members: membersOf(body) };
}

function membersOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      // What may be said in addition.
      .filter(([name]) => name !== 'details')
      .map(([name, member]) => [name, membersOf(member)])
      .sort(),
  );
}

async function tokenOf(at: Instance): Promise<string> {
  const { status, body } = await at.call('POST /api/v1/token', {
    body: { grantType: 'client_credentials', ...researcher.accessKey },
  });
  expect(status).toBe(200);
  return body.accessToken;
}

async function countsAt(at: Instance): Promise<unknown> {
  const { status, body } = await at.call('GET /_mock/info');
  expect(status).toBe(200);
  return body.counts;
}

describePostgres('with a database that', () => {
  it.for(AWAY)(
    '%s, a process ends, and the next one lives, refuses calls in words of the vendor, and has the worlds when it is back',
    async ([, leave, back], { supervise }) => {
      const server = await database();
      const at = await supervise(server.url);
      await at.untilReady();
      const all = Object.entries(vendors(await tokenOf(at)));
      const calls = await Promise.all(
        all.map(async ([vendor, { refused, calls }]) => {
          const form = formOf(await at.call(...refused));
          return calls.map(([request, sent]) => ({ what: `${vendor}, ${request}`, request, sent, form }));
        }),
      ).then((lists) => lists.flat());
      const before = await countsAt(at);

      for (let round = 0; round < 3; round += 1) {
        await leave(server);
        await until(async () => at.ends.length > round, LOST_MS);
        expectLost(at.ends[round] as Ended);
        await until(async () => (await at.status()) === 'waiting', RECOVERY_MS);
        const reported = await Promise.all(calls.map(({ request, sent }) => at.call(request, sent)));
        const shown = reported.map((answer, index) => ({
          what: calls[index]?.what,
          status: answer.status,
          form: formOf(answer),
          again: answer.headers['retry-after'],
        }));
        expect(shown).toEqual(calls.map(({ what, form }) => ({ what, status: 503, form, again: '1' })));
        const alive = await at.call('GET /_mock/health');
        expect([alive.status, alive.body.status]).toEqual([200, 'waiting']);
        const ready = await at.call('GET /_mock/health?ready');
        const driven = await at.call('GET /_mock/requests');
        for (const { status, headers } of [ready, driven])
          expect([status, headers['content-type']]).toEqual([503, expect.stringContaining('application/problem+json')]);
        // Nothing of it waits for the database.
        expect(Math.max(...[...reported, alive, ready, driven].map(({ took }) => took))).toBeLessThan(1000);
        await back(server);
        await at.untilReady(RECOVERY_MS);
        expect(await countsAt(at)).toEqual(before);
        expect(
          (await at.call('POST /api/v1/token', { body: { grantType: 'client_credentials', ...admin.accessKey } }))
            .status,
        ).toBe(200);
      }
    },
  );

  it('is frozen during a change, has a process that ends without an answer', async ({ supervise }) => {
    const server = await database();
    const at = await supervise(server.url);
    await at.untilReady();
    // A change of a row with this name takes a second.
    await sql(
      server.url,
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END'`,
      `CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON nv_auth_mock.objects DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW WHEN (NEW.row::jsonb #>> '{facets,name}' = 'perhaps') EXECUTE FUNCTION slow()`,
    );
    const writing = at.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'perhaps' } }).catch(() => null);
    await until(async () => {
      const asleep = await sql(server.url, `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
      return asleep.length > 0;
    }, 5000);
    server.freeze();
    expect(await writing).toBeNull();
    await until(async () => at.ends.length === 1, 1000);
    expectLost(at.ends[0] as Ended);
    server.thaw();
    await at.untilReady(RECOVERY_MS);
  });

  it('takes seconds with a change, the change is made, and nobody waits for what does not change', async ({
    start,
  }) => {
    const server = await database();
    const at = await start(server.url);
    await at.untilReady();
    const holder = new pg.Client({ connectionString: server.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE nv_auth_mock.objects IN SHARE MODE');
    const writing = at.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'waits' } });
    await setTimeout(2500);
    expect((await at.call('GET /api/v3/simulations/', { token: AIR })).status).toBe(200);
    await holder.query('COMMIT');
    await holder.end();
    const { status, took } = await writing;
    expect([status, took > 2000]).toEqual([201, true]);
    expect(await at.isReady()).toBe(true);
  });
});

describePostgres('with a database that is read-only', () => {
  it.for([
    ['for the user', 'ALTER ROLE CURRENT_USER SET default_transaction_read_only = on'],
    ['for the database', 'ALTER DATABASE postgres SET default_transaction_read_only = on'],
    ['for everybody', 'ALTER SYSTEM SET default_transaction_read_only = on'],
  ] as const)('by its default %s, a process writes', async ([, statement], { start }) => {
    const server = await database();
    await sql(server.url, statement, 'SELECT pg_reload_conf()');
    const at = await start(server.url);
    await at.untilReady();
    expect((await at.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'made' } })).status).toBe(201);
  });

  it('because it is a replica, each start is refused until it is the primary again', async ({ supervise }) => {
    const server = await database({ settings: { wal_level: 'replica' } });
    const at = await supervise(server.url);
    await at.untilReady();
    const made = await at.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'kept' } });
    const [{ folder }] = (await sql(server.url, 'SELECT current_setting($$data_directory$$) AS folder')) as [
      { folder: string },
    ];
    await sql(server.url, `COPY (SELECT '') TO '${folder}/standby.signal'`);
    await server.restart();
    await until(async () => at.ends.length >= 2, RECOVERY_MS);
    const [lost, refused] = at.ends;
    expectLost(lost as Ended);
    // It waited until the database had started.
    expect(refused).toMatchObject({ stdout: '' });
    expect([refused?.code, refused?.stderr.split('\n').at(-2)]).toEqual([
      2,
      expect.stringMatching(/^nv-auth-mock: --data postgres:\S+ is a replica, which accepts no changes\. Give the/),
    ]);
    await sql(server.url, 'SELECT pg_promote()');
    await at.untilReady(RECOVERY_MS);
    expect((await at.call(`GET /api/v3/simulations/${made.body.id}/`, { token: AIR })).status).toBe(200);
    expect((await at.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'later' } })).status).toBe(201);
  });
});

/** How a database comes to take no changes, and to take them again. */
interface Full {
  readonly server: PostgresServer;
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** A disk that is full, as the server tells of it. */
async function toldToBeFull(): Promise<Full> {
  const server = await database();
  const begin = async () => {
    await sql(
      server.url,
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`,
      ...['objects', 'worlds'].map(
        (table) => `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON nv_auth_mock.${table}
          FOR EACH STATEMENT EXECUTE FUNCTION full_disk()`,
      ),
    );
  };
  return { server, begin, end: async () => void (await sql(server.url, 'DROP FUNCTION full_disk CASCADE')) };
}

/** A disk with no room, which has the tables and nothing else. */
async function onFullDisk(skip: () => never): Promise<Full> {
  const folder = await emptyFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  // PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const disk = await smallDisk(folder, skip, 8);
  onTestFinished(async () => void (await disk.remove()));
  const server = await database();
  const [{ folder: data }] = (await sql(server.url, 'SELECT current_setting($$data_directory$$) AS folder')) as [
    { folder: string },
  ];
  const { uid, gid } = await stat(data);
  await chown(disk.path, uid, gid);
  await sql(
    server.url,
    `CREATE TABLESPACE small LOCATION '${disk.path}'`,
    'ALTER DATABASE postgres SET default_tablespace = small',
  );
  let filler = '';
  return {
    server,
    begin: async () => {
      filler = await fill(disk.path);
    },
    end: () => rm(filler),
  };
}

describePostgres('with a database whose disk is full', () => {
  const KINDS: readonly [how: string, make: (skip: () => never) => Promise<Full>][] = [
    ['as it tells', toldToBeFull],
    ['in truth', onFullDisk],
  ];

  it.for(KINDS)(
    '%s, a process is not ready, refuses changes, goes on reading, and recovers',
    async ([, make], { start, skip }) => {
      const { server, begin, end } = await make(skip as () => never);
      const at = await start(server.url);
      await at.untilReady();
      const token = await tokenOf(at);
      const writes: readonly [request: string, sent: (name: string) => Sent][] = [
        ['POST /api/v1/access-keys', (name) => ({ token, body: { name } })],
        ['POST /v2/nvcf/functions', (name) => ({ token: FULL, body: { ...DEFINITION, name } })],
        ['POST /api/v3/simulations/', (name) => ({ token: AIR, body: { name } })],
        [
          'POST /_mock/keys',
          (name) => ({ body: { type: 'service', name, services: ['air'], scopes: ['air:access'] } }),
        ],
        ['POST /_mock/worlds', (id) => ({ body: { id } })],
      ];
      await begin();
      const refused = new Set<string>();
      for (const [request, sent] of writes) {
        // Small ones may still fit into pages that are there.
        for (let number = 0; number < 500; number += 1) {
          const name = `one-${number}`;
          const { status, body, headers, took } = await at.call(request, sent(name));
          expect(took).toBeLessThan(2000);
          if (status < 300) continue;
          expect([request, status, headers['retry-after']]).toEqual([request, 507, undefined]);
          expect(JSON.stringify(body)).toContain('The database has a full disk, so nothing was done');
          expect(JSON.stringify(body)).not.toMatch(/Internal error|may or may not/);
          refused.add(`${request} ${name}`);
          break;
        }
      }
      expect(refused.size).toBe(writes.length);
      await until(async () => !(await at.isReady()), 3000);
      expect((await at.call('GET /_mock/health')).body).toEqual({
        status: 'waiting',
        detail: expect.stringMatching(/^The database has a full disk, so nothing can be stored now\. /),
      });
      expect((await at.call('GET /api/v1/access-keys', { token })).status).toBe(200);
      await tokenOf(at);
      expect((await at.call('GET /api/v1/users', {})).status).toBe(401);

      await end();
      await at.untilReady(RECOVERY_MS);
      const { worlds } = (await at.call('GET /_mock/worlds')).body;
      for (const { id } of worlds) expect(refused).not.toContain(`POST /_mock/worlds ${id}`);
      expect((await at.call('POST /api/v1/access-keys', { token, body: { name: 'again' } })).status).toBe(201);
      const names = (await at.call('GET /api/v1/access-keys', { token })).body.accessKeys.map(
        ({ name }: { name: string }) => name,
      );
      expect(names).toContain('again');
      for (const name of names) expect(refused).not.toContain(`POST /api/v1/access-keys ${name}`);
      // What it says is what is stored.
      await at.crash();
      const next = await start(server.url);
      await next.untilReady();
      const again = (await next.call('GET /api/v1/access-keys', { token })).body.accessKeys;
      expect(again.map(({ name }: { name: string }) => name)).toEqual(names);
    },
  );
});

describePostgres('with a schema that', () => {
  it.for([
    ['is dropped', 'DROP SCHEMA nv_auth_mock CASCADE', 'no longer has the tables of this server'],
    ['loses a table', 'DROP TABLE nv_auth_mock.objects', 'no longer has the tables of this server'],
    ['is renamed', 'ALTER SCHEMA nv_auth_mock RENAME TO elsewhere', 'no longer has the tables of this server'],
    [
      'may no longer be changed',
      'REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA nv_auth_mock FROM guest',
      'no longer lets this user change the tables',
    ],
    [
      'may no longer be used',
      'ALTER SCHEMA nv_auth_mock OWNER TO postgres',
      'no longer lets this user change the tables',
    ],
  ] as const)(
    '%s under a process, each change is refused with what to do, and it is not ready',
    async ([, statement, said], { start }) => {
      const server = await database();
      await sql(
        server.url,
        `CREATE ROLE guest LOGIN PASSWORD 'unheard-of'`,
        'GRANT CREATE ON DATABASE postgres TO guest',
      );
      const at = await start(
        changed(server.url, (one) => Object.assign(one, { username: 'guest', password: 'unheard-of' })),
      );
      await at.untilReady();
      const made = await at.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'before' } });
      expect(made.status).toBe(201);
      await sql(server.url, statement);
      for (const [request, sent] of [
        ['POST /api/v3/simulations/', { token: AIR, body: { name: 'lost' } }],
        [`PATCH /api/v3/simulations/${made.body.id}/`, { token: AIR, body: { name: 'other' } }],
        ['POST /_mock/worlds', { body: { id: 'lost' } }],
        ['PUT /_mock/mode', { body: { mode: 'observe' } }],
        ['POST /_mock/reset', {}],
        // Snapshots have tables of their own.
        ...(statement.includes('objects') ? [] : [['POST /_mock/snapshots', { body: {} }] as const]),
      ] as const) {
        const { status, body, took } = await at.call(request, sent);
        expect([request, status]).toEqual([request, 503]);
        expect(JSON.stringify(body)).toContain(`The database ${said}, so nothing was done`);
        expect(JSON.stringify(body)).not.toMatch(/Internal error|may or may not|unheard-of/);
        expect(took).toBeLessThan(2000);
      }
      await setTimeout(1500);
      expect(await at.isReady()).toBe(false);
      expect((await at.call('GET /_mock/health')).body).toEqual({
        status: 'waiting',
        detail: expect.stringMatching(new RegExp(`^The database ${said}, so nothing can be stored now\\. `)),
      });
      const { code, stderr } = await at.stop();
      expect([code, /unheard-of/.test(stderr)]).toEqual([0, false]);
    },
  );
});

describePostgres('the password of a database', () => {
  it('is in no output, whatever happens to the database', async ({ start, launch }) => {
    const server = await database();
    const secret = 'unheard-of-9f3';
    await sql(server.url, `CREATE ROLE guest LOGIN PASSWORD '${secret}'`, 'GRANT CREATE ON DATABASE postgres TO guest');
    const data = changed(server.url, (one) => Object.assign(one, { username: 'guest', password: secret }));
    const at = await start(data, '--log-level', 'debug');
    await at.untilReady();
    const standby = await start(data, '--log-level', 'debug');
    const said: unknown[] = [];
    const look = async (...all: readonly Instance[]) => {
      for (const one of all)
        for (const request of ['GET /_mock/health', 'GET /_mock/health?ready', 'GET /_mock/info', 'GET /_mock/metrics'])
          said.push((await one.call(request)).body);
    };
    await look(at, standby);
    await sql(
      server.url,
      `ALTER ROLE guest PASSWORD 'another'`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guest'`,
    );
    const isTold = (why: RegExp) => async () => why.test((await standby.call('GET /_mock/health')).body.detail);
    const lost = await at.running.ended;
    expectLost(lost);
    await until(isTold(/rejected the user or the password/), 5000);
    await look(standby);
    await server.kill();
    await until(isTold(/refused the connection/), 5000);
    await look(standby);
    await server.restart();
    await sql(server.url, `ALTER ROLE guest PASSWORD '${secret}'`);
    await standby.untilReady(RECOVERY_MS);
    await look(standby);
    const ended = [lost, await standby.stop(), await launch(['start', '--data', `${data}x`, '--port', '0']).ended];
    expect(ended.map(({ code }) => code)).toEqual([LOST, 0, 2]);
    expect(JSON.stringify([said, ended])).not.toContain(secret);
  });
});

describe.skipIf(!hasPostgres || !hasPgBouncer())('behind PgBouncer', () => {
  const MODES = ['session', 'transaction', 'statement'] as const;
  /** What it does with the settings of a connection that it does not know. */
  const IGNORED = ['', 'options', 'extra_float_digits, options'] as const;

  it.for(MODES.flatMap((mode) => IGNORED.map((ignored) => [mode, ignored] as const)))(
    'a start is refused by a sentence that says so: pool_mode = %s, ignore_startup_parameters = %s',
    async ([mode, ignored], { launch, start }) => {
      const server = await database();
      const settings = { pool_mode: mode, ...(ignored !== '' && { ignore_startup_parameters: ignored }) };
      const pooler = await startPgBouncer(server.port, settings);
      onTestFinished(() => pooler.end());
      const data = changed(server.url, (one) => Object.assign(one, { port: String(pooler.port) }));
      // One that is alone, two at once, and one beside a process that has the worlds.
      const refused = () => launch(['start', '--port', '0', '--data', data]).ended;
      const all = [await refused(), ...(await Promise.all([refused(), refused()]))];
      const at = await start(server.url);
      await at.untilReady();
      all.push(await refused());
      for (const { code, stdout, stderr } of all) {
        expect([code, stdout]).toEqual([2, '']);
        expect(stderr).toMatch(
          /^nv-auth-mock: --data postgres:\S+ is a pooler such as PgBouncer, and locks are unreliable through a pooler\. Give the address of the PostgreSQL server itself\.\n$/,
        );
      }
      expect(await at.isReady()).toBe(true);
    },
  );

  it('a standby whose database moves there says why it waits, until it is moved back', async ({ start }) => {
    const server = await database();
    const proxy = await proxied(server);
    const holder = await start(server.url);
    await holder.untilReady();
    const at = await start(proxy.through(server.url));
    await at.until('standby');
    const pooler = await startPgBouncer(server.port, { ignore_startup_parameters: 'options' });
    onTestFinished(() => pooler.end());
    proxy.target = pooler.port;
    proxy.cut();
    await until(async () => /is a pooler/.test((await at.call('GET /_mock/health')).body.detail), RECOVERY_MS);
    expect((await at.call('GET /_mock/health')).body.status).toBe('waiting');
    expect((await at.call('GET /api/v3/simulations/', { token: AIR })).status).toBe(503);
    await holder.stop();
    proxy.target = server.port;
    await at.untilReady(RECOVERY_MS);
  });
});
