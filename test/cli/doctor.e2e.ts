import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe } from 'vitest';
import { it } from '../support/command.ts';

/** Starts an HTTP server that is not the mock. */
async function startOtherServer(status: number): Promise<{ url: string; close: () => void }> {
  const server = createServer((_request, response) => response.writeHead(status).end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describe.concurrent('`doctor`', () => {
  it('reports no fault of a server that is reached by its own name', async ({ command, expect }) => {
    const { url } = await command.start();
    const { code, stdout } = await command.launch(['doctor', '--url', url]).ended;

    expect(stdout).not.toContain('BAD');
    expect(stdout).toContain('a deliberately bad token is refused');
    expect(code).toBe(0);
  });

  it('reports that no server listens', async ({ command, expect }) => {
    const gone = await startOtherServer(200);
    gone.close();
    const { code, stdout } = await command.launch(['doctor', '--url', gone.url]).ended;

    expect(stdout).toContain(`BAD  reached: no server listens on ${gone.url}`);
    expect(code).toBe(1);
  });

  it('reports that another program listens', async ({ command, expect }) => {
    const otherServer = await startOtherServer(200);
    const { code, stdout } = await command.launch(['doctor', '--url', otherServer.url]).ended;
    otherServer.close();

    expect(stdout).toContain('so it is not nv-auth-mock but another program');
    expect(code).toBe(1);
  });

  it('reports that the host cannot be resolved', async ({ command, expect }) => {
    const { stdout } = await command.launch(['doctor', '--url', 'http://mock.invalid:6625']).ended;

    expect(stdout).toContain('mock.invalid cannot be resolved');
  });

  it('reports that the server does not support TLS', async ({ command, expect }) => {
    const { url } = await command.start();
    const { stdout } = await command.launch(['doctor', '--url', url.replace('http:', 'https:')]).ended;

    expect(stdout).toContain('use http:// in the URL');
  });

  it('reports a port that clients block', async ({ command, expect }) => {
    const { stdout } = await command.launch(['doctor', '--url', 'http://127.0.0.1:1']).ended;

    expect(stdout).toContain('BAD  reached: browsers and the `fetch` of Node block port 1');
  });

  it('reports that tokens have another issuer', async ({ command, expect }) => {
    const { url } = await command.start(['--public-url', 'http://mock:6625']);
    const { code, stdout } = await command.launch(['doctor', '--url', url]).ended;

    expect(stdout).toContain('BAD  issuer: tokens have the issuer http://mock:6625/auth/realms/acme');
    expect(code).toBe(1);
  });

  it('reports a moved clock', async ({ command, expect }) => {
    const { url, call } = await command.start();
    await call('POST /_mock/clock/advance', { body: { by: '1h' } });
    const { stdout } = await command.launch(['doctor', '--url', url]).ended;

    expect(stdout).toContain('the clock of the mock was moved by PT1H');
  });

  it('reports a frozen clock', async ({ command, expect }) => {
    const { url, call } = await command.start();
    await call('POST /_mock/clock/freeze');
    await call('POST /_mock/clock/advance', { body: { by: '1h' } });
    const { stdout } = await command.launch(['doctor', '--url', url]).ended;

    expect(stdout).toContain('the clock of the mock is frozen (POST /_mock/reset returns it to real time)');
  });

  it('reports a proxy, unless NO_PROXY has the host', async ({ command, expect }) => {
    const { url } = await command.start();
    const proxied = { env: { HTTP_PROXY: 'http://proxy.test:3128' } };
    const excepted = { env: { ...proxied.env, NO_PROXY: '.local,127.0.0.1' } };
    const bad = await command.launch(['doctor', '--url', url], proxied).ended;
    const good = await command.launch(['doctor', '--url', url], excepted).ended;

    expect(bad.stdout).toContain('BAD  proxy: HTTP_PROXY is set');
    expect([bad.code, good.code]).toEqual([1, 0]);
  });

  it('exits with 2 for an invalid URL', async ({ command, expect }) => {
    const { code, stderr } = await command.launch(['doctor', '--url', 'mock']).ended;

    expect([code, stderr]).toEqual([
      2,
      'nv-auth-mock: --url mock is not an http or https URL, such as `http://mock:6625`.\n',
    ]);
  });
});
