// @ts-check
/** Compares this build with that of another commit, in one run. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COLUMNS, compareUsage } from './compare.mjs';
import { print } from './figures.mjs';
import {
  ACCESS_KEYS,
  accessToken,
  FUNCTIONS,
  grants,
  KEY,
  keyOf,
  reads,
  SIMULATIONS,
  serviceKey,
  twentyKeys,
} from './loads.mjs';
import { metered } from './processes.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/**
 * The requests that are sent to a server of either build.
 *
 * @type {[name: string, requests: number, load: (url: string) => Promise<import('./compare.mjs').Load>][]}
 */
const ROWS = [
  ['token grants', 3000, async () => grants(KEY)],
  [
    'list of 20 access keys',
    10_000,
    async (url) => {
      const token = await accessToken(url);
      await twentyKeys(url, { authorization: `Bearer ${token}` });
      return reads(ACCESS_KEYS, token);
    },
  ],
  ['list of functions', 10_000, async (url) => reads(FUNCTIONS, (await serviceKey(url)).key)],
  [
    'list of simulations',
    10_000,
    async (url) => reads(SIMULATIONS, keyOf(await (await fetch(`${url}/_mock/cast`)).json(), 'air-admin')),
  ],
];

/** @param {string} ref a commit, tag or branch @param {string} part of the names of rows */
export async function against(ref, part) {
  const { folder, main } = await built(ref);
  try {
    print(`against ${ref}`, ...COLUMNS);
    for (const [name, requests, load] of ROWS) {
      if (!name.includes(part)) continue;
      const [ours, theirs] = [await metered(), await metered([], main)];
      const [our, their] = [await load(ours.url), await load(theirs.url)];
      const [bytes, before] = [await answerBytes(ours.url, our), await answerBytes(theirs.url, their)];
      await compareUsage(
        name,
        [
          { server: ours, load: our },
          { server: theirs, load: their },
        ],
        requests,
      );
      if (bytes !== before) process.stdout.write(`  the answers differ: ${bytes} bytes, before ${before}\n`);
      for (const server of [ours, theirs]) await server.stop();
    }
  } finally {
    await removed(folder);
  }
}

/** Builds another commit, with the libraries of this one. @param {string} ref */
async function built(ref) {
  const { stdout } = await run('git', ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { cwd: ROOT }).catch(
    () => {
      throw new Error(`\`--against ${ref}\`: there is no such commit here; give a commit, a tag or a branch.`);
    },
  );
  const folder = join(await mkdtemp(join(tmpdir(), 'nv-auth-mock-against-')), 'tree');
  await run('git', ['worktree', 'add', '--detach', folder, stdout.trim()], { cwd: ROOT });
  try {
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    await run(process.execPath, ['scripts/build.mjs'], { cwd: folder });
  } catch (cause) {
    await removed(folder);
    throw cause;
  }
  const { bin } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { folder, main: join(folder, bin['nv-auth-mock']) };
}

/** @param {string} folder of a worktree, inside a temporary one */
async function removed(folder) {
  await run('git', ['worktree', 'remove', '--force', folder], { cwd: ROOT });
  await rm(dirname(folder), { recursive: true, force: true });
}

/** The length of an answer. @param {string} url @param {import('./compare.mjs').Load} load */
async function answerBytes(url, { path, method, headers, body }) {
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  return (await answer.arrayBuffer()).byteLength;
}
