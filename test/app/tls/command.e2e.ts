import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../../support/command.ts';

describe.concurrent('the command with --tls', () => {
  it('prints its https and http URLs in the ready line', async ({ command }) => {
    const { url, waitForOutput } = await command.start(['--tls', '--http-port', '0']);
    const [line] = await waitForOutput(/.*"event":"ready".*/);

    expect(url).toMatch(/^https:/);
    expect(JSON.parse(line)).toMatchObject({ url, httpUrl: expect.stringMatching(/^http:/) });
  });

  it('is checked by `health` with the flag and with the variable', async ({ command }) => {
    const { port, url } = await command.start(['--tls']);
    const byFlag = await command.run(['health', '--tls', '--port', String(port)]);
    const byVariable = await command.run(['health', '--port', String(port)], { env: { NV_AUTH_MOCK_TLS: 'on' } });

    for (const result of [byFlag, byVariable]) expect(result).toMatchObject({ code: 0, stdout: `ready on ${url}\n` });
  });

  it('is trusted by a client with the variables of `env --ca`', async ({ command, folder }) => {
    const { port } = await command.start(['--tls']);
    const url = `https://localhost:${port}`;
    const { code, stdout } = await command.run(['env', '--url', url, '--ca', 'ca.pem', '--format', 'json']);
    const file = join(folder, 'ca.pem');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      NODE_EXTRA_CA_CERTS: file,
      SSL_CERT_FILE: file,
      REQUESTS_CA_BUNDLE: file,
    });
    expect(await readFile(file, 'utf8')).not.toContain('PRIVATE');
    expect((await command.run(['env', '--url', url])).stderr).toContain('not trusted here');
  });

  it('is reported as https by each command that calls it over http', async ({ command }) => {
    const { port } = await command.start(['--tls']);
    const plain = await command.start();
    const url = `http://127.0.0.1:${port}`;
    const results = await Promise.all([
      command.run(['env', '--url', url]),
      command.run(['env', '--port', String(port)]),
      command.run(['health', '--port', String(port)]),
    ]);
    const overTls = await command.run(['env', '--url', `https://127.0.0.1:${plain.port}`, '--ca', 'ca.pem']);

    for (const { stderr } of results) expect(stderr).toContain('offers https: use https:// in the URL');
    expect(overTls.stderr).toContain('does not support TLS: use http:// in the URL');
  });
});
