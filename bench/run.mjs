// @ts-check
/**
 * Measures performance relative to bare servers and to peers. Both sides of a pair are measured in turn, so that a slow or
 * busy machine affects both.
 *
 * Usage: npm run bench [-- PART...] [--keep] [--nodes LINE,...] [--against REF]...
 *   PART       only rows with one of these texts in their names
 *   --keep     writes these rows to docs/maintaining/speed.md, without the others. A run of all rows always does
 *   --nodes    major versions of Node for the servers, such as `20,22,24`. Default: the current Node
 *   --against  compares with a different commit instead, and fails if a row is slower. Default: the previous commit
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { against } from './against.mjs';
import { goalText } from './figures.mjs';
import { cells, measuredCommit, writePage } from './page.mjs';
import { nodeOf } from './peers.mjs';
import { endPostgres } from './postgres.mjs';
import { ROWS } from './rows.mjs';

const args = process.argv.slice(2);
// `parseArgs` has no optional values.
if (args.at(-1) === '--against') args.push('');
const { positionals, values } = parseArgs({
  args,
  options: { against: { type: 'string', multiple: true }, nodes: { type: 'string' }, keep: { type: 'boolean' } },
  allowPositionals: true,
});
/** @param {string} name */
const isAsked = (name) => positionals.length === 0 || positionals.some((part) => name.includes(part));

if (values.against !== undefined) {
  for (const ref of values.against) await against(ref, isAsked);
} else {
  if (!ROWS.some(({ name }) => isAsked(name)))
    throw new Error(
      `No row has \`${positionals.join('` or `')}\` in its name. The rows are: ${ROWS.map(({ name }) => name).join('; ')}`,
    );
  const commit = await measuredCommit();
  const columns = [];
  for (const line of values.nodes?.split(',') ?? [`${parseInt(process.versions.node, 10)}`]) {
    const { program, version } = await nodeOf(line);
    process.stdout.write(`Node ${version}\n`);
    columns.push({ version, results: await measured(line, program) });
  }
  if (positionals.length === 0 || values.keep === true) await writePage(ROWS, columns, commit);
}

/** @param {string} line of Node @param {string} program */
async function measured(line, program) {
  const folder = await mkdtemp(join(tmpdir(), 'nv-auth-mock-bench-'));
  /** @type {import('./page.mjs').Result[]} */
  const results = [];
  try {
    for (const row of ROWS) {
      if (!isAsked(row.name)) {
        results.push({ failure: 'left out of this run' });
        continue;
      }
      process.stdout.write(`  ${row.name}${row.goals.length > 0 ? ` (${goalText(row.goals)})` : ''}\n`);
      const result = await row.measure({ line, program, folder }).catch((cause) => ({ failure: firstLine(cause) }));
      process.stdout.write(`    ${cells(row, result).join('; ')}\n`);
      results.push(result);
    }
  } finally {
    await endPostgres();
    await rm(folder, { recursive: true, force: true });
  }
  return results;
}

/** @param {unknown} cause */
function firstLine(cause) {
  return String(cause instanceof Error ? cause.message : cause).split('\n', 1)[0] ?? '';
}
