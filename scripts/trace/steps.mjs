// @ts-check
/** Turns the functions that were entered into the files that a reader of the request goes through. */

/** @typedef {import('./instrument.mjs').Entry} Entry */

/**
 * @typedef {object} Step functions of one file that are met for the first time, with no other file in between
 * @property {string} file
 * @property {string[]} functions
 * @property {boolean} isReturn was the file left before, and is it more than an accessor?
 */

/**
 * @param {readonly Entry[]} entries
 * @returns {Step[]}
 */
export function stepsOf(entries) {
  const met = firstOnly(entries);
  const returns = new Set(returnsOf(met.filter(({ isAccessor }) => !isAccessor)));
  /** @type {Step[]} */
  const steps = [];
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

/** A function that has been read is known, with those that are written inside it. @param {readonly Entry[]} entries */
function firstOnly(entries) {
  /** @type {Set<string>} */
  const known = new Set();
  return entries.filter(({ file, at, within }) => {
    const isKnown = [at, ...within].some((place) => known.has(`${file} ${place}`));
    known.add(`${file} ${at}`);
    return !isKnown;
  });
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
