// @ts-check
/** How long servers take to start. */
import { compared } from './figures.mjs';
import { start } from './processes.mjs';

const STARTS = 9;

/** @param {readonly [import('./processes.mjs').Server, import('./processes.mjs').Server]} servers @returns {Promise<import('./rows.mjs').Measured>} */
export async function compareStarts(servers) {
  /** @type {[number[], number[]]} */
  const times = [[], []];
  /** @type {[number[], number[]]} */
  const used = [[], []];
  // The first start of each reads its files from the disk.
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
