import { createServer } from 'node:http';
import { describe, expect } from 'vitest';
import { it } from '../support/command.ts';
import { urlOnPort } from '../support/ports.ts';

describe.concurrent('`health`', () => {
  it('ends with 0 when the server is ready, by flag or variable', async ({ command }) => {
    const { port, url } = await command.start();
    const results = await Promise.all([
      command.run(['health', '--port', String(port)]),
      command.run(['health', '-p', String(port), '--host', '0.0.0.0']),
      command.run(['health'], { env: { NV_AUTH_MOCK_PORT: String(port), NV_AUTH_MOCK_DATA: '/data/mock.db' } }),
      command.run(['health'], { env: { PORT: String(port) } }),
      command.run(['health', '--ready', '--port', String(port)]),
    ]);

    for (const result of results) expect(result).toMatchObject({ code: 0, stdout: `ready on ${url}\n`, stderr: '' });
  });

  it('ends with 1 when nobody listens', async ({ command }) => {
    const { code, stdout, stderr } = await command.run(['health', '--port', '2']);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('http://127.0.0.1:2');
  });

  it('ends with 1 when something else listens', async ({ command, onTestFinished }) => {
    const other = createServer((_request, response) => response.writeHead(404).end('not here'));
    onTestFinished(() => {
      other.close();
    });
    await new Promise<void>((resolve) => other.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const { port } = other.address() as { port: number };

    expect(await command.run(['health', '--port', String(port)])).toMatchObject({ code: 1, stdout: '' });
  });

  it('finds a server on a port that web pages may not call', async ({ command, expect }) => {
    expect.assertions(1);
    // https://fetch.spec.whatwg.org/#port-blocking
    for (const port of [6666, 6667, 6668, 6669]) {
      const url = await urlOnPort(command, port);
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

  it('ends with 2 when it is called wrongly', async ({ command }) => {
    expect(await command.run(['health', '--port', 'http'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--port is `http`. Expected a whole number'),
    });
  });
});
