import type { Entry } from './instrument.ts';

/** Consecutive functions of a file that are entered for the first time. */
export interface Step {
  readonly file: string;
  readonly functions: string[];
  /** Whether the file was left before; accessors do not count. */
  isReturn: boolean;
}

/**
 * Lists the files that a request passes. A repeated function, or a function inside it, is not a step, and neither is the
 * return to a caller.
 */
export function listSteps(entries: readonly Entry[]): readonly Step[] {
  const first = removeRepeated(entries);
  const returns = findReturns(first.filter(({ isAccessor }) => !isAccessor));
  const steps: Step[] = [];
  for (const entry of first) {
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

function removeRepeated(entries: readonly Entry[]): readonly Entry[] {
  const known = new Set<string>();
  return entries.filter(({ file, at, within }) => {
    const isKnown = [at, ...within].some((place) => known.has(`${file} ${place}`));
    known.add(`${file} ${at}`);
    return !isKnown;
  });
}

/** Finds the entries that return to a file. */
function findReturns(entries: readonly Entry[]): ReadonlySet<Entry> {
  const seen = new Set<string>();
  const returns = entries.filter(({ file }, index) => {
    const isReturn = seen.has(file) && entries[index - 1]?.file !== file;
    seen.add(file);
    return isReturn;
  });
  return new Set(returns);
}
