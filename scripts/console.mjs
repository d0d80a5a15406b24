// @ts-check
/**
 * The pages of the console: a script for the first view, one for the others, and one style sheet, which the server hands out
 * and never reads itself.
 */
import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const CONSOLE = fileURLToPath(new URL('../console/', import.meta.url));

/**
 * @param {URL} target a folder
 * @returns {Promise<readonly string[]>} the files that it is made of
 */
export async function buildConsole(target) {
  const output = await build({
    root: CONSOLE,
    configFile: false,
    logLevel: 'warn',
    // Tests build it, too, and vite would take them for development.
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    build: {
      outDir: fileURLToPath(target),
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      cssCodeSplit: false,
      // For tests and for whoever mends it; the package leaves it out.
      sourcemap: 'hidden',
      rolldownOptions: {
        input: fileURLToPath(new URL('../console/main.tsx', import.meta.url)),
        output: { entryFileNames: 'console.js', chunkFileNames: '[name].js', assetFileNames: 'console.[ext]' },
      },
    },
  });
  // The pages of documents have the frame as well, and nothing else of the console.
  await copyFile(new URL('../console/frame/frame.css', import.meta.url), new URL('frame.css', target));
  const outputs = Array.isArray(output) ? output : [output];
  return outputs.flatMap((one) =>
    'output' in one ? one.output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])) : [],
  );
}
