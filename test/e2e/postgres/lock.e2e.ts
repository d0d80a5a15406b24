/** One process has the worlds of a schema; others wait for it, and then continue with its data. */

import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { researcher } from '../../support/cast.ts';
import type { Running } from '../../support/command.ts';
import { AT_ONCE_MS } from '../../support/limits.ts';
import { changeUrl, describePostgres, freshSchema, sql } from '../../support/postgres.ts';
import { expectLost, type Instance, it, LOCKED, type Pair } from '../../support/processes.ts';
import { AIR, listNames } from './load.ts';

const ACCESS_KEYS = 'GET /api/v1/access-keys';

/** Uses are written within a second. */
const USES_WRITTEN_MS = 1500;

const UNREACHABLE = 'postgres://ada:secret@127.0.0.1:1/mock';

/** Ends the process that has the worlds, and waits for the next one. */
async function replace({ active, waiting }: Pair, signal: NodeJS.Signals = 'SIGTERM'): Promise<Instance> {
  await active.end(signal);
  await waiting.waitUntilReady();
  return waiting;
}

describePostgres('processes on a schema', () => {
  it('that start concurrently agree on one that listens, 3 times', async ({ begin }) => {
    for (let round = 0; round < 3; round += 1) {
      const schema = await freshSchema();
      onTestFinished(() => schema.drop());
      const all = await Promise.all([1, 2, 3].map(() => begin(schema.url)));
      const active = await Promise.any(all.map((instance) => instance.waitUntilReady().then(() => instance)));
      const others = all.filter((instance) => instance !== active);
      for (const other of others) {
        await other.waitForReason(LOCKED);
        expect(await other.isListening()).toBe(false);
        const ended = await other.end('SIGTERM');
        expect([ended.code, ended.stdout]).toEqual([0, '']);
        expect(ended.stderr).toMatch(
          new RegExp(
            `^nv-auth-mock: waiting: --data postgres://postgres@\\S+/postgres: another process \\(nv-auth-mock on \\S+, process ${active.pid}, connected since \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z\\) has the lock of the schema \`${schema.name}\`\\. Stop that process, or wait until it ends\\.\\n$`,
          ),
        );
      }
      expect((await active.call('GET /_mock/info')).body.counts).toMatchObject({ users: 3, accessKeys: 8 });
      const { code, stdout, stderr } = await active.end('SIGTERM');
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject({ event: 'ready', port: active.port });
    }
  });

  it.for<[how: string, end: (running: Running) => void]>([
    ['SIGTERM', ({ kill }) => kill('SIGTERM')],
    ['SIGINT', ({ kill }) => kill('SIGINT')],
    ['the end of standard input', ({ closeInput }) => closeInput()],
  ])('end at once on %s while they wait', async ([, end], { launch }) => {
    const args = ['start', '--port', '0', '--data', UNREACHABLE, '--exit-with-stdin'];
    const running = launch(args, { input: true });
    await running.waitForMessage(/waiting: .*\n/);
    const begun = performance.now();
    end(running);
    const { code, stdout, stderr } = await running.ended;
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^nv-auth-mock: waiting: --data postgres:\/\/ada@\S+ refused the connection\. .*\n$/);
  });

  it('are not ready for `health` while they wait', async ({ schema, startPair, launch }) => {
    const { active, waiting } = await startPair(schema.url);
    const checkHealth = ({ port }: Instance) => launch(['health', '--port', String(port)]).ended;
    expect(await checkHealth(active)).toMatchObject({ code: 0, stdout: `ready on ${active.url}\n`, stderr: '' });
    const { code, stdout, stderr } = await checkHealth(waiting);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`no server is ready on ${waiting.url}: nothing listens there. With --data on PostgreSQL`);
    expect(stderr).toContain('may be waiting for its database');
  });

  it('apply `--reseed` and `--world` once they have the worlds', async ({ schema, start, begin }) => {
    const first = await start(schema.url, '--world', 'alice');
    for (const path of ['', '/w/alice'])
      await first.call(`POST ${path}/api/v3/simulations/`, { token: AIR, body: { name: 'of-the-first' } });
    await first.call('POST /w/alice/_mock/clock/freeze');
    const second = await begin(schema.url, '--reseed', '--world', 'alice', '--world', 'bob');
    await second.waitForReason(LOCKED);
    await replace({ active: first, waiting: second });
    expect(await listNames(second)).not.toContain('of-the-first');
    const { worlds } = (await second.call('GET /_mock/worlds')).body;
    expect(worlds.map(({ id }: { id: string }) => id)).toEqual(['default', 'alice', 'bob']);
    expect((await second.call('GET /w/alice/_mock/clock')).body.frozen).toBe(true);
    expect(JSON.parse((await second.end('SIGTERM')).stdout)).toMatchObject({ worlds: ['alice', 'bob'] });
  });

  it('reject another `--seed`, also after they have waited', async ({ schema, start, begin, folder }) => {
    const seed = join(folder, 'seed.json');
    const users = [{ email: 'ada@acme.test', role: 'L1 researcher' }];
    await writeFile(seed, JSON.stringify({ extends: 'builtin', runai: { users } }));
    const first = await start(schema.url);
    const second = await begin(schema.url, '--seed', seed);
    await second.waitForReason(LOCKED);
    await first.end('SIGTERM');
    const { code, stdout, stderr } = await second.ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/\nnv-auth-mock: --data .* other than --seed .*\n$/);
  });

  it('exit with 2 after the password was changed, and never print it', async ({ database: { url }, start, begin }) => {
    const password = 'unheard-of-9f3';
    await sql(url, `CREATE ROLE guest LOGIN PASSWORD '${password}'`, 'GRANT CREATE ON DATABASE postgres TO guest');
    const data = changeUrl(url, { username: 'guest', password });
    const first = await start(data, '--log-level', 'debug');
    const second = await begin(data, '--log-level', 'debug');
    await second.waitForReason(LOCKED);
    const bodies = await Promise.all(['info', 'health'].map((name) => first.call(`GET /_mock/${name}`)));
    await sql(
      url,
      `ALTER ROLE guest PASSWORD 'another'`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guest'`,
    );
    const [lost, refused] = [await first.ended, await second.ended];
    expectLost(lost);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/\nnv-auth-mock: --data postgres:\S+ rejected the user or the password\. .*\n$/);
    expect(JSON.stringify([bodies, lost, refused])).not.toContain(password);
  });
});

describePostgres('after the end of a process, the next one', () => {
  it.for(['SIGTERM', 'SIGKILL'] as const)(
    'has its worlds, clock, faults, snapshots and uses: %s',
    async (signal, { schema, startPair }) => {
      const pair = await startPair(schema.url);
      const { call, tokenOf } = pair.active;
      await call('POST /_mock/worlds', { body: { id: 'alice', label: 'of alice', ttl: '3h' } });
      await call('POST /_mock/worlds', { body: { id: 'ended' } });
      await call('POST /w/ended/_mock/snapshots', { body: {} });
      await call('DELETE /_mock/worlds/ended');
      await call('POST /_mock/clock/advance', { body: { by: '2h' } });
      await call('POST /w/alice/_mock/clock/freeze');
      const match = { operation: 'simulations_get' };
      const order = { match, times: 3, do: { status: 503, offDocument: true } };
      const { body: fault } = await call('POST /_mock/faults', { body: order });
      const { body: made } = await call('POST /api/v3/simulations/', { token: AIR, body: { name: 'before' } });
      const { body: snapshot } = await call('POST /_mock/snapshots', { body: { name: 'first' } });
      await call('POST /api/v3/simulations/', { token: AIR, body: { name: 'after' } });
      const readMade = async (at: Instance) =>
        (await at.call(`GET /api/v3/simulations/${made.id}/`, { token: AIR })).status;
      expect(await readMade(pair.active)).toBe(503);
      const token = await tokenOf(researcher.accessKey);
      const readState = async (at: Instance) => ({
        cast: (await at.call('GET /w/alice/_mock/cast')).body,
        clock: (await at.call('GET /w/alice/_mock/clock')).body,
        uses: (await at.call(ACCESS_KEYS, { token })).body.accessKeys.map(
          ({ lastLogin }: { lastLogin: unknown }) => lastLogin,
        ),
        snapshots: (await at.call('GET /_mock/snapshots')).body.snapshots,
      });
      const before = await readState(pair.active);
      expect(before).toMatchObject({
        clock: { frozen: true },
        uses: [expect.any(String), null, null],
        snapshots: [snapshot],
      });
      if (signal === 'SIGKILL') await setTimeout(USES_WRITTEN_MS);

      const next = await replace(pair, signal);
      expect(await readState(next)).toEqual({ ...before, clock: { ...before.clock, ahead: expect.any(String) } });
      expect((await next.call('GET /_mock/worlds')).body.worlds).toMatchObject([
        { id: 'default' },
        { id: 'alice', label: 'of alice', ttl: 'PT3H' },
      ]);
      expect((await next.call('GET /_mock/clock')).body).toMatchObject({ frozen: false, ahead: 'PT2H' });
      expect((await next.call(`GET /_mock/faults/${fault.id}`)).body).toMatchObject({ seen: 1, fired: 1 });
      expect([await readMade(next), await readMade(next), await readMade(next)]).toEqual([503, 503, 200]);
      expect(await listNames(next)).toContain('after');
      // A snapshot ends with its world.
      expect(await sql(schema.url, `SELECT id FROM ${schema.name}.snapshots`)).toEqual([{ id: snapshot.id }]);
      expect((await next.call(`POST /_mock/snapshots/${snapshot.id}/restore`)).status).toBe(200);
      expect(await listNames(next)).toEqual(expect.not.arrayContaining(['after']));
      expect(await listNames(next)).toContain('before');
    },
  );

  it('has an empty journal', async ({ schema, startPair }) => {
    const pair = await startPair(schema.url);
    const { decision } = await pair.active.call(ACCESS_KEYS);
    const next = await replace(pair);
    expect((await next.call(`GET /_mock/decisions/${decision.id}`)).status).toBe(404);
    expect((await next.call('GET /_mock/requests')).body.requests).toEqual([]);
  });

  it('has its CA, also after a reset, a restore and `--reseed`', async ({ schema, start, begin }) => {
    const first = await start(schema.url, '--tls');
    const ca = await callByTls(first, 'GET /_mock/ca.pem');
    const second = await begin(schema.url, '--tls', '--reseed');
    await second.waitForReason(LOCKED);
    const { id } = JSON.parse(await callByTls(first, 'POST /_mock/snapshots', ca));
    await callByTls(first, 'POST /_mock/reset', ca);
    await callByTls(first, `POST /_mock/snapshots/${id}/restore`, ca);
    const next = await replace({ active: first, waiting: second });
    expect(await callByTls(next, 'GET /_mock/ca.pem', ca)).toBe(ca);
    const parts = await sql(schema.url, `SELECT rows FROM ${schema.name}.snapshot_parts`);
    expect(JSON.stringify(parts)).not.toContain('PRIVATE KEY');
  });
});

/** Calls a server over HTTPS. @param ca the CA of its certificate; without it, every certificate is accepted */
function callByTls({ port }: Instance, what: string, ca?: string): Promise<string> {
  const [method, path] = what.split(' ');
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  return new Promise((resolve, reject) => {
    const sent = request({ method, path, port, host: 'localhost', agent: false, ...trust }, async (answer) => {
      let body = '';
      for await (const part of answer.setEncoding('utf8')) body += part;
      if ((answer.statusCode ?? 500) < 300) resolve(body);
      else reject(new Error(`${what}: ${body}`));
    });
    sent.once('error', reject).end();
  });
}
