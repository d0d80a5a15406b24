/** All worlds go from one server to another, in a file that only its owner can read. */
import { once } from 'node:events';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe } from 'vitest';
import { type Command, it, type Server } from '../support/command.ts';
import { hasDriver } from '../support/driver.ts';

const KEY = { type: 'service', name: 'made', services: ['nvcf'], scopes: ['list_functions'] };
const WORLDS = 30;
const KILLS = 4;

const at = ({ port }: Server) => ['--port', String(port)];
const keysOf = async ({ call }: Server, id: string): Promise<string[]> =>
  (await call(`GET /w/${id}/_mock/keys?limit=500`)).body.keys.map(({ name }: { readonly name: string }) => name).sort();
const idsOf = async ({ call }: Server): Promise<string[]> =>
  (await call('GET /_mock/worlds')).body.worlds.map(({ id }: { readonly id: string }) => id).sort();

/** A server in memory with worlds, each with a key beside those of its seed, in a file. */
async function exportedBy(command: Command, count: number): Promise<Server> {
  const server = await command.start();
  for (let number = 0; number < count; number += 1) {
    await server.call('POST /_mock/worlds', { body: { id: `w${number}` } });
    await server.call(`POST /w/w${number}/_mock/keys`, { body: KEY });
  }
  await server.call('POST /_mock/keys', { body: KEY });
  await command.run(['export', 'worlds.ndjson', ...at(server)]);
  return server;
}

describe('`export` and `import`', () => {
  it('move all worlds from memory to a data file, where they stay', async ({ command, folder, expect }) => {
    const memory = await exportedBy(command, 2);
    const { mode } = await stat(join(folder, 'worlds.ndjson'));
    const data = hasDriver ? ['--data', 'mock.db'] : [];
    const target = await command.start(data);
    const done = await command.run(['import', 'worlds.ndjson', ...at(target)]);
    const again = await command.run(['import', 'worlds.ndjson', ...at(target)]);
    const replaced = await command.run(['import', 'worlds.ndjson', '--replace', '--url', target.url]);

    if (process.platform !== 'win32') expect((mode & 0o777).toString(8)).toBe('600');
    expect([done.code, done.stdout]).toEqual([0, 'imported 3 worlds and 0 snapshots\n']);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('already has the world `default`')]);
    expect(replaced.code).toBe(0);
    if (hasDriver) await target.crash();
    const after = hasDriver ? await command.start(data) : target;
    expect(await idsOf(after)).toEqual(['default', 'w0', 'w1']);
    for (const id of await idsOf(memory)) expect(await keysOf(after, id)).toEqual(await keysOf(memory, id));
  });

  it('say what is wrong', async ({ command, folder, expect }) => {
    const server = await exportedBy(command, 1);
    const text = await readFile(join(folder, 'worlds.ndjson'), 'utf8');
    await writeFile(join(folder, 'half'), text.slice(0, text.length / 2));
    await writeFile(join(folder, 'other'), '{"worlds": []}');
    await writeFile(join(folder, 'big'), '');
    // It has no content on the disk.
    await truncate(join(folder, 'big'), 200 * 1024 * 1024);
    const small = await command.start(['--max-state', '100']);
    const said = async (...args: string[]) => {
      const { code, stderr } = await command.run(args);
      expect([args, code, stderr.split('\n').length]).toEqual([args, 2, 2]);
      return stderr;
    };

    expect(await said('import', 'half', ...at(server))).toMatch(/ends before its last line.*Nothing was imported/);
    expect(await said('import', 'other', ...at(server))).toMatch(/is not a file that `nv-auth-mock export`/);
    expect(await said('import', 'big', ...at(small))).toMatch(
      /has 209715200 bytes, but .* at most 104857600.*max-state/,
    );
    expect(await said('import', 'nowhere', ...at(server))).toMatch(/nowhere cannot be read/);
    expect(await said('import', '.', ...at(server))).toMatch(/it is not a file/);
    expect(await said('import', 'half', '--port', '1')).toMatch(/No server answers/);
    expect(await said('export', 'nowhere/file', ...at(server))).toMatch(/nowhere\/file cannot be written/);
    expect(await said('export')).toMatch(/`export` needs a file: `nv-auth-mock export FILE`/);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await idsOf(server)).toEqual(['default', 'w0']);
  });

  it('refuse a body of 200 MB over HTTP, too', async ({ command, expect }) => {
    const server = await command.start(['--max-state', '100']);
    const parts = async function* () {
      for (let sent = 0; sent < 200; sent += 1) yield Buffer.alloc(1024 * 1024, 0x20);
    };
    const send = fetch(`${server.url}/_mock/import`, { method: 'POST', body: parts(), duplex: 'half' } as RequestInit);
    const status = await send.then((answer) => answer.status).catch(() => 'closed');

    // The first line of a file of ours is short.
    expect([400, 413, 'closed']).toContain(status);
    expect((await server.call('GET /_mock/health')).status).toBe(200);
  });

  it.runIf(hasDriver)(
    `leave each world whole, as it was or as it is in the file, after kill -9, ${KILLS} times`,
    // Each round starts two servers, also on a busy machine.
    { timeout: 240_000 },
    async ({ command, expect }) => {
      const memory = await exportedBy(command, WORLDS);
      const seeded = await keysOf(await command.start(), 'default');
      const whole = await keysOf(memory, 'w0');
      let interrupted = 0;
      for (let round = 0; round < KILLS; round += 1) {
        const data = ['--data', `${round}.db`];
        const target = await command.start(data);
        const importing = command.run(['import', 'worlds.ndjson', ...at(target)]);
        while ((await idsOf(target)).length < 2 + round * 5) await setTimeout(1);
        await target.crash();
        const { code, stderr } = await importing;
        if (code !== 0) expect([code, stderr]).toEqual([2, expect.stringContaining('closed the connection')]);
        const after = await command.start(data);
        const ids = await idsOf(after);
        if (ids.length < WORLDS + 1) interrupted += 1;
        for (const id of ids.filter((one) => one !== 'default')) expect(await keysOf(after, id)).toEqual(whole);
        expect([seeded, await keysOf(memory, 'default')]).toContainEqual(await keysOf(after, 'default'));

        expect((await command.run(['import', 'worlds.ndjson', '--replace', ...at(after)])).code).toBe(0);
        expect(await idsOf(after)).toEqual(await idsOf(memory));
        expect(await keysOf(after, 'default')).toEqual(await keysOf(memory, 'default'));
        await after.stop();
      }
      expect(interrupted).toBeGreaterThan(0);
    },
  );

  it('leave no file if the server breaks off in the middle', async ({ command, folder, expect }) => {
    const broken = createServer((_, response) => {
      response.write('{"kind":"nv-auth-mock worlds"', () => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(broken, 'listening');
    const { port } = broken.address() as AddressInfo;
    const { code, stderr } = await command.run(['export', 'worlds.ndjson', '--port', String(port)]);
    broken.close();

    expect([code, stderr]).toEqual([2, expect.stringContaining('The server broke off the export')]);
    expect(await readdir(folder)).toEqual([]);
  });
});
