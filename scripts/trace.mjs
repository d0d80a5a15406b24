// @ts-check
/**
 * Shows which files a request goes through, and how often it returns to one that it has left: how often somebody who
 * reads along has to turn back. It starts a server in this process from sources in which every function reports when it
 * is entered.
 *
 * A step is a file, with those of its functions that are met for the first time: a function that has been read is
 * known, with those written inside it, so meeting it again is neither a step nor a return, and neither is going back to
 * a caller after a call. A
 * return is a step in a file that was left before. Accessors are not counted as returns: the interface that they
 * implement says what they do. Each request is traced the second time it is sent, when everything that is prepared once
 * is ready.
 *
 * Usage: npm run trace [-- [--json] [--of FOLDER]]
 *   --json  the numbers and the steps
 *   --of    another checkout, built and with its dependencies
 */
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

register('./trace/instrument.mjs', import.meta.url);
const { startMock } = /** @type {typeof import('../src/index.ts')} */ (await import(`${sources}index.ts`));

/** @typedef {import('./trace/steps.mjs').Step} Step */

/** @type {{ name: string, returns: number, files: number, steps: Step[] }[]} */
const traces = [];
for (const name of Object.keys(REQUESTS)) {
  const steps = await stepsOfRequest(name);
  const files = new Set(steps.map(({ file }) => file)).size;
  const returns = steps.filter(({ isReturn }) => isReturn).length;
  traces.push({ name, returns, files, steps });
}
const text = options.json === true ? JSON.stringify(traces, null, 2) : traces.map(shown).join('\n');
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
function shown({ name, returns, files, steps }) {
  const lines = steps.map(({ file, functions, isReturn }, index) => {
    return `${String(index + 1).padStart(4)} ${isReturn ? '*' : ' '} ${file}: ${functions.join(', ')}`;
  });
  return `${name}\n${lines.join('\n')}\n${files} files, ${returns} returns\n`;
}
