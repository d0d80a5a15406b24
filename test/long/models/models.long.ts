import { expect, it } from 'vitest';
import { MODELS } from './models.ts';

const { MODEL_RUNS = '1000', MODEL_SEED, MODEL_PATH } = process.env;
/** The number of runs in which every outcome must occur. */
const ENOUGH = 200;
const PROGRESS = 100;

it.each(MODELS)('the server matches the model of $name', async ({ name, outcomes: expected, check }) => {
  const seed = Number(MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const runs = Number(MODEL_RUNS);
  const begin = performance.now();
  const formatDuration = () => `${Math.round((performance.now() - begin) / 1000)} s`;
  print(`${name}: ${runs} runs, MODEL_SEED=${seed}`);
  const progress = (done: number) => {
    if (done % PROGRESS === 0) print(`${name}: ${done} of ${runs} in ${formatDuration()}`);
  };
  const { steps, outcomes } = await check({ runs, seed, path: MODEL_PATH, progress });
  const counts = [...outcomes].sort().map(([outcome, times]) => `${outcome}: ${times}`);
  print(`${name}: ${steps} steps in ${formatDuration()}\n  ${counts.join(', ')}`);

  if (runs >= ENOUGH && MODEL_PATH === undefined)
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining([...expected]));
});

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
