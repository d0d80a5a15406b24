// @ts-check
/**
 * Lints the documents of the build with two linters: Redocly with its rule set `recommended`, Spectral with `spectral:oas`.
 * Fails for an error that `scripts/lint-documents/exceptions.json` does not explain, and for an exception that nothing needs.
 *
 * Usage: npm run lint:documents
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installTools } from './tools.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TOOL = `${ROOT}scripts/lint-documents`;
const DOCUMENTS = `${ROOT}dist/openapi/`;

/** The output of a linter is several megabytes if it has much to say. */
const MOST_OUTPUT = 64 * 1024 * 1024;

/** Spectral's number for an error. */
const SPECTRAL_ERROR = 0;

/** @typedef {{ rule: string, where: string, message: string }} Fault */

/**
 * What a linter prints. It exits with 1 when it finds something.
 *
 * @param {readonly string[]} args
 */
async function outputOf(args) {
  const run = promisify(execFile)(process.execPath, [...args], {
    cwd: TOOL,
    maxBuffer: MOST_OUTPUT,
    // Neither telemetry nor a look for newer versions.
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  return (await run.catch((thrown) => /** @type {{ stdout: string }} */ (thrown))).stdout;
}

/** @param {string} file @returns {Promise<Fault[]>} */
async function redocly(file) {
  const cli = `${TOOL}/node_modules/@redocly/cli/bin/cli.js`;
  const text = await outputOf([
    cli,
    'lint',
    '--extends',
    'recommended',
    '--format',
    'json',
    '--max-problems',
    '1000',
    file,
  ]);
  /** @type {{ problems: { severity: string, ruleId: string, message: string, location: { pointer?: string }[] }[] }} */
  const { problems } = JSON.parse(text);
  return problems
    .filter(({ severity }) => severity === 'error')
    .map(({ ruleId, message, location }) => ({ rule: ruleId, message, where: location[0]?.pointer ?? '' }));
}

/** @param {string} file @returns {Promise<Fault[]>} */
async function spectral(file) {
  const cli = `${TOOL}/node_modules/@stoplight/spectral-cli/dist/index.js`;
  const text = await outputOf([cli, 'lint', '--quiet', '--ruleset', `${TOOL}/spectral.yaml`, '--format', 'json', file]);
  /** @type {{ code: string, message: string, path: (string | number)[], severity: number }[]} */
  const found = JSON.parse(text);
  return found
    .filter(({ severity }) => severity === SPECTRAL_ERROR)
    .map(({ code, message, path }) => ({ rule: code, message, where: path.join('/') }));
}

await installTools('lint-documents');
/** @type {{ rule: string, where: string, reason: string, source: string }[]} */
const exceptions = JSON.parse(await readFile(`${TOOL}/exceptions.json`, 'utf8'));
const needed = new Set();
const faults = [];
const names = (await readdir(DOCUMENTS)).sort();
for (const name of names) {
  for (const linter of [redocly, spectral]) {
    for (const fault of await linter(`${DOCUMENTS}${name}`)) {
      const excuse = exceptions.find(({ rule, where }) => rule === fault.rule && new RegExp(where).test(fault.where));
      if (excuse === undefined)
        faults.push(`${name}: ${linter.name}: ${fault.rule}: ${fault.message} (${fault.where})`);
      else needed.add(excuse);
    }
  }
}
for (const { rule, where } of exceptions.filter((one) => !needed.has(one))) {
  faults.push(`exceptions.json: nothing needs the exception from ${rule} at ${where}`);
}
process.stdout.write(faults.map((fault) => `${fault}\n`).join(''));
process.stdout.write(`${names.length} documents, two linters: ${faults.length} errors\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
