// @ts-check
/** Starts servers in separate processes, as users do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { grants, KEY } from './loads.mjs';

const MAIN = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));
const METER = new URL('./meter.mjs', import.meta.url).href;
const REFERENCES = fileURLToPath(new URL('./references.mjs', import.meta.url));
/** The timeout for a server's first response, in milliseconds. */
const PATIENCE = 60_000;
/** The delay between requests to a server that isn't ready yet, in milliseconds. */
const PAUSE = 1;

/** @typedef {import('./loads.mjs').Load} Load */
/** Resource usage since the start: microseconds of CPU time in all threads, and bytes of memory. @typedef {{ cpu: number, memory: number }} Usage */
/** @typedef {{ url: string, pid: number, startedIn: number, usage: () => Promise<Usage>, stop: () => Promise<void> }} Running */

/**
 * @typedef {object} Server
 * @property {string} node the program that runs it
 * @property {(port: number) => string[]} args
 * @property {Load} probe the request that determines whether it is ready
 */

/** @type {Load} */
export const HEALTH = { path: '/_mock/health', method: 'GET', headers: {} };

/** This server. @param {string} node @param {string[]} [flags] @param {string} [main] the entry point of the build @returns {Server} */
export function ours(node, flags = [], main = MAIN) {
  return {
    node,
    args: (port) => [main, 'start', '--port', `${port}`, '--log-level', 'warn', ...flags],
    probe: HEALTH,
  };
}

/** The server of `references.mjs`, ready when it has granted a token. @param {string} node @param {string[]} [flags] @returns {Server} */
export function bare(node, flags = []) {
  return { node, args: (port) => [REFERENCES, `${port}`, ...flags], probe: grants(KEY) };
}

/** Starts a server. @param {Server} server @returns {Promise<Running>} after its first successful answer, `startedIn` milliseconds later */
export async function start({ node, args, probe }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const begin = performance.now();
  const line = ['--import', METER, ...args(port)];
  const child = spawn(node, line, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  while (!(await answers(url, probe))) {
    if (child.exitCode !== null) throw new Error(`${line.join(' ')}: exit ${child.exitCode}`);
    if (performance.now() - begin > PATIENCE) {
      child.kill('SIGKILL');
      throw new Error(`${line.join(' ')}: no successful response to ${probe.path}`);
    }
    await sleep(PAUSE);
  }
  const startedIn = performance.now() - begin;
  const usage = async () => {
    child.send('usage');
    const [used] = await once(child, 'message');
    return /** @type {Usage} */ (used);
  };
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { url, pid: Number(child.pid), startedIn, usage, stop };
}

/** @param {string} url @param {Load} load @returns {Promise<boolean>} whether the response is successful */
function answers(url, { path, method, headers, body = '' }) {
  return new Promise((resolve) => {
    const sent = request(`${url}${path}`, { method, headers: { ...headers, connection: 'close' } }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode === 200));
    });
    sent.once('error', () => resolve(false)).end(body);
  });
}

/** Returns a free port, because most peers can't choose one themselves. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Returns the memory of a process in MB, as reported by Linux.
 *
 * @param {number} pid
 * @param {'VmRSS' | 'VmHWM'} which current or peak memory
 */
export function residentMemory(pid, which = 'VmRSS') {
  const kilobytes = new RegExp(`${which}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
