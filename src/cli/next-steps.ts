import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageFolder } from '../lib/assets.ts';
import { formatShellWord } from '../lib/curl.ts';
import { memberOf } from '../lib/members.ts';

export interface Project {
  readonly folder: string;
  /** The content of `package.json`; null if it cannot be read. */
  readonly manifest: unknown;
}

/** A project, and the clone that it gets the mock from: package, client and image aren't in any registry yet. */
interface SourcedProject extends Project {
  readonly clone: string;
  readonly main: string;
  /** The command as a user types it in the project. */
  readonly command: string;
  readonly version: string;
}

const NPX = 'npx --no-install nv-auth-mock';

/** A placeholder for the clone if the running command isn't in one. */
export const SOME_CLONE = '/path/to/the/clone';

/** The commands that a project still needs for each kind of file, in order. The last one uses the file. */
const STEPS = {
  vitest: (project: SourcedProject) => [...listNpmSteps(project, ['vitest']), 'npx vitest run nv-auth-mock.test.ts'],
  jest: (project: SourcedProject) => [...listNpmSteps(project, ['jest']), 'npx jest nv-auth-mock.test.cjs'],
  node: (project: SourcedProject) => [...listNpmSteps(project, []), 'node --test nv-auth-mock.test.mjs'],
  pytest: (project: SourcedProject) => [
    ...listPipSteps(project),
    // Tells the Python client what to start, unless npm has installed it.
    ...(isInstalled(project) ? [] : [`export NV_AUTH_MOCK_COMMAND=${formatShellWord(project.main)}`]),
    'python3 -m pytest test_nv_auth_mock.py',
  ],
  go: ({ folder, command }: SourcedProject) => [
    ...(findUpwards(folder, 'go.mod') === null ? ['go mod init example.test/app'] : []),
    `${command}    # in a second terminal`,
    'go test -count=1',
  ],
  compose: ({ clone }: SourcedProject) => [
    // If the clone is known, the file refers to it.
    ...(clone === SOME_CLONE ? [`docker build -t nv-auth-mock ${clone}`] : []),
    'docker compose -f compose.nv-auth-mock.yaml up',
  ],
  seed: (project: SourcedProject) => [`${project.command} --seed nv-auth-mock.seed.yaml`],
  // It uses the commands of the installed package.
  agents: (project: SourcedProject) => [...listNpmSteps(project, []), NPX],
} as const;

/** Returns the next steps in a project as text, without steps for packages that are already installed. */
export function formatNextSteps(kinds: readonly (keyof typeof STEPS)[], project: Project, home: PackageFolder): string {
  const clone = home.isClone ? home.path : SOME_CLONE;
  const main = locateMainFile(home);
  const sourcedProject = { ...project, clone, main, command: formatCommand(project, home), version: home.version };
  const steps = [...new Set(kinds.flatMap((kind) => STEPS[kind](sourcedProject)))];
  const text = steps.map((step) => `  ${step}\n`).join('');
  if (!text.includes(SOME_CLONE)) return text;
  return `${text}\n${SOME_CLONE} is a clone of https://github.com/nv-auth-mock/nv-auth-mock after \`npm ci\`, because the mock is not in any registry yet.\n`;
}

function listNpmSteps(project: SourcedProject, runners: readonly string[]): string[] {
  const { clone, manifest, version } = project;
  const uninstalled = ['nv-auth-mock', ...runners].filter((name) => !isInstalled(project, name));
  if (uninstalled.length === 0) return [];
  const undeclared = uninstalled.filter((name) => !isDeclared(manifest, name));
  if (undeclared.length === 0) return ['npm install'];
  const isMock = (name: string) => name === 'nv-auth-mock';
  const packages = undeclared.map((name) => (isMock(name) ? `./nv-auth-mock-${version}.tgz` : name));
  return [
    ...(undeclared.some(isMock) ? [`npm pack ${formatShellWord(clone)}`] : []),
    `npm install --save-dev ${packages.join(' ')}`,
  ];
}

function listPipSteps({ folder, clone }: SourcedProject): string[] {
  const installed = listPythonPackages(folder);
  const required = [
    { name: 'nv_auth_mock', source: formatShellWord(`${clone}/clients/python`) },
    { name: 'pytest', source: 'pytest' },
  ];
  const uninstalled = required.filter(({ name }) => !installed.some((folderName) => folderName.startsWith(`${name}-`)));
  if (uninstalled.length === 0) return [];
  return [`python3 -m pip install ${uninstalled.map(({ source }) => source).join(' ')}`];
}

/** Returns the command as a user types it in the folder of a project. */
export function formatCommand(project: Project, home: PackageFolder): string {
  return isInstalled(project) || project.folder === home.path ? NPX : `node ${formatShellWord(locateMainFile(home))}`;
}

function locateMainFile({ path }: PackageFolder): string {
  return join(path, 'dist', 'main.cjs');
}

/** Returns whether Node finds the package from the folder. With Plug'n'Play, declared packages have no folder. */
function isInstalled({ folder, manifest }: Project, name = 'nv-auth-mock'): boolean {
  if (findUpwards(folder, `node_modules/${name}`) !== null) return true;
  return isDeclared(manifest, name) && findUpwards(folder, '.pnp.cjs') !== null;
}

export function isDeclared(manifest: unknown, name: string): boolean {
  return ['devDependencies', 'dependencies'].some((member) => memberOf(memberOf(manifest, member), name) !== undefined);
}

/** Returns the packages in the nearest virtual environment, as the names of their folders: `pytest-8.3.3.dist-info`. */
function listPythonPackages(folder: string): string[] {
  const environment = findUpwards(folder, '.venv') ?? findUpwards(folder, 'venv');
  if (environment === null) return [];
  const versions = listFiles(join(environment, 'lib'));
  const packageFolders = [
    ...versions.map((version) => join(environment, 'lib', version, 'site-packages')),
    // On Windows, the folder has no version.
    join(environment, 'Lib', 'site-packages'),
  ];
  return packageFolders.flatMap(listFiles).filter((name) => name.endsWith('.dist-info'));
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function findUpwards(folder: string, path: string): string | null {
  const candidate = join(folder, path);
  if (existsSync(candidate)) return candidate;
  const parent = dirname(folder);
  return parent === folder ? null : findUpwards(parent, path);
}
