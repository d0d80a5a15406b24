import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { keysOf, memberOf } from '../core/own.ts';
import { Unusable } from '../core/unusable.ts';
import { scaffoldFile } from '../platform/assets.ts';

interface Kind {
  readonly file: string;
  readonly what: string;
  /** The packages of npm that it imports. */
  readonly packages: readonly string[];
  /** The commands to run once it is written and they are installed. */
  readonly next: readonly string[];
}

/** What can be written, each with a file of the examples. */
const KINDS = {
  vitest: {
    file: 'nv-auth-mock.test.ts',
    what: 'a test for vitest',
    packages: ['nv-auth-mock', 'vitest'],
    next: ['npx vitest run nv-auth-mock.test.ts'],
  },
  jest: {
    file: 'nv-auth-mock.test.cjs',
    what: 'a test for jest',
    packages: ['nv-auth-mock', 'jest'],
    next: ['npx jest nv-auth-mock.test.cjs'],
  },
  node: {
    file: 'nv-auth-mock.test.mjs',
    what: 'a test for node:test',
    packages: ['nv-auth-mock'],
    next: ['node --test nv-auth-mock.test.mjs'],
  },
  pytest: {
    file: 'test_nv_auth_mock.py',
    what: 'a test for pytest',
    packages: [],
    next: ['python3 -m pip install nv-auth-mock pytest', 'python3 -m pytest test_nv_auth_mock.py'],
  },
  go: {
    file: 'nv_auth_mock_test.go',
    what: 'a test for go test',
    packages: [],
    next: ['go get github.com/nv-auth-mock/nv-auth-mock/clients/go', 'go test -run TestATokenCountsForAnHour'],
  },
  compose: {
    file: 'compose.nv-auth-mock.yaml',
    what: 'a service for Docker Compose',
    packages: [],
    next: ['docker compose -f compose.nv-auth-mock.yaml up'],
  },
  seed: {
    file: 'nv-auth-mock.seed.yaml',
    what: 'users and keys of your own',
    packages: [],
    next: ['npx --no-install nv-auth-mock --seed nv-auth-mock.seed.yaml'],
  },
} as const satisfies Readonly<Record<string, Kind>>;

type KindName = keyof typeof KINDS;

/** The names of what can be written. */
const KIND_NAMES = keysOf(KINDS);

/**
 * Writes first files for the mock into a project. It overwrites nothing: if one of the files is there, none is written.
 *
 * @param kinds what to write; empty: the user is asked
 * @throws Unusable if the folder does not exist, a file is there already, or nobody can be asked
 */
export async function init(dir: string, kinds: readonly string[]): Promise<void> {
  const folder = resolve(dir);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Unusable(`${dir} is not a folder. Give the folder of a project.`);
  }
  const chosen = kinds.length > 0 ? [...new Set(kinds)].map(kindOf) : [await ask(await guess(folder))];
  const files = chosen.map((kind) => ({ kind, path: join(folder, KINDS[kind].file) }));
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => shown(path));
  if (there.length > 0) {
    throw new Unusable(
      `${there.join(' and ')} is there already, so nothing was written. Move it away, or take another folder.`,
    );
  }
  for (const { kind, path } of files) {
    const text = await scaffoldFile(kind, KINDS[kind].file);
    // Another program may have written it meanwhile.
    await writeFile(path, kind === 'go' ? await inPackage(text, folder) : text, { flag: 'wx' }).catch((cause) => {
      throw new Unusable(`${shown(path)} cannot be written: ${String(cause.message)}.`, { cause });
    });
    process.stdout.write(`wrote ${shown(path)}, ${KINDS[kind].what}\n`);
  }
  const manifest = await manifestOf(folder);
  const steps = [...new Set(chosen.flatMap((kind) => stepsOf(kind, folder, manifest)))];
  process.stdout.write(`\nNext, in ${shown(folder)}:\n${steps.map((step) => `  ${step}\n`).join('')}`);
}

function kindOf(text: string): KindName {
  const kind = KIND_NAMES.find((name) => name === text);
  if (kind !== undefined) return kind;
  throw new Unusable(`--kind is \`${text}\`. Expected one of ${KIND_NAMES.map((name) => `\`${name}\``).join(', ')}.`);
}

/** The commands to run in this folder, in order, without those that it needs no more. */
function stepsOf(kind: KindName, folder: string, manifest: unknown): readonly string[] {
  const { packages, next }: Kind = KINDS[kind];
  const missing = packages.filter((name) => !isDeclared(manifest, name) && !isAbove(folder, `node_modules/${name}`));
  const install = missing.length > 0 ? [`npm install --save-dev ${missing.join(' ')}`] : [];
  const begin = kind === 'go' && !isAbove(folder, 'go.mod') ? [`go mod init ${packageOf(folder)}`] : [];
  return [...install, ...begin, ...next];
}

/** Is there such a path in the folder, or in one that it is in? */
function isAbove(folder: string, path: string): boolean {
  const outer = dirname(folder);
  return existsSync(join(folder, path)) || (outer !== folder && isAbove(outer, path));
}

/** A path as the user would write it. */
function shown(path: string): string {
  const short = relative('.', path);
  return short === '' ? 'this folder' : short.startsWith('..') ? path : short;
}

/** What the project seems to use. */
async function guess(folder: string): Promise<KindName> {
  if (existsSync(join(folder, 'go.mod'))) return 'go';
  const manifest = await manifestOf(folder);
  for (const kind of ['vitest', 'jest'] as const) {
    if (isDeclared(manifest, kind)) return kind;
  }
  const isPython = ['pyproject.toml', 'setup.py', 'requirements.txt'].some((file) => existsSync(join(folder, file)));
  return isPython ? 'pytest' : 'node';
}

/** The content of `package.json`; null if there is none that can be read. */
async function manifestOf(folder: string): Promise<unknown> {
  return readFile(join(folder, 'package.json'), 'utf8')
    .then(JSON.parse)
    .catch(() => null);
}

function isDeclared(manifest: unknown, name: string): boolean {
  return ['devDependencies', 'dependencies'].some((member) => memberOf(memberOf(manifest, member), name) !== undefined);
}

/** @throws Unusable if there is no terminal, or no answer */
async function ask(best: KindName): Promise<KindName> {
  const flags = KIND_NAMES.map((name) => `\`--kind ${name}\``).join(', ');
  if (!process.stdin.isTTY) {
    throw new Unusable(`Say what to write: ${flags}. This project seems to need \`--kind ${best}\`.`);
  }
  const lines = KIND_NAMES.map((name) => `  ${name.padEnd(8)} ${KINDS[name].what}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    process.stdout.write(`What shall be written?\n${lines.join('')}`);
    // Ctrl+C and Ctrl+D reject the question, or leave it open for ever.
    const given = await new Promise<string>((resolve, reject) => {
      terminal.once('close', reject);
      terminal.question(`kind (${best}): `).then(resolve, reject);
    }).catch((cause: unknown) => {
      process.stdout.write('\n');
      throw new Unusable('Nothing was chosen, so nothing was written.', { cause });
    });
    return kindOf(given.trim() === '' ? best : given.trim());
  } finally {
    terminal.close();
  }
}

/** The files of a folder are of one package. */
async function inPackage(text: string, folder: string): Promise<string> {
  const others = (await readdir(folder)).filter((name) => name.endsWith('.go'));
  const [first] = others.sort((one, other) => Number(one.endsWith('_test.go')) - Number(other.endsWith('_test.go')));
  const source = first === undefined ? '' : await readFile(join(folder, first), 'utf8');
  const named = /^package[ \t]+(\w+)/m.exec(source)?.[1];
  return text.replace(/^package \w+/, `package ${named ?? packageOf(folder)}`);
}

/** The name in Go of a package in this folder. */
function packageOf(folder: string): string {
  const name = basename(folder).replace(/\W/g, '').toLowerCase();
  return /^[a-z]/.test(name) ? name : 'app';
}
