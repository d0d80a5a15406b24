// @ts-check
/** Bundles TypeScript of the server and its tests, because not every supported Node can run TypeScript. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * @param {string} source a file, relative to this folder
 * @returns {Promise<any>} its exports
 */
export async function bundled(source) {
  const input = new URL(source, import.meta.url);
  const bundle = await rolldown({
    input: fileURLToPath(input),
    platform: 'node',
    external: ['better-sqlite3', 'pg'],
    logLevel: 'warn',
    // So that modules find other files of the project.
    transform: { define: { 'import.meta.url': JSON.stringify(input.href) } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'nv-auth-mock-bench-'));
  try {
    const { output } = await bundle.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].mjs',
      // The folder is deleted before a chunk could be loaded on demand.
      codeSplitting: false,
      // Resolved here, because the folder has no libraries.
      paths: (name) => import.meta.resolve(name),
    });
    return await import(pathToFileURL(join(folder, output[0].fileName)).href);
  } finally {
    await bundle.close();
    await rm(folder, { recursive: true, force: true });
  }
}
