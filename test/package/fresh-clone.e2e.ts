/** The commands of a clone without a complete `npm ci`. */
import { cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, launchProgram } from '../support/command.ts';
import { ROOT } from './architecture/source-files.ts';

const INSTALLED = join(ROOT, 'node_modules');

async function clone(folder: string): Promise<void> {
  const { workspaces } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  for (const part of ['.', ...workspaces])
    await cp(join(ROOT, part, 'package.json'), join(folder, part, 'package.json'));
  await mkdir(join(folder, 'scripts'));
  const scripts = (await readdir(join(ROOT, 'scripts'))).filter((name) => name.endsWith('.mjs'));
  await Promise.all(scripts.map((name) => cp(join(ROOT, 'scripts', name), join(folder, 'scripts', name))));
}

describe.concurrent('in a clone without `npm ci`', () => {
  it.for(['start', 'test', 'run dev', 'run check', 'run test:e2e', 'run test -w @nv-auth-mock/console'])(
    '`npm %s` exits with 1, and names the command to run first',
    async (words, { folder, expect }) => {
      await clone(folder);
      const { code, stderr } = await launchProgram('npm', words.split(' '), folder).ended;
      // npm adds its own when a script of a workspace fails.
      const output = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('npm '));

      expect(code).toBe(1);
      expect(output).toEqual([
        expect.stringMatching(/^nv-auth-mock: \S+ [\d.]+ is not installed\. Run `npm ci` first\.$/),
      ]);
    },
  );
});

it('a package that is missing or has another version is named', async ({ folder }) => {
  await clone(folder);
  for (const name of await readdir(INSTALLED)) {
    if (name === 'vitest' || name.startsWith('.')) continue;
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(INSTALLED, name), link);
  }
  const check = () => launchProgram(process.execPath, ['scripts/installed.mjs'], folder).ended;
  const absent = await check();
  const link = join(folder, 'node_modules/vitest');
  await symlink(join(INSTALLED, 'vite'), link);
  const other = await check();
  await rm(link);
  await symlink(join(INSTALLED, 'vitest'), link);
  const whole = await check();
  await rm(join(folder, 'node_modules/preact'));
  const ofWorkspace = await check();

  for (const { code, stderr } of [absent, other]) {
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nv-auth-mock: vitest [\d.]+ is not installed\. Run `npm ci` first\.\n$/);
  }
  expect(ofWorkspace).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^nv-auth-mock: preact [\d.]+ is not installed/),
  });
  expect(whole).toMatchObject({ code: 0, stdout: '', stderr: '' });
});
