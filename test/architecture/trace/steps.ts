import type { Entry } from './instrument.ts';

/** Functions of one file that are met for the first time, with no other file in between. */
export interface Step {
  readonly file: string;
  readonly functions: string[];
  /** Was the file left before? Accessors are no returns: the interface that they implement says what they do. */
  isReturn: boolean;
}

/**
 * The files that a reader of the request goes through. A function that has been read is known, with those written inside
 * it: meeting it again is no step, and neither is going back to a caller after a call.
 */
export function stepsOf(entries: readonly Entry[]): readonly Step[] {
  const met = firstOnly(entries);
  const returns = returnsOf(met.filter(({ isAccessor }) => !isAccessor));
  const steps: Step[] = [];
  for (const entry of met) {
    const { file, name } = entry;
    let step = steps.at(-1);
    if (step?.file !== file) {
      step = { file, functions: [], isReturn: false };
      steps.push(step);
    }
    if (!step.functions.includes(name)) step.functions.push(name);
    if (returns.has(entry)) step.isReturn = true;
  }
  return steps;
}

function firstOnly(entries: readonly Entry[]): readonly Entry[] {
  const known = new Set<string>();
  return entries.filter(({ file, at, within }) => {
    const isKnown = [at, ...within].some((place) => known.has(`${file} ${place}`));
    known.add(`${file} ${at}`);
    return !isKnown;
  });
}

/** The entries that return to a file that was left before. */
function returnsOf(entries: readonly Entry[]): ReadonlySet<Entry> {
  const seen = new Set<string>();
  const returns = entries.filter(({ file }, index) => {
    const isReturn = seen.has(file) && entries[index - 1]?.file !== file;
    seen.add(file);
    return isReturn;
  });
  return new Set(returns);
}
