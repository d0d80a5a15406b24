import { execFileSync, spawnSync } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAIN } from './command.ts';
import { emptyFolder } from './folder.ts';

const PACKAGE = fileURLToPath(new URL('../../clients/python/', import.meta.url));

/** Can this program import these modules? */
export const canImport = (program: string, modules: string) =>
  spawnSync(program, ['-c', `import ${modules}`]).status === 0;

/** In this order, which setuptools wants. What makes and tests a package, and needs no network: `apt-get install python3-pytest python3-setuptools python3-venv`. */
const NEEDS = 'setuptools, wheel, ensurepip, pip, pytest, venv';

/** A Python that has these modules, that of the system included; undefined if there is none. */
export const pythonWith = (modules: string) =>
  ['python3', '/usr/bin/python3'].find((program) => canImport(program, modules));

/** A Python that has what is needed; undefined if there is none. */
export const PYTHON = pythonWith(NEEDS);

/** An environment with the package, made as it would be published: the path of its Python. */
export async function pythonWithPackage(): Promise<{ readonly python: string; readonly wheel: string }> {
  const folder = await emptyFolder();
  const source = join(folder, 'source');
  // Building writes beside the sources.
  await cp(PACKAGE, source, {
    recursive: true,
    filter: (path) => !/\/(?:build|tests|__pycache__|\w+\.egg-info)$/.test(path),
  });
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder, stdio: 'pipe' });
  const offline = ['--no-index', '--no-deps', '--quiet'];
  run(String(PYTHON), '-m', 'pip', 'wheel', ...offline, '--no-build-isolation', '--wheel-dir', folder, source);
  run(String(PYTHON), '-m', 'venv', '--system-site-packages', 'env');
  const python = join(folder, 'env/bin/python');
  const [made = ''] = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  const wheel = join(folder, made);
  run(python, '-m', 'pip', 'install', ...offline, '--force-reinstall', wheel);
  return { python, wheel };
}

/** How the package finds the built command. */
export const WITH_COMMAND = { NV_AUTH_MOCK_COMMAND: MAIN };
