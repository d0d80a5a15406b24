import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the page at `/`: `index.html`, one script and one style sheet, which the server hands out as they are. */
export default defineConfig({
  root: fileURLToPath(new URL('./', import.meta.url)),
  // The server puts the path of the world in place of the dot.
  base: './',
  logLevel: 'warn',
  oxc: {
    // The classic runtime passes children as arguments, which makes the script 4 % smaller.
    // Tests build it, too, and Vite would take them for development.
    jsx: { runtime: 'classic', pragma: 'createVNode', pragmaFrag: 'VNodeFragment', development: false },
    jsxInject: "import { createElement as createVNode, Fragment as VNodeFragment } from 'preact';",
  },
  build: {
    outDir: fileURLToPath(new URL('../dist/console/', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Every browser of this target has it, and nothing is preloaded.
    modulePreload: { polyfill: false },
    // For whoever mends it; the package leaves it out.
    sourcemap: 'hidden',
    rolldownOptions: { output: { entryFileNames: 'console.js', assetFileNames: 'console.[ext]' } },
  },
});
