// @ts-check
/** Turns the functions that were entered into the files that a reader of the request goes through. */

/** @typedef {import('./instrument.mjs').Entry} Entry */

/**
 * @typedef {object} Step functions of one file that are met for the first time, with no other file in between
 * @property {string} file
 * @property {string[]} functions
 * @property {boolean} isReturn was the file left before?
 * @property {boolean} counts is it a return without `pipeline.ts` and interfaces, too?
 */

/**
 * @param {readonly Entry[]} entries
 * @returns {Step[]}
 */
export function stepsOf(entries) {
  const met = firstOnly(entries);
  const counting = new Set(returnsOf(met.filter((entry) => !isPassedThrough(entry))));
  const returns = new Set(returnsOf(met));
  /** @type {Step[]} */
  const steps = [];
  for (const entry of met) {
    const { file, name } = entry;
    let step = steps.at(-1);
    if (step?.file !== file) {
      step = { file, functions: [], isReturn: returns.has(entry), counts: false };
      steps.push(step);
    }
    if (!step.functions.includes(name)) step.functions.push(name);
    if (counting.has(entry)) step.counts = true;
  }
  return steps;
}

/** A function that has been read is known. @param {readonly Entry[]} entries */
function firstOnly(entries) {
  /** @type {Set<string>} */
  const known = new Set();
  return entries.filter(({ file, at }) => known.size !== known.add(`${file} ${at}`).size);
}

/**
 * What needs no reading of its own: the order of the steps, and interface members that only pass on what an object has.
 * Files that contain only types have no functions, so nothing enters them.
 *
 * @param {Entry} entry
 */
function isPassedThrough({ file, isAccessor }) {
  return isAccessor || file.endsWith('/pipeline.ts');
}

/** The entries that return to a file that was left before. @param {readonly Entry[]} entries */
function returnsOf(entries) {
  /** @type {Set<string>} */
  const seen = new Set();
  return entries.filter(({ file }, index) => {
    const isReturn = seen.has(file) && entries[index - 1]?.file !== file;
    seen.add(file);
    return isReturn;
  });
}
