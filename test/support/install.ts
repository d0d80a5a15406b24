import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { registryEnvironment } from '../../scripts/nodes.mjs';
import { type CommandResult, launchProgram } from './command.ts';

const execute = promisify(execFile);

/** What install scripts of packages need from a system: a shell and a few small programs, but no compiler. */
const PROGRAMS = 'sh env uname dirname basename sed cat ls mkdir rm cp mv tar ps'.split(' ');

/** No server is here: install scripts must work without binaries that are not in the registry. */
const NOWHERE = 'http://127.0.0.1:9';

export interface Installer {
  readonly name: string;
  /** Its package, or null if it comes with Node. */
  readonly tool: string | null;
  /** The command that adds packages. */
  readonly add: readonly string[];
  /** Runs commands of packages. */
  readonly run: readonly string[];
  /** Runs scripts. */
  readonly node: readonly string[];
}

export const NPM: Installer = {
  name: 'npm',
  tool: null,
  add: ['npm', 'install'],
  run: ['npx', '--no-install'],
  node: ['node'],
};

export const INSTALLERS: readonly Installer[] = [
  NPM,
  { ...NPM, name: 'npm --ignore-scripts', add: ['npm', 'install', '--ignore-scripts'] },
  { ...NPM, name: 'pnpm', tool: 'pnpm', add: ['pnpm', 'add'], run: ['pnpm', 'exec'] },
  { ...NPM, name: 'yarn 1', tool: 'yarn@1', add: ['yarn', 'add'] },
  {
    name: 'yarn 4',
    tool: '@yarnpkg/cli-dist@4',
    add: ['yarn', 'add'],
    run: ['yarn'],
    node: ['yarn', 'node'],
  },
];

const LIBRARY = `import { startMock } from 'nv-auth-mock';
const mock = await startMock();
const { status } = await fetch(mock.url + '/_mock/health');
await mock.stop();
console.log(status);
`;

/** The message about a missing driver. */
const NO_DRIVER = /^nv-auth-mock: A data file needs better-sqlite3, which (.+?), or Node 22\.13 or newer\..*\n$/;

export interface Installation {
  /** An empty folder. */
  readonly folder: string;
  readonly tarball: string;
  readonly installer: Installer;
  /** The folders with node, npm and the installer. */
  readonly programs: readonly string[];
  /** Further packages. */
  readonly beside?: readonly string[];
}

/**
 * Installs the package into an empty project in an empty home, without a compiler. Expects that it works in memory, as a
 * library and as a command.
 *
 * @returns what happens with `--data FILE`: `works`, or why there is no driver. Null if the installer refuses the
 * packages beside it, as it may if it cannot compile them
 */
export async function expectInstall(installation: Installation): Promise<string | null> {
  const { folder, tarball, installer, programs, beside = [] } = installation;
  const [home, project, bin] = [join(folder, 'home'), join(folder, 'project'), join(folder, 'bin')];
  for (const path of [home, project, bin]) await mkdir(path);
  for (const program of PROGRAMS) await linkProgram(program, bin);
  const { stdout } = await execute('npm', ['config', 'get', 'registry'], { cwd: tmpdir() });
  const registry = stdout.trim();
  const files = {
    'home/.npmrc': `registry=${registry}\nupdate-notifier=false\n`,
    'project/package.json': '{ "name": "app", "private": true }',
    'project/library.mjs': LIBRARY,
    ...(installer.name === 'yarn 4' && {
      'project/.yarnrc.yml': `enableTelemetry: false\nnpmRegistryServer: "${registry.replace(/\/$/, '')}"\n`,
      // Without a lock file, Yarn treats the project as part of one above.
      'project/yarn.lock': '',
    }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const environment = { ...registryEnvironment(), HOME: home, PATH: [...programs, bin].join(delimiter) };
  const launch = ([program = '', ...args]: readonly string[], more = {}) =>
    launchProgram(program, args, project, { env: { ...environment, ...more }, input: true });

  const wanted = installer.tool?.includes('yarn') ? `nv-auth-mock@file:${tarball}` : tarball;
  // Only for install scripts, because npm warns about unknown settings.
  const offline = { npm_config_better_sqlite3_binary_host: NOWHERE, npm_config_disturl: NOWHERE };
  const install = await launch([...installer.add, wanted, ...beside], offline).ended;
  if (install.code !== 0 && beside.length > 0) return null;
  expect(install.code, outputOf(install)).toBe(0);

  const library = await launch([...installer.node, 'library.mjs']).ended;
  expect(library.stdout.trim(), outputOf(library)).toBe('200');

  // Installers run the command as a child process, which a signal may not reach.
  const command = [...installer.run, 'nv-auth-mock', '--port', '0', '--exit-with-stdin'];
  const inMemory = launch(command);
  const [, url] = await inMemory.waitForOutput(READY);
  const { status } = await fetch(`${url}/_mock/health`);
  inMemory.closeInput();
  await inMemory.ended;
  expect(status).toBe(200);

  const withFile = launch([...command, '--data', 'mock.db']);
  const isReady = await withFile.waitForOutput(READY).then(
    () => true,
    () => false,
  );
  withFile.closeInput();
  const { code, stderr } = await withFile.ended;
  if (isReady) {
    expect(await readdir(project)).toContain('mock.db');
    return 'works';
  }
  expect(stderr).toMatch(NO_DRIVER);
  expect(code).toBe(2);
  return NO_DRIVER.exec(stderr)?.[1] ?? '';
}

const READY = /ready on (http:\/\/\S+)/;

/** Returns the output of a command for assertion messages. */
export function outputOf({ stdout, stderr }: CommandResult): string {
  return `${stdout}\n${stderr}`.trim().split('\n').slice(-40).join('\n');
}

async function linkProgram(program: string, folder: string): Promise<void> {
  const { stdout } = await execute('sh', ['-c', `command -v ${program}`]).catch(() => ({ stdout: '' }));
  if (stdout.startsWith('/')) await symlink(stdout.trim(), join(folder, program));
}
