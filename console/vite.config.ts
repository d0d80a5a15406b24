import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the page at `/`: `index.html`, one script and one style sheet, which the server hands out as they are. */
export default defineConfig({
  root: fileURLToPath(new URL('./', import.meta.url)),
  // The server puts the path of the world in place of the dot.
  base: './',
  logLevel: 'warn',
  // Tests build it, too, and Vite would take them for development.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
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
