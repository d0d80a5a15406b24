// @ts-check
/**
 * Prints what a comparison with a real service says about each operation that it called, as rows of the table of
 * operations to review: CONTRIBUTING.md, "To record what was observed".
 *
 * Usage: npm run --silent observations REPORT, a file that `compare --json --report REPORT` wrote
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Report
 * @property {string} against the host of the real service
 * @property {string} date as `2026-11-23`
 * @property {Record<string, number>} operations how many requests called each of them
 * @property {readonly Difference[]} differences
 * @property {readonly NotCompared[]} notCompared
 *
 * @typedef {object} NotCompared
 * @property {string | null} operation
 * @property {string} request
 * @property {string} place
 * @property {string} reason
 *
 * @typedef {object} Difference
 * @property {string | null} operation
 * @property {'behaviour' | 'data'} kind
 * @property {string} request
 * @property {string} place
 * @property {string} real
 * @property {string} mock
 * @property {string} class
 *
 * @typedef {object} Observation
 * @property {string} id of the table of operations
 * @property {'observed' | null} certainty null where the real service does something else, or not all was compared
 * @property {string} source
 * @property {readonly string[]} [differences] what it does
 * @property {readonly string[]} [notCompared] where nothing can be said
 */

/**
 * @param {Report} report
 * @returns {readonly Observation[]}
 */
export function observationsOf({ against, date, operations, differences, notCompared }) {
  return Object.entries(operations).map(([id, requests]) => {
    const source = `compared with ${against} on ${date}, ${requests} ${requests === 1 ? 'request' : 'requests'}`;
    const found = differences.filter(({ operation, kind }) => operation === id && kind === 'behaviour');
    const open = notCompared.filter(({ operation }) => operation === id);
    if (found.length + open.length === 0) return { id, certainty: 'observed', source };
    const differing = found.map(
      (one) => `${one.request}, ${one.place}: ${one.real} there, ${one.mock} here (${one.class})`,
    );
    const untold = open.map(({ request, place, reason }) => `${request}, ${place}: ${reason}`);
    return {
      ...{ id, certainty: null, source },
      ...(differing.length > 0 && { differences: differing }),
      ...(untold.length > 0 && { notCompared: untold }),
    };
  });
}

/**
 * @param {string} text
 * @returns {Report | null} null if it is no report
 */
export function reportIn(text) {
  try {
    const { against, date, operations, differences, notCompared } = JSON.parse(text);
    const isDated = [against, date].every((one) => typeof one === 'string');
    const isReport = isDated && [differences, notCompared].every(Array.isArray) && typeof operations === 'object';
    return isReport ? { against, date, operations, differences, notCompared } : null;
  } catch {
    return null;
  }
}

/** @param {string} message */
function refuse(message) {
  console.error(message);
  process.exitCode = 2;
}

/** @param {readonly string[]} files */
async function main([file, ...others]) {
  if (file === undefined || others.length > 0) return refuse('Usage: npm run --silent observations REPORT');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return refuse(`${file} cannot be read. Give the path of a readable file.`);
  const report = reportIn(text);
  if (report === null) return refuse(`${file} is no report. Write one by \`compare --json --report ${file}\`.`);
  console.log(JSON.stringify(observationsOf(report), null, 2));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
