// @ts-check
/** Whose software is in the build, and the license texts that have to go with it. */
import { realpathSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Where `node_modules` really is: modules are known by their real paths, and a worktree may have only a link to it. */
const HOME = dirname(realpathSync(`${ROOT}node_modules`));

/** What the files of Swagger UI are copied from, which are no modules of the bundle. */
const PLUGIN = 'node_modules/@fastify/swagger-ui';

/** Texts for packages that bring none, one file for each version: another version may have other terms. */
const OURS = 'scripts/licenses/';

/**
 * @typedef {object} Bundled
 * @property {string | null} path where it is installed, as `package-lock.json` names it; null if it came in another package
 * @property {string} name
 * @property {string} version
 * @property {string} license an SPDX expression
 * @property {string} text its license, and its notices
 */

/**
 * The packages of which something is in the build.
 *
 * @param {readonly string[]} modules the ids of all bundled modules
 * @param {string} [home] the folder that has `node_modules`
 * @returns {Promise<Bundled[]>}
 * @throws {Error} if one has no license text
 */
export async function bundledOf(modules, home = HOME) {
  const paths = [...new Set([...modules.flatMap((id) => packagePath(id, home) ?? []), PLUGIN])];
  const packages = await Promise.all(paths.sort().map((path) => installed(path, home)));
  return [...packages, await swaggerUi(home)];
}

/**
 * Where the package of a module is installed, or null for a module of our own.
 *
 * @param {string} id
 * @param {string} home
 */
function packagePath(id, home) {
  // Helper functions that the bundler adds.
  if (id.startsWith('\0rolldown/')) return 'node_modules/rolldown';
  // Of one package inside another, the inner one.
  const [folder] = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id) ?? [];
  return folder === undefined ? null : relative(home, folder).replaceAll('\\', '/');
}

/**
 * @param {string} path
 * @param {string} home
 * @returns {Promise<Bundled>}
 */
async function installed(path, home) {
  const { name, version, license } = JSON.parse(await readFile(`${home}/${path}/package.json`, 'utf8'));
  const own = await textsIn(`${home}/${path}`, /^(?:licen[cs]e|copying)/i);
  const notices = await textsIn(`${home}/${path}`, /^notice/i);
  const licenses = own.length > 0 ? own : [await ourText(name, version)];
  return { path, name, version, license, text: [...licenses, ...notices].join('\n\n') };
}

/** @param {string} folder @param {RegExp} wanted */
async function textsIn(folder, wanted) {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && wanted.test(entry.name)).map(({ name }) => name);
  const texts = await Promise.all(files.sort().map((file) => readFile(`${folder}/${file}`, 'utf8')));
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/**
 * Swagger UI, whose own package is not installed. Its script says which version it is.
 *
 * @param {string} home
 * @returns {Promise<Bundled>}
 */
async function swaggerUi(home) {
  const script = await readFile(`${home}/${PLUGIN}/static/swagger-ui-bundle.js`, 'utf8');
  const [, version = ''] = /\bPACKAGE_VERSION:"([^"]+)"/.exec(script) ?? [];
  const name = 'swagger-ui-dist';
  return { path: null, name, version, license: 'Apache-2.0', text: await ourText(name, version) };
}

/** @param {string} name @param {string} version */
async function ourText(name, version) {
  const file = `${OURS}${name.replace('/', '-')}-${version}.txt`;
  const text = await readFile(`${ROOT}${file}`, 'utf8').catch(() => '');
  if (text.trim() !== '') return text.trim();
  throw new Error(
    `${name} ${version} is in the build, and has no license text. Put the one that its authors name into ${file}`,
  );
}

/**
 * The notices of bundled software, with licenses.
 *
 * @param {readonly Bundled[]} bundled
 */
export function noticesOf(bundled) {
  const notices = bundled.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`);
  // Some packages are installed more than once.
  return [...new Set(notices)].join(`\n${'-'.repeat(80)}\n`);
}
