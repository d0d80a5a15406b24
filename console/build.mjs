// @ts-check
/**
 * The pages of the console: a script for the first view, one for the others, and one style sheet, which the server hands out
 * and never reads itself.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { brotliCompress, gzip } from 'node:zlib';
import { build } from 'vite';

const CONSOLE = fileURLToPath(new URL('./', import.meta.url));

/** @type {import('vite').InlineConfig} */
const SETTINGS = {
  root: CONSOLE,
  configFile: false,
  logLevel: 'warn',
  // A call of the classic form is shorter: it has its children as arguments, and no object around them.
  oxc: {
    // Tests build it, too, and vite would take them for development.
    jsx: { runtime: 'classic', pragma: '_h', pragmaFrag: '_Fragment', development: false },
    jsxInject: `import { h as _h, Fragment as _Fragment } from 'preact'`,
  },
};

/** The little of a browser that the console asks for before its first view is drawn. */
const BROWSER = {
  performance,
  URL,
  URLSearchParams,
  location: { hash: '', origin: '', pathname: '/' },
  navigator: {},
  document: { documentElement: { dataset: {} } },
  addEventListener() {},
  setInterval() {},
};

/** @returns {Promise<string>} the markup of the first view, which the script draws again once it is there */
async function firstView() {
  const output = await build({
    ...SETTINGS,
    build: {
      write: false,
      minify: false,
      cssCodeSplit: false,
      lib: {
        entry: fileURLToPath(new URL('src/frame/first-view.tsx', import.meta.url)),
        formats: ['iife'],
        name: 'firstView',
      },
    },
  });
  const [script] = [output].flat().flatMap((one) => ('output' in one ? one.output : []));
  if (script?.type !== 'chunk') throw new Error('the first view is no script');
  const markup = runInNewContext(`${script.code};firstView.markup`, { ...BROWSER });
  // The policy of the page allows no styles in elements, but for those that a script sets.
  return markup.replaceAll(/ style="[^"]*"/g, '');
}

/**
 * @param {URL} target a folder
 * @returns {Promise<readonly string[]>} the files that it is made of
 */
export async function buildConsole(target) {
  const output = await build({
    ...SETTINGS,
    build: {
      outDir: fileURLToPath(target),
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      cssCodeSplit: false,
      // For tests and for whoever mends it; the package leaves it out.
      sourcemap: 'hidden',
      rolldownOptions: {
        input: fileURLToPath(new URL('src/main.tsx', import.meta.url)),
        // So that each script has only what it uses of `console-entry`.
        treeshake: { moduleSideEffects: (id) => !id.endsWith('/src/console-entry.ts') },
        output: { entryFileNames: 'console.js', chunkFileNames: '[name].js', assetFileNames: 'console.[ext]' },
      },
    },
  });
  await writeFile(new URL('first-view.html', target), await firstView());
  const outputs = Array.isArray(output) ? output : [output];
  const chunks = outputs.flatMap((one) => ('output' in one ? one.output.filter(({ type }) => type === 'chunk') : []));
  await Promise.all(chunks.map(({ fileName }) => compressFile(new URL(fileName, target))));
  return chunks.flatMap((chunk) => ('moduleIds' in chunk ? chunk.moduleIds : []));
}

/** Writes the compressed forms of a file beside it, which the server hands out to clients that accept them. @param {URL} file */
async function compressFile(file) {
  const content = await readFile(file);
  await writeFile(`${fileURLToPath(file)}.br`, await promisify(brotliCompress)(content));
  await writeFile(`${fileURLToPath(file)}.gz`, await promisify(gzip)(content));
}
