/** Paths of pipes and devices instead of files, and a pipe as output. */
import { execFileSync, spawnSync } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { it, MAIN } from '../support/command.ts';

/** Creates a named pipe. */
function createPipe(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
}

const READ_AT_START = [
  '--config FILE',
  '--seed FILE',
  '--signing-key FILE',
  '--tls-cert FILE --tls-key FILE',
  '--runai-idp FILE',
];

describe.skipIf(process.platform === 'win32').concurrent('a file that is read at the start', () => {
  it.for(READ_AT_START)(
    'may be a pipe, and SIGTERM ends the wait for it: %s',
    async (line, { command, folder, expect }) => {
      const path = createPipe(folder, 'pipe');
      const running = command.launch(['--port', '0', ...line.replaceAll('FILE', path).split(' ')]);
      // Resolves after the command has opened it, too.
      const pipe = await open(path, 'w');
      running.kill('SIGTERM');
      const { code, stdout } = await running.ended;
      await pipe.close();

      expect([code, stdout]).toEqual([143, '']);
    },
  );

  it('is read from a pipe', async ({ command, folder, expect }) => {
    const [config, seed] = [createPipe(folder, 'config'), createPipe(folder, 'seed')];
    const starting = command.start(['--config', config, '--seed', seed]);
    await writeFile(config, 'runai: "3.0"');
    await writeFile(seed, '{ "runai": { "tenant": { "id": 7, "name": "u", "realm": "u" } } }');
    const { call } = await starting;

    expect((await call('GET /_mock/info')).body.configuration.runai).toEqual({ value: '3.0', origin: 'file' });
    expect((await call('GET /_mock/cast')).body.runai.tenant.name).toBe('u');
  });

  it('reports faults without a line number if it is a pipe', async ({ command, folder, expect }) => {
    const path = createPipe(folder, 'config');
    const running = command.run(['--port', '0', '--config', path]);
    await writeFile(path, 'prot: 1');

    expect(await running).toMatchObject({
      code: 2,
      stderr: `nv-auth-mock: Unknown key \`prot\` in --config ${path}. Did you mean \`port\`?\n`,
    });
  });

  it.for(READ_AT_START)('is rejected if it is a device: %s', async (line, { command, expect }) => {
    const { code, stderr } = await command.run(['--port', '0', ...line.replaceAll('FILE', '/dev/zero').split(' ')]);

    expect(code).toBe(2);
    expect(stderr).toMatch(/\/dev\/zero cannot be read: it is not a file\. Give the path of/);
  });

  it('is rejected if it is a pipe at the path of the CA of --tls', async ({ command, folder, expect }) => {
    const path = createPipe(folder, 'mock.db.ca.pem');
    const { code, stdout, stderr } = await command.run(['--port', '0', '--tls', '--data', join(folder, 'mock.db')]);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `nv-auth-mock: ${path}, the CA of --tls, cannot be read: it is not a file. Make it readable, or delete it.\n`,
    );
  });
});

it.skipIf(process.platform === 'win32')('a closed pipe ends the output of a command without an error', ({ expect }) => {
  const line = '"$0" "$1" --help | true; exit $PIPESTATUS';
  const { status, stderr } = spawnSync('bash', ['-c', line, process.execPath, MAIN], { encoding: 'utf8' });

  expect([status, stderr]).toEqual([0, '']);
});
