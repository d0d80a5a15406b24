/** A server without a socket; `direct.mjs` bundles and imports it. */
export { buildServer } from '../src/app/server.ts';
export { readOptions } from '../src/config/config.ts';
