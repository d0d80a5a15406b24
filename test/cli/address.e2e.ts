/** Which addresses a server listens on. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../support/command.ts';
import { hasLoopback6, occupyPort, startOnPort } from '../support/ports.ts';

/** Addresses for documentation (RFC 5737, RFC 3849) that no machine has. */
const FOREIGN = ['192.0.2.1', '2001:db8::1'];

const TAKEN = ['127.0.0.1', ...(hasLoopback6 ? ['::1'] : [])];

async function readHealth(url: string): Promise<unknown> {
  return (await fetch(`${url}/_mock/health`)).json();
}

describe.concurrent('a server', () => {
  it('listens on the port of --port', async ({ command }) => {
    let url: string | null = null;
    let port = 0;
    while (url === null) {
      const taken = await occupyPort();
      await taken.release();
      port = taken.port;
      url = await startOnPort(command, port);
    }

    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await readHealth(url)).toEqual({ status: 'ready' });
  });

  it.for(TAKEN)('exits with 2 if its port on %s is in use', async (host, { command, onTestFinished }) => {
    const { port, release } = await occupyPort(host);
    onTestFinished(release);
    const { code, stdout, stderr } = await command.run(['--port', String(port)]);

    expect(code).toBe(2);
    expect(stderr).toContain(`Port ${port} on ${host} is already in use`);
    expect(stderr).toContain('--port');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
  });

  it.skipIf(!hasLoopback6)('answers on ::1 as on 127.0.0.1', async ({ command }) => {
    const { port, url } = await command.start();
    const refused = await fetch(`http://[::1]:${port}/api/v1/access-keys`);

    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await readHealth(url)).toEqual({ status: 'ready' });
    expect(await readHealth(`http://[::1]:${port}`)).toEqual({ status: 'ready' });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('x-mock-decision')).not.toBeNull();
  });

  it.skipIf(!hasLoopback6)('answers only on ::1 with --host ::1', async ({ command }) => {
    const { port, url } = await command.start(['--host', '::1']);

    expect(url).toBe(`http://[::1]:${port}`);
    expect(await readHealth(url)).toEqual({ status: 'ready' });
    await expect(fetch(`http://127.0.0.1:${port}/_mock/health`)).rejects.toThrow();
  });

  it('on every address prints a URL that clients can use', async ({ command }) => {
    const { port, url } = await command.start(['--host', '0.0.0.0']);

    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await readHealth(url)).toEqual({ status: 'ready' });
  });

  it('on `localhost` answers on every loopback address', async ({ command }) => {
    const { port } = await command.start(['--host', 'localhost']);

    expect(await readHealth(`http://127.0.0.1:${port}`)).toEqual({ status: 'ready' });
    if (hasLoopback6) expect(await readHealth(`http://[::1]:${port}`)).toEqual({ status: 'ready' });
  });

  it.for(FOREIGN)('exits with 2 for %s, which is not an address of this machine', async (host, { command }) => {
    const { code, stdout, stderr } = await command.run(['--port', '0', '--host', host]);

    expect(code).toBe(2);
    expect(stderr).toContain(`--host ${host} is not an address of this machine`);
    expect(stdout).toBe('');
  });
});

describe('the command for a running server with a certificate authority of its own', () => {
  it.for([
    ['health', []],
    ['env', []],
    ['why', []],
    ['report', []],
    ['verify', ['--journal']],
  ] as const)('%s trusts the file of --tls-ca', async ([name, more], { command, folder }) => {
    const { url } = await command.start(['--tls']);
    const ca = join(folder, 'ca.pem');
    await command.run(['env', '--url', url, '--ca', ca]);
    const args = [name, ...more, '--url', url];
    const trusting = await command.run([...args, '--tls-ca', ca]);
    const untrusting = await command.run(args);

    expect(trusting.stderr).not.toMatch(/certificate authority|answers|no server/);
    expect(untrusting.stderr).toContain(`env --url ${url} --ca ca.pem`);
  });

  it.for(['none.pem', 'empty.pem'])('exits with 2 if --tls-ca is %s', async (file, { command, folder }) => {
    await writeFile(join(folder, 'empty.pem'), '');
    const { code, stderr } = await command.run(['report', '--tls-ca', join(folder, file)]);

    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/--tls-ca .*(cannot be read: |has no certificate\. Give)/),
    ]);
  });
});
