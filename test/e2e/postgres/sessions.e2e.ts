/** The behaviour of processes while their database is away, silent, slow or a replica. */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import { readStopwatch } from '../../../src/lib/clock.ts';
import { AT_ONCE_MS } from '../../support/limits.ts';
import { describePostgres, privatePostgres, sql } from '../../support/postgres.ts';
import { type DatabaseProxy, startProxy } from '../../support/postgres-proxy.ts';
import { endSession, expectLost, it, LOCKED, until } from '../../support/processes.ts';
import { AIR, Load, reportTime } from './load.ts';

/** How long a process that waits takes to notice that its database is back: half a second and more, for a busy machine. */
const RECOVERY_MS = 2000;

/** How long a process may take to end after its database became silent. */
const SILENT_MS = 8000;

async function startProxyOf(url: string): Promise<DatabaseProxy> {
  const proxy = await startProxy(url);
  onTestFinished(() => proxy.close());
  return proxy;
}

describePostgres('while a database', () => {
  it('is away for five seconds, the next process waits for it', async ({ database, start, begin }) => {
    const first = await start(database.url);
    const load = new Load('away', [first]);
    await setTimeout(500);
    await database.kill();
    expectLost(await first.ended);
    await load.end();
    const next = await begin(database.url, '--world', 'alice');
    await next.waitForReason(/refused the connection\. Check the host and port, or start PostgreSQL\./);
    await setTimeout(5000);
    expect(await next.isListening()).toBe(false);
    await database.restart();
    const restartedAt = readStopwatch();
    await next.waitUntilReady();
    expect(reportTime('a process is ready after its database', restartedAt)).toBeLessThan(RECOVERY_MS);
    await load.expectKept(next);
    expect((await next.call('GET /w/alice/_mock/clock')).status).toBe(200);
    // Each reason is printed once.
    const lines = (await next.end('SIGTERM')).stderr.split('\n').slice(0, -1);
    expect(lines.filter((line) => !line.startsWith('nv-auth-mock: waiting: '))).toEqual([]);
    expect(lines.filter((line) => line.includes('refused the connection'))).toHaveLength(1);
  });

  it('is silent, a process ends, and the next one waits', async ({ schema, start, begin }) => {
    const proxy = await startProxyOf(schema.url);
    const first = await start(proxy.url);
    const load = new Load('silent', [first]);
    await setTimeout(500);
    proxy.mode = 'drop';
    const silentAt = readStopwatch();
    // Starts behind the same network.
    const next = await begin(proxy.url);
    expectLost(await first.ended);
    expect(reportTime('a process with a silent database ends after', silentAt)).toBeLessThan(SILENT_MS);
    await load.end();
    await next.waitForReason(/does not answer\. Check the host and port, and that no firewall drops the packets\./);
    proxy.mode = 'deliver';
    await next.waitUntilReady();
    await load.expectKept(next);
  });

  it('goes away while its worlds are read, the process waits and reads them again', async ({
    schema,
    start,
    begin,
  }) => {
    const first = await start(schema.url);
    const { body: made } = await first.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'kept' } });
    await first.end('SIGTERM');
    const holder = new pg.Client({ connectionString: schema.url });
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${schema.name}.world_parts IN ACCESS EXCLUSIVE MODE`);
    const next = await begin(schema.url);
    await until(async () => {
      const [{ count }] = (await sql(
        schema.url,
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND application_name LIKE '%process ${next.pid}'`,
      )) as [{ count: number }];
      return count > 0;
    });
    await endSession(schema.url, next.pid);
    await next.waitForReason(/ cannot be used: terminating connection due to administrator command\./);
    await holder.query('COMMIT');
    await holder.end();
    await next.waitUntilReady();
    expect((await next.call(`GET /api/v3/simulations/${made.id}/`, { token: AIR })).status).toBe(200);
  });

  it('is silent for one process, another one gets the worlds after the first one has ended', async ({
    schema,
    start,
    begin,
  }) => {
    const proxy = await startProxyOf(schema.url);
    const first = await start(proxy.url);
    const second = await begin(schema.url);
    await second.waitForReason(LOCKED);
    const load = new Load('cut-off', [first, second]);
    await setTimeout(500);
    proxy.mode = 'hold';
    const silentAt = readStopwatch();
    await second.waitUntilReady();
    expect(reportTime('a process is cut off, the next one is ready after', silentAt)).toBeLessThan(SILENT_MS);
    expectLost(await first.ended);
    await setTimeout(200);
    // Changes in transit arrive late, at a session that has ended.
    proxy.mode = 'deliver';
    await load.end();
    load.expectOneAfterTheOther(first, second);
    await load.expectKept(second);
  });

  it('is silent, a process with nothing to write ends at once on SIGTERM', async ({ schema, start }) => {
    const proxy = await startProxyOf(schema.url);
    const instance = await start(proxy.url);
    proxy.mode = 'drop';
    const begun = performance.now();
    expect((await instance.end('SIGTERM')).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS);
  });

  it('is silent for a moment, every request succeeds', async ({ schema, start }) => {
    const proxy = await startProxyOf(schema.url);
    const instance = await start(proxy.url);
    const load = new Load('moment', [instance]);
    await setTimeout(300);
    proxy.mode = 'hold';
    await setTimeout(1500);
    proxy.mode = 'deliver';
    await setTimeout(300);
    await load.end();
    expect(load.failed).toEqual([]);
    await load.expectKept(instance);
  });

  it('takes seconds for a change, the change is made, and reads do not wait', async ({ schema, start }) => {
    const instance = await start(schema.url);
    const holder = new pg.Client({ connectionString: schema.url });
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${schema.name}.objects IN SHARE MODE`);
    const writing = instance.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'waits' } });
    await setTimeout(2000);
    expect((await instance.call('GET /api/v3/simulations/', { token: AIR })).status).toBe(200);
    await holder.query('COMMIT');
    await holder.end();
    const { status, took } = await writing;
    expect([status, took > 1500]).toEqual([201, true]);
    expect(await instance.isReady()).toBe(true);
  });

  it('is a replica, the next process waits until it is promoted', async ({ start, begin }) => {
    const server = await privatePostgres({ settings: { wal_level: 'replica' } });
    onTestFinished(() => server.end());
    const first = await start(server.url);
    const { body: made } = await first.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'kept' } });
    const [{ folder }] = (await sql(server.url, `SELECT current_setting('data_directory') AS folder`)) as [
      { folder: string },
    ];
    await sql(server.url, `COPY (SELECT '') TO '${folder}/standby.signal'`);
    await server.restart();
    expectLost(await first.ended);
    const next = await begin(server.url);
    await next.waitForReason(
      /is a replica, which accepts no changes\. Promote it, or give the address of its primary\./,
    );
    expect(await next.isListening()).toBe(false);
    await sql(server.url, 'SELECT pg_promote()');
    await next.waitUntilReady();
    expect((await next.call(`GET /api/v3/simulations/${made.id}/`, { token: AIR })).status).toBe(200);
    expect((await next.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'later' } })).status).toBe(201);
  });
});
