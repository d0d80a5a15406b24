/** How processes start on a database: at once, as standbys, and where they cannot. */
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { admin } from '../support/cast.ts';
import type { Ended } from '../support/command.ts';
import { freePort } from '../support/ports.ts';
import { describePostgres, freshSchema, privatePostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { type Instance, it, until } from '../support/standby.ts';
import { changed, listening, sql } from '../support/standby-faults.ts';

/** Rounds of processes that start at once, by turns two and five. */
const ROUNDS = 20;

/** The log of a process that has ended: its messages, in order. */
function messagesOf({ stderr }: Ended): readonly string[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('{') ? JSON.parse(line).message : line));
}

/** Waits until one of several has the worlds. @returns it, and the others */
async function oneOf(all: readonly Instance[]): Promise<readonly [ready: Instance, standbys: readonly Instance[]]> {
  let statuses: readonly (string | null)[] = [];
  await until(async () => {
    statuses = await Promise.all(all.map((one) => one.status()));
    return statuses.includes('ready');
  }, 30_000);
  const standbys = all.filter((_, index) => statuses[index] !== 'ready');
  expect(statuses.filter((one) => one === 'ready')).toHaveLength(1);
  return [all[statuses.indexOf('ready')] as Instance, standbys];
}

describePostgres('processes', () => {
  it(`that start at the same moment on an empty schema: one has the worlds, ${ROUNDS} times`, async ({ start }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const schema = await freshSchema();
      const all = await Promise.all(Array.from({ length: round % 2 === 0 ? 2 : 5 }, () => start(schema.url)));
      const [ready, standbys] = await oneOf(all);
      for (const standby of standbys) {
        const { body } = await standby.call('GET /_mock/health');
        expect(body).toEqual({
          status: 'standby',
          detail: expect.stringMatching(
            new RegExp(`^Another process \\(nv-auth-mock on .*, process ${ready.running.pid}\\)`),
          ),
        });
        expect(await standby.isReady()).toBe(false);
      }
      expect((await ready.call('GET /_mock/info')).body.counts).toMatchObject({ users: 3, accessKeys: 8 });
      const worlds = await sql(schema.url, `SELECT name FROM ${schema.name}.worlds`);
      expect(worlds).toEqual([{ name: 'default' }]);

      // Those that have nothing end first, so that none of them takes over.
      for (const standby of standbys) {
        const ended = await standby.stop();
        expect([ended.code, ended.stdout]).toEqual([0, '']);
        expect(ended.stderr).toMatch(
          /^nv-auth-mock: standby: Another process \(.*\) has the worlds of this database;.*\n$/,
        );
      }
      const ended = await ready.stop();
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      expect(JSON.parse(ended.stdout)).toMatchObject({ event: 'ready', port: ready.port });
      await schema.drop();
    }
  });

  it('that start on a schema that another one filled find what is there', async ({ schema, start }) => {
    const first = await start(schema.url, '--world', 'alice');
    await first.untilReady();
    const token = await tokenOf(first);
    const { body: made } = await first.call('POST /api/v1/access-keys', { token, body: { name: 'kept' } });
    await first.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    await first.call('PUT /_mock/mode', { body: { mode: 'observe' } });
    await first.call('PUT /w/alice/_mock/clock/freeze');
    await first.crash();
    const second = await start(schema.url);
    await second.untilReady();
    expect((await grant(second, made)).status).toBe(200);
    expect((await second.call('GET /api/v1/access-keys', { token })).status).toBe(200);
    expect((await second.call('GET /_mock/clock')).body.ahead).toBe('PT10M');
    expect((await second.call('GET /_mock/mode')).body.mode).toBe('observe');
    const { worlds } = (await second.call('GET /_mock/worlds')).body;
    expect(worlds.map(({ id }: { id: string }) => id).sort()).toEqual(['alice', 'default']);
  });
});

function grant(at: Instance, { clientId, clientSecret }: { clientId: string; clientSecret: string }) {
  return at.call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } });
}

async function tokenOf(at: Instance): Promise<string> {
  const { status, body } = await grant(at, admin.accessKey);
  expect(status).toBe(200);
  return body.accessToken;
}

async function keysOf(at: Instance): Promise<readonly string[]> {
  const { body } = await at.call('GET /api/v1/access-keys', { token: await tokenOf(at) });
  return body.accessKeys.map(({ name }: { name: string }) => name);
}

async function makeKey(at: Instance, name: string): Promise<void> {
  const made = await at.call('POST /api/v1/access-keys', { token: await tokenOf(at), body: { name } });
  expect(made.status).toBe(201);
}

async function snapshotOf({ url }: Instance, id: string): Promise<string> {
  return (await fetch(`${url}/_mock/snapshots/${id}/file`)).text();
}

/** A process with the worlds, and a standby with options of its own. */
describePostgres('the options of a start', () => {
  it('`--reseed` replaces the world at once, and on a standby a warning says that it did not', async ({
    schema,
    start,
  }) => {
    const first = await start(schema.url);
    await first.untilReady();
    await makeKey(first, 'of-the-first');
    await first.stop();
    const second = await start(schema.url, '--reseed');
    await second.untilReady();
    expect(await keysOf(second)).not.toContain('of-the-first');
    await makeKey(second, 'of-the-second');
    const third = await start(schema.url, '--reseed');
    expect(await third.status()).toBe('standby');
    expect(messagesOf(await second.stop())).toEqual([]);
    await third.untilReady();
    expect(await keysOf(third)).toContain('of-the-second');
    expect(messagesOf(await third.stop())).toEqual([
      expect.stringMatching(/^nv-auth-mock: standby: /),
      '--reseed had no effect: another process owned the worlds when this one started',
    ]);
  });

  it('`--snapshot` begins the world, and on a standby a warning says that it did not', async ({
    schema,
    start,
    folder,
  }) => {
    const other = await freshSchema();
    onTestFinished(() => other.drop());
    const source = await start(other.url);
    await source.untilReady();
    await makeKey(source, 'of-the-snapshot');
    const { id } = (await source.call('POST /_mock/snapshots', { body: { name: 'x' } })).body;
    const file = join(folder, 'one.snapshot');
    await writeFile(file, await snapshotOf(source, id));
    await source.stop();

    const first = await start(schema.url, '--snapshot', file);
    await first.untilReady();
    expect(await keysOf(first)).toContain('of-the-snapshot');
    await makeKey(first, 'later');
    // The world began with it, so nothing is to be said.
    const second = await start(schema.url, '--snapshot', file);
    await first.stop();
    await second.untilReady();
    expect(await keysOf(second)).toEqual(expect.arrayContaining(['of-the-snapshot', 'later']));
    expect(messagesOf(await second.stop())).toEqual([expect.stringMatching(/^nv-auth-mock: standby: /)]);

    const plain = await freshSchema();
    onTestFinished(() => plain.drop());
    const holder = await start(plain.url);
    await holder.untilReady();
    await makeKey(holder, 'of-the-holder');
    const third = await start(plain.url, '--snapshot', file);
    expect(await third.status()).toBe('standby');
    await holder.stop();
    await third.untilReady();
    expect(await keysOf(third)).toContain('of-the-holder');
    expect(messagesOf(await third.stop())).toEqual([
      expect.stringMatching(/^nv-auth-mock: standby: /),
      '--snapshot had no effect: another process owned the worlds when this one started',
    ]);
  });

  it('`--snapshot` on a world that did not begin with it is refused', async ({ schema, start, launch, folder }) => {
    const first = await start(schema.url);
    await first.untilReady();
    const { id } = (await first.call('POST /_mock/snapshots', { body: {} })).body;
    const file = join(folder, 'one.snapshot');
    await writeFile(file, await snapshotOf(first, id));
    await first.stop();
    const { code, stdout, stderr } = await launch(['start', '--port', '0', '--data', schema.url, '--snapshot', file])
      .ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^nv-auth-mock: .*--snapshot .*\n$/);
  });

  it('`--world` makes the worlds that are missing, also when a standby takes over', async ({ schema, start }) => {
    const first = await start(schema.url, '--world', 'alice', '--world', 'bob');
    await first.untilReady();
    const second = await start(schema.url, '--world', 'bob', '--world', 'carol');
    await first.call('PUT /w/bob/_mock/mode', { body: { mode: 'observe' } });
    await first.stop();
    await second.untilReady();
    const { worlds } = (await second.call('GET /_mock/worlds')).body;
    expect(worlds.map((one: { id: string }) => one.id).sort()).toEqual(['alice', 'bob', 'carol', 'default']);
    expect((await second.call('GET /w/bob/_mock/mode')).body.mode).toBe('observe');
    const { stdout } = await second.stop();
    expect(JSON.parse(stdout)).toMatchObject({ worlds: ['bob', 'carol'] });
  });

  it('another `--seed` is refused at once, and on a standby a warning says that it is not used', async ({
    schema,
    start,
    launch,
    folder,
  }) => {
    const seed = join(folder, 'seed.json');
    await writeFile(
      seed,
      JSON.stringify({ extends: 'builtin', runai: { users: [{ email: 'ada@acme.test', role: 'L1 researcher' }] } }),
    );
    const first = await start(schema.url);
    await first.untilReady();
    const second = await start(schema.url, '--seed', seed);
    expect(await second.status()).toBe('standby');
    await first.stop();
    await second.untilReady();
    expect((await second.call('GET /_mock/info')).body.counts).toMatchObject({ users: 3 });
    expect(messagesOf(await second.stop())).toEqual([
      expect.stringMatching(/^nv-auth-mock: standby: /),
      expect.stringMatching(/has a world that was created from a seed other than --seed/),
    ]);
    const { code, stderr } = await launch(['start', '--port', '0', '--data', schema.url, '--seed', seed]).ended;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^nv-auth-mock: --data .* other than --seed .*\n$/)]);
  });
});

describePostgres('a standby', () => {
  it('ends at once on SIGTERM, and another one is not disturbed', async ({ schema, start }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const [one, other] = [await start(schema.url), await start(schema.url)];
    const begun = performance.now();
    expect((await one.stop()).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(1000);
    one.close();
    expect([await holder.status(), await other.status()]).toEqual(['ready', 'standby']);
    await holder.stop();
    await other.untilReady();
  });

  it('is told by `health`, which exits with 0, and by `health --ready`, which exits with 1', async ({
    schema,
    start,
    launch,
  }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const standby = await start(schema.url);
    const health = (at: Instance, ...flags: string[]) => launch(['health', '--port', String(at.port), ...flags]).ended;
    const who = `Another process (nv-auth-mock on `;

    for (const flags of [[], ['--ready']]) {
      expect(await health(holder, ...flags)).toMatchObject({ code: 0, stdout: `ready on ${holder.url}\n`, stderr: '' });
    }
    const alive = await health(standby);
    expect(alive).toMatchObject({ code: 0, stderr: '' });
    expect(alive.stdout).toContain(`standby on ${standby.url}: ${who}`);
    const asked = await health(standby, '--ready');
    expect(asked).toMatchObject({ code: 1, stdout: '' });
    expect(asked.stderr).toContain(`no server is ready on ${standby.url}: ${who}`);
    const checked = await launch(['doctor', '--url', standby.url]).ended;
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain(`BAD  server: nv-auth-mock, not ready: ${who}`);
    await holder.stop();
    await standby.untilReady();
    expect(await health(standby, '--ready')).toMatchObject({ code: 0, stdout: `ready on ${standby.url}\n` });
  });

  it('is refused at once where it could not have the worlds: with a wrong option, and with the port of another', async ({
    schema,
    start,
    launch,
  }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const again = await launch(['start', '--port', String(holder.port), '--data', schema.url]).ended;
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toMatch(/in use/);
    const wrong = await launch(['start', '--port', '0', '--data', schema.url, '--world', 'No Name']).ended;
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/^nv-auth-mock: --world /)]);
    expect(await holder.status()).toBe('ready');
  });
});

/** Asks for health by https. @throws if the certificate is not of this authority */
function healthByTls(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(`https://localhost:${port}/_mock/health`, { ca, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.once('end', () => resolve(JSON.parse(text).status));
    });
    asked.once('error', reject).end();
  });
}

describePostgres('https', () => {
  it('has one authority on all processes, which a standby has before it has the worlds', async ({ schema, launch }) => {
    const start = async () => {
      const port = await freePort();
      const running = launch(['start', '--tls', '--port', String(port), '--json', '--data', schema.url]);
      return { port, running };
    };
    // Both begin on an empty schema: one makes the authority, and the other one waits for it, or finds it.
    const both = await Promise.all([start(), start()]);
    const first = await Promise.any(
      both.map(async (one) => {
        await one.running.said(/"event":"ready"/);
        return one;
      }),
    );
    const others = both.filter((one) => one !== first);
    const ca = await authorityAt(first.port);
    const third = await start();
    await listening(third.port, third.running);
    expect(await healthByTls(third.port, ca)).toBe('standby');

    for (const { running } of [first]) running.kill('SIGTERM');
    expect((await first.running.ended).code).toBe(0);
    const second = await Promise.any(
      [...others, third].map(async (one) => {
        await one.running.said(/"event":"ready"/);
        return one;
      }),
    );
    expect(await healthByTls(second.port, ca)).toBe('ready');
    expect(await authorityAt(second.port)).toBe(ca);
    const [row] = (await sql(schema.url, `SELECT state FROM ${schema.name}.worlds WHERE name = 'default'`)) as [
      { state: string },
    ];
    expect(row.state).toContain('PRIVATE KEY');
  });

  it('that nobody offered before is listened to with the lock, because only then an authority can be made', async ({
    schema,
    start,
    launch,
  }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const port = await freePort();
    const running = launch(['start', '--tls', '--port', String(port), '--json', '--data', schema.url]);
    const isOpen = () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.destroy());
        socket.once('error', () => {}).once('close', (hadError) => resolve(!hadError));
      });
    await setTimeout(3000);
    expect(await isOpen()).toBe(false);
    await holder.stop();
    await running.said(/"event":"ready"/);
    expect(await healthByTls(port, await authorityAt(port))).toBe('ready');
    running.kill('SIGTERM');
    const ended = await running.ended;
    expect([ended.code, messagesOf(ended)]).toEqual([0, [expect.stringMatching(/^nv-auth-mock: standby: /)]]);
  });

  it('that is waited for ends at once on SIGTERM, like any start', async ({ schema, start, launch }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const running = launch(['start', '--tls', '--port', '0', '--json', '--data', schema.url]);
    await setTimeout(3000);
    const begun = performance.now();
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143, stdout: '' });
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(await holder.status()).toBe('ready');
  });

  it('keeps its authority when the world is reset, reseeded or restored, and no snapshot has it', async ({
    schema,
    launch,
  }) => {
    const start = async (...more: string[]) => {
      const port = await freePort();
      const running = launch(['start', '--tls', '--port', String(port), '--json', '--data', schema.url, ...more]);
      await running.said(/"event":"ready"/);
      return { port, running };
    };
    const first = await start();
    const ca = await authorityAt(first.port);
    const { id } = JSON.parse(await byTls('POST', first.port, '/_mock/snapshots'));
    const file = await byTls('GET', first.port, `/_mock/snapshots/${id}/file`);
    expect(file).not.toContain('PRIVATE KEY');
    await byTls('POST', first.port, '/_mock/reset');
    await byTls('POST', first.port, `/_mock/snapshots/${id}/restore`);
    first.running.kill('SIGTERM');
    await first.running.ended;
    const second = await start('--reseed');
    expect(await authorityAt(second.port)).toBe(ca);
  });
});

/** Calls a server by https, whatever its certificate. */
function byTls(method: string, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { method, port, path, host: '127.0.0.1', rejectUnauthorized: false, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () =>
          (answer.statusCode ?? 500) < 300 ? resolve(text) : reject(new Error(`${method} ${path}: ${text}`)),
        );
      },
    );
    asked.once('error', reject).end();
  });
}

function authorityAt(port: number): Promise<string> {
  return byTls('GET', port, '/_mock/ca.pem');
}

describePostgres('a start', () => {
  describe('is refused in one line, without the password, and with 2', () => {
    const asGuest = async ({ url }: PostgresServer, password: string) => {
      await sql(url, `CREATE ROLE guest LOGIN PASSWORD 'unheard-of'`);
      return changed(url, (one) => Object.assign(one, { username: 'guest', password }));
    };
    /** Where to start, and what is said. */
    const CASES: readonly [what: string, where: (server: PostgresServer) => string | Promise<string>, said: RegExp][] =
      [
        ['the URL has no sense', () => 'postgres://ada:secret@db.test:99999/mock', /is not a valid URL/],
        ['the password is wrong', (server) => asGuest(server, 'secret'), /rejected the user or the password/],
        [
          'the user lacks the right',
          (server) => asGuest(server, 'unheard-of'),
          /lacks the right to create or use the schema/,
        ],
        [
          'the database does not exist',
          ({ url }) => changed(url, (one) => Object.assign(one, { pathname: '/nothing' })),
          /does not exist/,
        ],
        [
          'the schema is of another program',
          async ({ url }) => {
            await sql(url, 'CREATE SCHEMA taken', 'CREATE TABLE taken.things (a text)');
            return `${url}?schema=taken`;
          },
          /belongs to another program/,
        ],
        [
          'the schema was made before the first release',
          async ({ url }) => {
            await sql(
              url,
              'CREATE SCHEMA early',
              `CREATE TABLE early.meta AS SELECT 'nv-auth-mock' AS program, 4 AS version`,
            );
            return `${url}?schema=early`;
          },
          /was written before the first release of nv-auth-mock, .*\. Rename or drop it\.$/m,
        ],
        ['TLS is demanded that it has not', ({ url }) => `${url}?sslmode=require`, /cannot be reached over TLS/],
      ];

    it.for(CASES)('where %s', async ([, where, said], { launch }) => {
      const server = await privatePostgres();
      onTestFinished(() => server.end());
      const data = await where(server);
      const { code, stdout, stderr } = await launch(['start', '--port', '0', '--data', data]).ended;
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^nv-auth-mock: --data [^\n]+\n$/);
      expect(stderr).toMatch(said);
      expect(stderr).not.toMatch(/secret|unheard-of/);
    });
  });

  describe('waits, alive and not ready, without the password', () => {
    const CASES: readonly [what: string, where: (server: PostgresServer) => string, said: RegExp][] = [
      ['nothing listens', () => 'postgres://ada:secret@127.0.0.1:1/mock', /refused the connection/],
      ['the host does not exist', () => 'postgres://ada:secret@nowhere.invalid/mock', /nowhere\.invalid/],
      [
        'the database is silent',
        (server) => {
          server.freeze();
          return server.url;
        },
        /does not answer/,
      ],
    ];

    it.for(CASES)('where %s', async ([, where, said], { start }) => {
      const server = await privatePostgres();
      onTestFinished(() => server.end());
      const at = await start(where(server));
      expect((await at.call('GET /_mock/health')).body).toEqual({
        status: 'waiting',
        detail: expect.stringMatching(said),
      });
      expect(await at.isReady()).toBe(false);
      const { code, stdout, stderr } = await at.stop();
      expect([code, stdout]).toEqual([0, '']);
      expect(stderr).toMatch(/^nv-auth-mock: waiting: --data [^\n]+\n$/);
      expect(stderr).toMatch(said);
      expect(stderr).not.toMatch(/secret/);
    });

    it('until the database is there, and then acts on its options', async ({ start }) => {
      const server = await privatePostgres();
      onTestFinished(() => server.end());
      const first = await start(server.url);
      await first.untilReady();
      await makeKey(first, 'before');
      await first.stop();
      await server.kill();
      const second = await start(server.url, '--reseed');
      expect(await second.status()).toBe('waiting');
      await setTimeout(1000);
      await server.restart();
      await second.untilReady();
      expect(await keysOf(second)).not.toContain('before');
      const { code, stdout, stderr } = await second.stop();
      expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ event: 'ready', port: second.port })]);
      expect(stderr).toMatch(/^(?:nv-auth-mock: waiting: [^\n]+\n)+$/);
    });
  });
});
