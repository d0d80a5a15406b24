// @ts-check
/**
 * Mutation testing with StrykerJS: checks that tests fail when the code is changed. Every change (mutant) that fails a test
 * is killed, otherwise it survives.
 *
 * Usage: npm run mutation [-- PART... --afresh]
 *   PART      only the parts of `scripts/mutation/parts.mjs` with names that start with this
 *   --afresh  ignores the last run. Otherwise, only code that changed since then, or whose tests changed, is tested
 *
 * Fails if too few mutants of a part are killed, or if a mutant survives in a file of `EXPLAINED` and is not explained in
 * `scripts/mutation/same-program.json`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfChanged } from './build.mjs';
import { EXPLAINED, KEPT, PARTS } from './mutation/parts.mjs';
import { installTools } from './tools.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TOOL = 'scripts/mutation';
const STRYKER = `${TOOL}/node_modules/@stryker-mutator/core/bin/stryker.js`;

/** @typedef {{ line: number, column: number }} Position one-based */
/** @typedef {{ status: string, replacement?: string, location: { start: Position, end: Position } }} Mutant */
/** @typedef {Readonly<Record<string, { source: string, mutants: readonly Mutant[] }>>} Files the files in a report of StrykerJS */

/**
 * A mutant that no test notices.
 *
 * @typedef {object} Survivor
 * @property {string} file
 * @property {string} line the first changed line, trimmed
 * @property {string} becomes the changed code, on one line
 */

/** @param {Files} files @returns {Survivor[]} */
function survivorsOf(files) {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    const survivors = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
    return survivors.map(({ replacement = '', location: { start, end } }) => {
      const first = lines[start.line - 1] ?? '';
      const rest = (lines[end.line - 1] ?? '').slice(end.column - 1);
      const becomes = first.slice(0, start.column - 1) + replacement + rest;
      return { file, line: first.trim(), becomes: becomes.replaceAll(/\s+/g, ' ').trim() };
    });
  });
}

/** @param {Survivor} survivor */
function shown({ file, line, becomes }) {
  return `${file}\n    ${line}\n    ${becomes}`;
}

/** @param {Files} files @param {readonly Survivor[]} explained */
function complaints(files, explained) {
  const survivors = survivorsOf(files);
  const isIn = (/** @type {readonly Survivor[]} */ list, /** @type {Survivor} */ one) =>
    list.some(({ file, line, becomes }) => file === one.file && line === one.line && becomes === one.becomes);
  const unexplained = survivors.filter(
    (one) => EXPLAINED.some((pattern) => pattern.test(one.file)) && !isIn(explained, one),
  );
  const outdated = explained.filter(
    (one) => (one.file in files || !existsSync(join(ROOT, one.file))) && !isIn(survivors, one),
  );
  return [
    ...unexplained.map((one) => `not noticed by a test, and not explained: ${shown(one)}`),
    ...outdated.map((one) => `explained, but no longer a survivor: ${shown(one)}`),
  ];
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { afresh: { type: 'boolean' } } });
const all = Object.keys(PARTS);
const unknown = positionals.filter((begin) => !all.some((name) => name.startsWith(begin)));
if (unknown.length > 0) throw new Error(`Unknown part: ${unknown.join(', ')}. Expected one of ${all.join(', ')}.`);
const names = positionals.length > 0 ? all.filter((name) => positionals.some((begin) => name.startsWith(begin))) : all;

await installTools('mutation');
// The tests read the built documents, which can't be built from the changed sources in their sandbox.
await buildIfChanged();
await mkdir(join(ROOT, KEPT), { recursive: true });
const explained = JSON.parse(await readFile(join(ROOT, 'scripts/mutation/same-program.json'), 'utf8'));
/** @type {Files} */
let files = {};
/** @type {string[]} */
const wrong = [];
for (const name of names) {
  const report = join(ROOT, KEPT, `${name}.json`);
  await rm(report, { force: true });
  if (values.afresh === true) await rm(join(ROOT, KEPT, `${name}.incremental.json`), { force: true });
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, [STRYKER, 'run', `${TOOL}/stryker.config.mjs`], {
    cwd: ROOT,
    env: { ...process.env, MUTATION_PART: name },
    stdio: 'inherit',
  });
  if (status !== 0) wrong.push(`${name}: StrykerJS failed, or too few mutants were killed`);
  if (existsSync(report)) files = { ...files, ...JSON.parse(await readFile(report, 'utf8')).files };
}
for (const complaint of [...wrong, ...complaints(files, explained)]) {
  process.stdout.write(`\n${complaint}\n`);
  process.exitCode = 1;
}
