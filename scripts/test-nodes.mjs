// @ts-check
/**
 * Whether the project installs, and does what it promises, with every line of Node that it is for. The binaries come
 * from the registry of npm, so no version manager is needed; what is tested is the last commit, in a fresh clone.
 *
 * With each line: `npm ci`, by the npm that comes with it, which must not complain about any `engines`; and the end-to-end
 * tests. With the oldest line and the one that most people use also the whole suite.
 *
 * Usage: npm run test:nodes [-- VERSION... FILE... [--only install|suite|e2e]]
 *   VERSION  `22`, `20.19`: the newest release that begins so; otherwise all lines
 *   FILE     only these tests, as vitest takes them
 *   --only   this step, and the installation, which all of them need; `suite` runs with each VERSION
 *
 * A line that the registry does not have is skipped, unless TEST_NODES=required.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { keepNativeModule, newestOf, unpacked } from './nodes/unpacked.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * @typedef {object} Line
 * @property {string} npm the npm that it comes with
 * @property {string} [headers] of another release, if a native module cannot be compiled with its own
 * @property {boolean} [suite] whether the whole suite is run
 */

/** @type {Record<string, Line>} */
export const LINES = {
  20: { npm: '10', suite: true },
  22: { npm: '10' },
  // What was compiled with the headers of 24.19.0 or newer aborts in 24.19.0 to 24.21.0 when an object is collected
  // (nodejs/node#65446). The binaries that better-sqlite3 publishes for this line are older.
  24: { npm: '11', headers: '24.18.1', suite: true },
  26: { npm: '11' },
};

/** What npm says about settings of this machine, which are not ours. */
const OTHERS = /^npm warn Unknown (?:user|env|cli|builtin|global) config/i;

/** How much is shown of what failed. */
const TAIL = 40;

/** @typedef {'install' | 'suite' | 'e2e'} Step */
/** @typedef {{ version: string, steps: readonly Step[] }} Plan */
/** @typedef {{ step: Step, text: string, hasFailed: boolean, said: string }} Result */

/**
 * What to do with which versions.
 *
 * @param {readonly string[]} args
 * @returns {{ plans: Plan[], files: string[] }}
 * @throws {Error} if an argument has no meaning
 */
export function planOf(args) {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' } },
    allowPositionals: true,
  });
  const { only } = values;
  if (only !== undefined && !['install', 'suite', 'e2e'].includes(only)) {
    throw new Error(`--only takes install, suite or e2e, not ${only}`);
  }
  const named = positionals.filter((argument) => /^\d+(?:\.\d+){0,2}$/.test(argument));
  const files = positionals.filter((argument) => !named.includes(argument));
  const hasSuite = (/** @type {string} */ version) => lineOf(version).suite === true;
  const versions = named.length > 0 ? named : Object.keys(LINES).filter((line) => only !== 'suite' || hasSuite(line));
  const plans = versions.map((version) => {
    /** @type {Step[]} */
    const all = hasSuite(version) || only === 'suite' ? ['install', 'suite', 'e2e'] : ['install', 'e2e'];
    const steps = all.filter((step) => only === undefined || step === 'install' || step === only);
    return { version, steps };
  });
  return { plans, files };
}

/** @param {string} version */
function lineOf(version) {
  return LINES[version.split('.')[0] ?? ''] ?? { npm: 'latest' };
}

/**
 * @param {string} version a release
 * @param {string} commit
 * @param {readonly Step[]} steps
 * @param {readonly string[]} files
 */
async function resultsOf(version, commit, steps, files) {
  const { npm, headers = version } = lineOf(version);
  const node = await unpacked({ version, npm, headers });
  const project = await mkdtemp(join(tmpdir(), 'nv-auth-mock-nodes-'));
  /** @type {Result[]} */
  const results = [];
  try {
    await git('clone', '--quiet', '--no-checkout', ROOT, project);
    await git('-C', project, 'checkout', '--quiet', '--detach', commit);
    for (const step of steps) {
      console.log(`Node ${node.version}: ${step} ...`);
      const result = step === 'install' ? await install(node, project) : await test(node, project, step, files);
      results.push(result);
      // Without an installation, everything else fails as well, and says less.
      if (step === 'install' && result.hasFailed) break;
    }
  } finally {
    // What a test left running may still write there.
    await rm(project, { recursive: true, force: true, maxRetries: 5 });
  }
  return results;
}

/**
 * @param {import('./nodes/unpacked.mjs').Unpacked} node
 * @param {string} project
 * @returns {Promise<Result>}
 */
async function install(node, project) {
  // The level is given because `npm run --silent` would hand on its own.
  const { code, said } = await npm(node, project, 'install', ['ci', '--loglevel=warn', '--prefer-offline']);
  const lines = said.split('\n');
  const warnings = lines.filter((line) => /^npm warn/i.test(line) && !OTHERS.test(line));
  const isRefused = lines.some((line) => line.includes('EBADENGINE'));
  if (code === 0) await keepNativeModule(node, project);
  const text = code !== 0 ? 'FAILED' : isRefused ? 'EBADENGINE' : `ok${counted(warnings.length, 'warning')}`;
  return { step: 'install', text, hasFailed: code !== 0 || isRefused, said };
}

/**
 * @param {import('./nodes/unpacked.mjs').Unpacked} node
 * @param {string} project
 * @param {'suite' | 'e2e'} step
 * @param {readonly string[]} files
 * @returns {Promise<Result>}
 */
async function test(node, project, step, files) {
  const report = join(project, `${step}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const script = { suite: 'test', e2e: 'test:e2e' }[step];
  const started = Date.now();
  // A file is of one of the two.
  const only = files.length > 0 ? [...files, '--passWithNoTests'] : [];
  const { code, said } = await npm(node, project, step, ['run', script, '--', ...reporters, ...only]);
  const seconds = Math.round((Date.now() - started) / 1000);
  // A fault outside of all tests leaves no report, or one without failures: it counts as one.
  const counts = await readFile(report, 'utf8').then(JSON.parse, () => ({ numPassedTests: 0, numFailedTests: 0 }));
  const failed = Math.max(counts.numFailedTests, Number(code !== 0));
  const skipped = counted(counts.numPendingTests ?? 0, 'skipped', '');
  const text = `${counts.numPassedTests} passed, ${failed} failed${skipped}, ${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return { step, text, hasFailed: failed > 0, said };
}

/** @param {number} count @param {string} noun @param {string} [plural] */
function counted(count, noun, plural = 's') {
  return count === 0 ? '' : `, ${count} ${noun}${count === 1 ? '' : plural}`;
}

/**
 * Runs the npm of a version, and keeps what it writes.
 *
 * @param {import('./nodes/unpacked.mjs').Unpacked} node
 * @param {string} project
 * @param {Step} step
 * @param {readonly string[]} args
 */
async function npm({ home, environment }, project, step, args) {
  const log = join(home, `${step}.log`);
  const file = await open(log, 'w');
  try {
    const child = spawn('npm', args, { cwd: project, env: environment, stdio: ['ignore', file.fd, file.fd] });
    /** @type {number} */
    const code = await new Promise((done, fail) => child.once('error', fail).once('close', (end) => done(end ?? 1)));
    return { code, said: await readFile(log, 'utf8') };
  } finally {
    await file.close();
  }
}

/** @param {string[]} args */
async function git(...args) {
  const { stdout } = await promisify(execFile)('git', args);
  return stdout.trim();
}

/**
 * Rows as a table of columns, each as wide as it has to be.
 *
 * @param {readonly (readonly string[])[]} rows
 */
export function tableOf(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { plans, files } = planOf(process.argv.slice(2));
  const commit = await git('-C', ROOT, 'rev-parse', 'HEAD');
  if ((await git('-C', ROOT, 'status', '--porcelain')) !== '') console.log('What is not committed is not tested.');

  /** @type {{ version: string, results: Result[] }[]} */
  const tried = [];
  /** @type {string[]} */
  const missing = [];
  for (const { version: line, steps } of plans) {
    try {
      const version = await newestOf(line);
      if (version === null) missing.push(line);
      else tried.push({ version, results: await resultsOf(version, commit, steps, files) });
    } catch (fault) {
      tried.push({
        version: line,
        results: [{ step: 'install', text: 'FAILED', hasFailed: true, said: String(fault) }],
      });
    }
  }

  for (const { version, results } of tried) {
    for (const { step, said } of results.filter(({ hasFailed }) => hasFailed)) {
      console.log(`\n--- Node ${version}, ${step}: the end of what it said`);
      console.log(said.trimEnd().split('\n').slice(-TAIL).join('\n'));
    }
  }
  const rows = tried.map(({ version, results }) => [
    version,
    ...['install', 'suite', 'e2e'].map((name) => results.find(({ step }) => step === name)?.text ?? '-'),
  ]);
  if (rows.length > 0) console.log(`\n${tableOf([['Node', 'install', 'suite', 'e2e'], ...rows])}`);
  const isRequired = process.env['TEST_NODES'] === 'required';
  for (const line of missing) console.log(`${isRequired ? 'FAIL' : 'SKIP'}  Node ${line}: the registry has none`);

  const hasFailed = tried.some(({ results }) => results.some((result) => result.hasFailed));
  if (hasFailed || (isRequired && missing.length > 0)) process.exitCode = 1;
}
