// @ts-check
/** What is checked of the image in compose: the examples, with the commands that the documents give. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from './container.mjs';
import { is, matches, Skipped } from './expect.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */

/** Milliseconds that a command may take that fetches or builds images. */
const LONG = 30 * 60_000;

const EXAMPLES = fileURLToPath(new URL('../../examples/compose/', import.meta.url));
const FREE_PORT = fileURLToPath(new URL('free-port.yaml', import.meta.url));

/** @param {Engine} engine */
export async function twoDevelopers(engine) {
  await engine.mustLookAtHealth();
  const stack = await stackOf(engine, 'compose.yaml');
  const pipeline = await stack('up', '--exit-code-from', 'client');
  for (const world of ['alice', 'bob']) {
    matches('what client says', pipeline, issuerOf(`/w/${world}`));
    matches(`what ${world} says`, await stack('run', '--rm', world), issuerOf(`/w/${world}`));
  }
  const env = await stack('exec', 'mock', '/nodejs/bin/node', '/app/dist/main.cjs', ...ENV);
  matches('what env prints', env, /^ {2}RUNAI_BASE_URL: "http:\/\/mock:6625\/w\/alice"$/m);
  await leavesNoVolume(engine, stack);
  await stack('down');
  is('services after down', await stack('ps', '--all', '--services'), '');
}

/** @param {Engine} engine */
export async function validBalanced(engine) {
  for (const file of ['standby.yaml', 'shards.yaml']) {
    const stack = await stackOf(engine, file);
    await stack('config', '--quiet');
  }
}

/** @param {Engine} engine */
export async function standby(engine) {
  const stack = await balancedStackOf(engine, 'standby.yaml');
  const works = async () => matches('what client says', await stack('run', '--rm', 'client'), issuerOf(''));
  const keys = async () => connect(`http://${await stack('port', 'mock', '6625')}`).keys;
  const isKnown = async (/** @type {string} */ id) => (await (await keys()).list()).some((key) => key.id === id);
  /** A process takes over within seconds. */
  const isKnownSoon = async (/** @type {string} */ id) => {
    for (let left = 50; left > 0; left -= 1) {
      const known = await isKnown(id).catch(() => null);
      if (known !== null) return known;
      await sleep(200, undefined, { signal: engine.signal });
    }
    return isKnown(id);
  };

  await stack('up', '--detach');
  await works();
  const { id } = await (await keys()).create({ type: 'service', name: 'x', services: ['air'], scopes: ['air:access'] });
  for (const container of (await stack('ps', '--quiet', 'server')).split('\n')) {
    await engine.run(['stop', container]);
    is('a key is known after one process has ended', await isKnownSoon(id), true);
    await engine.run(['start', container]);
    await stack('up', '--detach', '--wait');
  }
  await leavesNoVolume(engine, stack);
  await stack('down');
  await stack('up', '--detach');
  await works();
  is('a key that was made before `down` is known', await isKnownSoon(id), true);
  await stack('stop', 'server');
  await stack('exec', 'database', 'psql', '-U', 'mock', '-c', 'DROP SCHEMA nv_auth_mock CASCADE');
  await stack('start', 'server');
  await works();
  is('a key that was made before the schema was dropped is known', await isKnownSoon(id), false);
  await stack('down', '--volumes');
}

/** @param {Engine} engine */
export async function shards(engine) {
  const stack = await balancedStackOf(engine, 'shards.yaml');
  const works = async () => {
    const said = await stack('run', '--rm', 'client');
    for (const world of ['alice', 'bob']) matches('what client says', said, issuerOf(`/w/${world}`));
  };
  const statusOf = async (/** @type {string} */ world) =>
    (await fetch(`http://${await stack('port', 'mock', '6625')}/w/${world}/_mock/info`)).status;

  await stack('up', '--detach');
  await works();
  // Their ids lead to the first process and to the third one.
  await stack('stop', 'shard-1');
  is('the world of a process that is away', await statusOf('alice'), 503);
  is('the world of another process', await statusOf('bob'), 200);
  await stack('up', '--detach', '--wait');
  await works();
  await leavesNoVolume(engine, stack);
  await stack('down', '--volumes');
}

const ENV = ['env', '--format', 'compose', '--world', 'alice'];

/** What the client says at its end. @param {string} prefix of its world */
function issuerOf(prefix) {
  return new RegExp(
    `issuer http://mock:6625${prefix}/auth/realms/\\w+: \\d+ access keys, \\d+ simulations, \\d+ functions`,
  );
}

/**
 * A command for one of the examples, as it is but for the port that it is published on.
 *
 * @param {Engine} engine
 * @param {string} file
 * @returns {Promise<(...args: string[]) => Promise<string>>} gives what it prints
 */
async function stackOf(engine, file) {
  const { code } = await engine.attempt(['compose', 'version']);
  if (code !== 0) throw new Skipped(`\`${engine.command} compose\` is not here`);
  const options = ['--project-name', engine.name('stack'), '--file', `${EXAMPLES}${file}`, '--file', FREE_PORT];
  return (...args) => engine.run(['compose', ...options, ...args], LONG);
}

/** The same for an example with a balancer. @param {Engine} engine @param {string} file @throws Skipped without its images */
async function balancedStackOf(engine, file) {
  await engine.mustLookAtHealth();
  const stack = await stackOf(engine, file);
  const images = (await stack('config', '--images')).split('\n').filter((image) => !image.startsWith(engine.prefix));
  for (const image of images) await mustBeHere(engine, image);
  return stack;
}

/**
 * Nobody finds a volume again that has no name.
 *
 * @param {Engine} engine
 * @param {(...args: string[]) => Promise<string>} stack
 */
async function leavesNoVolume(engine, stack) {
  const containers = (await stack('ps', '--all', '--quiet')).split('\n');
  const names = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}';
  const volumes = (await engine.run(['inspect', '--format', names, ...containers])).split(/\s+/).filter(Boolean);
  is('volumes without a name', volumes.filter((volume) => !volume.startsWith(engine.prefix)).length, 0);
}

/** @param {Engine} engine @param {string} image @throws Skipped if it cannot be had */
async function mustBeHere(engine, image) {
  if ((await engine.attempt(['image', 'inspect', image])).code === 0) return;
  const { code } = await engine.attempt(['pull', image], LONG);
  if (code !== 0) throw new Skipped(`${image} is not here, and cannot be pulled`);
}
