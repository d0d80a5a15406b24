import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { admin } from '../support/cast.ts';
import { it, type Server } from '../support/command.ts';

/** Reads the credentials of the administrator of a world, and all of its keys. */
async function readCredentials(server: Server, world: string) {
  const { runai, ngc } = (await server.call(`GET /w/${world}/_mock/cast`)).body;
  const { clientId, clientSecret } = runai.users[0].accessKey;
  return { clientId, clientSecret, keys: ngc.keys.map(({ key }: { key: string }) => key) };
}

const readIds = async (server: Server): Promise<string[]> =>
  (await server.call('GET /_mock/worlds')).body.worlds.map(({ id }: { id: string }) => id);

describe.concurrent('worlds of `--world`', () => {
  it('are listed in the banner with their addresses, before the ready line', async ({ command, expect }) => {
    const running = command.launch(['--port', '0', '--world', 'alice', '--world', 'bob']);
    const [, url = ''] = await running.waitForOutput(/ready on (.+)\n/);
    running.kill('SIGTERM');
    const { stdout } = await running.ended;

    expect(stdout).toContain(
      `\nworlds: alice, bob; each at /w/<id>, at http://<id>.localhost:${new URL(url).port}, or selected by its credentials\n`,
    );
    expect(stdout.endsWith(`\nnv-auth-mock ready on ${url}\n`)).toBe(true);
  });

  it('are a member of the `ready` event of `--json`', async ({ command, expect }) => {
    const running = command.launch(['--port', '0', '--json', '--world', 'alice']);
    const [line] = await running.waitForOutput(/^.*\n/);

    expect(JSON.parse(line)).toMatchObject({ event: 'ready', pid: running.pid, worlds: ['alice'] });
  });

  it.for([
    ['flags', '', ['--world', 'alice', '--world', 'bob'], {}],
    ['a variable', '', [], { NV_AUTH_MOCK_WORLD: 'alice,bob' }],
    ['`worlds` in a file', 'worlds: [alice, bob]', ['--config', 'options.yaml'], {}],
    ['`world` in a file', 'world:\n  - alice\n  - bob', ['--config', 'options.yaml'], {}],
  ] as const)('are created from %s, and never expire', async ([, file, args, env], { command, folder, expect }) => {
    await writeFile(join(folder, 'options.yaml'), file);
    const server = await command.start(args, { env });
    const { body: world } = await server.call('GET /_mock/worlds/bob');

    expect(await readIds(server)).toEqual(['default', 'alice', 'bob']);
    expect(world).toMatchObject({ credentials: 'own', ttl: 'never', expiresAt: null });
  });

  it('have the same credentials at every start, and keep their data with `--data`', async ({ command, expect }) => {
    const args = ['--data', 'mock.db', '--world', 'alice'];
    const first = await command.start(args);
    const before = await readCredentials(first, 'alice');
    const body = { name: 'kept-only-in-the-file' };
    await first.call('POST /w/alice/api/v1/access-keys', { token: await first.tokenOf(before), body });
    await first.call('POST /api/v1/access-keys', { token: await first.tokenOf(admin.accessKey), body });
    await first.stop();
    const second = await command.start(args);
    const listKeys = async (token: string) => (await second.call('GET /api/v1/access-keys', { token })).body.accessKeys;

    expect(await readCredentials(second, 'alice')).toEqual(before);
    expect(await listKeys(await second.tokenOf(admin.accessKey))).toHaveLength(5);
    expect(await listKeys(await second.tokenOf(before))).toHaveLength(5);
  });
});

describe.concurrent('`env --world`', () => {
  it('prints `--client-url` with the path of the world', async ({ command, expect }) => {
    const { port } = await command.start(['--world', 'alice']);
    const args = ['env', '--port', String(port), '--world', 'alice', '--client-url', 'http://mock:6625'];
    const { stdout } = await command.run([...args, '--format', 'json']);

    expect(JSON.parse(stdout).NVCF_BASE_URL).toBe('http://mock:6625/w/alice');
  });

  it('ignores the variable NV_AUTH_MOCK_WORLD', async ({ command, expect }) => {
    const { port, url } = await command.start(['--world', 'alice']);
    const env = { NV_AUTH_MOCK_WORLD: 'alice', NV_AUTH_MOCK_PORT: String(port) };
    const { stdout } = await command.run(['env', '--format', 'json'], { env });

    expect(JSON.parse(stdout).RUNAI_BASE_URL).toBe(url);
  });
});
