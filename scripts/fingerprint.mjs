// @ts-check
/** Detects changes of source files. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Hashes the names and contents of files and folders.
 *
 * @param {readonly string[]} sources relative to the project; a folder ends with `/`
 * @param {RegExp} [wanted] the files of a folder to include; default: all
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
 * Lists files recursively, without installed packages.
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
