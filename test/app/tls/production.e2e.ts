/** Clients in several languages under the production host names, over https with all checks. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { admin, adminBot } from '../../support/cast.ts';
import { type Command, it } from '../../support/command.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { runUnderProductionNames } from '../../support/production-names.ts';
import { pythonWith } from '../../support/python.ts';

const run = promisify(execFile);
const PAGE = new URL('../../../docs/how-to/production-hosts.md', import.meta.url);

const findSecret = (name: string) => castKey(name).key;
const GRANT = JSON.stringify({
  grantType: 'client_credentials',
  clientId: admin.accessKey.clientId,
  clientSecret: admin.accessKey.clientSecret,
});
const FUNCTION = castFunction('echo')[0]?.functionId;

/** Starts a server with https and reads the lines that map the production names to it. */
async function startServer(command: Command) {
  const { port } = await command.start(['--tls']);
  const args = ['env', '--url', `https://localhost:${port}`, '--ca', 'ca.pem', '--hosts'];
  const { code, stdout, stderr } = await command.run(args);
  expect(code).toBe(0);
  return { port, args, lines: stdout.trim().split('\n'), stderr };
}

describe.concurrent('under the production host names', () => {
  it('curl gets a token and calls Run:ai, Air, NGC and a function', async ({ command, folder, expect }) => {
    const { port, lines } = await startServer(command);
    // The same as `/etc/hosts`, but with the port of this server.
    const resolve = lines.flatMap((line) => {
      const [address, name] = line.split(' ');
      return ['--connect-to', `${name}:443:${address}:${port}`];
    });
    const runCurl = async (...args: readonly string[]) =>
      (await run('curl', ['-sS', '--fail', '--cacert', 'ca.pem', ...resolve, ...args], { cwd: folder })).stdout;
    const json = ['-H', 'Content-Type: application/json'];
    const { accessToken } = JSON.parse(await runCurl('https://acme.run.ai/api/v1/token', ...json, '-d', GRANT));
    const buildBearer = (token: string) => ['-H', `Authorization: Bearer ${token}`];
    const users = await runCurl('https://acme.run.ai/api/v1/users', ...buildBearer(accessToken));
    const discovery = await runCurl('https://app.run.ai/auth/realms/acme/.well-known/openid-configuration');
    const simulations = await runCurl(
      'https://api.dsx-air.nvidia.com/api/v3/simulations/',
      ...buildBearer(findSecret('air-reader')),
    );
    const functions = await runCurl(
      'https://api.ngc.nvidia.com/v2/orgs/acme/nvcf/functions',
      ...buildBearer(findSecret('nvcf-deployer')),
    );
    const invoked = await runCurl(
      ...[`https://${FUNCTION}.invocation.api.nvcf.nvidia.com/echo`, ...json, '-d', '{"a":1}'],
      ...buildBearer(findSecret('nvcf-full-access')),
    );

    expect(JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString()).iss).toBe(
      'https://acme.run.ai/auth/realms/acme',
    );
    expect(JSON.parse(users)).toBeInstanceOf(Array);
    expect(JSON.parse(discovery).token_endpoint).toMatch(/^https:\/\/app\.run\.ai\//);
    expect(JSON.parse(simulations)).toHaveProperty('results');
    expect(JSON.parse(functions)).toHaveProperty('functions');
    expect(JSON.parse(invoked)).toEqual({ a: 1 });
  });

  it.for([
    ['urllib', 'from urllib.request import urlopen; print(urlopen(url).read().decode())', 'SSL_CERT_FILE'],
    ['requests', 'import requests; print(requests.get(url).text)', 'REQUESTS_CA_BUNDLE'],
  ] as const)(
    "Python's %s reads the discovery document with the code of the page",
    async ([name, code, variable], { command, folder, expect, skip }) => {
      const python = pythonWith(name);
      if (python === undefined) return skip(`Python has no ${name} here`);
      const { port } = await startServer(command);
      const page = await readFile(PAGE, 'utf8');
      const example = /```python\n([\s\S]*?)```/.exec(page)?.[1]?.replace('6625', String(port));
      const script = `${example}\nurl = 'https://acme.run.ai/auth/realms/acme/.well-known/openid-configuration'\n${code}`;
      const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], [variable]: `${folder}/ca.pem` };
      const { stdout } = await run(python, ['-c', script], { env });

      expect(JSON.parse(stdout).issuer).toBe('https://acme.run.ai/auth/realms/acme');
    },
  );

  it('openid-client and oauth4webapi get tokens, with all checks and the built-in fetch', async ({
    command,
    folder,
    expect,
  }) => {
    const { port } = await startServer(command);
    const { clientId, clientSecret } = adminBot;
    const script = `
      import * as client from 'openid-client';
      import * as oauth from 'oauth4webapi';
      const issuer = new URL('https://acme.run.ai/auth/realms/acme');
      const config = await client.discovery(issuer, '${clientId}', '${clientSecret}');
      const { access_token } = await client.clientCredentialsGrant(config);
      const users = await client.fetchProtectedResource(config, access_token, new URL('https://acme.run.ai/api/v1/users'), 'GET');
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
      const bot = { client_id: '${clientId}' };
      const granted = await oauth.clientCredentialsGrantRequest(as, bot, oauth.ClientSecretBasic('${clientSecret}'), {});
      const token = await oauth.processClientCredentialsResponse(as, bot, granted);
      console.log(users.status, as.issuer, token.token_type);`;

    expect(await runUnderProductionNames(script, port, join(folder, 'ca.pem'), process.cwd())).toBe(
      '200 https://acme.run.ai/auth/realms/acme bearer\n',
    );
  });
});

describe.concurrent('`env --hosts`', () => {
  it("prints each name of the vendors with the server's address, and warns about another port", async ({
    command,
    expect,
  }) => {
    const { port, args, lines, stderr } = await startServer(command);
    const atClientUrl = await command.run([...args, '--client-url', 'https://192.0.2.1']);

    expect(lines).toEqual(
      expect.arrayContaining(['127.0.0.1 app.run.ai', '127.0.0.1 acme.run.ai', '127.0.0.1 api.ngc.nvidia.com']),
    );
    for (const domain of ['invocation.api.nvcf.nvidia.com', 'invocation.nvcf.nvidia.com'])
      expect(lines).toContain(`127.0.0.1 ${FUNCTION}.${domain}`);
    expect(new Set(lines).size).toBe(lines.length);
    expect(stderr).toContain(
      `production URLs use https on port 443, but the server is https://localhost:${port}. Start it with --tls --port 443`,
    );
    expect(atClientUrl).toMatchObject({ code: 0, stderr: '' });
    expect(atClientUrl.stdout).toContain('192.0.2.1 acme.run.ai\n');
  });

  it('prints the aliases of a Compose service, and JSON', async ({ command, expect }) => {
    const { args, lines } = await startServer(command);
    const compose = await command.run([...args, '--format', 'compose']);
    const json = await command.run([...args, '--format', 'json']);
    const names = lines.map((line) => line.split(' ')[1]);

    expect(parse(compose.stdout)).toEqual({ aliases: names });
    expect(JSON.parse(json.stdout)).toEqual(names);
  });

  it('prints no name of an organisation or function that the world does not have', async ({ command, expect }) => {
    const { port } = await command.start(['--seed', 'none']);
    const { stdout } = await command.run(['env', '--port', String(port), '--hosts']);

    expect(stdout).not.toContain('acme');
    expect(stdout).not.toMatch(/[0-9a-f]{12}\.invocation/);
    expect(stdout).not.toContain('api-keys');
    expect(stdout).toContain('127.0.0.1 app.run.ai\n');
  });

  it('exits with 2 and a single line for an unsupported format or address', async ({ command, expect }) => {
    const { args } = await startServer(command);
    const results = await Promise.all([
      command.run([...args, '--format', 'dotenv']),
      command.run([...args, '--client-url', 'https://mock']),
    ]);

    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual([
      [2, ''],
      [2, ''],
    ]);
    expect(results[0]?.stderr).toContain(
      '--hosts does not support --format dotenv. Expected one of `shell`, `json`, `compose`.',
    );
    expect(results[1]?.stderr).toContain(
      'https://mock has the name `mock`. Set the address, for example with --client-url',
    );
    for (const { stderr } of results) expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
