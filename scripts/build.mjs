// @ts-check
/** Everything that can be prepared before the start: the documents, and the code as a few files. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { buildDocuments } from './documents.mjs';

export async function build() {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  await rm(dist, { recursive: true, force: true });
  const bundle = await rolldown({
    input: { main: fileURLToPath(new URL('../src/main.ts', import.meta.url)) },
    platform: 'node',
    // Libraries go into the bundle, because finding and reading their files is a fifth of the start; left out are the
    // native module, and the pages of /docs, which are loaded when somebody looks.
    external: ['better-sqlite3', '@fastify/swagger', '@fastify/swagger-ui'],
    logLevel: 'warn',
  });
  await bundle.write({ dir: dist, format: 'esm', sourcemap: true, chunkFileNames: '[name].js' });
  await bundle.close();
  await buildDocuments();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
