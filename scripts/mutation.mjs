// @ts-check
/**
 * Whether tests notice when the program is changed. StrykerJS changes one thing at a time, and runs the tests that came
 * by: a change that fails one is killed, one that fails none has survived.
 *
 * Usage: npm run mutation [-- PART... --afresh]
 *   PART      `core`: only these parts of `scripts/mutation/parts.mjs`
 *   --afresh  forgets the last run. Otherwise only what has changed since, in the folder or in its tests, is tried again
 *
 * Fails if too little of a folder is killed, or for a survivor in one of the files of `EXPLAINED` that
 * `test/mutation/same-program.json` does not explain. What survived is in `coverage/mutation/<part>.txt`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfChanged } from './build.mjs';
import { KEPT, LEAST, PARTS } from './mutation/parts.mjs';
import { complaints, countOf, scoreOf, shown, survivorsOf } from './mutation/survivors.mjs';
import { installTools } from './tools.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TOOL = 'scripts/mutation';
const STRYKER = `${TOOL}/node_modules/@stryker-mutator/core/bin/stryker.js`;

/** @param {string} command @param {readonly string[]} args @param {Record<string, string>} [variables] */
async function run(command, args, variables) {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...variables }, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return code === 0;
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { afresh: { type: 'boolean' } } });
const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = names.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
}

await installTools('mutation');
// The tests read the built documents, and their sandbox has changed sources.
await buildIfChanged();
await mkdir(join(ROOT, KEPT), { recursive: true });

/** @type {import('./mutation/survivors.mjs').Same[]} */
const explained = JSON.parse(await readFile(join(ROOT, 'test/mutation/same-program.json'), 'utf8'));
const table = [['folder', 'mutants', 'killed', 'survived', 'not reached', 'score', 'minutes']];
const wrong = [];
for (const part of names) {
  const { folder, groups } = /** @type {import('./mutation/parts.mjs').Part} */ (PARTS[part]);
  const begin = performance.now();
  /** @type {import('./mutation/survivors.mjs').Report} */
  const report = { files: {} };
  for (const { name } of groups) {
    process.stdout.write(`\n== ${name}\n`);
    const kept = (/** @type {string} */ ending) => join(ROOT, KEPT, `${name}.${ending}`);
    if (values.afresh === true) await rm(kept('incremental.json'), { force: true });
    await rm(kept('json'), { force: true });
    await run(process.execPath, [STRYKER, 'run', `${TOOL}/stryker.config.mjs`], { MUTATION_GROUP: name });
    if (existsSync(kept('json'))) Object.assign(report.files, JSON.parse(await readFile(kept('json'), 'utf8')).files);
    else wrong.push(`${name}: StrykerJS has not finished`);
  }
  const survivors = survivorsOf(report);
  await writeFile(join(ROOT, KEPT, `${part}.txt`), survivors.map((one) => `${shown(one)}\n`).join(''));
  const count = countOf(report);
  const score = `${scoreOf(count).toFixed(1)} %`;
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
  const { all, killed, survived, uncovered } = count;
  table.push([folder, ...[all, killed, survived, uncovered].map(String), score, minutes]);
  if (scoreOf(count) < LEAST) wrong.push(`${folder}: ${score} are killed, expected ${LEAST} %`);
  wrong.push(
    ...complaints(
      survivors,
      explained.filter(({ file }) => file.startsWith(`${folder}/`)),
    ),
  );
}

process.stdout.write('\n');
for (const [first = '', ...others] of table) {
  process.stdout.write(`${first.padEnd(20)}${others.map((text) => text.padStart(12)).join('')}\n`);
}
for (const complaint of wrong) process.stdout.write(`\n${complaint}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
