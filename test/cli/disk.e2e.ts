import { randomUUID } from 'node:crypto';
import { copyFile, readdir, rename, rm, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { admin, researcher } from '../support/cast.ts';
import { it, type Server } from '../support/command.ts';
import { fillDisk, mountSmallDisk } from '../support/disk.ts';

async function createKey(server: Server, token: string, name: string) {
  return server.call('POST /api/v1/access-keys', { token, body: { name } });
}

async function createUntilRefused(server: Server, token: string) {
  for (let number = 0; number < 1000; number++) {
    const answer = await createKey(server, token, `key-${randomUUID()}`);
    if (answer.status !== 201) return { answer, made: number };
  }
  throw new Error('a full disk took 1000 keys');
}

describe('a full disk', () => {
  it('rejects writes with 507, while reads and logins still work, and loses no data', async ({
    command,
    folder,
    skip,
  }) => {
    const disk = await mountSmallDisk(folder, skip);
    try {
      const data = ['--data', join(disk.path, 'mock.db'), '--runai-key-limit', '1000'];
      const server = await command.start(data);
      const token = await server.tokenOf(researcher.accessKey);
      const filler = await fillDisk(disk.path);
      const { answer, made } = await createUntilRefused(server, token);
      expect(answer.status).toBe(507);
      expect(answer.body).toMatchObject({
        code: 507,
        message: expect.stringMatching(/^The disk of the data file .*mock\.db is full.*Free some space/),
      });
      const listed = (await server.call('GET /api/v1/access-keys', { token })).body.accessKeys;
      expect(listed).toHaveLength(made + 3);
      expect((await server.grant(admin.accessKey)).status).toBe(200);
      // Longer than the delay of logins, which wait on a full disk without an error.
      await new Promise((resolve) => setTimeout(resolve, 1200));
      expect(await server.call('GET /_mock/health')).toMatchObject({
        status: 503,
        body: { status: 'storage', reason: expect.stringContaining('is full') },
      });
      const ended = await server.stop();
      expect(ended.stderr).not.toContain('Internal error of the mock');

      const again = await command.start(data);
      expect((await again.call('GET /api/v1/access-keys', { token })).body.accessKeys).toHaveLength(made + 3);
      await rm(filler);
      expect((await createKey(again, token, 'there-is-room-again')).status).toBe(201);
      await again.stop();
    } finally {
      await disk.remove();
    }
  });

  it('rejects deletes and resets with 507 until there is free space', async ({ command, folder, skip }) => {
    const disk = await mountSmallDisk(folder, skip, 40);
    try {
      const path = join(disk.path, 'mock.db');
      const server = await command.start(['--data', path, '--runai-key-limit', '1000']);
      const token = await server.tokenOf(researcher.accessKey);
      for (const id of ['one', 'two']) {
        expect((await server.call('POST /_mock/worlds', { body: { id } })).status).toBe(201);
      }
      const filler = await fillDisk(disk.path);
      await createUntilRefused(server, token);
      const [key] = (await server.call('GET /api/v1/access-keys', { token })).body.accessKeys;
      const changes = [`DELETE /api/v1/access-keys/${key.id}`, 'DELETE /_mock/worlds/one', 'POST /_mock/reset'];
      for (const change of changes) expect((await server.call(change, { token })).status, change).toBe(507);
      expect((await server.call(`GET /api/v1/access-keys/${key.id}`, { token })).status).toBe(200);
      expect((await server.call('GET /w/one/_mock/cast')).status).toBe(200);
      expect((await server.grant(admin.accessKey)).status).toBe(200);
      expect((await server.call('GET /_mock/health')).status).toBe(503);

      await rm(filler);
      expect((await server.call(`DELETE /api/v1/access-keys/${key.id}`, { token })).status).toBe(204);
      expect((await server.call('DELETE /_mock/worlds/one')).status).toBe(204);
      expect((await server.call('POST /_mock/reset')).status).toBe(200);
      expect((await server.stop()).stderr).not.toContain('Internal error of the mock');
      expect(await readdir(disk.path)).toEqual(['mock.db']);

      const again = await command.start(['--data', path]);
      const { worlds } = (await again.call('GET /_mock/worlds')).body;
      expect(worlds.map(({ id }: { readonly id: string }) => id)).toEqual(['default', 'two']);
      await again.stop();
    } finally {
      await disk.remove();
    }
  });
});

describe('a data file that is removed from a running server', () => {
  const files = ['', '-wal'];

  it.for([
    ['removed', async (path: string) => rm(path)],
    [
      'replaced by another',
      async (path: string) => {
        await copyFile(path, `${path}.copy`);
        await rename(`${path}.copy`, path);
      },
    ],
  ] as const)(
    'makes writes fail with 503, and the server not ready, after it was %s',
    async ([description, take], { command, folder }) => {
      const path = join(folder, 'mock.db');
      const server = await command.start(['--data', path]);
      const token = await server.tokenOf(researcher.accessKey);
      await take(path);

      const { status, body } = await createKey(server, token, 'lost');
      expect(status).toBe(503);
      expect(body.message).toMatch(
        new RegExp(`data file .* was ${description}.*Put the file back, or restart the server`),
      );
      expect((await server.call('GET /api/v1/access-keys', { token })).body.accessKeys).toHaveLength(3);
      for (const [change, body] of [
        ['advance', { by: '1h' }],
        ['set', { to: '2100-01-15T12:00:00Z' }],
        ['freeze', {}],
      ] as const) {
        expect((await server.call(`POST /_mock/clock/${change}`, { body })).status).toBe(503);
        expect((await server.call('GET /_mock/clock')).body).toMatchObject({ ahead: 'PT0S', frozen: false });
      }
      expect((await server.call('POST /_mock/reset')).status).toBe(503);
      const health = await server.call('GET /_mock/health');
      expect(health).toMatchObject({ status: 503, body: { status: 'storage', reason: body.message } });
      const healthCommand = await command.run(['health', '--port', String(server.port)]);
      expect(healthCommand).toMatchObject({ code: 1, stderr: expect.stringContaining(`was ${description}`) });
      expect((await server.stop()).stderr).toMatch(/"level":"warn".*was (removed|replaced)/);
    },
  );

  it.for([
    ['truncated', async (path: string) => truncate(path, 0)],
    [
      'removed',
      async (path: string) => {
        await rm(path);
        await symlink(path, path);
      },
    ],
  ] as const)('causes no 500 in another form after it was %s', async ([description, take], { command, folder }) => {
    const path = join(folder, 'mock.db');
    const server = await command.start(['--data', path]);
    const token = await server.tokenOf(researcher.accessKey);
    await createKey(server, token, 'kept');
    await take(path);

    const { status, body } = await createKey(server, token, 'lost');
    expect(status).toBe(503);
    expect(body.message).toContain(`was ${description}`);
    for (const request of ['POST /_mock/reset', 'GET /_mock/health', 'GET /_mock/info', 'GET /api/v1/users']) {
      expect((await server.call(request, { token })).status, request).not.toBe(500);
    }
  });

  it('is written again after it was put back', async ({ command, folder }) => {
    const path = join(folder, 'mock.db');
    const server = await command.start(['--data', path]);
    const token = await server.tokenOf(researcher.accessKey);
    for (const end of files) await rename(path + end, `${path + end}.away`);
    expect((await createKey(server, token, 'refused')).status).toBe(503);
    for (const end of files) await rename(`${path + end}.away`, path + end);

    expect((await createKey(server, token, 'kept')).status).toBe(201);
    await server.stop();
    const again = await command.start(['--data', path]);
    expect((await again.call('GET /api/v1/access-keys', { token })).body.accessKeys).toHaveLength(4);
  });
});
