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

/** A variable that a workplace's npm may be set up with, and that npm warns about, has no place in what users see. */
const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

const QUIETLY = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

const { 'better-sqlite3': DRIVER } = createRequire(import.meta.url)('../../package.json').optionalDependencies;

/** What npm would pack, with the manifest that it would pack. */
interface Listed {
  readonly files: readonly { readonly path: string }[];
}

/** The package as it would be published: the path of its tarball, and what was told while its declarations were made. */
export async function packed(): Promise<{ readonly tarball: string; readonly progress: string }> {
  const folder = await emptyFolder();
  const copy = join(folder, 'package');
  // What `prepack` does, but for the build: that was made before the tests, which read it.
  const { stderr: progress } = await run(process.execPath, [join(ROOT, 'scripts/types.mjs')], { cwd: ROOT });
  const list = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = await run('npm', list, { cwd: ROOT, env: environment, maxBuffer: 16 * 1024 * 1024 });
  const [listed] = JSON.parse(stdout) as readonly Listed[];
  for (const { path } of listed?.files ?? []) await cp(join(ROOT, path), join(copy, path));
  // Not in the clone itself, where other tests read it.
  const manifest = publishedManifest(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  await write(copy, { 'package.json': JSON.stringify(manifest) });
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: copy,
    env: environment,
  });
  return { tarball: join(folder, `${manifest.name}-${manifest.version}.tgz`), progress };
}

/**
 * An empty folder in which the package was installed from its tarball, and the driver for files beside it. Install scripts are left out and the binary of the
 * native module is copied from here, because making it takes a minute where none can be fetched.
 *
 * @param linked further packages of this project that the folder can import
 */
export async function installed(tarball: string, linked: readonly string[] = []): Promise<string> {
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
 * A folder that holds what an installation of the package holds and runs, without its declarations.
 *
 * @param linked further packages of this project that the folder can import
 * @param added packages of the registry, with their versions
 */
export async function copied(linked: readonly string[] = [], added: readonly string[] = []): Promise<string> {
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

/** A copy of such a folder as installers leave it that run no install scripts. */
export async function withoutBinary(folder: string): Promise<string> {
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

/** A package as Node finds it from another folder. */
async function link(name: string, folder: string): Promise<void> {
  const { symlink } = await import('node:fs/promises');
  await mkdir(join(folder, 'node_modules', name, '..'), { recursive: true });
  await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
}

/** Writes files into a folder; a name may begin with folders of its own. */
export async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
