import { execFileSync, spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAIN } from './command.ts';
import { emptyFolder } from './folder.ts';

const PACKAGE = fileURLToPath(new URL('../../clients/python/', import.meta.url));

/** Whether this Python can import these modules. */
export const canImport = (program: string, modules: string) =>
  spawnSync(program, ['-c', `import ${modules}`]).status === 0;

/** The modules that build and test a package offline: `apt-get install python3-pytest python3-venv`. */
const NEEDS = 'ensurepip, pip, pytest, venv';

/** Finds a Python with these modules, including the system's; undefined if there is none. */
export const pythonWith = (modules: string) =>
  ['python3', '/usr/bin/python3'].find((program) => canImport(program, modules));

/** A Python that can build the package, if any. */
export const PYTHON_WITH_PIP = pythonWith('pip');

/** A Python that can also test it, if any. */
export const PYTHON = pythonWith(NEEDS);

/** Runs pip offline and without the settings of this machine, which may add package folders. */
function pip(python: string, ...args: readonly string[]): void {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, PIP_CONFIG_FILE: '/dev/null' };
  execFileSync(python, ['-m', 'pip', ...args, '--no-index', '--no-deps', '--quiet'], { env, stdio: 'pipe' });
}

/** Builds the package as for publishing, and returns the path of the wheel. */
export async function makeWheel(python: string): Promise<string> {
  const folder = await emptyFolder();
  pip(python, 'wheel', '--wheel-dir', folder, PACKAGE);
  const [made = ''] = await readdir(folder);
  return join(folder, made);
}

/** Creates an environment with the package. */
export async function pythonWithPackage(): Promise<{ readonly python: string; readonly wheel: string }> {
  const folder = await emptyFolder();
  const wheel = await makeWheel(String(PYTHON));
  execFileSync(String(PYTHON), ['-m', 'venv', '--system-site-packages', 'env'], { cwd: folder, stdio: 'pipe' });
  const python = join(folder, 'env/bin/python');
  pip(python, 'install', '--force-reinstall', wheel);
  return { python, wheel };
}

/** How the package finds the built command. */
export const WITH_COMMAND = { NV_AUTH_MOCK_COMMAND: MAIN };
