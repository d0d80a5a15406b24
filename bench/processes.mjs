// @ts-check
/** Servers in processes of their own, as users start them. */
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
/** Milliseconds that a server may take to its first answer. */
const PATIENCE = 60_000;
/** Milliseconds between two requests to a server that does not answer yet. */
const PAUSE = 1;

/** @typedef {import('./loads.mjs').Load} Load */
/** What a server has used since its start: microseconds of CPU in all its threads, bytes of memory. @typedef {{ cpu: number, memory: number }} Usage */
/** @typedef {{ url: string, pid: number, startedIn: number, usage: () => Promise<Usage>, stop: () => Promise<void> }} Running */

/**
 * @typedef {object} Server
 * @property {string} node the program that runs it
 * @property {(port: number) => string[]} args
 * @property {Load} probe its first successful answer is that to this request
 */

/** @type {Load} */
export const HEALTH = { path: '/_mock/health', method: 'GET', headers: {} };

/** This server. @param {string} node @param {string[]} [flags] @param {string} [main] the entry of the build @returns {Server} */
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
      throw new Error(`${line.join(' ')}: no successful answer to ${probe.path}`);
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

/** @param {string} url @param {Load} load @returns {Promise<boolean>} whether it answers with success */
function answers(url, { path, method, headers, body = '' }) {
  return new Promise((resolve) => {
    const sent = request(`${url}${path}`, { method, headers: { ...headers, connection: 'close' } }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode === 200));
    });
    sent.once('error', () => resolve(false)).end(body);
  });
}

/** Most peers cannot choose one themselves. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Memory of a process in MB, as Linux counts it.
 *
 * @param {number} pid
 * @param {'VmRSS' | 'VmHWM'} which that of now, or its peak
 */
export function residentMemory(pid, which = 'VmRSS') {
  const kilobytes = new RegExp(`${which}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
