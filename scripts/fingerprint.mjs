// @ts-check
/** Whether what something was made from is still the same. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * A hash of files and folders, by their names and what is in them.
 *
 * @param {readonly string[]} sources below the root of the project; a folder ends with `/`
 * @param {RegExp} [wanted] which files of a folder; default: all
 */
export async function fingerprintOf(sources, wanted = /./) {
  const hash = createHash('sha256').update(process.version);
  for (const source of sources) {
    for (const file of await filesIn(source, wanted)) {
      hash.update(`\0${relative(ROOT, file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

/** @param {string} source @param {RegExp} wanted */
async function filesIn(source, wanted) {
  return source.endsWith('/') ? (await filesBelow(`${ROOT}${source}`, wanted)).sort() : [`${ROOT}${source}`];
}

/**
 * Without installed packages, of which `scripts/mutation` may have many.
 *
 * @param {string} folder ends with `/`
 * @param {RegExp} wanted
 * @returns {Promise<string[]>}
 */
async function filesBelow(folder, wanted) {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && wanted.test(entry.name));
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
  const below = await Promise.all(folders.map(({ name }) => filesBelow(`${folder}${name}/`, wanted)));
  return [...files.map(({ name }) => `${folder}${name}`), ...below.flat()];
}
