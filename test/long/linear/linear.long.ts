import { expect, it } from 'vitest';
import { SETS } from '../fuzz/sets.ts';
import { linear } from './linear.ts';

const PROGRESS = 20;
const tried = new Set<string>();
const { LINEAR_ONLY } = process.env;

it.each(Object.entries(SETS))('every input takes at most linear time: %s', async (name, versions) => {
  let operations = 0;
  const { inputs, worse } = await linear({
    versions,
    tried,
    ...(LINEAR_ONLY !== undefined && { wanted: (input) => new RegExp(LINEAR_ONLY).test(input.name) }),
    onWorse: (reported) => say(`  ${reported}`),
    progress: (figures, operation) => {
      operations += 1;
      if (operations % PROGRESS !== 0) return;
      say(
        `${name}: ${operations} operations, ${figures.inputs} inputs, ${figures.worse.length} worse than linear, at ${operation}`,
      );
    },
  });
  say(`${name}: ${inputs} inputs, worse than linear: ${worse.length}`);

  expect(worse).toEqual([]);
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
