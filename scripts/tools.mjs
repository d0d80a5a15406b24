// @ts-check
/** Installs tools for single commands on demand: each subfolder with a `package.json` is one set. */
import { execFile } from 'node:child_process';
import { copyFile, readFile, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Installs the tools of a folder, unless its lock file is unchanged.
 *
 * @param {'e2e' | 'lint-documents' | 'mutation' | 'testcontainers'} name
 * @returns {Promise<string>} the folder
 */
export async function installTools(name) {
  const folder = fileURLToPath(new URL(name, import.meta.url));
  const [lock, installed] = [`${folder}/package-lock.json`, `${folder}/node_modules/.installed.json`];
  const [wanted, found] = await Promise.all([readFile(lock, 'utf8'), readFile(installed, 'utf8').catch(() => null)]);
  if (found === wanted) return folder;
  process.stderr.write(`Installing the tools of scripts/${name}. This is only done after a version change.\n`);
  // On Windows, npm is a shell script.
  const shell = process.platform === 'win32';
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, shell });
  await copyFile(lock, installed);
  return folder;
}

/** Installs Testcontainers, and links it where `src/testcontainers.ts` finds it, like a user's project has it. */
export async function installTestcontainers() {
  const folder = await installTools('testcontainers');
  const link = fileURLToPath(new URL('../node_modules/testcontainers', import.meta.url));
  await symlink(`${folder}/node_modules/testcontainers`, link, 'junction').catch((cause) => {
    if (cause.code !== 'EEXIST') throw cause;
  });
}
