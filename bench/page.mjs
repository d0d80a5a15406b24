// @ts-check
/** Writes the results to the documentation. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { figureText, goalText, verdict } from './figures.mjs';
import { PEERS } from './peers.mjs';

const PAGE = fileURLToPath(new URL('../docs/maintaining/speed.md', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BETWEEN = /(?<=<!-- Written by `npm run bench`\. -->\n).*?(?=<!-- End -->)/s;

/** @typedef {import('./rows.mjs').Row} Row */
/** The figures of a row, or why there are none. @typedef {import('./rows.mjs').Measured | { failure: string }} Result */
/** `version` of Node. @typedef {{ version: string, results: readonly Result[] }} Column */

/** @param {Row} row @param {Result} result @returns {string[]} figures, details and the verdict, if any */
export function cells({ goals }, result) {
  if ('failure' in result) return [`not measured: ${result.failure}`];
  const { figures, detail } = result;
  return [figures.map(figureText).join(', '), detail, verdict(goals, figures)].filter((cell) => cell !== '');
}

/** @param {readonly Row[]} rows @param {readonly Column[]} columns @param {string} measured the result of `measuredCommit` */
export async function writePage(rows, columns, measured) {
  const page = await readFile(PAGE, 'utf8');
  const section = `\n${table(rows, columns)}\n\n${circumstances(measured)}\n\n`;
  await writeFile(
    PAGE,
    page.replace(BETWEEN, () => section),
  );
}

/** @param {readonly Row[]} rows @param {readonly Column[]} columns */
function table(rows, columns) {
  const lines = rows.map((row, index) => [
    row.name,
    goalText(row.goals),
    ...columns.map(({ results }) => cells(row, results[index] ?? { failure: 'left out of this run' }).join('; ')),
  ]);
  const head = ['what', 'goal', ...columns.map(({ version }) => `Node ${version}`)];
  return [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** Returns the measured commit. Called before the first row, because HEAD may change during the run. */
export async function measuredCommit() {
  const git = async (/** @type {string[]} */ ...args) =>
    (await promisify(execFile)('git', args, { cwd: ROOT })).stdout.trim();
  const [commit, changes] = [await git('rev-parse', '--short', 'HEAD'), await git('status', '--porcelain', '-uno')];
  return `${commit}${changes === '' ? '' : ' with changes'}`;
}

/** @param {string} measured */
function circumstances(measured) {
  const peers = Object.entries(PEERS).map(([name, { version }]) => `${name} ${version}`);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return [
    `Of ${new Date().toISOString().slice(0, 10)}, at the commit ${measured},`,
    `on ${platform()} ${arch()} with ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}) and ${memory}.`,
    `Peers: ${peers.join(', ')}.`,
  ].join('\n');
}
