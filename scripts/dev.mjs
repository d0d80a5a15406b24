// @ts-check
/** Builds and starts the server; `npm run dev` runs this again after every change. */
import { build } from './build.mjs';

await build();
const started = new URL('../dist/main.cjs', import.meta.url).href;
await import(started);
