// @ts-check
/**
 * Whether the package installs where there is a registry and nothing else: into an empty home, without a compiler, by
 * each installer, with each line of Node. What was installed must work in memory, as a library and as a command; with
 * `--data FILE` it must work or say in one line what to do.
 *
 * Usage: npm run test:installs [-- NAME...]
 *   NAME  `22`: a line of Node; `pnpm`, `yarn 4`: an installer; otherwise all of them
 *
 * A line of Node that the registry does not have is skipped, unless TEST_INSTALLS=required.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installedOnce, newestOf, unpacked } from './nodes/unpacked.mjs';
import { LINES, tableOf } from './test-nodes.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const execute = promisify(execFile);

/** Those that are maintained and that most people use. */
const NODES = ['20', '22', '24'];

/** What install scripts of packages take from a system: a shell and a few small programs, but nothing that compiles. */
const PROGRAMS = [
  'sh',
  'env',
  'uname',
  'dirname',
  'basename',
  'sed',
  'cat',
  'ls',
  'mkdir',
  'rm',
  'cp',
  'mv',
  'tar',
  'ps',
];

/** Where no server is: binaries are not in the registry, and must not be missed. */
const NOWHERE = 'http://127.0.0.1:9';

/** How long a server may take to be ready, in milliseconds. */
const PATIENCE = 60_000;

/**
 * @typedef {object} Installer
 * @property {string} name
 * @property {string | null} tool the package that it is; null if it comes with Node
 * @property {readonly string[]} add the command that adds packages
 * @property {readonly string[]} run what stands before a command of the package
 * @property {readonly string[]} node what runs a script
 * @property {Readonly<Record<string, string>>} files of the project
 */

/** @type {Installer} */
const NPM = {
  name: 'npm',
  tool: null,
  add: ['npm', 'install'],
  run: ['npx', '--no-install'],
  node: ['node'],
  files: {},
};

/** @type {readonly Installer[]} */
export const INSTALLERS = [
  NPM,
  { ...NPM, name: 'npm --ignore-scripts', add: ['npm', 'install', '--ignore-scripts'] },
  { ...NPM, name: 'pnpm', tool: 'pnpm', add: ['pnpm', 'add'], run: ['pnpm', 'exec'] },
  { ...NPM, name: 'yarn 1', tool: 'yarn@1', add: ['yarn', 'add'], run: ['npx', '--no-install'] },
  {
    name: 'yarn 4',
    tool: '@yarnpkg/cli-dist@4',
    add: ['yarn', 'add'],
    run: ['yarn'],
    node: ['yarn', 'node'],
    // Without a lock file Yarn takes the project for a part of one above.
    files: { 'yarn.lock': '' },
  },
];

/** In memory, as in a test of a user. */
const LIBRARY = `import { startMock } from 'nv-auth-mock';
const mock = await startMock();
const { status } = await fetch(mock.url + '/_mock/health');
await mock.stop();
console.log(status === 200 ? 'ok' : 'health answers ' + status);
`;

/** The line that says how to get a driver. */
const NO_DRIVER = /^nv-auth-mock: A data file needs better-sqlite3, which (.+?), or Node 22\.13 or newer\./;

/**
 * @typedef {object} Outcome
 * @property {string} install `ok`, or how it failed
 * @property {string} library
 * @property {string} command
 * @property {string} data
 * @property {string} said what whatever failed said
 */

/**
 * Installs the package into an empty project of an empty home, and tries it.
 *
 * @param {object} given
 * @param {string} given.tarball
 * @param {Installer} given.installer
 * @param {readonly string[]} given.programs the folders with `node`, with npm, and with the installer
 * @param {readonly string[]} [given.beside] further packages
 * @returns {Promise<Outcome>}
 */
export async function tryInstall({ tarball, installer, programs, beside = [] }) {
  const folder = await mkdtemp(join(tmpdir(), 'nv-auth-mock-install-'));
  try {
    const [home, project, bin] = ['home', 'project', 'bin'].map((name) => join(folder, name));
    if (home === undefined || project === undefined || bin === undefined) throw new Error('unreachable');
    for (const path of [home, project, bin]) await mkdir(path);
    for (const program of PROGRAMS) await linkProgram(program, bin);
    const { stdout: registry } = await execute('npm', ['config', 'get', 'registry'], { cwd: tmpdir() });
    await writeFile(join(home, '.npmrc'), `registry=${registry.trim()}\nupdate-notifier=false\n`);
    const settings = `enableTelemetry: false\nnpmRegistryServer: "${registry.trim().replace(/\/$/, '')}"\n`;
    const files = { 'package.json': '{ "name": "app", "private": true }', 'library.mjs': LIBRARY, ...installer.files };
    if (installer.name === 'yarn 4') Object.assign(files, { '.yarnrc.yml': settings });
    for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
    const environment = {
      ...reaching(),
      HOME: home,
      PATH: [...programs, bin].join(delimiter),
    };
    // npm complains of settings that are not its own, so only install scripts get these.
    const offline = { npm_config_better_sqlite3_binary_host: NOWHERE, npm_config_disturl: NOWHERE };
    const run = (/** @type {readonly string[]} */ line, more = {}) => ended(line, project, { ...environment, ...more });
    const wanted = installer.tool?.includes('yarn') ? `nv-auth-mock@file:${tarball}` : tarball;

    const install = await run([...installer.add, wanted, ...beside], offline);
    const isThere = install.code === 0 || (await run([...installer.node, '-e', "import('nv-auth-mock')"])).code === 0;
    const outcome = install.code === 0 ? 'ok' : `exit ${install.code}${isThere ? ', but is there' : ''}`;
    if (!isThere) return { install: outcome, library: '-', command: '-', data: '-', said: install.said };

    const library = await run([...installer.node, 'library.mjs']);
    const command = await started([...installer.run, 'nv-auth-mock', '--port', '0'], project, environment);
    const data = await started(
      [...installer.run, 'nv-auth-mock', '--port', '0', '--data', 'mock.db'],
      project,
      environment,
    );
    const noDriver = data.code === 2 ? soleLine(data.stderr) : null;
    const isWritten = (await readdir(project)).includes('mock.db');
    return {
      install: outcome,
      library: library.stdout.trim() === 'ok' ? 'ok' : `FAILED (exit ${library.code})`,
      command: command.isReady ? 'ok' : `FAILED (exit ${command.code})`,
      data: data.isReady && isWritten ? 'works' : noDriver !== null ? `2: ${noDriver}` : `FAILED (exit ${data.code})`,
      said: [install, library, command, data].map(({ said }) => said).join('\n---\n'),
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Why there is no driver, if that is all that is said. @param {string} text */
function soleLine(text) {
  const lines = text.trim().split('\n');
  return lines.length === 1 ? (NO_DRIVER.exec(lines[0] ?? '')?.[1] ?? null) : null;
}

/** How the registry is reached from here. */
function reaching() {
  const names = /^(?:https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file|tmpdir|lang)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)));
}

/** @param {string} program @param {string} folder */
async function linkProgram(program, folder) {
  const { stdout } = await execute('sh', ['-c', `command -v ${program}`]).catch(() => ({ stdout: '' }));
  if (stdout.startsWith('/')) await symlink(stdout.trim(), join(folder, program));
}

/** @param {readonly string[]} line @param {string} cwd @param {NodeJS.ProcessEnv} env */
function launched([program = '', ...parameters], cwd, env) {
  const child = spawn(program, parameters, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    said.stdout += text;
  });
  child.stderr.on('data', (text) => {
    said.stderr += text;
  });
  /** @type {Promise<number>} */
  const end = new Promise((done) => {
    child.once('error', (fault) => {
      said.stderr += fault.message;
      done(127);
    });
    child.once('close', (code) => done(code ?? 1));
  });
  const kill = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      // An installer starts the command as a process of its own.
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  return { said, end, kill };
}

/**
 * How a command ends that ends by itself.
 *
 * @param {readonly string[]} line
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 */
async function ended(line, cwd, env) {
  const { said, end } = launched(line, cwd, env);
  const code = await end;
  return { ...said, code, said: `$ ${line.join(' ')}\n${said.stdout}${said.stderr}(exit ${code})` };
}

/**
 * Whether a server gets ready, and answers; otherwise how it ended.
 *
 * @param {readonly string[]} line
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 */
async function started(line, cwd, env) {
  const { said, end, kill } = launched(line, cwd, env);
  /** @type {number | null} */
  let code = null;
  void end.then((ended) => {
    code = ended;
  });
  const deadline = Date.now() + PATIENCE;
  let isReady = false;
  while (code === null && !isReady && Date.now() < deadline) {
    await sleep(50);
    const [, url] = /ready on (http:\/\/\S+)/.exec(said.stdout) ?? [];
    if (url !== undefined) isReady = (await fetch(`${url}/_mock/health`)).status === 200;
  }
  const was = code;
  kill('SIGTERM');
  await Promise.race([end, sleep(10_000, undefined, { ref: false }).then(() => kill('SIGKILL'))]);
  return { ...said, isReady, code: was, said: `$ ${line.join(' ')}\n${said.stdout}${said.stderr}(exit ${was})` };
}

/** What is installed beside it: nothing, the newest driver, and that for the line. @param {string} line */
function besideOf(line) {
  return [[], ['better-sqlite3'], ...(line === '20' ? [['better-sqlite3@12']] : [])];
}

/** @param {Outcome} outcome @param {boolean} isAlone */
function isGood({ install, library, command, data }, isAlone) {
  // Installers may refuse a driver that they cannot compile, but not the package by itself.
  if (!isAlone && install !== 'ok') return true;
  return install === 'ok' && library === 'ok' && command === 'ok' && (data === 'works' || data.startsWith('2: '));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  const lines = NODES.filter((line) => names.includes(line));
  const installers = INSTALLERS.filter(({ name }) => names.includes(name));
  const folder = await mkdtemp(join(tmpdir(), 'nv-auth-mock-pack-'));
  /** @type {(readonly string[])[]} */
  const rows = [];
  /** @type {string[]} */
  const missing = [];
  let hasFailed = false;
  try {
    await execute('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
    const [file = ''] = await readdir(folder);
    const tarball = join(folder, file);
    for (const line of lines.length > 0 ? lines : NODES) {
      const version = await newestOf(line);
      if (version === null) {
        missing.push(line);
        continue;
      }
      const { npm = 'latest' } = LINES[line] ?? {};
      const { home } = await unpacked({ version, npm, headers: version });
      for (const installer of installers.length > 0 ? installers : INSTALLERS) {
        const tools = installer.tool === null ? [] : [join(await installedOnce(installer.tool), 'node_modules/.bin')];
        const programs = [...tools, join(home, 'node_modules/.bin')];
        for (const beside of besideOf(line)) {
          console.log(`Node ${version}, ${installer.name}${beside.map((name) => `, with ${name}`).join('')} ...`);
          const outcome = await tryInstall({ tarball, installer, programs, beside });
          const { install, library, command, data, said } = outcome;
          rows.push([version, installer.name, beside.join(' ') || '-', install, library, command, data]);
          if (isGood(outcome, beside.length === 0)) continue;
          hasFailed = true;
          console.log(`\n--- what it said\n${said}\n`);
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(
    `\n${tableOf([['Node', 'installer', 'beside', 'install', 'library', 'command', '--data FILE'], ...rows])}`,
  );
  const isRequired = process.env['TEST_INSTALLS'] === 'required';
  for (const line of missing) console.log(`${isRequired ? 'FAIL' : 'SKIP'}  Node ${line}: the registry has none`);
  if (hasFailed || (isRequired && missing.length > 0)) process.exitCode = 1;
}
