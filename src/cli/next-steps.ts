import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { memberOf } from '../objects/members.ts';
import type { PackageFolder } from '../platform/assets.ts';
import { shellWord } from '../text/curl.ts';

/** The project that a file was written to. */
export interface Project {
  readonly folder: string;
  /** The content of `package.json`; null if it cannot be read. */
  readonly manifest: unknown;
  /** The name of the Go package in the folder. */
  readonly goPackage: string;
}

/** A project, and where it gets the mock from: package, clients and image aren't in any registry yet. */
interface Source extends Project {
  /** A clone of the mock. */
  readonly clone: string;
  /** The file of the running command. */
  readonly main: string;
  /** The command as a user types it in the project. */
  readonly command: string;
  readonly version: string;
}

const NPX = 'npx --no-install nv-auth-mock';

/** A placeholder for the clone if the running command isn't in one. */
export const SOME_CLONE = '/path/to/the/clone';

const GO_MODULE = 'github.com/nv-auth-mock/nv-auth-mock/clients/go';

/** The commands that a project still needs for each kind of file, in order. The last one uses the file. */
const STEPS = {
  vitest: (source: Source) => [...npmSteps(source, ['vitest']), 'npx vitest run nv-auth-mock.test.ts'],
  jest: (source: Source) => [...npmSteps(source, ['jest']), 'npx jest nv-auth-mock.test.cjs'],
  node: (source: Source) => [...npmSteps(source, []), 'node --test nv-auth-mock.test.mjs'],
  pytest: (source: Source) => [...pipSteps(source), ...commandSteps(source), 'python3 -m pytest test_nv_auth_mock.py'],
  go: (source: Source) => [...goSteps(source), ...commandSteps(source), 'go test -run TestATokenCountsForAnHour'],
  compose: ({ clone }: Source) => [
    // If the clone is known, the file refers to it.
    ...(clone === SOME_CLONE ? [`docker build -t nv-auth-mock ${clone}`] : []),
    'docker compose -f compose.nv-auth-mock.yaml up',
  ],
  seed: (source: Source) => [`${source.command} --seed nv-auth-mock.seed.yaml`],
  // It uses the commands of the installed package.
  agents: (source: Source) => [...npmSteps(source, []), NPX],
} as const;

/**
 * Returns the next steps in a project as text, without steps for packages that are already installed.
 *
 * @param home the folder of the running command
 */
export function formatNextSteps(kinds: readonly (keyof typeof STEPS)[], project: Project, home: PackageFolder): string {
  const clone = home.isClone ? home.path : SOME_CLONE;
  const main = mainFile(home);
  const source = { ...project, clone, main, command: formatCommand(project, home), version: home.version };
  const steps = [...new Set(kinds.flatMap((kind) => STEPS[kind](source)))];
  const text = steps.map((step) => `  ${step}\n`).join('');
  if (!text.includes(SOME_CLONE)) return text;
  return `${text}\n${SOME_CLONE} is a clone of https://github.com/nv-auth-mock/nv-auth-mock after \`npm ci\`, because the mock is not in any registry yet.\n`;
}

function npmSteps(source: Source, runners: readonly string[]): string[] {
  const { clone, manifest, version } = source;
  const used = ['nv-auth-mock', ...runners];
  const absent = used.filter((name) => !isInstalled(source, name));
  const undeclared = absent.filter((name) => !isDeclared(manifest, name));
  if (undeclared.length === 0) return absent.length === 0 ? [] : ['npm install'];
  const isMock = (name: string) => name === 'nv-auth-mock';
  const packages = undeclared.map((name) => (isMock(name) ? `./nv-auth-mock-${version}.tgz` : name));
  return [
    ...(undeclared.some(isMock) ? [`npm pack ${shellWord(clone)}`] : []),
    `npm install --save-dev ${packages.join(' ')}`,
  ];
}

function pipSteps({ folder, clone }: Source): string[] {
  const installed = pythonPackages(folder);
  const sources = { nv_auth_mock: shellWord(`${clone}/clients/python`), pytest: 'pytest' };
  const absent = Object.entries(sources).filter(([name]) => !installed.some((one) => one.startsWith(`${name}-`)));
  return absent.length === 0 ? [] : [`python3 -m pip install ${absent.map(([, path]) => path).join(' ')}`];
}

function goSteps({ folder, clone, version, goPackage }: Source): string[] {
  const file = findUpwards(folder, 'go.mod');
  const text = file === null ? '' : readFileSync(file, 'utf8');
  if (new RegExp(`^\\s*(?:require\\s+)?${GO_MODULE}\\s+v[^=\\n]*$`, 'm').test(text)) return [];
  const isReplaced = new RegExp(`^\\s*(?:replace\\s+)?${GO_MODULE}\\s[^\\n]*=>`, 'm').test(text);
  const replace = isReplaced ? '' : ` ${shellWord(`-replace=${GO_MODULE}=${clone}/clients/go`)}`;
  return [
    ...(file === null ? [`go mod init ${goPackage}`] : []),
    `go mod edit -require=${GO_MODULE}@v${version}${replace}`,
  ];
}

/** The Python and Go clients start the command that npm has installed. */
function commandSteps(source: Source): string[] {
  return isInstalled(source) ? [] : [`export NV_AUTH_MOCK_COMMAND=${shellWord(source.main)}`];
}

/** Returns the command as a user types it in a folder. */
export function formatCommand(project: Pick<Project, 'folder' | 'manifest'>, home: PackageFolder): string {
  return isInstalled(project) || project.folder === home.path ? NPX : `node ${shellWord(mainFile(home))}`;
}

function mainFile({ path }: PackageFolder): string {
  return join(path, 'dist', 'main.cjs');
}

/** Whether Node finds the package from the folder. With Plug'n'Play, declared packages have no folder. */
function isInstalled({ folder, manifest }: Pick<Project, 'folder' | 'manifest'>, name = 'nv-auth-mock'): boolean {
  if (findUpwards(folder, `node_modules/${name}`) !== null) return true;
  return isDeclared(manifest, name) && findUpwards(folder, '.pnp.cjs') !== null;
}

/** Whether this `package.json` declares the package. */
export function isDeclared(manifest: unknown, name: string): boolean {
  return ['devDependencies', 'dependencies'].some((member) => memberOf(memberOf(manifest, member), name) !== undefined);
}

/** Returns the names and versions of packages in the nearest virtual environment. */
function pythonPackages(folder: string): string[] {
  const found = findUpwards(folder, '.venv') ?? findUpwards(folder, 'venv');
  if (found === null) return [];
  const versions = listFiles(join(found, 'lib')).map((version) => join(found, 'lib', version, 'site-packages'));
  // Windows has only one folder.
  const all = [...versions, join(found, 'Lib', 'site-packages')].flatMap(listFiles);
  return all.filter((name) => name.endsWith('.dist-info'));
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Finds a path in the folder or the nearest parent folder that has it; null if none has. */
function findUpwards(folder: string, path: string): string | null {
  const here = join(folder, path);
  if (existsSync(here)) return here;
  const outer = dirname(folder);
  return outer === folder ? null : findUpwards(outer, path);
}
