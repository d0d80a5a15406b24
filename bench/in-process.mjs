// @ts-check
/**
 * Measures the first start of the library in a process, as in a test file, and the median of later starts, in milliseconds.
 *
 * Usage: node bench/in-process.mjs LIBRARY
 */
import { pathToFileURL } from 'node:url';
import { median } from './figures.mjs';

const LATER = 20;
const library = pathToFileURL(process.argv[2] ?? '').href;

const first = await timed(async () => {
  const { startMock } = await import(library);
  return startMock();
});
const { startMock } = await import(library);
const later = [];
for (let turn = 0; turn < LATER; turn++) later.push(await timed(() => startMock()));
process.stdout.write(JSON.stringify({ first, later: median(later) }));

/** @param {() => Promise<{ stop: () => Promise<void> }>} begin */
async function timed(begin) {
  const before = performance.now();
  const mock = await begin();
  const time = performance.now() - before;
  await mock.stop();
  return time;
}
