import { lookup } from 'node:dns/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../support/command.ts';
import { startOnPort } from '../support/ports.ts';

describe.concurrent('`health`', () => {
  it('exits with 0 if the server is ready, for a port by flag or variable', async ({ command }) => {
    const { port, url } = await command.start();
    const results = await Promise.all([
      command.run(['health', '--port', String(port)]),
      command.run(['health', '-p', String(port), '--host', '0.0.0.0']),
      command.run(['health'], { env: { NV_AUTH_MOCK_PORT: String(port), NV_AUTH_MOCK_DATA: '/data/mock.db' } }),
      command.run(['health'], { env: { PORT: String(port) } }),
    ]);

    for (const result of results) expect(result).toMatchObject({ code: 0, stdout: `ready on ${url}\n`, stderr: '' });
  });

  it('accepts the URL of a server or of a world, with and without a trailing slash', async ({ command }) => {
    const { url } = await command.start(['--world', 'team-a']);
    const inWorld = `${url}/w/team-a`;
    const runHealth = (place: string) => command.run(['health', '--url', place], { env: { NV_AUTH_MOCK_PORT: '2' } });

    for (const [place, named] of [
      [url, url],
      [`${url}/`, url],
      [inWorld, inWorld],
      [`${inWorld}/`, inWorld],
    ] as const) {
      expect(await runHealth(place)).toMatchObject({ code: 0, stdout: `ready on ${named}\n`, stderr: '' });
    }
    expect(await runHealth(`${url}/w/nobody`)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(
        `no server is ready on ${url}/w/nobody: it responded with 404: There is no world \`nobody\``,
      ),
    });
  });

  it('trusts the certificates that Node trusts, and reports how to trust the mock', async ({ command, folder }) => {
    const { url } = await command.start(['--tls']);
    const ca = join(folder, 'ca.pem');
    const untrusted = await command.run(['health', '--url', url]);
    await command.run(['env', '--url', url, '--ca', ca]);
    const trusted = await command.run(['health', '--url', url], { env: { NODE_EXTRA_CA_CERTS: ca } });
    const plain = await command.run(['health', '--url', url.replace('https:', 'http:')]);

    expect(untrusted).toMatchObject({ code: 1, stderr: expect.stringContaining(`env --url ${url} --ca ca.pem`) });
    expect(trusted).toMatchObject({ code: 0, stdout: `ready on ${url}\n`, stderr: '' });
    expect(plain).toMatchObject({ code: 1, stderr: expect.stringContaining('offers https: use https:// in the URL') });
  });

  it('reports how a world is reached if the system cannot resolve names below localhost', async ({ command }) => {
    const { port } = await command.start(['--world', 'alice']);
    const { code, stderr } = await command.run(['health', '--url', `http://alice.localhost:${port}`]);
    const isKnown = await lookup('alice.localhost').then(
      () => true,
      () => false,
    );

    if (isKnown) expect(code).toBe(0);
    else expect(stderr).toContain(`Use the prefix of the world: http://localhost:${port}/w/alice`);
  });

  it('reports a proxy that clients use, unless NO_PROXY has the host', async ({ command }) => {
    const { url } = await command.start();
    const env = { HTTP_PROXY: 'http://proxy.test:3128' };
    const runHealth = (place: string, more: object = {}) =>
      command.run(['health', '--url', place], { env: { ...env, ...more } });
    const proxied = 'nv-auth-mock: HTTP_PROXY is set, and NO_PROXY does not have 127.0.0.1';

    expect(await runHealth(url)).toMatchObject({ code: 0, stderr: expect.stringContaining(proxied) });
    expect(await runHealth('http://127.0.0.1:2')).toMatchObject({ code: 1, stderr: expect.stringContaining(proxied) });
    expect(await runHealth(url, { NO_PROXY: '.local,127.0.0.1' })).toMatchObject({ code: 0, stderr: '' });
  });

  it('sends no admin token, and reports why a server refuses the request', async ({ command, onTestFinished }) => {
    const seen: unknown[] = [];
    const otherServer = createServer((request, response) => {
      seen.push(request.headers['x-mock-admin-token']);
      response.writeHead(403, { 'content-type': 'application/problem+json' }).end('{"detail":"Unknown host name."}');
    });
    onTestFinished(() => {
      otherServer.close();
    });
    await new Promise<void>((resolve) => otherServer.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const url = `http://127.0.0.1:${(otherServer.address() as { port: number }).port}`;
    const env = { NV_AUTH_MOCK_ADMIN_TOKEN: 'a-secret-of-the-mock' };

    expect(await command.run(['health', '--url', url], { env })).toMatchObject({
      code: 1,
      stderr: `nv-auth-mock: no server is ready on ${url}: it responded with 403: Unknown host name.\n`,
    });
    expect(seen).toEqual([undefined]);
  });

  it('exits with 1 if no server listens', async ({ command }) => {
    const { code, stdout, stderr } = await command.run(['health', '--port', '2']);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('http://127.0.0.1:2');
    expect(stderr).toContain('may be waiting for its database');
  });

  it('reaches a server on a port that browsers block', async ({ command, expect }) => {
    expect.assertions(1);
    // https://fetch.spec.whatwg.org/#port-blocking
    for (const port of [6666, 6667, 6668, 6669]) {
      const url = await startOnPort(command, port);
      if (url === null) continue;

      expect(await command.run(['health', '--port', String(port)])).toEqual({
        code: 0,
        signal: null,
        stdout: `ready on ${url}\n`,
        stderr: '',
      });
      return;
    }
  });
});
