// @ts-check
/**
 * Shows which files three requests go through, and how often they return to one that they have left: how often somebody
 * who reads along has to turn back. It starts a server in this process from sources in which every function reports
 * when it is entered.
 *
 * A step is a file, with those of its functions that are met for the first time: a function that has been read is
 * known, so meeting it again is neither a step nor a return, and neither is going back to a caller after a call. A
 * return is a step in a file that was left before. The second number leaves out `pipeline.ts`, which only gives the
 * order of the steps, and accessors: the interface that they implement says what they do (files that contain only types
 * have no functions, so they are in neither number). Each request is traced the second time it is sent, when everything
 * that is prepared once is ready.
 *
 * An earlier count, whose method was not written down, gave 32, 34 and 30; for sources of about that time this one
 * gives 32, 36 and 42. Counting every call, whether or not its function is known, would give about 90, and with the
 * returns to callers about 210.
 *
 * Usage: npm run trace [-- [--json] [--of FOLDER]]
 *   --json  the numbers and the steps
 *   --of    another checkout, built and with its dependencies
 */
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { record } from './trace/record.mjs';
import { REQUESTS } from './trace/requests.mjs';
import { stepsOf } from './trace/steps.mjs';

/** Milliseconds after which delayed writes are done: they would cause rows of the store to be read again. */
const WRITTEN = 1500;

const { values: options } = parseArgs({ options: { json: { type: 'boolean' }, of: { type: 'string' } } });
const folder = resolve(options.of ?? fileURLToPath(new URL('../', import.meta.url)));
const sources = pathToFileURL(`${folder}/src/`).href;

/** Why a request returns to a file, by the end of its path. @type {Record<string, string>} */
const why = JSON.parse(await readFile(new URL('trace/why.json', import.meta.url), 'utf8'));

register('./trace/instrument.mjs', import.meta.url);
const { startMock } = /** @type {typeof import('../src/index.ts')} */ (await import(`${sources}index.ts`));

/** @typedef {import('./trace/steps.mjs').Step} Step */

/** @type {{ name: string, returns: number, counted: number, files: number, steps: Step[] }[]} */
const traces = [];
for (const name of Object.keys(REQUESTS)) {
  const steps = await stepsOfRequest(name);
  const files = new Set(steps.map(({ file }) => file)).size;
  const returns = steps.filter(({ isReturn }) => isReturn).length;
  const counted = steps.filter(({ counts }) => counts).length;
  traces.push({ name, returns, counted, files, steps });
}
const returned = traces.flatMap(({ steps }) => steps.filter(({ counts }) => counts).map(({ file }) => file));
const idle = Object.keys(why).filter((ending) => !returned.some((file) => endingOf(file) === ending));
const idleLine = idle.length === 0 || options.of !== undefined ? '' : `\nno request returns to: ${idle.join(', ')}\n`;
const text = options.json === true ? JSON.stringify(traces, null, 2) : `${traces.map(shown).join('\n')}${idleLine}`;
process.stdout.write(`${text.trimEnd()}\n`);

/** @param {string} name */
async function stepsOfRequest(name) {
  const request = REQUESTS[name];
  if (request === undefined) throw new Error(`there is no request ${name}`);
  const mock = await startMock();
  try {
    const send = await request.prepare(mock);
    const sendAsMeant = async () => {
      const { status, decision } = await send();
      if (status === request.status && request.isMeant(decision === null ? null : JSON.parse(decision))) return;
      throw new Error(`${name} was answered ${status}, and decided so: ${decision}`);
    };
    await sleep(WRITTEN);
    await sendAsMeant();
    const entries = await record(sendAsMeant);
    return stepsOf(entries).map((step) => ({ ...step, file: step.file.replace(sources, '') }));
  } finally {
    await mock.stop();
  }
}

/** @param {(typeof traces)[number]} trace */
function shown({ name, returns, counted, files, steps }) {
  const lines = steps.map(({ file, functions, isReturn, counts }, index) => {
    const mark = counts ? '*' : isReturn ? '-' : ' ';
    const line = `${String(index + 1).padStart(4)} ${mark} ${file}: ${functions.join(', ')}`;
    return counts ? `${line}\n         ${reasonOf(file) ?? 'unexplained'}` : line;
  });
  const unexplained = steps.filter(({ file, counts }) => counts && reasonOf(file) === null).length;
  const total = `returns: ${returns} (${counted} without pipeline and interfaces, ${unexplained} of them unexplained), in ${files} files`;
  return `${name}\n${lines.join('\n')}\n${total}\n`;
}

/** @param {string} file @returns {string | null} */
function reasonOf(file) {
  const ending = endingOf(file);
  return ending === undefined ? null : (why[ending] ?? null);
}

/** The longest of those that have a reason. @param {string} file */
function endingOf(file) {
  const endings = Object.keys(why).filter((ending) => `/${file}`.endsWith(`/${ending}`));
  return endings.sort((one, other) => other.length - one.length)[0];
}
