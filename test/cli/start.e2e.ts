/** The output of a server at its start. */
import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { it } from '../support/command.ts';

const { version } = packageJson;

describe.concurrent('a start', () => {
  it('neither reads nor writes a compile cache in the temporary folder, which other users may write to', async ({
    command,
    folder,
  }) => {
    await mkdir(join(folder, 'node-compile-cache'));
    // Node names each file that it looks for.
    const env = { TMPDIR: folder, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
    const { code, stderr } = await command.run(['start', '--port', '0'], { env });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await readdir(folder, { recursive: true })).toEqual(['node-compile-cache']);
  });

  it('prints a banner that ends with the ready line, and logs to stderr', async ({ command }) => {
    const running = command.launch(['start', '--port', '0']);
    const [, url = ''] = await running.waitForOutput(/ready on (.+)\n/);
    const { port } = new URL(url);
    const health = await fetch(`${url}/_mock/health`);
    await fetch(`${url}/auth/realms/acme`);
    await fetch(`${url}/api/v1/access-keys`);
    const page = await fetch(`${url}/`);
    running.kill('SIGTERM');
    const { stdout, stderr } = await running.ended;

    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await health.json()).toEqual({ status: 'ready' });
    expect(stdout.endsWith(`\nnv-auth-mock ready on ${url}\n`)).toBe(true);
    expect(stdout.split('\n')[0]).toBe(`nv-auth-mock ${version}`);
    expect(stdout).toMatch(/^state=memory propagation=off .*runai=2\.24 .*nvcf=documented/m);
    expect(stdout).toMatch(/^cast: 3 users, 3 applications, 3 service accounts, 21 NGC keys; built-in$/m);
    expect(stdout).toContain(`\nconsole: ${url}/   credentials: ${url}/_mock/cast `);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(stderr).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info .*\b401\b.*\n$/);
  });

  it.for([
    [[], 403],
    [['--seed', 'none'], 401],
    [['--tls'], 403],
  ] as const)(
    'prints a request that is refused, and the command that explains it, with the flags %j',
    async ([args, status], { command }) => {
      const running = command.launch(['start', '--port', '0', ...args]);
      const [, curl = '', why = ''] = await running.waitForOutput(
        /^ {2}(curl .+)\n {2}node (.+)\n.*\nnv-auth-mock ready/m,
      );
      const refused = await promisify(execFile)('sh', ['-c', `${curl} 2>/dev/null`]);
      const explained = await command.run(why.split(' ').slice(1));

      expect(refused.stdout).toMatch(new RegExp(`^HTTP/\\S+ ${status} `));
      expect(explained.stdout).toContain(`(answered with ${status})`);
    },
  );

  it('prints a single `ready` event with --json, and logs JSON', async ({ command }) => {
    const server = await command.start();
    await server.call('GET /api/v1/access-keys');
    const { stdout, stderr } = await server.stop();

    expect(stdout).toMatch(/^.+\n$/);
    expect(JSON.parse(stdout)).toEqual({
      event: 'ready',
      url: `http://127.0.0.1:${server.port}`,
      port: server.port,
      pid: server.pid,
      version,
    });
    expect(stderr).toMatch(/^.+\n$/);
    expect(JSON.parse(stderr)).toEqual({
      time: expect.any(String),
      level: 'info',
      message: expect.stringContaining('401'),
      decision: expect.stringMatching(/^[0-9a-f]+-1$/),
    });
  });

  it('logs every request with `debug`, and nothing with `silent`', async ({ command }) => {
    const loud = await command.start(['--log-level', 'debug']);
    const silent = await command.start(['--log-level', 'silent']);
    for (const server of [loud, silent]) {
      await server.call('GET /_mock/health');
      await server.call('GET /api/v1/access-keys');
    }

    expect((await loud.stop()).stderr).toContain('/_mock/health');
    expect((await silent.stop()).stderr).toBe('');
  });
});

describe.concurrent('the command', () => {
  it('prints its version', async ({ command }) => {
    expect(await command.run(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  it.for([
    [['--help']],
    [['help']],
    [['help', 'help']],
    [['start', '--help']],
    [['health', '--help']],
    [['env', '--help']],
  ])('prints help for %j', async ([args = []], { command }) => {
    const { code, stdout, stderr } = await command.run(args);

    expect(code).toBe(0);
    expect(stdout).toContain('Usage: nv-auth-mock');
    expect(stderr).toBe('');
  });

  it('lists every flag in the help of `start`', async ({ command }) => {
    const server = await command.start();
    const flags = Object.keys((await server.call('GET /_mock/info')).body.configuration);
    const { stdout } = await command.run(['start', '--help']);

    expect(flags).toContain('token-lifetime');
    expect([...flags, 'config'].filter((flag) => !stdout.includes(`--${flag} `))).toEqual([]);
  });
});
