// @ts-check
/** Measures the memory of a server: before and after many requests, and per world. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { answered } from './compare.mjs';
import { castOf, FUNCTIONS, keyOf, LOADS, reads } from './loads.mjs';
import { ours, residentMemory, start } from './processes.mjs';

const CROWD = fileURLToPath(new URL('./crowd.mjs', import.meta.url));
const REQUESTS = 1_000_000;
/** The number of requests between two samples. After the first stretch, the journal is full and all code is compiled. */
const STRETCH = 50_000;
const run = promisify(execFile);

/** @typedef {import('./rows.mjs').Measure} Measure */

/** Memory one second after the start. @type {Measure} */
export async function idle({ program }) {
  const server = await start(ours(program));
  await sleep(1000);
  const value = residentMemory(server.pid);
  await server.stop();
  return { figures: [{ label: 'MB', value }], detail: '' };
}

/** Peak memory with many token grants and lists. @type {Measure} */
export async function peak({ program }) {
  const server = await start(ours(program));
  for (const [name, amount] of /** @type {const} */ ([
    ['token grants', 30_000],
    ['list of 20 access keys', 100_000],
  ])) {
    await answered(server.url, await LOADS[name](server.url), { amount });
  }
  const value = residentMemory(server.pid, 'VmHWM');
  await server.stop();
  return { figures: [{ label: 'MB', value }], detail: '' };
}

/** The largest resident set after the first stretch of requests, relative to the one after the first. @type {Measure} */
export async function growth({ program }) {
  const server = await start(ours(program));
  const load = reads(FUNCTIONS, keyOf(await castOf(server.url), 'nvcf-full-access'));
  const sizes = [];
  for (let sent = 0; sent < REQUESTS; sent += STRETCH) {
    await answered(server.url, load, { amount: STRETCH });
    sizes.push((await server.usage()).memory / 1e6);
  }
  await server.stop();
  const [first = Number.NaN, ...later] = sizes;
  const [largest, last] = [Math.max(...later), later.at(-1) ?? Number.NaN];
  return {
    figures: [{ label: 'growth', value: largest / first }],
    detail: `${first.toFixed(0)} MB after ${STRETCH}, at most ${largest.toFixed(0)}, at the end ${last.toFixed(0)}`,
  };
}

/** Memory of one of 10,000 worlds that have granted a token. @type {Measure} */
export async function ofOneWorld({ program }) {
  const { stdout } = await run(program, ['--expose-gc', CROWD]);
  return { figures: [{ label: 'kB', value: Number(stdout) }], detail: '' };
}
