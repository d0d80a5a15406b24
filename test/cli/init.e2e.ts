import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { it, launchProgram, MAIN } from '../support/command.ts';
import { copyInstallation, PATIENTLY } from '../support/package.ts';
import { findFreePort } from '../support/ports.ts';
import { callsBelow, fetchThrough } from '../support/sockets.ts';
import { tokenOf } from '../support/worlds.ts';

const run = promisify(execFile);
const CLONE = dirname(dirname(MAIN));

/** The file of each kind, and the command that runs its test. */
const TESTED = [
  ['vitest', 'nv-auth-mock.test.ts', ['node_modules/vitest/vitest.mjs', 'run', PATIENTLY, '--root', '.'], '1 passed'],
  ['jest', 'nv-auth-mock.test.cjs', ['node_modules/jest/bin/jest.js', PATIENTLY, '--rootDir', '.'], '1 passed'],
  ['node', 'nv-auth-mock.test.mjs', ['--test', '--test-reporter=tap', 'nv-auth-mock.test.mjs'], '# pass 1'],
] as const;

async function readJson(answer: Promise<Response>) {
  // biome-ignore lint/suspicious/noExplicitAny: a body of any form
  return (await answer).json() as Promise<any>;
}

describe('init', () => {
  it.for(TESTED)('writes a test for %s that passes', async ([kind, file, args, passed], { command }) => {
    const folder = await copyInstallation(kind === 'vitest' ? ['vitest'] : [], kind === 'jest' ? ['jest@30.5.2'] : []);
    const { code, stdout } = await command.run(['init', folder, '--kind', kind]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`wrote ${join(folder, file)}, a test for`)]);
    expect(stdout).not.toContain('npm ');

    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
    const ended = await run(process.execPath, args, { cwd: folder, env });
    expect(ended.stdout + ended.stderr).toContain(passed);
  });

  it('writes a seed that a server starts with', async ({ command }) => {
    expect((await command.run(['init', '--kind', 'seed'])).code).toBe(0);
    const server = await command.start(['--seed', 'nv-auth-mock.seed.yaml']);
    const { body } = await server.call('GET /_mock/cast');
    expect(JSON.stringify(body)).toContain('ada@acme.test');
  });

  it('writes a compose file that builds the image from the clone, and publishes the port on localhost only', async ({
    command,
    folder,
  }) => {
    await command.run(['init', '--kind', 'compose']);
    const { services } = parse(await readFile(join(folder, 'compose.nv-auth-mock.yaml'), 'utf8'));
    expect(services['nv-auth-mock']).toMatchObject({
      build: CLONE,
      ports: ['127.0.0.1:6625:6625'],
      read_only: true,
    });
  });

  it('writes a compose file with a mock that is reachable from the network and from this machine', async ({
    command,
    folder,
  }) => {
    await command.run(['init', '--kind', 'compose']);
    const text = await readFile(join(folder, 'compose.nv-auth-mock.yaml'), 'utf8');
    const { environment } = parse(text).services['nv-auth-mock'];
    const inNetwork = 'http://nv-auth-mock:6625';
    expect(text).toContain(`RUNAI_BASE_URL: ${inNetwork}\n`);

    const { NV_AUTH_MOCK_PUBLIC_URL: publicUrl, ...unset } = environment;
    expect(publicUrl).toBe(inNetwork);
    // The file describes the behaviour without the public URL.
    for (const env of [environment, unset]) {
      const { port } = await command.start([], { env });
      // The network resolves `nv-auth-mock`, and on this machine the hosts file does.
      const through = fetchThrough(port);
      for (const base of [inNetwork, 'http://127.0.0.1:6625', 'http://localhost:6625']) {
        const { status, body: world } = await callsBelow(base, through)('POST /_mock/worlds', { body: {} });
        const address = `${env === unset ? base : publicUrl}/w/${world.id}`;
        expect([status, world.url]).toEqual([201, address]);

        const call = callsBelow(world.url, through);
        const { runai, ngc } = world.cast;
        const findKey = (name: string) => ngc.keys.find((key: { name: string }) => key.name === name).key;
        const token = await tokenOf(call, runai.users[0].accessKey);
        expect((await call('GET /api/v1/users', { token })).status).toBe(200);
        expect((await call('GET /v2/nvcf/functions', { token: findKey('owner') })).status).toBe(200);

        const { iss } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
        expect(iss).toBe(`${address}/auth/realms/acme`);
        const { issuer, jwks_uri: keys } = await readJson(through(`${iss}/.well-known/openid-configuration`));
        expect([issuer, (await through(keys)).status]).toEqual([iss, 200]);
        const headers = { authorization: `Bearer ${findKey('owner')}` };
        const { next } = await readJson(through(`${world.url}/api/v3/images/?limit=1`, { headers }));
        expect([next, (await through(next, { headers })).status]).toEqual([expect.stringMatching(`^${address}/`), 200]);
      }
    }
  });

  it('writes AGENTS.md with at most 60 lines, and each of its commands works', async ({ onTestFinished }) => {
    const folder = await copyInstallation();
    await cp(join(CLONE, 'examples'), join(folder, 'node_modules/nv-auth-mock/examples'), { recursive: true });
    await cp(join(CLONE, 'AGENTS.md'), join(folder, 'node_modules/nv-auth-mock/AGENTS.md'));
    await mkdir(join(folder, 'node_modules/.bin'));
    await symlink('../nv-auth-mock/dist/main.cjs', join(folder, 'node_modules/.bin/nv-auth-mock'));
    const { stdout } = await run('npx', ['--no-install', 'nv-auth-mock', 'init', '--kind', 'agents'], { cwd: folder });
    const page = await readFile(join(folder, 'AGENTS.md'), 'utf8');
    const port = String(await findFreePort());
    const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
      block
        .replaceAll('6625', port)
        .replaceAll('/tmp/', `${folder}/`)
        .trim()
        .split(/(?<!\\)\n/),
    );
    onTestFinished(async () => {
      await run('bash', ['-c', `kill "$(cat nv-auth-mock.pid)" 2>/dev/null || true`], { cwd: folder });
    });
    const script = commands.map((command) => `${command}\necho; echo '@@@'`).join('\n');
    const { PATH, HOME } = process.env;
    const ran = await run('bash', ['-e', '-c', `exec 2>&1; ${script}`], { cwd: folder, env: { PATH, HOME } });
    const printed = ran.stdout.split('@@@\n');

    expect(stdout).toContain('wrote AGENTS.md');
    expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    // The output of each command, or nothing if it does not matter.
    const expected: readonly (readonly [begin: string, prints: string])[] = [
      ['node_modules/.bin/nv-auth-mock --port', ''],
      ['curl -sf --retry', '{"status":"ready"'],
      ['curl -s http', '## Control API'],
      ['curl -s http', '"email":"researcher@acme.test"'],
      ['npx --no-install nv-auth-mock env', `RUNAI_BASE_URL='http://127.0.0.1:${port}'`],
      ['KEY=', ''],
      ['curl -si', 'HTTP/1.1 403'],
      ['npx --no-install nv-auth-mock why', 'Refused: POST /v2/nvcf/functions (answered with 403)'],
      ['curl -s ', '"missing":["register_function"],"held":["deploy_function","list_functions"]'],
      ['npx --no-install nv-auth-mock init', 'wrote nv-auth-mock.test.mjs'],
      ['curl -s http', `"url":"http://127.0.0.1:${port}/w/mine"`],
      ['curl -s http', '"ahead":"PT2H"'],
      ['curl -s ', '"requests":[]'],
      ['curl -s -X DELETE', ''],
      ['kill', ''],
    ];
    expect(commands.map((command, index) => command.slice(0, expected[index]?.[0].length))).toEqual(
      expected.map(([begin]) => begin),
    );
    for (const [index, [, prints]] of expected.entries()) expect(printed[index]).toContain(prints);
    await expect.poll(() => fetch(`http://127.0.0.1:${port}`).catch(() => 'gone')).toBe('gone');
  });

  it('writes AGENTS.md with names of the built-in cast', async ({ command }) => {
    const page = await readFile(join(CLONE, 'AGENTS.md'), 'utf8');
    const named = [...page.matchAll(/^\| [^|]+ \| [^|]+ \| (`[^|]+`) \|$/gm)].flatMap(([, names = '']) =>
      names.replaceAll('`', '').split(', '),
    );
    const cast = JSON.stringify((await (await command.start()).call('GET /_mock/cast')).body);

    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((name) => !cast.includes(`"${name}"`))).toEqual([]);
  });

  it('writes a Go test for the package of the folder', async ({ command, folder }) => {
    await writeFile(join(folder, 'client.go'), '// Package billing\n\npackage billing\n');
    await command.run(['init', '--kind', 'go']);
    expect(await readFile(join(folder, 'nv_auth_mock_test.go'), 'utf8')).toMatch(/^package billing_test$/m);
  });

  it('writes several kinds at once, and prints the next steps', async ({ command, folder }) => {
    const { stdout } = await command.run(['init', '--kind', 'pytest', '--kind', 'seed', '--kind', 'seed']);
    expect((await readdir(folder)).sort()).toEqual(['nv-auth-mock.seed.yaml', 'test_nv_auth_mock.py']);
    expect(stdout).toContain('python3 -m pytest test_nv_auth_mock.py');
  });

  // `script` of Linux runs a program in a terminal, and sends Ctrl+D at the end of its own input.
  it.runIf(process.platform === 'linux')(
    'asks in a terminal, and writes nothing without an answer',
    async ({ folder }) => {
      const args = ['-qec', `'${process.execPath}' '${MAIN}' init`, '/dev/null'];
      const asking = launchProgram('script', args, folder, { input: true });
      await asking.waitForOutput(/What should be written\?[\s\S]*kind \(node\)/);
      asking.closeInput();
      const { code, stdout } = await asking.ended;

      expect(stdout).toMatch(/^nv-auth-mock: Nothing was chosen, so nothing was written\.$/m);
      expect([code, await readdir(folder)]).toEqual([2, []]);
    },
  );

  it('prints a placeholder for the clone in an installed package', async () => {
    const folder = await copyInstallation();
    const main = join(folder, 'node_modules/nv-auth-mock/dist/main.cjs');
    await cp(join(CLONE, 'examples'), join(folder, 'node_modules/nv-auth-mock/examples'), { recursive: true });
    const args = [main, 'init', '--kind', 'node', '--kind', 'compose', '--kind', 'seed'];
    const { stdout } = await launchProgram(process.execPath, args, folder).ended;

    expect(stdout.slice(stdout.indexOf('Next'))).toBe(
      [
        'Next, in this folder:',
        '  node --test nv-auth-mock.test.mjs',
        '  docker build -t nv-auth-mock /path/to/the/clone',
        '  docker compose -f compose.nv-auth-mock.yaml up',
        '  npx --no-install nv-auth-mock --seed nv-auth-mock.seed.yaml',
        '',
        '/path/to/the/clone is a clone of https://github.com/nv-auth-mock/nv-auth-mock after `npm ci`, because the mock is not in any registry yet.\n',
      ].join('\n'),
    );
  });

  it('writes no file if one of them exists', async ({ command, folder }) => {
    await writeFile(join(folder, 'nv-auth-mock.test.mjs'), 'mine');
    const { code, stderr } = await command.run(['init', '--kind', 'seed', '--kind', 'node']);

    expect([code, stderr]).toEqual([
      2,
      'nv-auth-mock: nv-auth-mock.test.mjs already exists, so nothing was written. Move it away, or use another folder.\n',
    ]);
    expect(await readdir(folder)).toEqual(['nv-auth-mock.test.mjs']);
    expect(await readFile(join(folder, 'nv-auth-mock.test.mjs'), 'utf8')).toBe('mine');
  });

  it('does not write through a broken symbolic link', async ({ command, folder }) => {
    await symlink(join(folder, 'elsewhere'), join(folder, 'nv-auth-mock.seed.yaml'));
    const { code, stderr } = await command.run(['init', '--kind', 'seed']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be written')]);
  });

  it.for<[args: string[], message: RegExp]>([
    [['--kind'], /--kind has no value. Expected `--kind <KIND>`: what to write: vitest, jest/],
    [['--kind', 'mocha'], /--kind is `mocha`. Expected one of `vitest`/],
    [['nowhere', '--kind', 'go'], /nowhere is not a folder/],
    [['.', 'more', '--kind', 'go'], /but got `more`/],
    [[], /For this project, use `--kind node`/],
  ])('rejects the arguments %j', async ([args, message], { command }) => {
    const { code, stderr } = await command.run(['init', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it.for([
    ['package.json', '{"devDependencies": {"jest": "30"}}', 'nv-auth-mock.test.cjs'],
    ['package.json', '{"devDependencies": {"vitest": "4"}}', 'nv-auth-mock.test.ts'],
    ['package.json', '{"scripts": {"test": "node --import ./setup.js --test"}}', 'nv-auth-mock.test.mjs'],
    ['go.mod', 'module a', 'nv_auth_mock_test.go'],
    ['pyproject.toml', '[dependency-groups]\ndev = ["pytest>=9"]', 'test_nv_auth_mock.py'],
  ] as const)(
    'writes the test for the only runner that %s (%s) declares: %s',
    async ([file, text, test], { command, folder }) => {
      await mkdir(join(folder, 'app'));
      await writeFile(join(folder, 'app', file), text);
      const { code, stdout } = await command.run(['init', 'app']);

      expect([code, stdout]).toEqual([0, expect.stringContaining(`wrote ${join('app', test)}`)]);
      expect((await readdir(join(folder, 'app'))).sort()).toEqual([file, test].sort());
    },
  );

  it.for([
    ['package.json', '{"devDependencies": {"jest": "30", "vitest": "4"}}', 'vitest'],
    ['package.json', 'no JSON', 'node'],
    ['package.json', '{"scripts": {"test": "echo none"}}', 'node'],
    ['pyproject.toml', '', 'pytest'],
  ] as const)(
    'requires `--kind` if %s (%s) declares no runner or several, and suggests %s',
    async ([file, text, kind], { command, folder }) => {
      await mkdir(join(folder, 'app'));
      await writeFile(join(folder, 'app', file), text);
      const { code, stderr } = await command.run(['init', 'app']);

      expect([code, stderr]).toEqual([2, expect.stringContaining(`For this project, use \`--kind ${kind}\``)]);
      expect(await readdir(join(folder, 'app'))).toEqual([file]);
    },
  );
});
