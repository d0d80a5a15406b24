// @ts-check
/** Finds the third-party packages in the build, with their license texts. */
import { realpathSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The real location of `node_modules`: module ids are real paths, and a worktree may only have a link. */
const HOME = dirname(realpathSync(`${ROOT}node_modules`));

/** The source of the Swagger UI files, which are copied and not bundled. */
const PLUGIN = 'node_modules/@fastify/swagger-ui';

/** License texts for packages without one. One file per version, because the terms may change. */
const OURS = 'scripts/licenses/';

/**
 * @typedef {object} Bundled
 * @property {string | null} path where it is installed, as in `package-lock.json`; null if it is part of another package
 * @property {string} name
 * @property {string} version
 * @property {string} license an SPDX expression
 * @property {string} text its license, and its notices
 */

/**
 * Returns the packages that are part of the build.
 *
 * @param {readonly string[]} modules the ids of all bundled modules
 * @param {string} [home] the folder with `node_modules`
 * @returns {Promise<Bundled[]>}
 * @throws {Error} if one has no license text
 */
export async function bundledOf(modules, home = HOME) {
  const paths = [...new Set([...modules.flatMap((id) => packagePath(id, home) ?? []), PLUGIN])];
  const packages = await Promise.all(paths.sort().map((path) => installed(path, home)));
  return [...packages, await swaggerUi(home)];
}

/**
 * Returns where a module's package is installed, or null for our own modules.
 *
 * @param {string} id
 * @param {string} home
 */
function packagePath(id, home) {
  // Helper functions that the bundler adds.
  if (id.startsWith('\0rolldown/')) return 'node_modules/rolldown';
  // The innermost package.
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
 * Describes Swagger UI. Its official package is not installed, so the version is read from the script.
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
  throw new Error(`${name} ${version} is in the build but has no license text. Add its license to ${file}.`);
}

/**
 * Formats the notices of bundled software.
 *
 * @param {readonly Bundled[]} bundled
 */
export function noticesOf(bundled) {
  const notices = bundled.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`);
  // Some packages are installed more than once.
  return [...new Set(notices)].join(`\n${'-'.repeat(80)}\n`);
}
