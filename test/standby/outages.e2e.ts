/** The behaviour of a process while its database is silent, slow, read-only, full or unavailable. */
import { chmod, chown, rm, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, onTestFinished } from 'vitest';
import { admin, researcher } from '../support/cast.ts';
import type { CommandResult } from '../support/command.ts';
import { fillDisk, mountSmallDisk } from '../support/disk.ts';
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

/** The longest time of a response: the 6 seconds of a silent database, and more for a busy machine. */
const IN_TIME_MS = 7000;
/** Less than a request to a silent database takes, and much more than one that does not wait for the database. */
const WITHOUT_WAITING_MS = 4000;
/** How long a process may take to notice that its database is silent. */
const NOTICED_MS = 5000;
/** How long a process may take to find that it has lost its session. */
const LOST_MS = 8000;
/** How long a process may take to notice that its database is back. */
const RECOVERY_MS = 8000;

const AIR = castKey('air-admin').key;
const OWNER = castKey('owner').key;

/** Starts a database for a single test. */
async function startDatabase(options?: PostgresOptions): Promise<PostgresServer> {
  const server = await privatePostgres(options);
  onTestFinished(() => server.end());
  return server;
}

/** Starts a proxy of a database. */
async function startProxyOf(server: PostgresServer): Promise<DatabaseProxy> {
  const proxy = await startProxy(server.port);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A change and its response. */
interface Write {
  readonly name: string;
  /** Null if the connection broke, or could not be made. */
  readonly answer: Received | null;
}

/** The exit code of a process that has lost the session with its database, and the line that it prints. */
const LOST = 75;
const LOST_LINE =
  /^nv-auth-mock: The session with the database has ended \(.+\), so another process may have taken over the worlds\. Restart this server\.$/m;

/** Expects that a process ended because it lost its session. */
function expectLost({ code, stderr }: CommandResult): void {
  expect([code, stderr]).toEqual([LOST, expect.stringMatching(LOST_LINE)]);
}

/** Sends reads and changes one after another until it is stopped. */
function sendTraffic(at: Instance, prefix: string, writers = 4) {
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

/** The numbers of changes by outcome. */
interface Outcomes {
  readonly made: number;
  readonly not: number;
  readonly unknown: number;
  readonly broken: number;
}

/** Checks that each response arrived in time and agrees with the stored data. */
async function checkOutcomes(
  at: Instance,
  prefix: string,
  { reads, writes }: ReturnType<typeof sendTraffic>,
  inTime = IN_TIME_MS,
): Promise<Outcomes> {
  const names = new Set<string>();
  for (let offset = 0; ; offset += 1000) {
    const { status, body } = await at.call(`GET /api/v3/simulations/?limit=1000&offset=${offset}&search=${prefix}-`, {
      token: AIR,
    });
    expect(status).toBe(200);
    for (const { name } of body.results) names.add(name);
    if (body.next === null) break;
  }
  for (const { status, took } of reads.flatMap((answer) => answer ?? [])) {
    expect([200, 503]).toContain(status);
    expect(took).toBeLessThan(inTime);
  }
  const outcomes = { made: 0, not: 0, unknown: 0, broken: 0 };
  for (const { name, answer } of writes) {
    if (answer === null) {
      outcomes.broken += 1;
      continue;
    }
    const detail = String(answer.body?.detail);
    expect(answer.took).toBeLessThan(inTime);
    if (answer.status === 201) {
      outcomes.made += 1;
      expect(names).toContain(name);
    } else if (answer.decision?.reason === 'outcome_unknown') {
      outcomes.unknown += 1;
      expect([answer.status, detail]).toEqual([503, expect.stringMatching(/may or may not be stored/)]);
    } else {
      outcomes.not += 1;
      expect([answer.status, answer.headers['retry-after'], names.has(name), detail]).toEqual([
        503,
        '1',
        false,
        detail,
      ]);
      expect(detail).not.toMatch(/may or may not|Internal error/);
    }
  }
  return outcomes;
}

describePostgres('with a silent database,', () => {
  const MANNERS: readonly Manner[] = ['swallows', 'holds'];

  it.for(MANNERS)(
    'a single process is not ready, ends, and is ready again after the database recovers: the network %s',
    async (manner, { supervise }) => {
      const proxy = await startProxyOf(await startDatabase());
      const server = await supervise(proxy.through(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`));
      await server.untilReady();
      for (let round = 0; round < 2; round += 1) {
        const running = sendTraffic(server, `r${round}`);
        await setTimeout(500 + 130 * round);
        proxy.manner = manner;
        await until(async () => !(await server.isReady()), NOTICED_MS);
        expect((await server.call('GET /_mock/health')).body).toEqual({
          status: 'waiting',
          detail: expect.stringMatching(/^The database does not answer, /),
        });
        await until(async () => server.ends.length > round, LOST_MS);
        expectLost(server.ends[round] as CommandResult);
        // The next process cannot open a session.
        await until(async () => (await server.status()) === 'waiting', RECOVERY_MS);
        expect((await server.call('GET /_mock/health')).body.detail).toMatch(/^--data postgres:\S+ does not answer\./);
        await setTimeout(1000 * round);
        expect(await server.isReady()).toBe(false);
        proxy.manner = 'passes';
        await server.untilReady(RECOVERY_MS);
        await setTimeout(300);
        await running.stop();
        const outcomes = await checkOutcomes(server, `r${round}`, running);
        expect(outcomes.made).toBeGreaterThan(0);
        expect(outcomes.not).toBeGreaterThan(0);
      }
      expect(server.ends).toHaveLength(2);
    },
  );

  it.for(MANNERS)(
    'a standby takes over, and the disconnected process ends: the network %s',
    async (manner, { start, supervise }) => {
      const server = await startDatabase();
      const proxy = await startProxyOf(server);
      const one = await supervise(proxy.through(server.url));
      await one.untilReady();
      const other = await start(server.url);
      const running = sendTraffic(one, 'cut');
      await setTimeout(500);
      proxy.manner = manner;
      const begun = performance.now();
      const answers: (Received | null)[] = [];
      while (!(await other.isReady())) {
        answers.push(await one.call('GET /api/v3/simulations/?limit=1', { token: AIR }).catch(() => null));
        await setTimeout(10);
        expect(performance.now() - begun).toBeLessThan(IN_TIME_MS);
      }
      // The process that lost the worlds noticed it before.
      expect([503, undefined]).toContain(answers.at(-1)?.status);
      expect(await one.isReady()).toBe(false);
      const later = sendTraffic(other, 'new', 1);
      await setTimeout(2000);
      proxy.manner = 'passes';
      await until(async () => (await one.status()) === 'standby', RECOVERY_MS);
      expectLost(one.ends[0] as CommandResult);
      await setTimeout(300);
      for (const each of [running, later]) await each.stop();
      const outcomes = await checkOutcomes(other, 'cut', running);
      expect(outcomes.made).toBeGreaterThan(0);
      expect(await checkOutcomes(other, 'new', later)).toMatchObject({ not: 0, unknown: 0, broken: 0 });
      expect((await one.stop()).code).toBe(0);
    },
  );

  it('a short outage affects no response', async ({ start }) => {
    const proxy = await startProxyOf(await startDatabase());
    const server = await start(proxy.through(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`));
    await server.untilReady();
    const running = sendTraffic(server, 'short');
    for (let round = 0; round < 3; round += 1) {
      await setTimeout(500);
      proxy.manner = 'holds';
      await setTimeout(1500);
      proxy.manner = 'passes';
    }
    await setTimeout(500);
    await running.stop();
    expect(await checkOutcomes(server, 'short', running)).toMatchObject({ not: 0, unknown: 0, broken: 0 });
    expect(running.reads.filter((answer) => answer?.status !== 200)).toEqual([]);
  });

  it('a starting process waits, and each process ends within seconds on SIGTERM', async ({ start }) => {
    const server = await startDatabase();
    const proxy = await startProxyOf(server);
    const one = await start(proxy.through(server.url));
    await one.untilReady();
    proxy.manner = 'swallows';
    const stopping = performance.now();
    expect((await one.stop()).code).toBe(0);
    expect(performance.now() - stopping).toBeLessThan(WITHOUT_WAITING_MS);
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

describePostgres('with a slow database,', () => {
  it.for([
    ['1 second, which a process tolerates', 1000],
    ['3 seconds, so that its ownership is uncertain', 3000],
    ['6 seconds, longer than the session timeout', 6000],
  ] as const)('no response is wrong: %s', async ([, delay], { supervise }) => {
    const proxy = await startProxyOf(await startDatabase());
    const server = await supervise(proxy.through(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`));
    await server.untilReady();
    const running = sendTraffic(server, 'slow');
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
    // A change waits for at most four statements: a heartbeat, earlier changes, earlier uses, and its own.
    const outcomes = await checkOutcomes(server, 'slow', running, delay === 3000 ? 4 * delay + 1500 : IN_TIME_MS);
    expect(outcomes.made).toBeGreaterThan(0);
    if (delay === 1000) expect(outcomes).toMatchObject({ not: 0, unknown: 0, broken: 0 });
    if (delay === 1000) expect(server.ends).toEqual([]);
    if (delay === 6000) expectLost(server.ends[0] as CommandResult);
  });
});

/** Outages of a database. */
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
      product: 'nv-cloud-functions',
      scopes: ['list_functions'],
      resources: [{ id: '*', type: 'account-functions' }],
    },
  ],
};

/** Calls of a vendor, and a call that is always refused, as an example of its errors. */
interface Vendor {
  readonly refused: readonly [request: string, sent: Sent];
  readonly calls: readonly (readonly [request: string, sent: Sent])[];
}

function createVendors(token: string): Readonly<Record<string, Vendor>> {
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

/** Describes an error by its media type and its members. */
function describeForm({ body, headers }: Received): unknown {
  return { type: headers['content-type'], members: listMembers(body) };
}

function listMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      // `details` is optional.
      .filter(([name]) => name !== 'details')
      .map(([name, member]) => [name, listMembers(member)])
      .sort(),
  );
}

async function requestToken(at: Instance): Promise<string> {
  const { status, body } = await at.call('POST /api/v1/token', {
    body: { grantType: 'client_credentials', ...researcher.accessKey },
  });
  expect(status).toBe(200);
  return body.accessToken;
}

async function readCounts(at: Instance): Promise<unknown> {
  const { status, body } = await at.call('GET /_mock/info');
  expect(status).toBe(200);
  return body.counts;
}

describePostgres('with a database that', () => {
  it.for(AWAY)(
    '%s, a process ends, and the next one answers with vendor errors until the database is back',
    async ([, leave, back], { supervise }) => {
      const server = await startDatabase();
      const at = await supervise(server.url);
      await at.untilReady();
      const all = Object.entries(createVendors(await requestToken(at)));
      const calls = await Promise.all(
        all.map(async ([vendor, { refused, calls }]) => {
          const form = describeForm(await at.call(...refused));
          return calls.map(([request, sent]) => ({ title: `${vendor}, ${request}`, request, sent, form }));
        }),
      ).then((lists) => lists.flat());
      const before = await readCounts(at);

      for (let round = 0; round < 3; round += 1) {
        await leave(server);
        await until(async () => at.ends.length > round, LOST_MS);
        expectLost(at.ends[round] as CommandResult);
        await until(async () => (await at.status()) === 'waiting', RECOVERY_MS);
        const reported = await Promise.all(calls.map(({ request, sent }) => at.call(request, sent)));
        const descriptions = reported.map((answer, index) => ({
          title: calls[index]?.title,
          status: answer.status,
          form: describeForm(answer),
          again: answer.headers['retry-after'],
        }));
        expect(descriptions).toEqual(calls.map(({ title, form }) => ({ title, status: 503, form, again: '1' })));
        const alive = await at.call('GET /_mock/health');
        expect([alive.status, alive.body.status]).toEqual([200, 'waiting']);
        const ready = await at.call('GET /_mock/health?ready');
        const driven = await at.call('GET /_mock/requests');
        for (const { status, headers } of [ready, driven])
          expect([status, headers['content-type']]).toEqual([503, expect.stringContaining('application/problem+json')]);
        // None of these responses waits for the database.
        expect(Math.max(...[...reported, alive, ready, driven].map(({ took }) => took))).toBeLessThan(
          WITHOUT_WAITING_MS,
        );
        await back(server);
        await at.untilReady(RECOVERY_MS);
        expect(await readCounts(at)).toEqual(before);
        expect(
          (await at.call('POST /api/v1/token', { body: { grantType: 'client_credentials', ...admin.accessKey } }))
            .status,
        ).toBe(200);
      }
    },
  );

  it('is frozen during a change, the process ends without a response', async ({ supervise }) => {
    const server = await startDatabase();
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
    await until(async () => at.ends.length === 1, LOST_MS);
    expectLost(at.ends[0] as CommandResult);
    server.thaw();
    await at.untilReady(RECOVERY_MS);
  });

  it('takes seconds for a change, the change is made, and reads do not wait', async ({ start }) => {
    const server = await startDatabase();
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

describePostgres('with a read-only database', () => {
  it.for([
    ['for the user', 'ALTER ROLE CURRENT_USER SET default_transaction_read_only = on'],
    ['for the database', 'ALTER DATABASE postgres SET default_transaction_read_only = on'],
    ['for all users', 'ALTER SYSTEM SET default_transaction_read_only = on'],
  ] as const)('by a default %s, a process can write', async ([, statement], { start }) => {
    const server = await startDatabase();
    await sql(server.url, statement, 'SELECT pg_reload_conf()');
    const at = await start(server.url);
    await at.untilReady();
    expect((await at.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'made' } })).status).toBe(201);
  });

  it('that is a replica, each start is refused until it is the primary again', async ({ supervise }) => {
    const server = await startDatabase({ settings: { wal_level: 'replica' } });
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
    expectLost(lost as CommandResult);
    // The process waited until the database had started.
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

/** A database that can reject all changes as with a full disk. */
interface Full {
  readonly server: PostgresServer;
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Starts a database that can report a full disk. */
async function startFailingDatabase(): Promise<Full> {
  const server = await startDatabase();
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

/** Starts a database whose tables are on a small disk. */
async function startDatabaseOnFullDisk(skip: () => never): Promise<Full> {
  const folder = await emptyFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  // PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const disk = await mountSmallDisk(folder, skip, 8);
  onTestFinished(async () => void (await disk.remove()));
  const server = await startDatabase();
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
      filler = await fillDisk(disk.path);
    },
    end: () => rm(filler),
  };
}

describePostgres('with a full disk of the database', () => {
  const KINDS: readonly [how: string, make: (skip: () => never) => Promise<Full>][] = [
    ['as a simulated error', startFailingDatabase],
    ['as a real disk', startDatabaseOnFullDisk],
  ];

  it.for(KINDS)(
    '%s, a process is not ready, rejects changes, answers reads, and recovers',
    async ([, make], { start, skip }) => {
      const { server, begin, end } = await make(skip as () => never);
      const at = await start(server.url);
      await at.untilReady();
      const token = await requestToken(at);
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
        // Small changes may still fit into existing pages.
        for (let number = 0; number < 500; number += 1) {
          const name = `one-${number}`;
          const { status, body, headers, took } = await at.call(request, sent(name));
          expect(took).toBeLessThan(WITHOUT_WAITING_MS);
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
      await requestToken(at);
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
      // The next process reads the same data.
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
    '%s under a process, each change is rejected with a remedy, and the process is not ready',
    async ([, statement, message], { start }) => {
      const server = await startDatabase();
      await sql(
        server.url,
        `CREATE ROLE guest LOGIN PASSWORD 'unheard-of'`,
        'GRANT CREATE ON DATABASE postgres TO guest',
      );
      const at = await start(
        changed(server.url, (parsed) => Object.assign(parsed, { username: 'guest', password: 'unheard-of' })),
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
        // Snapshots have separate tables.
        ...(statement.includes('objects') ? [] : [['POST /_mock/snapshots', { body: {} }] as const]),
      ] as const) {
        const { status, body, took } = await at.call(request, sent);
        expect([request, status]).toEqual([request, 503]);
        expect(JSON.stringify(body)).toContain(`The database ${message}, so nothing was done`);
        expect(JSON.stringify(body)).not.toMatch(/Internal error|may or may not|unheard-of/);
        expect(took).toBeLessThan(WITHOUT_WAITING_MS);
      }
      await setTimeout(1500);
      expect(await at.isReady()).toBe(false);
      expect((await at.call('GET /_mock/health')).body).toEqual({
        status: 'waiting',
        detail: expect.stringMatching(new RegExp(`^The database ${message}, so nothing can be stored now\\. `)),
      });
      const { code, stderr } = await at.stop();
      expect([code, /unheard-of/.test(stderr)]).toEqual([0, false]);
    },
  );
});

describePostgres('the password of a database', () => {
  it('is in no output during any outage', async ({ start, launch }) => {
    const server = await startDatabase();
    const secret = 'unheard-of-9f3';
    await sql(server.url, `CREATE ROLE guest LOGIN PASSWORD '${secret}'`, 'GRANT CREATE ON DATABASE postgres TO guest');
    const data = changed(server.url, (parsed) => Object.assign(parsed, { username: 'guest', password: secret }));
    const at = await start(data, '--log-level', 'debug');
    await at.untilReady();
    const standby = await start(data, '--log-level', 'debug');
    const bodies: unknown[] = [];
    const recordBodies = async (...instances: readonly Instance[]) => {
      for (const instance of instances)
        for (const request of ['GET /_mock/health', 'GET /_mock/health?ready', 'GET /_mock/info', 'GET /_mock/metrics'])
          bodies.push((await instance.call(request)).body);
    };
    await recordBodies(at, standby);
    await sql(
      server.url,
      `ALTER ROLE guest PASSWORD 'another'`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guest'`,
    );
    const reportsWait = (why: RegExp) => async () => why.test((await standby.call('GET /_mock/health')).body.detail);
    const lost = await at.running.ended;
    expectLost(lost);
    await until(reportsWait(/rejected the user or the password/), 5000);
    await recordBodies(standby);
    await server.kill();
    await until(reportsWait(/refused the connection/), 5000);
    await recordBodies(standby);
    await server.restart();
    await sql(server.url, `ALTER ROLE guest PASSWORD '${secret}'`);
    await standby.untilReady(RECOVERY_MS);
    await recordBodies(standby);
    const ended = [lost, await standby.stop(), await launch(['start', '--data', `${data}x`, '--port', '0']).ended];
    expect(ended.map(({ code }) => code)).toEqual([LOST, 0, 2]);
    expect(JSON.stringify([bodies, ended])).not.toContain(secret);
  });
});

describe.skipIf(!hasPostgres || !hasPgBouncer())('behind PgBouncer', () => {
  const MODES = ['session', 'transaction', 'statement'] as const;
  /** The unknown settings of a connection that the pooler ignores. */
  const IGNORED = ['', 'options', 'extra_float_digits, options'] as const;

  it.for(MODES.flatMap((mode) => IGNORED.map((ignored) => [mode, ignored] as const)))(
    'a start is refused with a message: pool_mode = %s, ignore_startup_parameters = %s',
    async ([mode, ignored], { launch, start }) => {
      const server = await startDatabase();
      const settings = { pool_mode: mode, ...(ignored !== '' && { ignore_startup_parameters: ignored }) };
      const pooler = await startPgBouncer(server.port, settings);
      onTestFinished(() => pooler.end());
      const data = changed(server.url, (parsed) => Object.assign(parsed, { port: String(pooler.port) }));
      // A single start, two concurrent starts, and a start beside a process that has the worlds.
      const startRefused = () => launch(['start', '--port', '0', '--data', data]).ended;
      const all = [await startRefused(), ...(await Promise.all([startRefused(), startRefused()]))];
      const at = await start(server.url);
      await at.untilReady();
      all.push(await startRefused());
      for (const { code, stdout, stderr } of all) {
        expect([code, stdout]).toEqual([2, '']);
        expect(stderr).toMatch(
          /^nv-auth-mock: --data postgres:\S+ is a pooler such as PgBouncer, and locks are unreliable through a pooler\. Give the address of the PostgreSQL server itself\.\n$/,
        );
      }
      expect(await at.isReady()).toBe(true);
    },
  );

  it('a standby waits with a reason while its database is behind the pooler', async ({ start }) => {
    const server = await startDatabase();
    const proxy = await startProxyOf(server);
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
