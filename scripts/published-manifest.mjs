// @ts-check
/**
 * Writes the published `package.json` while npm packs. In a clone, better-sqlite3 is an optional dependency, so that `npm
 * ci` installs it. In the package it is an optional peer like `pg`, because some installers build optional dependencies and
 * fail if the build fails or isn't approved. The workspaces are not in the package.
 *
 * Usage: node scripts/published-manifest.mjs           the last step of `prepack`: writes it
 *        node scripts/published-manifest.mjs --restore `postpack`: restores the clone's file. Also the first step of `prepack`,
 *                                                      in case npm was interrupted earlier
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Versions known to work, and later ones. */
const RANGES = { 'better-sqlite3': '>=12' };

/**
 * Returns the published form of a manifest.
 *
 * @param {any} manifest the `package.json` of a clone
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
