// @ts-check
/** Measures how long servers take to start. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compared } from './figures.mjs';
import { start } from './processes.mjs';

const STARTS = 9;
const IN_PROCESS = fileURLToPath(new URL('./in-process.mjs', import.meta.url));
const run = promisify(execFile);

/** @param {readonly [import('./processes.mjs').Server, import('./processes.mjs').Server]} servers @returns {Promise<import('./rows.mjs').Measured>} */
export async function compareStarts(servers) {
  /** @type {[number[], number[]]} */
  const times = [[], []];
  /** @type {[number[], number[]]} */
  const used = [[], []];
  // The first start of each is a warm-up, because it reads files from disk.
  for (let round = -1; round < STARTS; round++) {
    for (const index of /** @type {const} */ ([0, 1])) {
      const server = await start(servers[index]);
      const { cpu } = await server.usage();
      await server.stop();
      if (round < 0) continue;
      times[index].push(server.startedIn);
      used[index].push(cpu / 1000);
    }
  }
  const [time, cpu] = [compared(times), compared(used)];
  return {
    figures: [
      { label: 'time', value: time.ratio },
      { label: 'CPU', value: cpu.ratio },
    ],
    detail: `${time.one.toFixed(0)} / ${time.other.toFixed(0)} ms, CPU ${cpu.one.toFixed(0)} / ${cpu.other.toFixed(0)} ms`,
  };
}

/**
 * Compares two builds of our library.
 *
 * @param {readonly [string, string]} libraries their files
 * @returns {Promise<Record<string, import('./rows.mjs').Measured>>} the first start in a process, and later starts
 */
export async function compareInProcess(libraries) {
  /** @type {[number[], number[]]} */
  const first = [[], []];
  /** @type {[number[], number[]]} */
  const later = [[], []];
  for (let round = -1; round < STARTS; round++) {
    for (const index of /** @type {const} */ ([0, 1])) {
      const { stdout } = await run(process.execPath, [IN_PROCESS, libraries[index]]);
      if (round < 0) continue;
      const times = JSON.parse(stdout);
      first[index].push(times.first);
      later[index].push(times.later);
    }
  }
  const measured = Object.entries({ 'first start in process': first, 'later starts in process': later }).map(
    ([name, times]) => {
      const { ratio, one, other } = compared(times);
      const detail = `${one.toFixed(0)} / ${other.toFixed(0)} ms`;
      return [name, { figures: [{ label: 'time', value: ratio }], detail }];
    },
  );
  return Object.fromEntries(measured);
}
