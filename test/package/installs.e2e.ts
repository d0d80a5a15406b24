/**
 * Installs the package with npm and the Node that runs the tests, on a system with a registry but without a compiler.
 * `npm run test:installs` tries the other installers and versions of Node.
 */
import { execFile } from 'node:child_process';
import { mkdir, realpath, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { loadNodeSqlite } from '../../src/store/sqlite/node-sqlite.ts';
import { it } from '../support/in-folder.ts';
import { expectInstall, NPM } from '../support/install.ts';
import { packPackage } from '../support/package.ts';

/** A folder with only node, npm and npx: their own folders may also contain a compiler. */
async function programsIn(folder: string): Promise<string> {
  const programs = join(folder, 'programs');
  await mkdir(programs);
  for (const name of ['node', 'npm', 'npx']) {
    const found = name === 'node' ? process.execPath : (await promisify(execFile)('which', [name])).stdout.trim();
    await symlink(await realpath(found), join(programs, name));
  }
  return programs;
}

it('npm installs the package without a compiler; it works in memory, and a data file works or gets a helpful error', async ({
  folder,
}) => {
  const { tarball } = await packPackage();
  const dataFileResult = await expectInstall({ folder, tarball, installer: NPM, programs: [await programsIn(folder)] });

  // Without a compiler there is no better-sqlite3, so a data file needs Node's own SQLite.
  expect(dataFileResult).toBe(loadNodeSqlite() === null ? 'is not installed' : 'works');
}, 300_000);
