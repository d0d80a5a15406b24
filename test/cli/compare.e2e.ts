/** The mock compared with another service: here a mock too, which the report says. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { it, type Server } from '../support/command.ts';
import { emptyFolder } from '../support/folder.ts';
import { listeningServer } from '../support/listening.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../scripts/observations.mjs', import.meta.url));
const TOKEN = 'NV_AUTH_MOCK_COMPARE_TOKEN';
const other = await listeningServer();
const older = await listeningServer({ runai: '2.19' });

/** The administrator's token, which is the same in every mock. */
async function tokenOf(server: Server): Promise<string> {
  return (await server.call('GET /_mock/cast')).body.runai.users[0].bearer;
}

describe('`compare`', () => {
  it('prints what it would send, and sends nothing', async ({ command, expect }) => {
    const server = await command.start([]);
    const args = ['compare', '--against', 'http://127.0.0.1:9', '--port', `${server.port}`, '--dry-run'];
    const { code, stdout } = await command.run(args);
    const writing = await command.run([...args, '--write']);

    expect(code).toBe(0);
    expect(stdout).toContain('GET /api/v1/users (credential: valid)');
    expect(stdout).not.toContain('DELETE');
    expect(stdout).toMatch(/left out: \d\d that write/);
    expect(writing.stdout).toMatch(/^DELETE \/api\/v1\/users\/\S+ \(credential: valid\)$/m);
    expect((await server.call('GET /_mock/requests')).body.requests).toEqual([]);
  });

  it('finds nothing between two mocks, and says that the other is one', async ({ command, expect }) => {
    const server = await command.start([]);
    const file = join(await emptyFolder(), 'drift.md');
    const { code, stdout } = await command.run(
      ['compare', '--against', other.url, '--port', `${server.port}`, '--report', file],
      { env: { [TOKEN]: await tokenOf(server) } },
    );
    const report = await readFile(file, 'utf8');

    expect([code, stdout]).toEqual([0, '']);
    expect(report).toContain('is nv-auth-mock itself, not the real service.');
    expect(report).toMatch(/\d+ requests sent to both, 0 differences\./);
  });

  it('writes a report from which `npm run observations` makes rows to review', async ({ command, expect }) => {
    const server = await command.start([]);
    const file = join(await emptyFolder(), 'drift.json');
    await command.run(['compare', '--against', other.url, '--port', `${server.port}`, '--json', '--report', file], {
      env: { [TOKEN]: await tokenOf(server) },
    });
    const { stdout } = await run(process.execPath, [SCRIPT, file]);

    expect(JSON.parse(stdout)).toContainEqual({
      ...{ id: 'get_users', certainty: 'observed' },
      source: expect.stringMatching(/^compared with 127\.0\.0\.1:\d+ on \d{4}-\d\d-\d\d, \d requests$/),
    });
  });

  it.for([
    ['a report in Markdown', '# runai', /is no report\. .*--json --report/],
    ['a file that is not there', null, /cannot be read/],
  ] as const)('from %s, `npm run observations` makes nothing', async ([, text, sentence], { expect }) => {
    const file = join(await emptyFolder(), 'drift.md');
    if (text !== null) await writeFile(file, text);

    await expect(run(process.execPath, [SCRIPT, file])).rejects.toMatchObject({
      ...{ code: 2, stderr: expect.stringMatching(sentence) },
    });
  });

  it.for(['air', 'nvcf', 'nvct', 'ngc'])(
    'sends the examples of `%s` with a key for it',
    async (name, { command, expect }) => {
      const server = await command.start([]);
      const { keys } = (await server.call('GET /_mock/cast')).body.ngc;
      const key = keys.find(({ services }: { services: string[] }) => services.includes(name)) ?? keys[0];
      const { stdout } = await command.run(
        ['compare', '--against', other.url, '--port', `${server.port}`, '--service', name, '--json'],
        { env: { [TOKEN]: key.key } },
      );
      const { requests, differences } = JSON.parse(stdout);

      expect(requests).toBeGreaterThan(5);
      expect(differences).toEqual([]);
      const { requests: recorded } = (await server.call('GET /_mock/requests')).body;
      expect(recorded.map(({ status }: { status: number }) => status)).toContain(200);
    },
  );

  it('sends what writes with --write, and tells what another version does', async ({ command, expect }) => {
    const server = await command.start([]);
    const token = await tokenOf(server);
    const { code, stdout } = await command.run(
      ['compare', '--against', older.url, '--port', `${server.port}`, '--write', '--json', '--patience', '1s'],
      { env: { [TOKEN]: token } },
    );
    const { requests, writes, differences } = JSON.parse(stdout);

    expect(code).toBe(1);
    expect(writes).toBe(0);
    expect(requests).toBeGreaterThan(150);
    expect(differences).toContainEqual(
      expect.objectContaining({ operation: 'get_access_keys', place: 'status', real: '404', mock: '200' }),
    );
    expect(stdout).not.toContain(token);
  });

  it('plays the journal, and an archive', async ({ command, expect }) => {
    const server = await command.start([]);
    const token = await tokenOf(server);
    await server.call('GET /api/v1/users', { token });
    const file = join(await emptyFolder(), 'traffic.har');
    await writeFile(file, JSON.stringify((await server.call('GET /_mock/requests/har')).body));
    const run = (from: string, more: readonly string[] = []) =>
      command.run(['compare', '--against', other.url, '--port', `${server.port}`, '--from', from, ...more], {
        env: { [TOKEN]: token },
      });

    for (const from of ['journal', file]) {
      const { code, stdout, stderr } = await run(from, ['--json']);
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject({ requests: 3, operations: { get_users: 3 }, differences: [] });
    }
    expect(await run('nowhere.har')).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.har') });
  });

  it.for([
    [
      'a credential that is refused',
      { [TOKEN]: 'of-somebody-else' },
      [],
      /refuses the credential .*Nothing else was sent/,
    ],
    ['no credential', {}, [], /Set NV_AUTH_MOCK_COMPARE_TOKEN/],
    ['no duration', null, ['--patience', 'long'], /--patience is not a duration/],
    ['a folder for the report', null, ['--report', '/'], /--report \/ cannot be written/],
    [
      'an option that is gone',
      null,
      ['--write-observations', 'rows.json'],
      /`--write-observations` was removed: .*`npm run observations REPORT`/,
    ],
  ] as const)('ends with 2 and one line after %s', async ([, env, flags, line], { command, expect }) => {
    const server = await command.start([]);
    const given = env ?? { [TOKEN]: await tokenOf(server) };
    const args = ['compare', '--against', other.url, '--port', `${server.port}`, ...flags];
    const { code, stderr } = await command.run(args, { env: given });

    expect(code).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('of-somebody-else');
  });
});
