import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publishedManifest } from '../../scripts/published-manifest.mjs';
import { emptyFolder } from './folder.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** No npm settings of this machine, which npm may warn about in the output. */
const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

const QUIETLY = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

const { 'better-sqlite3': DRIVER } = createRequire(import.meta.url)('../../package.json').optionalDependencies;

/** An argument of Vitest and Jest: their 5 seconds are too short for the first test on a busy machine. */
export const PATIENTLY = '--testTimeout=60000';

/** The files that npm would pack, and the manifest. */
interface Listed {
  readonly files: readonly { readonly path: string }[];
}

/**
 * Packs the package as for publishing. Returns the path of the tarball, and the output while declarations were built.
 */
export async function packPackage(): Promise<{ readonly tarball: string; readonly progress: string }> {
  const folder = await emptyFolder();
  const copy = join(folder, 'package');
  // Like `prepack`, without the build, which ran before the tests.
  const { stderr: progress } = await run(process.execPath, [join(ROOT, 'scripts/types.mjs')], { cwd: ROOT });
  const list = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = await run('npm', list, { cwd: ROOT, env: environment, maxBuffer: 16 * 1024 * 1024 });
  const [listed] = JSON.parse(stdout) as readonly Listed[];
  for (const { path } of listed?.files ?? []) await cp(join(ROOT, path), join(copy, path));
  // Not in the checkout, which other tests read.
  const manifest = publishedManifest(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  await write(copy, { 'package.json': JSON.stringify(manifest) });
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: copy,
    env: environment,
  });
  return { tarball: join(folder, `${manifest.name}-${manifest.version}.tgz`), progress };
}

/**
 * Installs the package from its tarball into an empty folder, with the driver for data files. Skips install scripts and
 * copies the native binary, because compiling it takes a minute offline.
 *
 * @param linked further packages of this project that the folder can import
 */
export async function installPackage(tarball: string, linked: readonly string[] = []): Promise<string> {
  const folder = await emptyFolder();
  await run('npm', ['init', '-y'], { cwd: folder, env: environment });
  await run('npm', ['pkg', 'set', 'type=module'], { cwd: folder, env: environment });
  await run('npm', ['install', ...QUIETLY, tarball, `better-sqlite3@${DRIVER}`], { cwd: folder, env: environment });
  const binary = 'node_modules/better-sqlite3/build';
  await cp(join(ROOT, binary), join(folder, binary), { recursive: true });
  for (const name of linked) await link(name, folder);
  return folder;
}

/**
 * Creates a folder with the runtime files of an installation, without declarations.
 *
 * @param linked further packages of this project that the folder can import
 * @param added packages of the registry, with their versions
 */
export async function copyInstallation(linked: readonly string[] = [], added: readonly string[] = []): Promise<string> {
  const folder = await emptyFolder();
  await write(folder, { 'package.json': '{ "name": "app", "version": "1.0.0" }' });
  // First, because npm removes what it did not install.
  if (added.length > 0) await run('npm', ['install', ...QUIETLY, ...added], { cwd: folder, env: environment });
  const target = join(folder, 'node_modules/nv-auth-mock');
  for (const part of ['package.json', 'dist', 'fixtures']) {
    const filter = (path: string) => !path.endsWith('.map') && !path.endsWith('dist/types');
    await cp(join(ROOT, part), join(target, part), { recursive: true, filter });
  }
  for (const name of ['better-sqlite3', ...linked]) await link(name, folder);
  return folder;
}

/** Copies such a folder as an installer without install scripts would leave it. */
export async function copyWithoutBinary(folder: string): Promise<string> {
  const copy = await emptyFolder();
  for (const name of ['.bin', 'nv-auth-mock', 'better-sqlite3', 'bindings', 'file-uri-to-path']) {
    await cp(join(folder, 'node_modules', name), join(copy, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('better-sqlite3/build'),
    });
  }
  return copy;
}

/** Links a package into a folder's `node_modules`. */
async function link(name: string, folder: string): Promise<void> {
  const { symlink } = await import('node:fs/promises');
  await mkdir(join(folder, 'node_modules', name, '..'), { recursive: true });
  await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
}

/** Writes files into a folder. Names may include subfolders. */
export async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
