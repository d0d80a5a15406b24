import { expect, it } from 'vitest';
import { MODELS } from './models.ts';

const { MODEL_RUNS = '1000', MODEL_SEED, MODEL_PATH } = process.env;
/** From how many runs on every outcome must have come. */
const ENOUGH = 200;
const PROGRESS = 100;

it.each(MODELS)('$name', async ({ name, outcomes: expected, check }) => {
  const seed = Number(MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const runs = Number(MODEL_RUNS);
  const begin = performance.now();
  const took = () => `${Math.round((performance.now() - begin) / 1000)} s`;
  say(`${name}: ${runs} runs, MODEL_SEED=${seed}`);
  const progress = (done: number) => {
    if (done % PROGRESS === 0) say(`${name}: ${done} of ${runs} in ${took()}`);
  };
  const { steps, outcomes } = await check({ runs, seed, path: MODEL_PATH, progress });
  const counts = [...outcomes].sort().map(([outcome, times]) => `${outcome}: ${times}`);
  say(`${name}: ${steps} steps in ${took()}\n  ${counts.join(', ')}`);

  if (runs >= ENOUGH && MODEL_PATH === undefined)
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining([...expected]));
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
