import { type Figures, fuzz, unexpected } from './fuzz.ts';
import { SETS } from './sets.ts';

const { FUZZ_SEED, FUZZ_REQUESTS = '300000', FUZZ_BATCH } = process.env;
const PROGRESS = 10_000;

/** Runs a set of versions and tells how it goes. @returns what was violated */
export async function report(name: string): Promise<readonly string[]> {
  const versions = SETS[name];
  if (versions === undefined) throw new Error(`there is no set ${name}`);
  const seed = Number(FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const requests = Math.ceil(Number(FUZZ_REQUESTS) / Object.keys(SETS).length);
  const begin = performance.now();
  let reported = 0;
  say(`${name}: ${requests} requests, seed ${seed}`);
  const figures = await fuzz({
    versions,
    seed,
    requests,
    ...(FUZZ_BATCH !== undefined && { batch: Number(FUZZ_BATCH) }),
    progress: ({ requests: sent, violations }) => {
      if (sent - reported < PROGRESS && sent < requests) return;
      reported = sent;
      const rate = Math.round(sent / ((performance.now() - begin) / 1000));
      say(`${name}: ${sent} of ${requests}, ${rate}/s, ${violations.size} kinds of violations`);
    },
  });
  say(summary(name, seed, figures));
  return unexpected(figures);
}

function summary(name: string, seed: number, figures: Figures): string {
  const { requests, statuses, operations, succeeded, violations } = figures;
  const counts = [...statuses].sort(([one], [other]) => one - other).map(([status, count]) => `${status}: ${count}`);
  const never = [...operations].filter((id) => !succeeded.has(id)).sort();
  return [
    `${name}: ${requests} requests with seed ${seed}`,
    `  statuses: ${counts.join(', ')}`,
    `  operations: ${operations.size}, of which ${operations.size - never.length} succeeded at least once`,
    `  violations: ${violations.size} kinds`,
    ...(never.length > 0 ? [`  never succeeded: ${never.join(', ')}`] : []),
  ].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
