// @ts-check
/** What a report of StrykerJS says, and which survivors are known to be the same program. */
import { EXPLAINED } from './parts.mjs';

/** @typedef {{ line: number, column: number }} Position from 1 */
/** @typedef {{ status: string, replacement?: string, location: { start: Position, end: Position } }} Mutant */
/** @typedef {{ files: Readonly<Record<string, { source: string, mutants: readonly Mutant[] }>> }} Report */

/** A change that no test notices. @typedef {{ file: string, at: number, line: string, becomes: string, covered: boolean }} Survivor */

/**
 * A change that no test can notice.
 *
 * @typedef {object} Same
 * @property {string} file
 * @property {string} line the line where it begins, as it is in the file, without what is before and behind
 * @property {string} becomes the same with the change, on one line
 * @property {string} why it is the same program
 */

/** What became of a folder. @typedef {{ all: number, killed: number, survived: number, uncovered: number, ignored: number }} Count */

/** @param {Report} report @returns {Count} */
export function countOf({ files }) {
  const all = Object.values(files).flatMap(({ mutants }) => mutants);
  const having = (/** @type {string[]} */ ...statuses) => all.filter(({ status }) => statuses.includes(status)).length;
  const count = {
    killed: having('Killed', 'Timeout'),
    survived: having('Survived'),
    uncovered: having('NoCoverage'),
    ignored: having('Ignored'),
  };
  return { all: count.killed + count.survived + count.uncovered, ...count };
}

/** How much was killed, in per cent. @param {Count} count */
export function scoreOf({ all, killed }) {
  return all === 0 ? 100 : (100 * killed) / all;
}

/** @param {Report} report @returns {Survivor[]} */
export function survivorsOf({ files }) {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ status, replacement = '', location: { start, end } }) => {
        const first = lines[start.line - 1] ?? '';
        const rest = (lines[end.line - 1] ?? '').slice(end.column - 1);
        return {
          file,
          at: start.line,
          line: first.trim(),
          becomes: onOneLine(first.slice(0, start.column - 1) + replacement + rest),
          covered: status === 'Survived',
        };
      });
  });
}

/** @param {string} text */
function onOneLine(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/**
 * What is wrong with the survivors, and with the list of those that are the same program.
 *
 * @param {readonly Survivor[]} survivors
 * @param {readonly Same[]} same those of the files that were changed
 */
export function complaints(survivors, same) {
  const isSame = (/** @type {Survivor} */ one, /** @type {Same} */ other) =>
    one.file === other.file && one.line === other.line && one.becomes === other.becomes;
  const unexplained = survivors.filter(
    (one) => EXPLAINED.some((pattern) => pattern.test(one.file)) && !same.some((other) => isSame(one, other)),
  );
  const outdated = same.filter((other) => !survivors.some((one) => isSame(one, other)));
  return [
    ...unexplained.map((one) => `no test notices, and nothing explains: ${shown(one)}`),
    ...outdated.map(({ file, line, becomes }) => `explained, but no survivor: ${file}: ${line} => ${becomes}`),
  ];
}

/** @param {Survivor} survivor */
export function shown({ file, at, line, becomes, covered }) {
  return `${file}:${at}${covered ? '' : ' (no test comes here)'}\n    ${line}\n    ${becomes}`;
}
