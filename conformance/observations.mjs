// @ts-check
/**
 * Prints the results of a comparison with a real service for each operation, as rows for the table of operations to review:
 * CONTRIBUTING.md, "To record what was observed".
 *
 * Usage: npm run --silent observations REPORT, a file written by `compare --json --report REPORT`
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Report the parts of a report that are used here
 * @property {string} against the host of the real service
 * @property {string} date as `2026-11-23`
 * @property {Record<string, number>} operations the number of requests to each
 * @property {readonly { operation: string | null, kind: 'behaviour' | 'data', request: string, place: string, real: string, mock: string, class: string }[]} differences
 * @property {readonly { operation: string | null, request: string, place: string, reason: string }[]} notCompared
 */

/** Only operations that were compared completely, without a difference, get a certainty. @param {Report} report */
export function observationsOf({ against, date, operations, differences, notCompared }) {
  return Object.entries(operations).map(([id, requests]) => {
    const differing = differences
      .filter(({ operation, kind }) => operation === id && kind === 'behaviour')
      .map((one) => `${one.request}, ${one.place}: ${one.real} there, ${one.mock} here (${one.class})`);
    const open = notCompared
      .filter(({ operation }) => operation === id)
      .map(({ request, place, reason }) => `${request}, ${place}: ${reason}`);
    return {
      id,
      certainty: differing.length + open.length === 0 ? 'observed' : null,
      source: `compared with ${against} on ${date}, ${requests} ${requests === 1 ? 'request' : 'requests'}`,
      ...(differing.length > 0 && { differences: differing }),
      ...(open.length > 0 && { notCompared: open }),
    };
  });
}

/** @param {string} text @returns {Report | null} null if it isn't a report */
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

/** @param {readonly string[]} files @throws Error if they are invalid */
async function main([file, ...others]) {
  if (file === undefined || others.length > 0) throw new Error('Usage: npm run --silent observations REPORT');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`${file} cannot be read. Give the path of a readable file.`);
  });
  const report = reportIn(text);
  if (report === null) throw new Error(`${file} is not a report. Create one with \`compare --json --report ${file}\`.`);
  console.log(JSON.stringify(observationsOf(report), null, 2));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch(({ message }) => {
    console.error(message);
    process.exitCode = 2;
  });
}
