// @ts-check
/**
 * `package.json` as it is published, while npm packs. In a clone better-sqlite3 is an optional dependency, so that `npm
 * ci` brings it. In the package it is an optional peer, as `pg` is: of an optional dependency some installers run the
 * build, and end with an error where it fails or was not approved. The workspaces are not in the package.
 *
 * Usage: node scripts/published-manifest.mjs           `prepack`, as its last step: writes it
 *        node scripts/published-manifest.mjs --restore `postpack`: puts the clone's own back. `prepack` begins with it, too,
 *                                                      for an npm that was stopped while it packed
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The versions that are known to work, and later ones. */
const RANGES = { 'better-sqlite3': '>=12' };

/**
 * The published form of a manifest.
 *
 * @param {any} manifest `package.json` of a clone
 */
export function publishedManifest({ optionalDependencies = {}, workspaces: _, ...manifest }) {
  const missing = Object.keys(optionalDependencies).filter((name) => !(name in RANGES));
  if (missing.length > 0) throw new Error(`scripts/published-manifest.mjs needs the range of ${missing.join(', ')}`);
  const optional = Object.fromEntries(Object.keys(RANGES).map((name) => [name, { optional: true }]));
  return {
    ...manifest,
    peerDependencies: { ...RANGES, ...manifest.peerDependencies },
    peerDependenciesMeta: { ...optional, ...manifest.peerDependenciesMeta },
  };
}

/** @param {string} root */
async function publish(root) {
  const [path, own] = pathsIn(root);
  const text = await readFile(path, 'utf8');
  const published = `${JSON.stringify(publishedManifest(JSON.parse(text)), null, 2)}\n`;
  await writeFile(own, text);
  await writeFile(path, published);
}

/** @param {string} root */
async function restore(root) {
  const [path, own] = pathsIn(root);
  await rename(own, path).catch((cause) => {
    if (cause.code !== 'ENOENT') throw cause;
  });
}

/** @param {string} root @returns {[manifest: string, own: string]} */
function pathsIn(root) {
  const path = join(root, 'package.json');
  return [path, `${path}.own`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../', import.meta.url));
  await (process.argv[2] === '--restore' ? restore(root) : publish(root));
}
