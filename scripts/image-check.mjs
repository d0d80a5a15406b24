// @ts-check
/**
 * Checks the image as a user's engine builds it and runs it: the Dockerfile as it is, and the commands of
 * docs/how-to/in-compose.md and docs/how-to/for-a-whole-team.md. It takes Docker or Podman, whichever answers, and
 * removes what it made, also when it is interrupted.
 *
 * Prints a line for each check: `ok`, `BAD` with what is wrong, or `SKIP` with what is missing for it. Ends with 1 if
 * any is bad. Where no engine answers there is nothing to check, which is no failure unless IMAGE_CHECK=required.
 *
 * Usage: npm run image-check [-- PART]
 *   PART  only checks in whose names it occurs
 */
import { fileURLToPath } from 'node:url';
import {
  anotherUser,
  endsInTime,
  hasItsCommands,
  healthCheck,
  keepsState,
  ownUser,
  readOnlyRoot,
  readsEtc,
  refusesConfiguration,
  refusesFolderOfAnother,
  refusesWithoutDatabase,
  tellsNoSecret,
} from './image/alone.mjs';
import { COMMANDS, findEngine } from './image/engine.mjs';
import { Skipped } from './image/expect.mjs';
import { startsWithOptions, startsWithSeed, tellsWhyItEnded } from './image/from-a-test.mjs';
import { shards, standby, twoDevelopers, validBalanced } from './image/stacks.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** @typedef {import('./image/engine.mjs').Engine} Engine */

/** @type {[name: string, check: (engine: Engine) => Promise<void>][]} */
const CHECKS = [
  ['it runs as its own user, 1001', ownUser],
  ['it runs as another user, with a volume and with a tmpfs', anotherUser],
  ['it runs on a read-only root file system, with all capabilities dropped', readOnlyRoot],
  ['it becomes healthy, and `inspect` tells so', healthCheck],
  ['its volume keeps the state when it is restarted, and when it is removed', keepsState],
  ['on SIGTERM it ends within 2 seconds, with 0, and loses nothing that it acknowledged', endsInTime],
  ['a configuration that is wrong ends it with 2 and one line', refusesConfiguration],
  ['a database that is not there ends it with 2 and one line', refusesWithoutDatabase],
  ['a folder of somebody else for /data ends it with 2 and one line', refusesFolderOfAnother],
  ['config.yaml and seed.yaml of /etc/nv-auth-mock count', readsEtc],
  ['its commands work in it, and beside it', hasItsCommands],
  ['its log has no token, secret or key', tellsNoSecret],
  ['compose: two developers share a mock', twoDevelopers],
  ['compose: the files with a balancer are valid', validBalanced],
  ['compose: a standby takes over', standby],
  ['compose: shards have worlds of their own', shards],
  ['Testcontainers: a mock with options', startsWithOptions],
  ['Testcontainers: a mock with a seed that only its owner may read', startsWithSeed],
  ['Testcontainers: a start that is refused says why', tellsWhyItEnded],
];

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort());

const engine = await findEngine(stop.signal);
if (engine === null) {
  const isRequired = process.env['IMAGE_CHECK'] === 'required';
  process.stdout.write(`${isRequired ? 'BAD' : 'SKIP'}  no container engine answers (${COMMANDS.join(', ')})\n`);
  process.exitCode = isRequired ? 1 : 0;
} else {
  await checkWith(engine);
}

/** @param {Engine} engine */
async function checkWith(engine) {
  const [, , part = ''] = process.argv;
  const counts = { ok: 0, BAD: 0, SKIP: 0 };
  const line = (/** @type {keyof typeof counts} */ word, /** @type {string} */ text) => {
    counts[word] += 1;
    process.stdout.write(`${word.padEnd(3)}  ${text}\n`);
  };
  /** @param {string} name @param {() => Promise<unknown>} check */
  const checked = async (name, check) => {
    try {
      await check();
      line('ok', name);
    } catch (cause) {
      if (stop.signal.aborted) return;
      const said = cause instanceof Error ? cause.message : String(cause);
      line(cause instanceof Skipped ? 'SKIP' : 'BAD', `${name}: ${said}`);
    } finally {
      await engine.sweep();
    }
  };
  try {
    process.stdout.write(`with ${await engine.versions()}\n`);
    await checked('the Dockerfile builds', () => build(engine));
    const chosen = counts.BAD === 0 ? CHECKS.filter(([name]) => name.includes(part)) : [];
    for (const [name, check] of chosen) {
      if (!stop.signal.aborted) await checked(name, () => check(engine));
    }
  } finally {
    await engine.removeAll();
  }
  process.stdout.write(stop.signal.aborted ? 'interrupted\n' : `${counts.ok} ok, ${counts.BAD} bad\n`);
  process.exitCode = stop.signal.aborted ? 130 : Math.min(counts.BAD, 1);
}

/** @param {Engine} engine */
async function build(engine) {
  const began = performance.now();
  const bytes = await engine.build(ROOT);
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`${Math.round(bytes / 1e6)} MB, built in ${seconds} seconds\n`);
}
