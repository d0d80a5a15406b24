// @ts-check
/** Servers as processes of their own, as users start them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const REFERENCES = fileURLToPath(new URL('./references.mjs', import.meta.url));

/** @typedef {{ url: string, pid: number, startedIn: number, stop: () => Promise<void> }} Running */

/** @param {string[]} [flags] */
export function ours(flags = []) {
  return started([MAIN, 'start', '--port', '0', '--log-level', 'warn', ...flags]);
}

/** @param {'sign' | 'send' | 'start'} what @param {string} [input] */
export function reference(what, input = '') {
  return started([REFERENCES, what], input);
}

/**
 * @param {string[]} args
 * @param {string} [input]
 * @returns {Promise<Running>} once it has said that it is ready; `startedIn` is how long that took, in milliseconds
 */
async function started(args, input = '') {
  const begin = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    const url = /ready on (\S+)/.exec(said)?.[1];
    if (url === undefined) continue;
    const startedIn = performance.now() - begin;
    return { url, pid: Number(child.pid), startedIn, stop: () => stopped(child) };
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
