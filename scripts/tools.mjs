// @ts-check
/** Tools that only some commands need: each folder with a `package.json` of its own below this one is installed by who runs it. */
import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Installs the tools of a folder, unless those of its lock file are installed.
 *
 * @param {'e2e' | 'lint-documents' | 'mutation'} name
 * @returns {Promise<string>} the folder
 */
export async function installTools(name) {
  const folder = fileURLToPath(new URL(name, import.meta.url));
  const [lock, installed] = [`${folder}/package-lock.json`, `${folder}/node_modules/.installed.json`];
  const [wanted, found] = await Promise.all([readFile(lock, 'utf8'), readFile(installed, 'utf8').catch(() => null)]);
  if (found === wanted) return folder;
  process.stderr.write(
    `Installing the tools of scripts/${name}, which is done once for each change of their versions.\n`,
  );
  // npm of Windows is a script of its shell.
  const shell = process.platform === 'win32';
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, shell });
  await copyFile(lock, installed);
  return folder;
}
