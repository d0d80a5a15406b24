// @ts-check
/**
 * Measures the memory of a world among 10,000 in one process, in kB: heap and external memory. Each world has separate
 * credentials, and has granted one token.
 *
 * Usage: node --expose-gc bench/crowd.mjs
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenRequest } from './loads.mjs';

/** The build, with the types of the sources. */
const BUILT = new URL('../dist/index.js', import.meta.url).href;
const { startMock } = /** @type {typeof import('../src/index.ts')} */ (await import(BUILT));

const CROWD = 10_000;
const POST = { method: 'POST', headers: { 'content-type': 'application/json' } };

const mock = await startMock({ maxWorlds: CROWD, maxState: 1024 });
const before = await used();
for (let number = 0; number < CROWD; number++) {
  const { cast } = /** @type {any} */ (await (await mock.fetch('/_mock/worlds', { ...POST, body: '{}' })).json());
  const { accessKey } = cast.runai.users.find((/** @type {any} */ user) => user.accessKey !== undefined);
  const answer = await mock.fetch('/api/v1/token', { ...POST, body: JSON.stringify(tokenRequest(accessKey)) });
  if (answer.status !== 200) throw new Error(`token: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}
process.stdout.write(`${((await used()) - before) / CROWD / 1000}\n`);
await mock.stop();

/** Returns the memory in use after garbage collection. The resident memory of the process would lag behind. */
async function used() {
  for (let round = 0; round < 3; round++) {
    await sleep(50);
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
