import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { it } from '../../../test/support/command.ts';

const PUBLISHED = new URL('../../published/runai.2.24.json', import.meta.url);
const readText = (url: URL) => readFile(url, 'utf8');

/** Returns the exit code of the command and its last line. */
const summarize = ({ code, stdout }: { readonly code: number | null; readonly stdout: string }) => [
  code,
  stdout.trim().split('\n').at(-1),
];

describe('nv-auth-mock verify', () => {
  it('exits with 1 and prints groups of differences, one per line', async ({ command, folder }) => {
    await writeFile(join(folder, 'spec.json'), await readText(PUBLISHED));
    const result = await command.launch(['verify', '--spec', 'spec.json']).ended;

    // A status of many operations is a single line.
    expect(result.stdout).toMatch(
      /^ {2}415: status: only in the mock \(\d+ times, as in [A-Z]+ \/api\/v1\/\S+, .*\)$/m,
    );
    expect(result.stdout.split('\n').length).toBeLessThan(70);
    expect(summarize(result)).toEqual([
      1,
      expect.stringMatching(/^73 operations compared with runai\.2\.24, \d+ differences \(\d+ breaks-requests, /),
    ]);
  });

  it('writes a baseline that accepts what has a reason, and keeps it in an update', async ({ command, folder }) => {
    await writeFile(join(folder, 'spec.json'), await readText(PUBLISHED));
    const verify = (...more: string[]) =>
      command.launch(['verify', '--spec', 'spec.json', '--baseline', 'baseline.json', ...more]).ended;
    const readBaseline = async () => JSON.parse(await readFile(join(folder, 'baseline.json'), 'utf8'));
    const missing = await verify();
    const created = await verify('--update-baseline');
    const written = await readBaseline();
    for (const entry of written.differences) entry.reason = 'known';
    written.differences.push({ ...written.differences[0], id: 'GET /gone: method' });
    await writeFile(join(folder, 'baseline.json'), JSON.stringify(written));
    const accepted = await verify();
    const updated = await verify('--update-baseline');

    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--baseline baseline.json cannot be read'),
    });
    expect(created.code).toBe(1);
    expect(created.stdout).toContain('baseline entries have no reason');
    expect(accepted.code).toBe(0);
    expect(accepted.stdout).toMatch(/^no longer differs: GET \/gone: method$.*, \d+ accepted$/ms);
    expect(updated.code).toBe(0);
    expect((await readBaseline()).differences).toEqual(written.differences.slice(0, -1));
    expect((await readdir(folder)).sort()).toEqual(['baseline.json', 'spec.json']);
  });

  it('compares with the document of the baseline, even if another one is nearer', async ({ command, folder }) => {
    const served = await readText(new URL('../../../dist/openapi/runai.3.0.json', import.meta.url));
    const { '/api/v1/authorization/access-rules': rules, ...others } = JSON.parse(served).paths;
    const paths = { '/api/v1/authorization/access-rules': rules };
    await writeFile(join(folder, 'spec.json'), JSON.stringify({ ...JSON.parse(served), paths }));
    await writeFile(join(folder, 'baseline.json'), '{"document": "runai.2.24", "differences": []}');
    const verify = (...more: string[]) => command.launch(['verify', '--spec', 'spec.json', ...more]).ended;

    expect(summarize(await verify())).toEqual([
      0,
      `2 operations compared with runai.3.0, 0 differences, ${Object.keys(others).length} paths only in the mock, not compared`,
    ]);
    expect(summarize(await verify('--baseline', 'baseline.json'))[1]).toContain('compared with runai.2.24');
  });

  it('prints JSON in the format of a baseline without reasons', async ({ command, folder }) => {
    await writeFile(join(folder, 'spec.json'), await readText(PUBLISHED));
    const { code, stdout } = await command.launch(['verify', '--spec', 'spec.json', '--json']).ended;
    const reported = JSON.parse(stdout);

    expect(code).toBe(1);
    expect(reported).toMatchObject({ document: 'runai.2.24', operations: 73, otherPaths: 0, accepted: 0, stale: [] });
    expect(reported.differences).toContainEqual({
      id: 'GET /api/v1/access-keys 400: status',
      class: 'widens',
      where: 'GET /api/v1/access-keys 400',
      what: 'only in the mock',
    });
  });

  it('compares --service with the version in the configuration', async ({ command, folder }) => {
    await writeFile(join(folder, 'spec.json'), await readText(PUBLISHED));
    const verify = (env: Record<string, string>) =>
      command.launch(['verify', '--spec', 'spec.json', '--service', 'runai'], { env }).ended;

    expect(summarize(await verify({}))[1]).toContain('compared with runai.2.24,');
    expect(summarize(await verify({ NV_AUTH_MOCK_RUNAI: '3.0' }))[1]).toContain('compared with runai.3.0,');
  });

  const EMPTY = 'openapi: 3.0.3\npaths: {}';
  const invalidArguments: [what: string, text: string | null, args: string[], message: string][] = [
    ['a missing file', null, [], '--spec spec.yaml cannot be read: it does not exist'],
    ['invalid YAML', 'a: [', [], '--spec spec.yaml is not valid YAML'],
    ['an unknown document', EMPTY, ['--document', 'runai.9'], 'runai.9 does not exist. Did you mean `runai.'],
    ['an unknown service', EMPTY, ['--service', 'runia'], 'Did you mean `runai`?'],
    ['a service and a document', EMPTY, ['--service', 'ngc', '--document', 'ngc'], 'Give either'],
    ['an update without a baseline', EMPTY, ['--update-baseline'], '--update-baseline needs --baseline FILE.'],
    ['unknown paths', 'openapi: 3.0.3\npaths: { /nothing: { get: {} } }', [], 'Its first path is `/nothing`'],
  ];

  it.for(invalidArguments)('exits with 2 and an error for %s', async ([, text, args, message], { command, folder }) => {
    if (text !== null) await writeFile(join(folder, 'spec.yaml'), text);
    const { code, stderr } = await command.launch(['verify', '--spec', 'spec.yaml', ...args]).ended;

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('exits with 2 for a baseline of another document, and does not overwrite it', async ({ command, folder }) => {
    await writeFile(join(folder, 'spec.json'), await readText(PUBLISHED));
    const otherBaseline = '{"document": "air.2.0", "differences": []}';
    await writeFile(join(folder, 'baseline.json'), otherBaseline);
    const args = ['verify', '--spec', 'spec.json', '--baseline', 'baseline.json', '--update-baseline'];
    const { code, stderr } = await command.launch(args).ended;

    expect([code, stderr]).toEqual([2, expect.stringContaining('is for the document air.2.0, but this comparison is')]);
    expect(await readFile(join(folder, 'baseline.json'), 'utf8')).toBe(otherBaseline);
  });
});

describe('nv-auth-mock verify --spec URL', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const published = await readText(PUBLISHED);
    server = createServer((request, response) => {
      const path = request.url?.replace(/\?.*$/, '');
      if (path === '/moved') response.writeHead(302, { location: '/openapi.json' }).end();
      else if (path === '/openapi.json') response.writeHead(200).end(published);
      else if (path === '/openapi') response.writeHead(200, { 'content-type': 'application/json' }).end(published);
      else if (path === '/large.json') {
        response.writeHead(200);
        const part = Buffer.alloc(1024 * 1024, 32);
        const send = () => {
          while (!response.destroyed && response.write(part));
          response.once('drain', send);
        };
        send();
      } else if (path === '/silent') response.writeHead(200).write('{');
      else response.writeHead(404).end('nothing here');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.for(['/openapi.json', '/openapi', '/moved'])('reads %s', async (path, { command }) => {
    const result = await command.launch(['verify', '--spec', `${url}${path}`, '--document', 'runai.2.24']).ended;

    expect(summarize(result)[1]).toContain('73 operations compared with runai.2.24');
  });

  const invalidUrls: [what: string, from: string, message: RegExp][] = [
    [
      'a URL that returns 404, without printing its query',
      'http://HERE/none?token=abc',
      /^nv-auth-mock: --spec http:\/\/127\.0\.0\.1:\d+\/none\?\.\.\. responds with 404\. Expected 200 with an OpenAPI document\.\n$/,
    ],
    ['a response of more than 32 MB', 'http://HERE/large.json', /large\.json is larger than 32 MB\.\n$/],
    ['an incomplete response', 'http://HERE/silent', /silent cannot be read: no complete response within 10 s\.\n$/],
    ['a port without a server', 'http://127.0.0.1:1/', /cannot be read: .+\.\n$/],
    [
      'a URL with a password, which is not printed',
      'http://anna:secret@HERE',
      /^nv-auth-mock: --spec is a URL with a user name or password(?!.*secret)/,
    ],
    ['an invalid URL', 'http://[', /^nv-auth-mock: --spec is not a URL\./],
  ];

  it.for(invalidUrls)('exits with 2 and a single line for %s', async ([, from, message], { command }) => {
    const spec = from.replace('HERE', new URL(url).host);
    const { code, stderr, stdout } = await command.launch(['verify', '--spec', spec]).ended;

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('exits with 2 for a file of more than 32 MB', async ({ command, folder }) => {
    await writeFile(join(folder, 'large.json'), Buffer.alloc(33 * 1024 * 1024, 32));
    const { code, stderr } = await command.launch(['verify', '--spec', 'large.json']).ended;

    expect([code, stderr]).toEqual([2, 'nv-auth-mock: --spec large.json is larger than 32 MB.\n']);
  });
});
