// @ts-check
/** Sources of the server, bundled because not every Node that measures can run TypeScript. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * @param {string} source a file of this folder
 * @param {string} folder where the bundle is written
 * @returns {Promise<any>} what the source exports
 */
export async function bundled(source, folder) {
  const bundle = await rolldown({
    input: fileURLToPath(new URL(source, import.meta.url)),
    platform: 'node',
    external: ['better-sqlite3', 'pg'],
    logLevel: 'warn',
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    // The folder is gone when a part of it would be loaded.
    codeSplitting: false,
    // Found from here: the folder may have no libraries.
    paths: (name) => import.meta.resolve(name),
  });
  await bundle.close();
  return import(pathToFileURL(join(folder, output[0].fileName)).href);
}
