import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { launchProgram } from '../support/command.ts';
import { emptyFolder } from '../support/folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `npm run mutation` installs StrykerJS among the scripts. */
const isInstalled = (path: string) => path.startsWith(join(ROOT, 'scripts/mutation/node_modules'));

it('the build reports its steps, and does nothing without changes', async () => {
  const folder = await emptyFolder();
  for (const part of [
    'src',
    'conformance',
    'console',
    'openapi',
    'fixtures',
    'scripts',
    'tsconfig.json',
    'package.json',
    'package-lock.json',
  ]) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true, filter: (path) => !isInstalled(path) });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const build = () => launchProgram(process.execPath, ['scripts/build.mjs'], folder).ended;

  expect(await build()).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/^Building nv-auth-mock.*\n/),
  });
  expect(await build()).toMatchObject({ code: 0, stdout: '', stderr: '' });
});
