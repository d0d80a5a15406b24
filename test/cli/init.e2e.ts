import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { it, launchProgram, MAIN } from '../support/command.ts';
import { copied } from '../support/package.ts';

const run = promisify(execFile);
const CLONE = dirname(dirname(MAIN));

/** What a file of a kind is called, and how its test is run in a folder with its packages. */
const TESTED = [
  ['vitest', 'nv-auth-mock.test.ts', ['node_modules/vitest/vitest.mjs', 'run', '--root', '.'], '1 passed'],
  ['jest', 'nv-auth-mock.test.cjs', ['node_modules/jest/bin/jest.js', '--rootDir', '.'], '1 passed'],
  ['node', 'nv-auth-mock.test.mjs', ['--test', '--test-reporter=tap', 'nv-auth-mock.test.mjs'], '# pass 1'],
] as const;

describe('init', () => {
  it.for(TESTED)(
    'writes a test for %s that passes',
    { timeout: 120_000 },
    async ([kind, file, args, passed], { command }) => {
      const folder = await copied(kind === 'vitest' ? ['vitest'] : [], kind === 'jest' ? ['jest@30.5.2'] : []);
      const { code, stdout } = await command.run(['init', folder, '--kind', kind]);
      expect([code, stdout]).toEqual([0, expect.stringContaining(`wrote ${join(folder, file)}, a test for`)]);
      expect(stdout).not.toContain('npm ');

      const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
      const ended = await run(process.execPath, args, { cwd: folder, env });
      expect(ended.stdout + ended.stderr).toContain(passed);
    },
  );

  it('writes a seed with which the server starts', async ({ command }) => {
    expect((await command.run(['init', '--kind', 'seed'])).code).toBe(0);
    const server = await command.start(['--seed', 'nv-auth-mock.seed.yaml']);
    const { body } = await server.call('GET /_mock/cast');
    expect(JSON.stringify(body)).toContain('ada@acme.test');
  });

  it('writes a compose file that publishes the port on this machine only', async ({ command, folder }) => {
    await command.run(['init', '--kind', 'compose']);
    const { services } = parse(await readFile(join(folder, 'compose.nv-auth-mock.yaml'), 'utf8'));
    expect(services['nv-auth-mock']).toMatchObject({ ports: ['127.0.0.1:6625:6625'], read_only: true });
  });

  it('puts a test for Go into the package of the folder', async ({ command, folder }) => {
    await writeFile(join(folder, 'client.go'), '// Package billing\n\npackage billing\n');
    await command.run(['init', '--kind', 'go']);
    expect(await readFile(join(folder, 'nv_auth_mock_test.go'), 'utf8')).toMatch(/^package billing$/m);
  });

  it('writes several kinds at once, and says what comes next', async ({ command, folder }) => {
    const { stdout } = await command.run(['init', '--kind', 'pytest', '--kind', 'seed', '--kind', 'seed']);
    expect((await readdir(folder)).sort()).toEqual(['nv-auth-mock.seed.yaml', 'test_nv_auth_mock.py']);
    expect(stdout).toContain('python3 -m pytest test_nv_auth_mock.py');
  });

  // What `script` of Linux gives a program is a terminal; at the end of its own input it sends Ctrl+D.
  it.runIf(process.platform === 'linux')(
    'asks in a terminal, and takes no answer for one',
    { timeout: 15_000 },
    async ({ folder }) => {
      const args = ['-qec', `'${process.execPath}' '${MAIN}' init`, '/dev/null'];
      const asking = launchProgram('script', args, folder, { input: true });
      await asking.said(/What shall be written\?[\s\S]*kind \(node\)/);
      asking.closeInput();
      const { code, stdout } = await asking.ended;

      expect(stdout).toMatch(/^nv-auth-mock: Nothing was chosen, so nothing was written\.$/m);
      expect([code, await readdir(folder)]).toEqual([2, []]);
    },
  );

  it('says what is still to do, with the files of the clone that it runs in', async ({ command, folder }) => {
    await mkdir(join(folder, 'my app'));
    const { stdout } = await command.run(['init', 'my app', '--kind', 'node', '--kind', 'seed']);

    expect(stdout.split('\n\n')[1]).toBe(
      [
        'Next, in my app:',
        `  npm pack ${CLONE}`,
        `  npm install --save-dev ./nv-auth-mock-${packageJson.version}.tgz`,
        '  node --test nv-auth-mock.test.mjs',
        `  node ${MAIN} --seed nv-auth-mock.seed.yaml\n`,
      ].join('\n'),
    );
  });

  it('names no clone where the package is installed that has none', async () => {
    const folder = await copied();
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
        '/path/to/the/clone is a clone of https://github.com/nv-auth-mock/nv-auth-mock in which `npm ci` was run: no registry has the mock yet.\n',
      ].join('\n'),
    );
  });

  it('overwrites nothing: if one file is there, none is written', async ({ command, folder }) => {
    await writeFile(join(folder, 'nv-auth-mock.test.mjs'), 'mine');
    const { code, stderr } = await command.run(['init', '--kind', 'seed', '--kind', 'node']);

    expect([code, stderr]).toEqual([
      2,
      'nv-auth-mock: nv-auth-mock.test.mjs is there already, so nothing was written. Move it away, or take another folder.\n',
    ]);
    expect(await readdir(folder)).toEqual(['nv-auth-mock.test.mjs']);
    expect(await readFile(join(folder, 'nv-auth-mock.test.mjs'), 'utf8')).toBe('mine');
  });

  it('does not write through a link that leads nowhere', async ({ command, folder }) => {
    await symlink(join(folder, 'elsewhere'), join(folder, 'nv-auth-mock.seed.yaml'));
    const { code, stderr } = await command.run(['init', '--kind', 'seed']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be written')]);
  });

  it.for<[args: string[], says: RegExp]>([
    [['--kind'], /--kind has no value. Give one, as in `--kind <KIND>`: what to write: vitest, jest/],
    [['--kind', 'mocha'], /--kind is `mocha`. Expected one of `vitest`/],
    [['nowhere', '--kind', 'go'], /nowhere is not a folder/],
    [['.', 'more', '--kind', 'go'], /but got `more`/],
    [[], /This project seems to need `--kind node`/],
  ])('is refused with %j', async ([args, says], { command }) => {
    const { code, stderr } = await command.run(['init', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
  });

  it.for([
    ['package.json', '{"devDependencies": {"jest": "30"}}', 'jest'],
    ['package.json', '{"devDependencies": {"vitest": "4"}}', 'vitest'],
    ['package.json', 'no JSON', 'node'],
    ['go.mod', 'module a', 'go'],
    ['pyproject.toml', '', 'pytest'],
  ] as const)('sees by %s (%s) that the project needs %s', async ([file, text, kind], { command, folder }) => {
    await mkdir(join(folder, 'app'));
    await writeFile(join(folder, 'app', file), text);
    expect((await command.run(['init', 'app'])).stderr).toContain(`\`--kind ${kind}\``);
  });
});
