// @ts-check
/** Other programs to compare with, and releases of Node. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedOnce, releaseOf } from '../scripts/nodes.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** @typedef {import('./loads.mjs').Load} Load */
/**
 * @typedef {object} Peer
 * @property {string} version
 * @property {string} oldest the oldest major version of Node that it supports
 * @property {string} main the entry point
 * @property {string} [script] a file in this folder that configures and starts it
 * @property {(port: number) => string[]} args
 */

/** The newest versions that support every measured Node, if possible, so that a column compares programs and not Nodes. */
const ALL = /** @satisfies {Record<string, Peer>} */ ({
  'oauth2-mock-server': {
    version: '8.2.3',
    oldest: '20',
    main: 'dist/oauth2-mock-server.mjs',
    args: (port) => ['-a', '127.0.0.1', '-p', `${port}`],
  },
  // It warns that it does not support Node 20.
  'oidc-provider': {
    version: '9.13.3',
    oldest: '22',
    main: 'lib/index.js',
    script: 'oidc-provider.mjs',
    args: (port) => [`${port}`],
  },
  '@stoplight/prism-cli': {
    version: '5.14.2',
    oldest: '18',
    main: 'dist/index.js',
    args: (port) => ['mock', '--port', `${port}`, '--errors'],
  },
  // No version with this API supports Node 20. Until 1.0.2, this was a different package.
  emulate: {
    version: '0.12.2',
    oldest: '22',
    main: 'dist/index.js',
    // With a single service, it starts fastest.
    args: (port) => ['start', '--service', 'okta', '--port', `${port}`],
  },
});

/** @type {Readonly<Record<keyof typeof ALL, Peer>>} */
export const PEERS = ALL;

/**
 * @param {keyof typeof ALL} name
 * @param {string} line of Node
 * @param {Load} probe
 * @param {string[]} [more] arguments
 * @returns {Promise<import('./processes.mjs').Server>}
 */
export async function peer(name, line, probe, more = []) {
  const { version, oldest, main, script, args } = PEERS[name];
  const modules = await installedOnce(`${name}@${version}`);
  const { program } = await nodeOf(Number(line) < Number(oldest) ? oldest : line);
  const begin = [...(script === undefined ? [] : [join(HERE, script)]), join(modules, name, main)];
  return { node: program, args: (port) => [...begin, ...args(port), ...more], probe };
}

/** Returns the current Node, or the newest release of a different line. @param {string} line @returns {Promise<{ program: string, version: string }>} */
export async function nodeOf(line) {
  if (process.version.startsWith(`v${line}.`)) return { program: process.execPath, version: process.versions.node };
  const release = await releaseOf(line);
  if (release === null) throw new Error(`the registry has no Node ${line}`);
  return { program: join(release.bin, 'node'), version: release.version };
}
