// @ts-check
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * Imports a TypeScript file of the project. Not every Node that builds can run TypeScript, so it is bundled and imported
 * from memory.
 *
 * @param {URL} file
 * @returns {Promise<any>}
 */
export async function fromSource(file) {
  const bundle = await rolldown({
    input: fileURLToPath(file),
    platform: 'node',
    logLevel: 'warn',
    // Of a file that passes on what others have, only what is asked for.
    experimental: { lazyBarrel: true },
    treeshake: { moduleSideEffects: false },
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`);
}
