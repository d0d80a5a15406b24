// @ts-check
/** Servers in processes of their own, as users start them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));
const METER = new URL('./meter.mjs', import.meta.url).href;
const REFERENCES = fileURLToPath(new URL('./references.mjs', import.meta.url));

/** @typedef {{ url: string, pid: number, startedIn: number, stop: () => Promise<void> }} Running */

/**
 * What a server has used since it started: microseconds of CPU in all its threads, bytes of memory. `heap`: those of its
 * heap that were in use after a full collection of garbage; null unless it was made to watch, and there was one since.
 *
 * @typedef {{ cpu: number, memory: number, heap: number | null }} Usage
 */

/** @typedef {Running & { usage: (what?: 'usage' | 'heap') => Promise<Usage> }} Metered `heap`: watch it from now on */

const START = ['start', '--port', '0', '--log-level', 'warn'];

/** @param {string[]} [flags] */
export function ours(flags = []) {
  return started([MAIN, ...START, ...flags]);
}

/**
 * A server that reports what it has used.
 *
 * @param {string[]} [flags]
 * @param {string} [main] the entry of the build to use
 * @returns {Promise<Metered>}
 */
export async function metered(flags = [], main = MAIN) {
  const server = await started(['--import', METER, main, ...START, ...flags], '', ['ipc']);
  const usage = async (/** @type {'usage' | 'heap'} */ what = 'usage') => {
    server.child.send(what);
    const [told] = await once(server.child, 'message');
    return /** @type {Usage} */ (told);
  };
  return { ...server, usage };
}

/** @param {'sign' | 'send' | 'start'} what @param {string} [input] */
export function reference(what, input = '') {
  return started([REFERENCES, what], input);
}

/**
 * @param {string[]} args
 * @param {string} [input]
 * @param {'ipc'[]} [channels] in addition to the standard ones
 * @returns {Promise<Running & { child: import('node:child_process').ChildProcess }>} once it says that it is ready;
 * `startedIn` is how long that took, in milliseconds
 */
async function started(args, input = '', channels = []) {
  const begin = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit', ...channels] });
  if (child.stdin === null || child.stdout === null) throw new TypeError('a child process without pipes');
  child.stdin.end(input);
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    const url = /ready on (\S+)/.exec(said)?.[1];
    if (url === undefined) continue;
    const startedIn = performance.now() - begin;
    return { url, pid: Number(child.pid), startedIn, child, stop: () => stopped(child) };
  }
  throw new Error(`it ended before it was ready: ${said}`);
}

/** @param {import('node:child_process').ChildProcess} child */
async function stopped(child) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Memory of a process in MB, as Linux counts it. @param {number} pid */
export function residentMemory(pid) {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
