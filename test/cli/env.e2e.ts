import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { admin } from '../support/cast.ts';
import { it } from '../support/command.ts';
import { castKey, ngcCast } from '../support/ngc-cast.ts';

const execute = promisify(execFile);
const COMPOSE = new URL('../../examples/compose/compose.yaml', import.meta.url);

/** Runs a shell script in an empty environment. */
async function runShell(script: string): Promise<string> {
  return (await execute('sh', ['-euc', script], { env: { PATH: process.env['PATH'] } })).stdout;
}

const ownersKey = ngcCast.keys.find(({ org, roles }) => org === ngcCast.org && roles?.includes('ORG_OWNER'));

const REQUEST =
  'curl -sS "$RUNAI_BASE_URL/api/v1/token" -H "Content-Type: application/json" -d ' +
  '"{\\"grantType\\":\\"client_credentials\\",\\"clientId\\":\\"$RUNAI_CLIENT_ID\\",\\"clientSecret\\":\\"$RUNAI_CLIENT_SECRET\\"}"';

describe.concurrent('`env`', () => {
  it('prints variables that get a token, in every format, for a port by flag or variable', async ({ command }) => {
    const { port, url } = await command.start(['--alias', 'nvidia']);
    const env = { NV_AUTH_MOCK_PORT: String(port) };
    const [forShell, ...others] = await Promise.all([
      command.run(['env', '--port', String(port)]),
      ...['dotenv', 'json', 'compose'].map((format) => command.run(['env', '--format', format], { env })),
    ]);
    const [dotenv = '', json = '', compose = ''] = others.map(({ stdout }) => stdout);
    const expected = {
      RUNAI_BASE_URL: url,
      RUNAI_CLIENT_ID: admin.accessKey.clientId,
      RUNAI_CLIENT_SECRET: admin.accessKey.clientSecret,
      AIR_API_URL: url,
      NVCF_BASE_URL: url,
      NVCF_BASE_NVCT_URL: url,
      NVIDIA_BASE_URL: `${url}/integrate/v1`,
      NGC_API_KEY: ownersKey?.key,
      NVIDIA_API_KEY: castKey('catalogue-user').key,
    };

    for (const { code, stderr } of [forShell, ...others]) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(await runShell(`${forShell.stdout}\n${REQUEST}`)).accessToken).toEqual(expect.any(String));
    expect(forShell.stdout.match(/\w+(?==)/g)).toEqual(Object.keys(expected));
    expect(parseEnv(dotenv)).toEqual(expected);
    expect(JSON.parse(json)).toEqual(expected);
    const inNetwork = `http://nvidia:${port}`;
    const names = Object.keys(expected).filter((name) => name.endsWith('_URL'));
    const addresses = Object.fromEntries(
      names.map((name) => [name, name === 'NVIDIA_BASE_URL' ? `${inNetwork}/integrate/v1` : inNetwork]),
    );
    expect(parse(compose)).toEqual({ environment: { ...expected, ...addresses } });
  });

  it.for([
    ['the public URL of the server', ['--public-url', 'http://nv:8080', '--alias', 'nvidia'], [], /^http:\/\/nv:8080$/],
    ['the first alias of the server', ['--alias', 'nvidia', '--alias', 'other'], [], /^http:\/\/nvidia:\d+$/],
    ['the URL of --client-url', ['--alias', 'nvidia'], ['--client-url', 'http://here:1/'], /^http:\/\/here:1$/],
  ] as const)('prints for Compose %s', async ([, started, flags, address], { command, expect }) => {
    const { port } = await command.start(started);
    const args = ['env', '--port', String(port), '--format', 'compose', ...flags];
    const { code, stdout, stderr } = await command.run(args);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parse(stdout).environment.AIR_API_URL).toMatch(address);
  });

  it('prints for Compose a default service name with a note if the server has no name', async ({ command, expect }) => {
    const { port } = await command.start();
    const { stdout, stderr } = await command.run(['env', '--port', String(port), '--format', 'compose']);
    const { services } = parse(await readFile(COMPOSE, 'utf8'));

    expect(services).toHaveProperty('mock');
    expect(parse(stdout).environment.RUNAI_BASE_URL).toBe(`http://mock:${port}`);
    expect(stderr).toMatch(/a service named `mock`.*--alias NAME.*--client-url URL\n$/);
  });

  it('accepts the URL of a server or of a world', async ({ command, expect }) => {
    const { url } = await command.start(['--world', 'alice']);
    const readVariables = async (...flags: readonly string[]) => {
      const { stdout, stderr } = await command.run(['env', '--format', 'json', ...flags]);
      expect(stderr).toBe('');
      return JSON.parse(stdout);
    };
    const alice = await readVariables('--url', `${url}/w/alice`);

    expect(await readVariables('--url', `${url}/`)).toMatchObject({
      AIR_API_URL: url,
      RUNAI_CLIENT_ID: admin.accessKey.clientId,
    });
    expect(alice).toMatchObject({
      AIR_API_URL: `${url}/w/alice`,
      RUNAI_CLIENT_ID: `${admin.accessKey.clientId}-alice`,
    });
    expect(await readVariables('--url', url, '--world', 'alice')).toEqual(alice);
  });

  it.for([
    ['mock:6625', '--url mock:6625 is not an http or https URL'],
    ['http://127.0.0.1:2/w/alice', 'No server answers on http://127.0.0.1:2. Start one, or set its address with --url'],
    ['https://127.0.0.1:2', 'No server answers on https://127.0.0.1:2.'],
  ] as const)('exits with 2 if --url is %s', async ([url, message], { command, expect }) => {
    const { code, stdout, stderr } = await command.run(['env', '--url', url]);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('escapes secrets for a shell and for Compose', async ({ command, folder, expect }) => {
    const secret = `it's $HOME "and" \`back\` \\n`;
    const accessKey = { name: 'key', clientId: 'client', clientSecret: secret };
    const user = { email: 'ada@umbra.test', password: 'word', role: 'System administrator', accessKey };
    const world = { runai: { tenant: { id: 1, name: 'umbra', realm: 'umbra' }, users: [user] } };
    await writeFile(join(folder, 'world.json'), JSON.stringify(world));
    const { port } = await command.start(['--seed', 'world.json']);
    const [forShell, compose] = await Promise.all(
      ['shell', 'compose'].map((format) => command.run(['env', '--port', String(port), '--format', format])),
    );

    expect.soft(await runShell(`${forShell?.stdout}\nprintf %s "$RUNAI_CLIENT_SECRET"`)).toBe(secret);
    // In a Compose file `$` begins a variable, and `$$` is a dollar sign (compose-spec, 12-interpolation).
    expect.soft(parse(compose?.stdout ?? '').environment.RUNAI_CLIENT_SECRET).toBe(secret.replaceAll('$', () => '$$'));
  });

  it('prints the variables of nvcf-cli for a server with the key service', async ({ command }) => {
    const { port, url } = await command.start(['--nvcf', 'open-source']);
    const { stdout } = await command.run(['env', '--port', String(port), '--format', 'json']);

    expect(JSON.parse(stdout)).toMatchObject({
      API_KEYS_SERVICE_URL: url,
      NVCF_BASE_HTTP_URL: url,
      NVCF_INVOKE_URL: url,
      INVOKE_HOST: 'invocation.localhost',
      NVCF_BASE_NVCT_URL: url,
    });
    const { stdout: hosts } = await command.run(['env', '--port', String(port), '--hosts']);
    expect(hosts).toContain('127.0.0.1 api-keys.nvcf.nvidia.com\n');
  });

  it('prints only the addresses of an empty world, and reports missing credentials', async ({ command }) => {
    const { port, url } = await command.start(['--seed', 'none']);

    expect(await command.run(['env', '--port', String(port), '--format', 'json'])).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ RUNAI_BASE_URL: url, AIR_API_URL: url, NVCF_BASE_URL: url, NVCF_BASE_NVCT_URL: url, NVIDIA_BASE_URL: `${url}/integrate/v1` }, null, 2)}\n`,
      stderr: expect.stringMatching(/RUNAI_CLIENT_ID.*\n.*NGC_API_KEY/),
    });
  });
});
