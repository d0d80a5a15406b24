// @ts-check
/** Compares this build with the build of a different commit, in one run. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compare, MORE_PAIRS } from './compare.mjs';
import { figureText } from './figures.mjs';
import { answerTo, change, LOADS } from './loads.mjs';
import { ours, start } from './processes.mjs';
import { compareInProcess } from './starts.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
/** The names of rows that are not loads. */
const IN_FILE = 'change in a data file';
const IN_PROCESS = 'start in process';

const LIBRARY = join(ROOT, 'dist/index.js');

/** The maximum growth of CPU time per request. Less than this is noise in a single run. */
const MAX_CPU = 1.03;
/** The maximum growth of a start in process, which test suites do often. */
const MAX_TIME = 1.3;

/**
 * Compares the rows of this build, and fails if one is slower.
 *
 * @param {string} ref a commit, tag or branch; empty for the previous commit
 * @param {(name: string) => boolean} isAsked selects rows by name
 */
export async function against(ref, isAsked) {
  const commit = await commitOf(ref === '' ? await commitBefore() : ref);
  const { folder, main, library } = await built(commit);
  /** @type {string[]} */
  const slower = [];
  /**
   * @param {string} name
   * @param {import('./rows.mjs').Measured} measured
   * @param {{ label: string, atMost: number }} goal
   */
  const judge = (name, { figures, detail }, { label, atMost }) => {
    process.stdout.write(`  ${name}: ${figures.map(figureText).join(', ')}; ${detail}\n`);
    const value = figures.find((figure) => figure.label === label)?.value ?? Number.NaN;
    if (!(value <= atMost)) slower.push(`${name} by ${((value - 1) * 100).toFixed(0)} %`);
  };
  try {
    process.stdout.write(`against ${commit.slice(0, 8)}\n`);
    for (const [name, load] of Object.entries({ ...LOADS, [IN_FILE]: change })) {
      if (!isAsked(name)) continue;
      // Next to the other commit's tree, whose folder is removed at the end.
      const flags = (/** @type {string} */ file) => (name === IN_FILE ? ['--data', join(dirname(folder), file)] : []);
      const servers = /** @type {const} */ ([
        ours(process.execPath, flags('ours.db')),
        ours(process.execPath, flags('other.db'), main),
      ]);
      const sides = /** @type {const} */ ([
        { server: servers[0], load },
        { server: servers[1], load },
      ]);
      judge(name, await compare(sides, MORE_PAIRS), { label: 'CPU', atMost: MAX_CPU });
      const [bytes = 0, before = 0] = await Promise.all(servers.map((server) => answerBytes(server, load)));
      if (bytes !== before) process.stdout.write(`    the responses differ: ${bytes} bytes, previously ${before}\n`);
    }
    if (isAsked(IN_PROCESS)) {
      for (const [name, measured] of Object.entries(await compareInProcess([LIBRARY, library]))) {
        judge(name, measured, { label: 'time', atMost: MAX_TIME });
      }
    }
  } finally {
    await removed(folder);
  }
  if (slower.length === 0) return;
  process.stdout.write(`FAIL  slower than ${commit.slice(0, 8)}: ${slower.join(', ')}\n`);
  process.exitCode = 1;
}

/** @param {string} ref @returns {Promise<string>} its hash */
async function commitOf(ref) {
  const asked = run('git', ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { cwd: ROOT });
  const { stdout } = await asked.catch(() => {
    throw new Error(`\`--against ${ref}\`: there is no such commit. Expected a commit, tag or branch.`);
  });
  return stdout.trim();
}

/** Returns the commit at which this branch left main; on main, the previous commit. */
async function commitBefore() {
  const base = await run('git', ['merge-base', 'HEAD', 'main'], { cwd: ROOT }).catch(() => ({ stdout: '' }));
  const hash = base.stdout.trim();
  return hash === '' || hash === (await commitOf('HEAD')) ? 'HEAD^' : hash;
}

/** Builds a different commit, with the libraries of this one. @param {string} commit */
async function built(commit) {
  const folder = join(await mkdtemp(join(tmpdir(), 'nv-auth-mock-against-')), 'tree');
  await run('git', ['worktree', 'add', '--detach', folder, commit], { cwd: ROOT });
  try {
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    await run(process.execPath, ['scripts/build.mjs'], { cwd: folder });
  } catch (cause) {
    await removed(folder);
    throw cause;
  }
  const { bin, exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { folder, main: join(folder, bin['nv-auth-mock']), library: join(folder, exports['.'].import.default) };
}

/** @param {string} folder a worktree inside a temporary folder */
async function removed(folder) {
  await run('git', ['worktree', 'remove', '--force', folder], { cwd: ROOT });
  await rm(dirname(folder), { recursive: true, force: true });
}

/** Returns the length of a response. @param {import('./processes.mjs').Server} server @param {(url: string) => Promise<import('./loads.mjs').Load>} load */
async function answerBytes(server, load) {
  const { url, stop } = await start(server);
  const answer = await answerTo(url, await load(url));
  await stop();
  return Buffer.byteLength(answer);
}
