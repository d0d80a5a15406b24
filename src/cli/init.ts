import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { whyUnwritable } from '../diagnostics/file-fault.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { keysOf, memberOf } from '../objects/members.ts';
import { packageFolder, scaffoldFile } from '../platform/assets.ts';
import { adviseName } from '../text/nearest.ts';
import { showValue } from '../text/redact.ts';
import { isDeclared, nextSteps, SOME_CLONE } from './next-steps.ts';

/** The kinds of files to write. */
const KINDS = {
  vitest: { file: 'nv-auth-mock.test.ts', what: 'a test for vitest' },
  jest: { file: 'nv-auth-mock.test.cjs', what: 'a test for jest' },
  node: { file: 'nv-auth-mock.test.mjs', what: 'a test for node:test' },
  pytest: { file: 'test_nv_auth_mock.py', what: 'a test for pytest' },
  go: { file: 'nv_auth_mock_test.go', what: 'a test for go test' },
  compose: { file: 'compose.nv-auth-mock.yaml', what: 'a service for Docker Compose' },
  seed: { file: 'nv-auth-mock.seed.yaml', what: 'your own users and keys' },
  agents: { file: 'AGENTS.md', what: 'how coding agents start and use it' },
} as const;

type KindName = keyof typeof KINDS;

const KIND_NAMES = keysOf(KINDS);

/**
 * Writes first files for the mock into a project. Overwrites nothing: if one of the files exists, none is written.
 *
 * @param kinds the kinds of files; if empty, a test for the project's only test runner, or the user's choice
 * @throws Unusable if the folder doesn't exist, a file already exists, or the user cannot be asked
 */
export async function init(dir: string, kinds: readonly string[]): Promise<void> {
  const folder = resolve(dir);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Unusable(`${showValue(dir)} is not a folder. Use the folder of a project.`);
  }
  const chosen = kinds.length > 0 ? [...new Set(kinds)].map(kindOf) : [await chooseKind(folder)];
  const files = chosen.map((kind) => ({ kind, path: join(folder, KINDS[kind].file) }));
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => relativePath(path));
  if (there.length > 0) {
    throw new Unusable(
      `${there.join(' and ')} already exists, so nothing was written. Move it away, or use another folder.`,
    );
  }
  const home = await packageFolder();
  for (const { kind, path } of files) {
    const text = await scaffoldFile(kind, KINDS[kind].file);
    const own = kind === 'go' ? await inPackage(text, folder) : home.isClone ? withClone(text, home.path) : text;
    // Another program may have created it meanwhile.
    await writeFile(path, own, { flag: 'wx' }).catch((cause) => {
      throw new Unusable(`${relativePath(path)} cannot be written: ${whyUnwritable(cause)}.`, { cause });
    });
    process.stdout.write(`wrote ${relativePath(path)}, ${KINDS[kind].what}\n`);
  }
  const project = { folder, manifest: await manifestOf(folder), goPackage: packageOf(folder) };
  process.stdout.write(`\nNext, in ${relativePath(folder)}:\n${nextSteps(chosen, project, home)}`);
}

function kindOf(text: string): KindName {
  const kind = KIND_NAMES.find((name) => name === text);
  if (kind !== undefined) return kind;
  throw new Unusable(`--kind is \`${showValue(text)}\`.${adviseName(text, KIND_NAMES)}`);
}

/** Formats a path as the user would write it. */
function relativePath(path: string): string {
  const short = relative('.', path);
  return short === '' ? 'this folder' : short.startsWith('..') ? path : short;
}

/** @throws Unusable if the user has to be asked but doesn't answer */
async function chooseKind(folder: string): Promise<KindName> {
  const declared = await declaredRunners(folder);
  const [first] = declared;
  if (first !== undefined && declared.length === 1) return first;
  const isPython = PYTHON_FILES.some((file) => existsSync(join(folder, file)));
  return ask(first ?? (isPython ? 'pytest' : 'node'));
}

const PYTHON_FILES = ['pyproject.toml', 'setup.py', 'requirements.txt'];
/** Files that may declare the test runner. */
const PYTEST_FILES = [...PYTHON_FILES, 'requirements-dev.txt', 'setup.cfg', 'tox.ini', 'pytest.ini', 'conftest.py'];

/** Returns the test runners that a project declares. */
async function declaredRunners(folder: string): Promise<KindName[]> {
  const manifest = await manifestOf(folder);
  const scripts = Object.values(memberOf(manifest, 'scripts') ?? {});
  const pythonTexts = await Promise.all(
    PYTEST_FILES.map((file) => readFile(join(folder, file), 'utf8').catch(() => '')),
  );
  const isUsed = {
    go: existsSync(join(folder, 'go.mod')),
    vitest: isDeclared(manifest, 'vitest'),
    jest: isDeclared(manifest, 'jest'),
    node: scripts.some((script) => /\bnode\b.*--test\b/.test(String(script))),
    pytest: pythonTexts.some((text) => /\bpytest\b/.test(text)),
  };
  return keysOf(isUsed).filter((kind) => isUsed[kind]);
}

/** Returns the content of `package.json`; null if it cannot be read. */
async function manifestOf(folder: string): Promise<unknown> {
  return readFile(join(folder, 'package.json'), 'utf8')
    .then(JSON.parse)
    .catch(() => null);
}

/** @throws Unusable without a terminal or an answer */
async function ask(best: KindName): Promise<KindName> {
  const flags = KIND_NAMES.map((name) => `\`--kind ${name}\``).join(', ');
  if (!process.stdin.isTTY) {
    throw new Unusable(`Choose what to write: ${flags}. For this project, use \`--kind ${best}\`.`);
  }
  const lines = KIND_NAMES.map((name) => `  ${name.padEnd(8)} ${KINDS[name].what}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    process.stdout.write(`What should be written?\n${lines.join('')}`);
    // Ctrl+C and Ctrl+D reject the question, or leave it pending forever.
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

/** Inserts the clone that Compose builds the image from. */
function withClone(text: string, clone: string): string {
  // JSON is valid YAML, and Compose interprets a single `$`.
  return text.replace(`build: ${SOME_CLONE}`, () => `build: ${JSON.stringify(clone).replaceAll('$', '$$$$')}`);
}

/** Uses the package name of the other files: all files of a folder must be in one package. */
async function inPackage(text: string, folder: string): Promise<string> {
  const others = (await readdir(folder)).filter((name) => name.endsWith('.go'));
  const [first] = others.sort((one, other) => Number(one.endsWith('_test.go')) - Number(other.endsWith('_test.go')));
  const source = first === undefined ? '' : await readFile(join(folder, first), 'utf8');
  const named = /^package[ \t]+(\w+)/m.exec(source)?.[1];
  return text.replace(/^package \w+/, `package ${named ?? packageOf(folder)}`);
}

/** Returns the Go package name for a folder. */
function packageOf(folder: string): string {
  const name = basename(folder).replace(/\W/g, '').toLowerCase();
  return /^[a-z]/.test(name) ? name : 'app';
}
