// @ts-check
/** What is checked of the image by itself. What one of these makes is removed before the next one begins. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Container, runOnce } from './container.mjs';
import { is, matches } from './expect.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */

/** @param {Engine} engine */
export async function ownUser(engine) {
  const mock = await Container.start(engine);
  is('its user', await userOf(mock), '1001 1001 1001 1001');
}

/** @param {Engine} engine */
export async function anotherUser(engine) {
  for (const data of [volume(engine), ['--tmpfs', '/data']]) {
    const mock = await Container.start(engine, { options: ['--user', '12345', ...data] });
    is(`its user with ${data.join(' ')}`, await userOf(mock), '12345 12345 12345 12345');
    is('a request with a key that it made', await use(mock, await newKey(mock)), 200);
    await mock.do('rm', '--force');
  }
}

/** @param {Engine} engine */
export async function readOnlyRoot(engine) {
  const locked = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const mock = await Container.start(engine, { options: [...locked, ...volume(engine)] });
  const writing = "try { fs.writeFileSync('/app/x', ''); 'nothing' } catch ({ code }) { code }";
  is('what prevents a file in /app', await mock.evaluate(writing), 'EROFS');
  is('a request with a key that it made', await use(mock, await newKey(mock)), 200);
}

/** @param {Engine} engine */
export async function healthCheck(engine) {
  await engine.mustLookAtHealth();
  const mock = await Container.start(engine);
  const { Status: status, Log: log } = await mock.health();
  is('what its last check said', log.at(-1)?.Output.trim(), 'ready on http://127.0.0.1:6625');
  is('exit code of its last check', log.at(-1)?.ExitCode, 0);
  is('its health', status, 'healthy');
}

/** @param {Engine} engine */
export async function keepsState(engine) {
  const mock = await Container.start(engine, { options: volume(engine) });
  const key = await newKey(mock);
  await mock.do('restart');
  await mock.ready();
  is('a request with a key from before the restart', await use(mock, key), 200);
  await mock.do('rm', '--force');
  const next = await Container.start(engine, { options: volume(engine) });
  is('a request with a key from before the removal', await use(next, key), 200);
}

/** The engine kills what does not end in time, and then the exit code is another. @param {Engine} engine */
export async function endsInTime(engine) {
  const mock = await Container.start(engine, { options: volume(engine) });
  /** @type {string[]} */
  const acknowledged = [];
  const board = await mock.switchboard();
  const writeOn = async () => {
    for (;;) acknowledged.push((await board.keys.create(KEY)).id);
  };
  // Nobody waits for them: a request may be cut off without a word.
  for (let writer = 0; writer < 4; writer += 1) writeOn().catch(() => null);
  await sleep(1000, undefined, { signal: engine.signal });
  await mock.do('stop', '-t', '2');
  is('exit code', await mock.inspect('.State.ExitCode'), 0);
  is('keys were acknowledged meanwhile', acknowledged.length > 0, true);
  await mock.do('start');
  await mock.ready();
  const { keys } = await mock.switchboard();
  const found = await Promise.allSettled(acknowledged.map((id) => keys.get(id)));
  const lost = found.filter(({ status }) => status === 'rejected').length;
  is(`lost of ${acknowledged.length} acknowledged keys`, lost, 0);
}

/** @param {Engine} engine */
export async function refusesConfiguration(engine) {
  const variable = ['--env', 'NV_AUTH_MOCK_RUNIA=3.0'];
  await refuses(engine, { args: ['start', '--rnai', '3.0'] }, /^nv-auth-mock: Unknown flag `--rnai`\. .*`--runai`\?$/);
  await refuses(engine, { options: variable }, /^nv-auth-mock: Unknown variable NV_AUTH_MOCK_RUNIA\. .*_RUNAI`\?$/);
  await refuses(engine, { args: ['start', '--runai', '9'] }, /^nv-auth-mock: --runai is `9`\. Expected one of .*\.$/);
  await refuses(engine, { args: ['start', '--data', 'mongodb://a/b'] }, /^nv-auth-mock: --data .*`mongodb:\/\/`.*\.$/);
}

/** @param {Engine} engine */
export async function refusesWithoutDatabase(engine) {
  const nowhere = 'postgres://mock@127.0.0.1:1/mock';
  await refuses(
    engine,
    { options: ['--env', `NV_AUTH_MOCK_DATA=${nowhere}`] },
    /^nv-auth-mock: .* nothing listens .*$/,
  );
  await refuses(engine, { args: ['start', '--data', nowhere] }, /^nv-auth-mock: .* nothing listens there\. .*$/);
}

/** A volume that has something in it keeps its owner and mode. @param {Engine} engine */
export async function refusesFolderOfAnother(engine) {
  const made = "fs.chmodSync('/made', 0o755); fs.writeFileSync('/made/theirs', '')";
  const root = ['--user', '0', '--entrypoint', '/nodejs/bin/node', '--volume', `${engine.name('data')}:/made`];
  const { code } = await runOnce(engine, { options: root, args: ['--eval', made] });
  is('exit code of what makes the folder', code, 0);
  await refuses(engine, { options: volume(engine) }, /^nv-auth-mock: --data .* uid 1001; .* uid 0, .*$/);
}

/** @param {Engine} engine */
export async function readsEtc(engine) {
  const folder = await mkdtemp(join(tmpdir(), 'nv-auth-mock-check-'));
  try {
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'config.yaml'), 'runai: "3.0"\n');
    await writeFile(join(folder, 'seed.yaml'), SEED);
    const mock = await Container.start(engine, { options: ['--volume', `${folder}:/etc/nv-auth-mock:ro`] });
    const { configuration } = await mock.json('/_mock/info');
    is('--runai', configuration.runai.value, '3.0');
    matches("a token with the seed's key", await (await mock.switchboard()).getToken('ada@acme.test'), /^eyJ/);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {Engine} engine */
export async function hasItsCommands(engine) {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  is('--version', await runOnce(engine, { args: ['--version'] }), { code: 0, out: version, err: '' });
  const mock = await Container.start(engine);
  const token = await (await mock.switchboard()).getToken();
  await mock.fetch('/api/v1/users', { headers: { authorization: `Bearer ${token}` } });
  for (const [command, said] of Object.entries(COMMANDS)) {
    const { code, out, err } = await mock.exec(...command.split(' '));
    is(`exit code of ${command}`, code, 0);
    matches(command, `${out}\n${err}`.trim(), said);
  }
  const beside = ['--network', `container:${mock.name}`];
  const asked = await runOnce(engine, { options: beside, args: ['doctor', '--url', 'http://127.0.0.1:6625'] });
  matches('doctor in a container beside it', asked.out, COMMANDS.doctor);
}

/** Even where every request is logged. @param {Engine} engine */
export async function tellsNoSecret(engine) {
  const mock = await Container.start(engine, { options: ['--env', 'NV_AUTH_MOCK_LOG_LEVEL=debug'] });
  const { clientId, clientSecret } = (await mock.json('/_mock/cast')).runai.users[0].accessKey;
  const wrong = 'a-secret-that-is-wrong';
  const board = await mock.switchboard();
  const accessToken = await board.getToken({ clientId, clientSecret });
  await board.getToken({ clientId, clientSecret: wrong }).catch(() => null);
  await mock.fetch('/api/v1/users', { headers: { authorization: `Bearer ${accessToken}` } });
  const key = await newKey(mock);
  await use(mock, key);
  const log = await mock.logs();
  for (const path of ['200 POST /api/v1/token', '400 POST /api/v1/token', '200 GET /api/v1/users']) {
    is(`a line of its log says ${path}`, log.includes(path), true);
  }
  const secrets = { 'the token': accessToken, 'the secret': clientSecret, 'the wrong secret': wrong, 'the key': key };
  for (const [what, text] of Object.entries(secrets)) is(`${what} is in its log`, log.includes(text), false);
}

/** As `docker run` has it in the documents. @param {Engine} engine */
function volume(engine) {
  return ['--volume', `${engine.name('data')}:/data`];
}

/** @type {import('../../src/index.ts').KeyOrder} */
const KEY = { type: 'service', name: 'checked', services: ['air'], scopes: ['air:access', 'air:simulation_read'] };

const SEED = `extends: builtin
runai:
  users:
    - { email: ada@acme.test, role: L1 researcher, accessKey: { name: ada-key } }
`;

/** What can be run in a container, and what it says there. */
const COMMANDS = {
  health: /^ready on http:\/\/127\.0\.0\.1:6625$/,
  env: /^export RUNAI_BASE_URL='http:\/\/127\.0\.0\.1:6625'$/m,
  doctor: /^(?:ok {3}.*\n)+ok {3}refuses: .*$/,
  report: /admin@acme\.test/,
  'verify --spec /app/dist/openapi/air.2.0.json': /\b0 differences\b/,
};

/** @param {Container} mock @returns {Promise<string>} the text of a key */
async function newKey(mock) {
  return (await (await mock.switchboard()).keys.create(KEY)).key;
}

/** @param {Container} mock @param {string} key @returns {Promise<number>} the status of a request */
async function use(mock, key) {
  return (await mock.fetch('/api/v3/simulations/', { headers: { authorization: `Bearer ${key}` } })).status;
}

/** Four ids of the server's process, which is the first: real, effective, saved, of files. @param {Container} mock */
async function userOf(mock) {
  return mock.evaluate("fs.readFileSync('/proc/1/status', 'utf8').match(/^Uid:\\s*(.*)$/m)[1].replaceAll('\\t', ' ')");
}

/**
 * With code 2, and one line.
 *
 * @param {Engine} engine
 * @param {import('./container.mjs').Order} order
 * @param {RegExp} line
 */
async function refuses(engine, order, line) {
  const { code, out, err } = await runOnce(engine, order);
  const what = [...(order.options ?? []), ...(order.args ?? [])].join(' ');
  is(`exit code with ${what}`, code, 2);
  is(`stdout with ${what}`, out, '');
  matches(`stderr with ${what}`, err, line);
}
