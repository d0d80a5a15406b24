// @ts-check
/** Measures how long creating a world takes, and whether many worlds slow the server down. */
import { compare, MORE_PAIRS } from './compare.mjs';
import { median } from './figures.mjs';
import { castOf, FUNCTIONS, keyOf, post, reads } from './loads.mjs';
import { ours, start } from './processes.mjs';

const MANY = 1000;
const ROUNDS = 500;
/** The number of worlds to create first, until all code is compiled. */
const WARM_UP = 500;
const KEY_NAME = 'nvcf-full-access';

/** @typedef {import('./rows.mjs').Measure} Measure */

/** The median time to create a world. @type {Measure} */
export async function making({ program }) {
  const server = await start(ours(program, ['--max-worlds', `${MANY}`]));
  const times = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const begin = performance.now();
    const { id } = await post(`${server.url}/_mock/worlds`, {});
    if (round >= 0) times.push(performance.now() - begin);
    await fetch(`${server.url}/_mock/worlds/${id}`, { method: 'DELETE' });
  }
  await server.stop();
  return { figures: [{ label: 'ms', value: median(times) }], detail: '' };
}

/** Compares one of many worlds with the default world of a server without other worlds. @param {'prefix' | 'credential'} by @returns {Measure} */
export function speed(by) {
  return ({ program }) => {
    const one = async (/** @type {string} */ url) => {
      const made = [];
      for (let number = 0; number < MANY; number++) made.push(await post(`${url}/_mock/worlds`, { ttl: 'never' }));
      const { id, cast } = made[0];
      return reads(`${by === 'prefix' ? `/w/${id}` : ''}${FUNCTIONS}`, keyOf(cast, KEY_NAME));
    };
    const only = async (/** @type {string} */ url) => reads(FUNCTIONS, keyOf(await castOf(url), KEY_NAME));
    return compare(
      [
        { server: ours(program, ['--max-worlds', `${MANY}`]), load: one },
        { server: ours(program), load: only },
      ],
      MORE_PAIRS,
    );
  };
}
