// @ts-check
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * Imports a TypeScript file of the project. It is bundled in memory, because not every supported Node can run TypeScript.
 *
 * @param {URL} file
 * @returns {Promise<any>}
 */
export async function fromSource(file) {
  const bundle = await rolldown({
    input: fileURLToPath(file),
    platform: 'node',
    logLevel: 'warn',
    // Loads only the used exports of files that re-export.
    experimental: { lazyBarrel: true },
    treeshake: { moduleSideEffects: false },
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`);
}
