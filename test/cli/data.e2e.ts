/** The data that a file keeps between starts. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { admin, cast, researcher } from '../support/cast.ts';
import { type Credentials, it, type Server } from '../support/command.ts';
import { occupyPort } from '../support/ports.ts';

const DATA = ['--data', 'mock.db'];

/** A seed with the same tenant and no users. */
const emptyTenant = JSON.stringify({ runai: { tenant: cast.tenant } });

/** Creates an access key of the researcher. */
async function createKey(server: Server, name: string): Promise<Credentials & { id: string }> {
  const token = await server.tokenOf(researcher.accessKey);
  const { status, body } = await server.call('POST /api/v1/access-keys', { token, body: { name } });
  expect(status).toBe(201);
  return body;
}

async function readClock(server: Server): Promise<{ now: string; ahead: string }> {
  return (await server.call('GET /_mock/clock')).body;
}

async function readCounts(server: Server): Promise<Record<string, number>> {
  return (await server.call('GET /_mock/info')).body.counts;
}

describe.concurrent('--data keeps over a restart', () => {
  it('keys, new secrets, logins, tokens and a moved clock', async ({ command }) => {
    const before = await command.start(DATA);
    const token = await before.tokenOf(researcher.accessKey);
    const made = await createKey(before, 'kept');
    const path = `/api/v1/access-keys/${researcher.accessKey.id}`;
    const renewed = (await before.call(`POST ${path}/secret`, { token })).body;
    await before.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    await before.grant(made);
    const listed = (await before.call('GET /api/v1/access-keys', { token })).body;
    const { now } = await readClock(before);
    expect((await before.stop()).code).toBe(0);

    const after = await command.start(DATA);
    const { clientId, clientSecret } = researcher.accessKey;
    expect((await after.call('GET /api/v1/access-keys', { token })).body).toEqual(listed);
    expect((await after.grant(made)).status).toBe(200);
    expect((await after.grant({ clientId, clientSecret: renewed.clientSecret })).status).toBe(200);
    expect((await after.grant({ clientId, clientSecret })).status).toBe(400);
    expect((await readClock(after)).ahead).toBe('PT10M');
    expect(Date.parse((await readClock(after)).now)).toBeGreaterThanOrEqual(Date.parse(now));
    expect(listed.accessKeys.map(({ lastLogin }: { lastLogin: string | null }) => lastLogin !== null)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('a reset, after a crash', async ({ command }) => {
    const before = await command.start(DATA);
    const made = await createKey(before, 'lost');
    await before.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    await before.call('POST /_mock/reset');
    await before.crash();

    const after = await command.start(DATA);
    expect((await after.grant(made)).status).toBe(400);
    expect((await after.grant(researcher.accessKey)).status).toBe(200);
    expect((await readClock(after)).ahead).toBe('PT0S');
  });

  it('every created key, after a crash right after the responses', async ({ command }) => {
    const before = await command.start(DATA);
    const token = await before.tokenOf(researcher.accessKey);
    const names = ['one', 'two', 'three', 'four', 'five'];
    const answers = names.map((name) => before.call('POST /api/v1/access-keys', { token, body: { name } }));
    const made = await Promise.all(answers);
    expect((await before.crash()).signal).toBe('SIGKILL');

    const after = await command.start(DATA);
    for (const { status, body } of made) {
      expect(status).toBe(201);
      expect((await after.grant(body)).status).toBe(200);
    }
    expect((await readCounts(after))['accessKeys']).toBe(names.length + 8);
  });

  it('a login that was written without another change', async ({ command, folder }) => {
    const before = await command.start(DATA);
    const log = join(folder, 'mock.db-wal');
    const { size } = await stat(log);
    await before.grant(admin.accessKey);
    await vi.waitUntil(async () => (await stat(log)).size > size, { timeout: 10_000 });
    await before.crash();

    const after = await command.start(DATA);
    const { body } = await after.call('GET /api/v1/access-keys', { token: await after.tokenOf(researcher.accessKey) });
    expect(body.accessKeys[0].lastLogin).not.toBeNull();
    const all = await after.call(`GET /api/v1/administration/access-keys?clientId=${admin.accessKey.clientId}`, {
      token: await requestAdminToken(after),
    });
    expect(all.body.accessKeys[0].lastLogin).not.toBeNull();
  });
});

/** Requests a token of the administrator by password, so that the last login of the key stays. */
async function requestAdminToken(server: Server): Promise<string> {
  const body = { grantType: 'password', username: admin.email, password: admin.password };
  return (await server.call('POST /api/v1/token', { body })).body.accessToken;
}

describe.concurrent('a data file', () => {
  it('rejects another seed, and accepts the same seed', async ({ command, folder }) => {
    await writeFile(join(folder, 'empty.json'), emptyTenant);
    const first = await command.start(DATA);
    const made = await createKey(first, 'kept');
    const { body: shown } = await first.call('GET /_mock/cast');
    await writeFile(join(folder, 'same.json'), JSON.stringify(shown));
    await first.stop();
    const bytes = await readFile(join(folder, 'mock.db'));

    const refused = await command.run(['--port', '0', ...DATA, '--seed', 'empty.json']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    for (const part of ['--data mock.db', '--seed empty.json', '--reseed']) expect(refused.stderr).toContain(part);
    expect(await readFile(join(folder, 'mock.db'))).toEqual(bytes);

    const same = await command.start([...DATA, '--seed', 'same.json']);
    expect((await same.grant(made)).status).toBe(200);
  });

  it('accepts another seed with --reseed, and reports it at later starts', async ({ command, folder }) => {
    await writeFile(join(folder, 'empty.json'), emptyTenant);
    const first = await command.start(DATA);
    const made = await createKey(first, 'lost');
    await first.crash();

    const replaced = await command.start([...DATA, '--seed', 'empty.json', '--reseed']);
    expect((await replaced.grant(made)).status).toBe(400);
    expect((await readCounts(replaced))['users']).toBe(0);
    await replaced.stop();

    const later = command.launch(['--port', '0', ...DATA]);
    await later.waitForOutput(/ready on/);
    later.kill('SIGTERM');
    const { stdout } = await later.ended;
    expect(stdout).toMatch(
      /^state=file\((?:better-sqlite3|node:sqlite)\) propagation=off .*runai=2\.24 .*nvcf=documented/m,
    );
    expect(stdout).toMatch(/^note: .*seed file.*--reseed/m);
  });

  it('is rejected by a second server, and the first one keeps running', async ({ command }) => {
    const first = await command.start(DATA);
    const second = await command.run(['--port', '0', ...DATA]);

    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toContain('--data mock.db is in use by another server');
    expect((await first.grant(admin.accessKey)).status).toBe(200);
    await createKey(first, 'later');
  });

  it('is created with its folders, and unlocked after a failed start', async ({ command, folder, onTestFinished }) => {
    const { port, release } = await occupyPort();
    onTestFinished(release);
    const failed = await command.run(['--port', String(port), '--data', 'a/b/mock.db']);

    expect(failed.code).toBe(2);
    expect((await stat(join(folder, 'a/b/mock.db'))).isFile()).toBe(true);
    await command.start(['--data', 'a/b/mock.db']);
  });
});
