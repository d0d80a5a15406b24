/** How processes start on a database: as the active process, as standbys, or not at all. */
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { admin } from '../support/cast.ts';
import type { CommandResult } from '../support/command.ts';
import { AT_ONCE_MS } from '../support/limits.ts';
import { findFreePort } from '../support/ports.ts';
import { describePostgres, freshSchema, privatePostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { type Instance, it, until } from '../support/standby.ts';
import { changed, listening, sql } from '../support/standby-faults.ts';

/** Rounds of concurrent starts of two or five processes. */
const ROUNDS = 20;

/** Lists the logged messages of a process that has ended. */
function listMessages({ stderr }: CommandResult): readonly string[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('{') ? JSON.parse(line).message : line));
}

/** Waits until a process has the worlds. @returns it and the other processes */
async function awaitReady(
  all: readonly Instance[],
): Promise<readonly [ready: Instance, standbys: readonly Instance[]]> {
  let statuses: readonly (string | null)[] = [];
  await until(async () => {
    statuses = await Promise.all(all.map((instance) => instance.status()));
    return statuses.includes('ready');
  }, 30_000);
  const standbys = all.filter((_, index) => statuses[index] !== 'ready');
  expect(statuses.filter((status) => status === 'ready')).toHaveLength(1);
  return [all[statuses.indexOf('ready')] as Instance, standbys];
}

describePostgres('processes', () => {
  it(`that start concurrently on an empty schema agree on a single owner of the worlds, ${ROUNDS} times`, async ({
    start,
  }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const schema = await freshSchema();
      const all = await Promise.all(Array.from({ length: round % 2 === 0 ? 2 : 5 }, () => start(schema.url)));
      const [ready, standbys] = await awaitReady(all);
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

      // The standbys stop first, so that none of them takes over.
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

  it('that start on the schema of a killed process have its data', async ({ schema, start }) => {
    const first = await start(schema.url, '--world', 'alice');
    await first.untilReady();
    const token = await requestToken(first);
    const { body: made } = await first.call('POST /api/v1/access-keys', { token, body: { name: 'kept' } });
    await first.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    await first.call('PUT /_mock/mode', { body: { mode: 'observe' } });
    await first.call('PUT /w/alice/_mock/clock/freeze');
    await first.crash();
    const second = await start(schema.url);
    await second.untilReady();
    expect((await requestGrant(second, made)).status).toBe(200);
    expect((await second.call('GET /api/v1/access-keys', { token })).status).toBe(200);
    expect((await second.call('GET /_mock/clock')).body.ahead).toBe('PT10M');
    expect((await second.call('GET /_mock/mode')).body.mode).toBe('observe');
    const { worlds } = (await second.call('GET /_mock/worlds')).body;
    expect(worlds.map(({ id }: { id: string }) => id).sort()).toEqual(['alice', 'default']);
  });
});

function requestGrant(at: Instance, { clientId, clientSecret }: { clientId: string; clientSecret: string }) {
  return at.call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } });
}

async function requestToken(at: Instance): Promise<string> {
  const { status, body } = await requestGrant(at, admin.accessKey);
  expect(status).toBe(200);
  return body.accessToken;
}

async function listKeys(at: Instance): Promise<readonly string[]> {
  const { body } = await at.call('GET /api/v1/access-keys', { token: await requestToken(at) });
  return body.accessKeys.map(({ name }: { name: string }) => name);
}

async function createKey(at: Instance, name: string): Promise<void> {
  const made = await at.call('POST /api/v1/access-keys', { token: await requestToken(at), body: { name } });
  expect(made.status).toBe(201);
}

async function downloadSnapshot({ url }: Instance, id: string): Promise<string> {
  return (await fetch(`${url}/_mock/snapshots/${id}/file`)).text();
}

/** The options of a process with the worlds, and those of a standby. */
describePostgres('the options of a start', () => {
  it('`--reseed` replaces the world, and has no effect with a warning on a standby', async ({ schema, start }) => {
    const first = await start(schema.url);
    await first.untilReady();
    await createKey(first, 'of-the-first');
    await first.stop();
    const second = await start(schema.url, '--reseed');
    await second.untilReady();
    expect(await listKeys(second)).not.toContain('of-the-first');
    await createKey(second, 'of-the-second');
    const third = await start(schema.url, '--reseed');
    expect(await third.status()).toBe('standby');
    expect(listMessages(await second.stop())).toEqual([]);
    await third.untilReady();
    expect(await listKeys(third)).toContain('of-the-second');
    expect(listMessages(await third.stop())).toEqual([
      expect.stringMatching(/^nv-auth-mock: standby: /),
      '--reseed had no effect: another process owned the worlds when this one started',
    ]);
  });

  it('`--snapshot` creates the world, and has no effect with a warning on a standby', async ({
    schema,
    start,
    folder,
  }) => {
    const other = await freshSchema();
    onTestFinished(() => other.drop());
    const source = await start(other.url);
    await source.untilReady();
    await createKey(source, 'of-the-snapshot');
    const { id } = (await source.call('POST /_mock/snapshots', { body: { name: 'x' } })).body;
    const file = join(folder, 'one.snapshot');
    await writeFile(file, await downloadSnapshot(source, id));
    await source.stop();

    const first = await start(schema.url, '--snapshot', file);
    await first.untilReady();
    expect(await listKeys(first)).toContain('of-the-snapshot');
    await createKey(first, 'later');
    // The world was created from the snapshot, so there is no warning.
    const second = await start(schema.url, '--snapshot', file);
    await first.stop();
    await second.untilReady();
    expect(await listKeys(second)).toEqual(expect.arrayContaining(['of-the-snapshot', 'later']));
    expect(listMessages(await second.stop())).toEqual([expect.stringMatching(/^nv-auth-mock: standby: /)]);

    const plain = await freshSchema();
    onTestFinished(() => plain.drop());
    const holder = await start(plain.url);
    await holder.untilReady();
    await createKey(holder, 'of-the-holder');
    const third = await start(plain.url, '--snapshot', file);
    expect(await third.status()).toBe('standby');
    await holder.stop();
    await third.untilReady();
    expect(await listKeys(third)).toContain('of-the-holder');
    expect(listMessages(await third.stop())).toEqual([
      expect.stringMatching(/^nv-auth-mock: standby: /),
      '--snapshot had no effect: another process owned the worlds when this one started',
    ]);
  });

  it('`--snapshot` is rejected for a world that was not created from it', async ({ schema, start, launch, folder }) => {
    const first = await start(schema.url);
    await first.untilReady();
    const { id } = (await first.call('POST /_mock/snapshots', { body: {} })).body;
    const file = join(folder, 'one.snapshot');
    await writeFile(file, await downloadSnapshot(first, id));
    await first.stop();
    const { code, stdout, stderr } = await launch(['start', '--port', '0', '--data', schema.url, '--snapshot', file])
      .ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^nv-auth-mock: .*--snapshot .*\n$/);
  });

  it('`--world` creates missing worlds, also when a standby takes over', async ({ schema, start }) => {
    const first = await start(schema.url, '--world', 'alice', '--world', 'bob');
    await first.untilReady();
    const second = await start(schema.url, '--world', 'bob', '--world', 'carol');
    await first.call('PUT /w/bob/_mock/mode', { body: { mode: 'observe' } });
    await first.stop();
    await second.untilReady();
    const { worlds } = (await second.call('GET /_mock/worlds')).body;
    expect(worlds.map(({ id }: { id: string }) => id).sort()).toEqual(['alice', 'bob', 'carol', 'default']);
    expect((await second.call('GET /w/bob/_mock/mode')).body.mode).toBe('observe');
    const { stdout } = await second.stop();
    expect(JSON.parse(stdout)).toMatchObject({ worlds: ['bob', 'carol'] });
  });

  it('another `--seed` is rejected, and has no effect with a warning on a standby', async ({
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
    expect(listMessages(await second.stop())).toEqual([
      expect.stringMatching(/^nv-auth-mock: standby: /),
      expect.stringMatching(/has a world that was created from a seed other than --seed/),
    ]);
    const { code, stderr } = await launch(['start', '--port', '0', '--data', schema.url, '--seed', seed]).ended;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^nv-auth-mock: --data .* other than --seed .*\n$/)]);
  });
});

describePostgres('a standby', () => {
  it('stops at once on SIGTERM, and does not affect other processes', async ({ schema, start }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const [one, other] = [await start(schema.url), await start(schema.url)];
    const begun = performance.now();
    expect((await one.stop()).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS);
    one.close();
    expect([await holder.status(), await other.status()]).toEqual(['ready', 'standby']);
    await holder.stop();
    await other.untilReady();
  });

  it('is reported by `health` with 0, and by `health --ready` with 1', async ({ schema, start, launch }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const standby = await start(schema.url);
    const runHealth = (at: Instance, ...flags: string[]) =>
      launch(['health', '--port', String(at.port), ...flags]).ended;
    const who = `Another process (nv-auth-mock on `;

    for (const flags of [[], ['--ready']]) {
      expect(await runHealth(holder, ...flags)).toMatchObject({
        code: 0,
        stdout: `ready on ${holder.url}\n`,
        stderr: '',
      });
    }
    const alive = await runHealth(standby);
    expect(alive).toMatchObject({ code: 0, stderr: '' });
    expect(alive.stdout).toContain(`standby on ${standby.url}: ${who}`);
    const outgoing = await runHealth(standby, '--ready');
    expect(outgoing).toMatchObject({ code: 1, stdout: '' });
    expect(outgoing.stderr).toContain(`no server is ready on ${standby.url}: ${who}`);
    const checked = await launch(['doctor', '--url', standby.url]).ended;
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain(`BAD  server: nv-auth-mock, not ready: ${who}`);
    await holder.stop();
    await standby.untilReady();
    expect(await runHealth(standby, '--ready')).toMatchObject({ code: 0, stdout: `ready on ${standby.url}\n` });
  });

  it('is rejected at once with an invalid option, and with a port in use', async ({ schema, start, launch }) => {
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

/** Reads the health over HTTPS. @throws if the certificate is not from this CA */
function readHealthByTls(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`https://localhost:${port}/_mock/health`, { ca, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.once('end', () => resolve(JSON.parse(text).status));
    });
    outgoing.once('error', reject).end();
  });
}

describePostgres('https', () => {
  it('has one CA for all processes, also for a standby', async ({ schema, launch }) => {
    const start = async () => {
      const port = await findFreePort();
      const running = launch(['start', '--tls', '--port', String(port), '--json', '--data', schema.url]);
      return { port, running };
    };
    // Both start on an empty schema: one creates the CA, and the other waits for it or finds it.
    const both = await Promise.all([start(), start()]);
    const first = await Promise.any(
      both.map(async (one) => {
        await one.running.waitForOutput(/"event":"ready"/);
        return one;
      }),
    );
    const others = both.filter((one) => one !== first);
    const ca = await readAuthority(first.port);
    const third = await start();
    await listening(third.port, third.running);
    expect(await readHealthByTls(third.port, ca)).toBe('standby');

    for (const { running } of [first]) running.kill('SIGTERM');
    expect((await first.running.ended).code).toBe(0);
    const second = await Promise.any(
      [...others, third].map(async (one) => {
        await one.running.waitForOutput(/"event":"ready"/);
        return one;
      }),
    );
    expect(await readHealthByTls(second.port, ca)).toBe('ready');
    expect(await readAuthority(second.port)).toBe(ca);
    const [row] = (await sql(schema.url, `SELECT state FROM ${schema.name}.worlds WHERE name = 'default'`)) as [
      { state: string },
    ];
    expect(row.state).toContain('PRIVATE KEY');
  });

  it('is offered only with the lock if there is no CA yet, because only then it can be created', async ({
    schema,
    start,
    launch,
  }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const port = await findFreePort();
    const running = launch(['start', '--tls', '--port', String(port), '--json', '--data', schema.url]);
    const isOpen = () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.destroy());
        socket.once('error', () => {}).once('close', (hadError) => resolve(!hadError));
      });
    await running.waitForMessage(/standby: /);
    expect(await isOpen()).toBe(false);
    await holder.stop();
    await running.waitForOutput(/"event":"ready"/);
    expect(await readHealthByTls(port, await readAuthority(port))).toBe('ready');
    running.kill('SIGTERM');
    const ended = await running.ended;
    expect([ended.code, listMessages(ended)]).toEqual([0, [expect.stringMatching(/^nv-auth-mock: standby: /)]]);
  });

  it('stops a waiting process at once on SIGTERM', async ({ schema, start, launch }) => {
    const holder = await start(schema.url);
    await holder.untilReady();
    const running = launch(['start', '--tls', '--port', '0', '--json', '--data', schema.url]);
    await running.waitForMessage(/standby: /);
    const begun = performance.now();
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143, stdout: '' });
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS);
    expect(await holder.status()).toBe('ready');
  });

  it('keeps its CA after a reset, a reseed and a restore, and no snapshot has it', async ({ schema, launch }) => {
    const start = async (...more: string[]) => {
      const port = await findFreePort();
      const running = launch(['start', '--tls', '--port', String(port), '--json', '--data', schema.url, ...more]);
      await running.waitForOutput(/"event":"ready"/);
      return { port, running };
    };
    const first = await start();
    const ca = await readAuthority(first.port);
    const { id } = JSON.parse(await callByTls('POST', first.port, '/_mock/snapshots'));
    const file = await callByTls('GET', first.port, `/_mock/snapshots/${id}/file`);
    expect(file).not.toContain('PRIVATE KEY');
    await callByTls('POST', first.port, '/_mock/reset');
    await callByTls('POST', first.port, `/_mock/snapshots/${id}/restore`);
    first.running.kill('SIGTERM');
    await first.running.ended;
    const second = await start('--reseed');
    expect(await readAuthority(second.port)).toBe(ca);
  });
});

/** Calls a server over HTTPS, with any certificate. */
function callByTls(method: string, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
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
    outgoing.once('error', reject).end();
  });
}

function readAuthority(port: number): Promise<string> {
  return callByTls('GET', port, '/_mock/ca.pem');
}

describePostgres('a start', () => {
  describe('exits with 2 and one line without the password', () => {
    const createGuestUrl = async ({ url }: PostgresServer, password: string) => {
      await sql(url, `CREATE ROLE guest LOGIN PASSWORD 'unheard-of'`);
      return changed(url, (parsed) => Object.assign(parsed, { username: 'guest', password }));
    };
    const CASES: readonly [
      title: string,
      createUrl: (server: PostgresServer) => string | Promise<string>,
      message: RegExp,
    ][] = [
      ['the URL is invalid', () => 'postgres://ada:secret@db.test:99999/mock', /is not a valid URL/],
      ['the password is wrong', (server) => createGuestUrl(server, 'secret'), /rejected the user or the password/],
      [
        'the user lacks rights',
        (server) => createGuestUrl(server, 'unheard-of'),
        /lacks the right to create or use the schema/,
      ],
      [
        'the database does not exist',
        ({ url }) => changed(url, (parsed) => Object.assign(parsed, { pathname: '/nothing' })),
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
      [
        'the server does not support the required TLS',
        ({ url }) => `${url}?sslmode=require`,
        /cannot be reached over TLS/,
      ],
    ];

    it.for(CASES)('if %s', async ([, createUrl, message], { launch }) => {
      const server = await privatePostgres();
      onTestFinished(() => server.end());
      const data = await createUrl(server);
      const { code, stdout, stderr } = await launch(['start', '--port', '0', '--data', data]).ended;
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^nv-auth-mock: --data [^\n]+\n$/);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/secret|unheard-of/);
    });
  });

  describe('waits, and reports the reason without the password,', () => {
    const CASES: readonly [title: string, createUrl: (server: PostgresServer) => string, message: RegExp][] = [
      ['no server listens', () => 'postgres://ada:secret@127.0.0.1:1/mock', /refused the connection/],
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

    it.for(CASES)('if %s', async ([, createUrl, message], { start }) => {
      const server = await privatePostgres();
      onTestFinished(() => server.end());
      const at = await start(createUrl(server));
      expect((await at.call('GET /_mock/health')).body).toEqual({
        status: 'waiting',
        detail: expect.stringMatching(message),
      });
      expect(await at.isReady()).toBe(false);
      const { code, stdout, stderr } = await at.stop();
      expect([code, stdout]).toEqual([0, '']);
      expect(stderr).toMatch(/^nv-auth-mock: waiting: --data [^\n]+\n$/);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/secret/);
    });

    it('until the database is available, and then applies its options', async ({ start }) => {
      const server = await privatePostgres();
      onTestFinished(() => server.end());
      const first = await start(server.url);
      await first.untilReady();
      await createKey(first, 'before');
      await first.stop();
      await server.kill();
      const second = await start(server.url, '--reseed');
      expect(await second.status()).toBe('waiting');
      await setTimeout(1000);
      await server.restart();
      await second.untilReady();
      expect(await listKeys(second)).not.toContain('before');
      const { code, stdout, stderr } = await second.stop();
      expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ event: 'ready', port: second.port })]);
      expect(stderr).toMatch(/^(?:nv-auth-mock: waiting: [^\n]+\n)+$/);
    });
  });
});
