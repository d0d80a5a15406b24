/** The command `verify` with `--har` or `--journal`, which checks recorded traffic against the documents. */
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../../../test/support/command.ts';

const HEADERS = [{ name: 'content-type', value: 'application/json' }];
const entry = (url: string, text: string) => ({
  request: { method: 'GET', url: `https://acme.example${url}`, headers: [] },
  response: { status: 200, headers: HEADERS, content: { mimeType: 'application/json', text } },
});
const CLEAN = entry('/api/v1/users/count', '{"count":1}');
const MISSPELT = entry('/api/v1/users/count?filterby=a', '{"count":1,"more":"<&\\u0001"}');
const LEFT_OUT = '/api/v1/org-unit/projects/telemetry';
const archive = (...entries: object[]) => JSON.stringify({ log: { version: '1.2', entries } }, null, 1);

describe('nv-auth-mock verify --har', () => {
  it('exits with 1 and prints the line, the operation and the violation', async ({ command, folder }) => {
    const text = archive(CLEAN, MISSPELT);
    await writeFile(join(folder, 'traffic.har'), text);
    const { code, stdout } = await command.launch(['verify', '--har', 'traffic.har']).ended;
    const line = text.split('\n').findIndex((entry) => entry.includes('filterby')) - 2;
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      `traffic.har:${line} GET /api/v1/users/count (count_users): the document does not list the query parameter \`filterby\`; did you mean \`filterBy\`?`,
      expect.stringMatching(/^traffic.har:\d+ GET .*: response 200: .* must NOT have additional properties: `more`$/),
      '2 requests checked; 2 violations',
      '',
    ]);
  });

  it('writes JSON, and JUnit XML for CI systems', async ({ command, folder }) => {
    await writeFile(join(folder, 'traffic.har'), archive(MISSPELT, CLEAN, entry('/logo.svg', '')));
    const { code, stdout } = await command.launch(['verify', '--har', 'traffic.har', '--json', '--junit', 'r.xml'])
      .ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      checked: 2,
      skipped: 1,
      skippedRequests: [{ method: 'GET', url: 'https://acme.example/logo.svg', what: 'no documented API' }],
      violations: [{ part: 'request' }, { part: 'answer' }],
    });
    const xml = await readFile(join(folder, 'r.xml'), 'utf8');
    expect(xml).toContain('<testsuite name="Recorded traffic" tests="3" failures="1" skipped="1">');
    expect(xml).toContain('<testcase classname="runai.count_users" name="GET /api/v1/users/count traffic.har:5">');
    expect(xml).toContain('filterby');
    expect(xml).toMatch(/<testcase classname="runai.count_users" name="GET \/api\/v1\/users\/count \S+"\/>/);
    expect(xml).toMatch(/name="GET https:\/\/acme.example\/logo.svg .*>\s*<skipped message="no documented API"\/>/);
  });

  it('checks the hosts of the vendors that the mock serves below a prefix or by name', async ({ command, folder }) => {
    const call = (method: string, url: string) => ({ request: { method, url, headers: [] } });
    await writeFile(
      join(folder, 'vendors.har'),
      archive(
        call('GET', 'https://integrate.api.nvidia.com/v1/models'),
        call('GET', 'https://integrate.api.nvidia.com/v1/model'),
        call('POST', 'https://7a3b1b1e-5b0a-4c55-9a4b-0f7b0a3f3a11.invocation.api.nvcf.nvidia.com/any/path'),
      ),
    );
    const { code, stdout } = await command.launch(['verify', '--har', 'vendors.har']).ended;

    expect(code).toBe(1);
    expect(stdout).toMatch(/GET \/v1\/model: .*did you mean .*\/v1\/models/);
    expect(stdout).toContain('\n3 requests checked; 1 violation\n');
  });

  it('exits with 2 if nothing could be checked, and lists why', async ({ command, folder }) => {
    await writeFile(join(folder, 't.har'), archive(entry('/nowhere', '{}'), entry(LEFT_OUT, '{}')));
    const { code, stdout, stderr } = await command.launch(['verify', '--har', 't.har', '--junit', 'r.xml']).ended;

    expect([code, stderr]).toEqual([2, 'nv-auth-mock: --har t.har has no request for an API of the documents.\n']);
    expect(stdout).toContain('GET https://acme.example/nowhere: skipped, no documented API\n');
    expect(stdout).toContain(`${LEFT_OUT}: skipped, the mock does not emulate \`GET ${LEFT_OUT}\` of runai\n`);
    expect(await readFile(join(folder, 'r.xml'), 'utf8')).toContain('tests="2" failures="0" skipped="2"');
  });

  it('needs no server, so it ignores variables for its certificate', async ({ command, folder }) => {
    await writeFile(join(folder, 't.har'), archive(CLEAN));
    const env = { NV_AUTH_MOCK_TLS_CERT: 'none.pem', NV_AUTH_MOCK_TLS_KEY: 'none.pem' };

    expect(await command.run(['verify', '--har', 't.har'], { env })).toMatchObject({ code: 0, stderr: '' });
  });

  it('checks against the version in the option', async ({ command, folder }) => {
    await writeFile(join(folder, 'traffic.har'), archive(entry('/api/v1/access-keys', '{"accessKeys":[]}')));
    const { code, stdout } = await command.launch(['verify', '--har', 'traffic.har', '--runai', '2.19']).ended;
    expect(code).toBe(1);
    expect(stdout).toContain('only 2.24, 3.0 has this operation');
  });

  it('exits with 2 for invalid JSON, without printing its secrets', async ({ command, folder }) => {
    await writeFile(join(folder, 'wrong.har'), '{"key": secret}');
    const { code, stderr } = await command.launch(['verify', '--har', 'wrong.har']).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^nv-auth-mock: .*wrong.har is not JSON, so it is not .* \(HAR\): SyntaxError: Unexpected token 's'\.\n$/,
    );
  });

  it('exits with 2 for a file of 200 MB, a missing file, and several sources', async ({ command, folder }) => {
    await writeFile(join(folder, 'large.har'), '');
    await truncate(join(folder, 'large.har'), 200 * 1024 * 1024);
    const large = await command.launch(['verify', '--har', 'large.har']).ended;
    expect([large.code, large.stderr]).toEqual([2, expect.stringContaining('has more than 64 MB')]);
    const missing = await command.launch(['verify', '--har', 'none.har']).ended;
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('--har none.har cannot be read')]);
    const both = await command.launch(['verify', '--har', 'a', '--journal']).ended;
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('Give either --har FILE or --journal, not')]);
  });
});

const TOTAL = { type: 'object', required: ['total'], properties: { total: {} } };
const COUNT = {
  parameters: [{ name: 'region', in: 'query', required: true, schema: { type: 'string' } }],
  responses: { 200: { description: '', content: { 'application/json': { schema: TOTAL } } } },
};
const USER = { responses: { 200: { description: '' } } };
const paths = { '/api/v1/users/count': { get: COUNT }, '/api/v1/user': { get: USER } };
/** A document of a vendor with a renamed path and a renamed member of a response. */
const SPEC = JSON.stringify({ openapi: '3.0.3', paths });

describe('nv-auth-mock verify --har --spec', () => {
  it('checks against the given document, and prints the most similar path', async ({ command, folder }) => {
    await writeFile(join(folder, 'spec.json'), SPEC);
    const text = archive(
      CLEAN,
      entry('/api/v1/users', '[]'),
      entry('/v2/nvcf/functions', '{}'),
      entry('/logo.svg', ''),
    );
    await writeFile(join(folder, 'traffic.har'), text);
    const args = ['verify', '--har', 'traffic.har', '--spec', 'spec.json', '--document', 'runai.2.24'];
    const { code, stdout } = await command.launch(args).ended;

    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^traffic.har:5 GET \/api\/v1\/users\/count \(get \/api\/v1\/users\/count\): .*`region`/),
      expect.stringMatching(/^traffic.har:5 GET .*: response 200: .*`?total`?/),
      expect.stringMatching(
        /^traffic.har:\d+ GET \/api\/v1\/users: .* does not have this path; did you mean `\/api\/v1\/user`\?$/,
      ),
      expect.stringMatching(
        /^traffic.har:\d+ GET https:\/\/acme.example\/v2\/nvcf\/functions: skipped, no documented API$/,
      ),
      expect.stringMatching(/^traffic.har:\d+ GET https:\/\/acme.example\/logo.svg: skipped, no documented API$/),
      '2 requests checked, 2 skipped; 3 violations',
      '',
    ]);
  });

  it('finds the paths of the mock and of the vendor at a host below a prefix', async ({ command, folder }) => {
    const response = { responses: { default: { description: '' } } };
    const call = { request: { method: 'GET', url: 'https://integrate.api.nvidia.com/v1/models', headers: [] } };
    await writeFile(join(folder, 't.har'), archive(call));
    for (const prefix of ['', '/integrate']) {
      const paths = {
        [`${prefix}/v1/models`]: { get: response },
        [`${prefix}/v1/chat/completions`]: { post: response },
      };
      await writeFile(join(folder, 's.json'), JSON.stringify({ openapi: '3.0.3', paths }));
      const args = ['verify', '--har', 't.har', '--spec', 's.json', '--document', 'catalogue'];

      expect((await command.run(args)).stdout, prefix).toBe('1 request checked; 0 violations\n');
    }
  });

  it('removes the base path, and suggests it if all paths have it', async ({ command, folder }) => {
    await writeFile(join(folder, 'proxied.har'), archive(entry('/proxy/runai/api/v1/users/count', '{"count":1}')));
    const verify = (...more: string[]) => command.launch(['verify', '--har', 'proxied.har', ...more]).ended;
    const without = await verify();
    const stripped = await verify('--base-path', '/proxy/runai');

    expect([without.code, without.stderr]).toEqual([
      2,
      'nv-auth-mock: --har proxied.har has no request for an API of the documents. Its paths start with `/proxy/runai`. Add --base-path /proxy/runai.\n',
    ]);
    expect([stripped.code, stripped.stdout]).toEqual([0, '1 request checked; 0 violations\n']);
  });

  it('exits with 2 for an archive without requests', async ({ command, folder }) => {
    await writeFile(join(folder, 'empty.har'), archive());
    const { code, stderr } = await command.launch(['verify', '--har', 'empty.har']).ended;

    expect([code, stderr]).toEqual([2, expect.stringContaining('has no requests, so there is nothing to check.')]);
  });
});

describe('an option that would be ignored', () => {
  it.for<[string, string]>([
    ['--spec a.json --world alice', '--world is for --journal. Leave it out.'],
    ['--har a.har --tls', '--tls is for --journal. Leave it out.'],
    ['--har a.har --baseline b.json', '--baseline is for --spec without --har. Leave it out.'],
    ['--har a.har --document runai.2.24', 'With --har, --document needs --spec FILE.'],
    ['--journal --base-path /proxy', 'With --journal, --base-path needs --spec FILE.'],
  ])('is rejected: %s', async ([args, message], { command }) => {
    const { code, stderr } = await command.launch(['verify', ...args.split(' ')]).ended;

    expect([code, stderr]).toEqual([2, `nv-auth-mock: ${message}\n`]);
  });
});

describe('nv-auth-mock verify --journal', () => {
  it('checks requests to a running server against the given document', async ({ command, folder }) => {
    await writeFile(join(folder, 'spec.json'), SPEC);
    const { url } = await command.start();
    await fetch(`${url}/api/v1/users`);
    const { code, stdout } = await command.launch(['verify', '--journal', '--url', url, '--spec', 'spec.json']).ended;

    expect(code).toBe(1);
    const listed = (await (await fetch(`${url}/_mock/requests`)).json()) as { requests: { id: string }[] };
    const id = listed.requests[0]?.id;
    expect(stdout).toContain(
      `${id} GET /api/v1/users: the document does not have this path; did you mean \`/api/v1/user\`?`,
    );
  });

  it('exits with 2 if no client has reached the server', async ({ command }) => {
    const { url } = await command.start();
    const { code, stderr } = await command.launch(['verify', '--journal', '--url', url]).ended;

    expect([code, stderr]).toEqual([2, 'nv-auth-mock: The journal has no request for an API of the documents.\n']);
  });

  it('checks requests to a running server, and exits with 2 if no server responds', async ({ command }) => {
    const { url } = await command.start();
    await fetch(`${url}/api/v1/users?filterby=a`);
    const { code, stdout } = await command.launch(['verify', '--journal', '--url', url]).ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^\S+ GET \/api\/v1\/users \(get_users\): .*`filterby`; did you mean `filterBy`\?\n1 request checked; 1 violation\n$/,
    );
    const unreachable = await command.launch(['verify', '--journal', '--url', 'http://127.0.0.1:1']).ended;
    expect([unreachable.code, unreachable.stderr]).toEqual([2, expect.stringContaining('No server answers')]);
  });
});
