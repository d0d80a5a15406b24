/** The command `compare`, which compares the mock with another service, in these tests another mock. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { changedMock } from '../../../test/support/changed-mock.ts';
import { it, type Running, type Server } from '../../../test/support/command.ts';
import { emptyFolder } from '../../../test/support/folder.ts';
import { listeningServer } from '../../../test/support/listening.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../observations.mjs', import.meta.url));
const TOKEN = 'NV_AUTH_MOCK_COMPARE_TOKEN';
const otherMock = await listeningServer();
const older = await listeningServer({ runai: '2.19' });

async function createExpiredToken(url: string): Promise<string | undefined> {
  const body = JSON.stringify({ for: 'admin@acme.test', expiresIn: '-1s' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/_mock/tokens`, { method: 'POST', headers, body });
  return ((await answer.json()) as { token?: string }).token;
}

/** Reads the administrator's token, which is the same in every mock. */
async function readToken({ url }: { readonly url: string }): Promise<string> {
  const cast = (await (await fetch(`${url}/_mock/cast`)).json()) as { runai: { users: [{ bearer: string }] } };
  return cast.runai.users[0].bearer;
}

/** The arguments of a comparison of a server with the other mock, or with what is at this URL. */
const compareArgs = ({ port }: Server, against = otherMock.url) =>
  ['compare', '--against', against, '--port', `${port}`] as const;

describe('`compare`', () => {
  it('prints its requests with --dry-run, without sending them', async ({ command, expect }) => {
    const server = await command.start([]);
    const args = [...compareArgs(server, 'http://127.0.0.1:9'), '--dry-run'];
    const { code, stdout } = await command.run(args);
    const writing = await command.run([...args, '--write']);

    expect(code).toBe(0);
    expect(stdout).toContain('GET /api/v1/users (credential: valid, none, broken)');
    expect(stdout).toContain('POST /api/v1/token (credential: none)');
    expect(stdout).not.toContain('DELETE');
    expect(stdout).toMatch(/left out: \d\d that write/);
    expect(writing.stdout).toMatch(/^DELETE \/api\/v1\/users\/\S+ \(credential: valid, none, broken\)$/m);
    expect((await server.call('GET /_mock/requests')).body.requests).toEqual([]);
  });

  it('finds no differences between two mocks, and reports that the other is a mock', async ({ command, expect }) => {
    const server = await command.start([]);
    const file = join(await emptyFolder(), 'drift.md');
    const args = compareArgs(server);
    const { code, stdout, stderr } = await command.run([...args, '--report', file], {
      env: { [TOKEN]: await readToken(server) },
    });
    const report = await readFile(file, 'utf8');
    const { stdout: list } = await command.run([...args, '--dry-run']);

    expect([code, stdout]).toEqual([0, '']);
    expect(stderr, 'it lists what it sends').toBe(`To ${otherMock.url}:\n${list}`);
    expect(report).toContain('is nv-auth-mock itself, not the real service.');
    expect(report).toMatch(/\d+ requests sent to both, 0 differences\./);
  });

  it('trusts the authority in the file of --tls-ca', async ({ command, expect }) => {
    const { url } = await command.start(['--tls']);
    const ca = join(await emptyFolder(), 'ca.pem');
    await command.run(['env', '--url', url, '--ca', ca]);
    const args = ['compare', '--against', otherMock.url, '--url', url];
    const env = { [TOKEN]: await readToken(otherMock) };
    const { code, stdout } = await command.run([...args, '--tls-ca', ca], { env });
    const untrusted = await command.run(args, { env });

    expect([code, stdout]).toEqual([0, expect.stringMatching(/\d+ requests sent to both, 0 differences\./)]);
    expect(untrusted.code).toBe(2);
  });

  it('writes a report that `npm run observations` converts to rows for review', async ({ command, expect }) => {
    const server = await command.start([]);
    const file = join(await emptyFolder(), 'drift.json');
    await command.run([...compareArgs(server), '--json', '--report', file], {
      env: { [TOKEN]: await readToken(server) },
    });
    const { stdout } = await run(process.execPath, [SCRIPT, file]);

    expect(JSON.parse(stdout)).toContainEqual({
      id: 'get_users',
      certainty: 'observed',
      source: expect.stringMatching(/^compared with 127\.0\.0\.1:\d+ on \d{4}-\d\d-\d\d, \d requests$/),
    });
  });

  it('sends writes with --write, and exits with 1 for differences of another version', async ({ command, expect }) => {
    const server = await command.start([]);
    const token = await readToken(server);
    const args = [...compareArgs(server, older.url), '--write', '--json', '--patience', '1s'];
    const { code, stdout } = await command.run(args, { env: { [TOKEN]: token } });
    const { writes, leftBehind, differences, operations } = JSON.parse(stdout);

    expect(code).toBe(1);
    expect([writes, leftBehind]).toEqual([0, []]);
    expect(operations).toMatchObject({ create_user: 4, delete_user_by_id: 5 });
    expect(differences).toContainEqual(
      expect.objectContaining({ operation: 'get_access_keys', place: 'status', real: '404', mock: '200' }),
    );
    expect(stdout).not.toContain(token);
  });

  it.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'after %s deletes its objects, reports its differences, and exits with %i',
    async ([signal, expected], { command, expect }) => {
      const server = await command.start([]);
      const token = await readToken(server);
      let running: Running | undefined;
      const proxyUrl = await changedMock(otherMock.url, token, {
        'POST /api/v1/apps': (answer) => {
          running?.kill(signal);
          return answer;
        },
      });
      running = command.launch([...compareArgs(server, proxyUrl), '--write'], { env: { [TOKEN]: token } });
      const { code, stdout, stderr } = await running.ended;

      expect(code).toBe(expected);
      expect(stderr).toContain('\nStopping, and deleting');
      expect(stdout).toMatch(/^\d+ requests? sent to both, \d+ differences\.$/m);
      expect(stdout).toContain('\n**Stopped before all requests were sent:** interrupted\n');
      expect(stdout + stderr).not.toContain('Still in the real account');
    },
  );

  it('after a second signal exits at once, and lists what deletes its objects', async ({ command, expect }) => {
    const server = await command.start([]);
    const token = await readToken(server);
    let running: Running | undefined;
    const proxyUrl = await changedMock(
      otherMock.url,
      token,
      new Proxy(
        {},
        {
          get: (_, request: string) => (answer: object) => {
            if (request === 'POST /api/v1/apps') running?.kill('SIGINT');
            if (!request.startsWith('DELETE')) return answer;
            // After the delay in which npm forwards the Ctrl+C that the terminal sends to all processes.
            setTimeout(() => running?.kill('SIGINT'), 700);
            return new Promise(() => {});
          },
        },
      ),
    );
    running = command.launch([...compareArgs(server, proxyUrl), '--write', '--report', 'drift.md'], {
      env: { [TOKEN]: token },
    });
    const { code, stderr } = await running.ended;

    expect(code).toBe(130);
    expect(stderr).toMatch(/\nStill in the real account, to delete by hand:\n(?:DELETE \/api\/v1\/[\w/-]+\n)+$/);
  });

  it('uses the client and the expired token of the environment, and the organisation', async ({ command, expect }) => {
    const server = await command.start([]);
    const { clientId, clientSecret } = (await server.call('GET /_mock/cast')).body.runai.serviceAccounts[0];
    const prefix = 'NV_AUTH_MOCK_COMPARE_';
    const { stdout, stderr } = await command.run([...compareArgs(server), '--json', '--org', 'elsewhere'], {
      env: {
        [`${prefix}CLIENT_ID`]: clientId,
        [`${prefix}CLIENT_SECRET`]: clientSecret,
        [`${prefix}EXPIRED_TOKEN`]: (await createExpiredToken(otherMock.url)) ?? '',
      },
    });
    const { differences } = JSON.parse(stdout);

    expect(stderr.split('\n')[1]).toBe('POST /api/v1/token (with the client from the environment)');
    // Only the unknown realm causes differences.
    expect(differences.filter(({ place }: { place: string }) => place === 'status')).toContainEqual(
      expect.objectContaining({ request: expect.stringContaining('/auth/realms/acme/'), real: '404' }),
    );
    const isOther = ({ request }: { request: string }) => !request.includes('/realms/');
    expect(differences.filter(isOther).filter(({ kind }: { kind: string }) => kind === 'behaviour')).toEqual([]);
    expect(stdout + stderr).not.toContain(clientSecret);
  });

  it('sends the requests of the journal or of an archive', async ({ command, expect }) => {
    const server = await command.start([]);
    const token = await readToken(server);
    await server.call('GET /api/v1/users', { token });
    await server.call('GET /_mock/clock');
    const file = join(await emptyFolder(), 'traffic.har');
    await writeFile(file, JSON.stringify((await server.call('GET /_mock/requests/har')).body));
    const run = (from: string, more: readonly string[] = []) =>
      command.run([...compareArgs(server), '--from', from, ...more], { env: { [TOKEN]: token } });

    for (const from of ['journal', file]) {
      const { code, stdout, stderr } = await run(from, ['--json']);
      expect([code, stderr]).toEqual([0, expect.not.stringContaining('_mock/')]);
      expect(JSON.parse(stdout)).toMatchObject({
        requests: 7,
        differences: [],
        operations: { get_users: 5, grant_token: 2 },
      });
    }
    expect(await run('nowhere.har')).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.har') });
  });

  it.for([
    ['a rejected credential', { [TOKEN]: 'of-somebody-else' }, [], /refuses the credential .*Nothing else was sent/],
    ['no credential', {}, [], /Set NV_AUTH_MOCK_COMPARE_TOKEN/],
    ['an invalid duration', null, ['--patience', 'long'], /--patience is not a duration/],
    ['a folder for the report', null, ['--report', '/'], /^nv-auth-mock: --report \/ cannot be written/],
  ] as const)('exits with 2 and a single line for %s', async ([, env, flags, line], { command, expect }) => {
    const server = await command.start([]);
    const variables = env ?? { [TOKEN]: await readToken(server) };
    const { code, stderr } = await command.run([...compareArgs(server), ...flags], { env: variables });

    expect(code).toBe(2);
    expect(stderr).toMatch(line);
    // Only the list of requests may precede the error.
    const errors = stderr
      .trim()
      .split('\n')
      .filter((line) => !/^To |\(credential: |left out: /.test(line));
    expect(errors).toHaveLength(1);
    expect(stderr).not.toContain('of-somebody-else');
  });
});
