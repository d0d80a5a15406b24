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
 * Vite wraps every `import()` in code that loads style sheets and further scripts beforehand. The second script has neither.
 *
 * @type {import('vite').Plugin}
 */
const noPreload = {
  name: 'no-preload',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null),
};

/**
 * @param {URL} target a folder
 * @returns {Promise<readonly string[]>} the files that it is made of
 */
export async function buildConsole(target) {
  const output = await build({
    root: CONSOLE,
    configFile: false,
    logLevel: 'warn',
    // A call of the classic form is shorter: it has its children as arguments, and no object around them.
    oxc: {
      // Tests build it, too, and vite would take them for development.
      jsx: { runtime: 'classic', pragma: '_h', pragmaFrag: '_Fragment', development: false },
      jsxInject: `import { h as _h, Fragment as _Fragment } from 'preact'`,
    },
    plugins: [noPreload],
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
