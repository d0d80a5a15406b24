import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { locatePackage, type PackageFolder, readScaffoldFile } from '../lib/assets.ts';
import { explainUnwritable, UserError } from '../lib/errors.ts';
import { keysOf, memberOf } from '../lib/members.ts';
import { adviseName } from '../lib/nearest.ts';
import { showValue } from '../lib/redact.ts';
import { formatNextSteps, isDeclared, SOME_CLONE } from './next-steps.ts';

/** The kinds of files to write, each with its description for users. */
const KINDS = {
  vitest: { file: 'nv-auth-mock.test.ts', description: 'a test for vitest' },
  jest: { file: 'nv-auth-mock.test.cjs', description: 'a test for jest' },
  node: { file: 'nv-auth-mock.test.mjs', description: 'a test for node:test' },
  pytest: { file: 'test_nv_auth_mock.py', description: 'a test for pytest' },
  go: { file: 'nv_auth_mock_test.go', description: 'a test for go test' },
  compose: { file: 'compose.nv-auth-mock.yaml', description: 'a service for Docker Compose' },
  seed: { file: 'nv-auth-mock.seed.yaml', description: 'your own users and keys' },
  agents: { file: 'AGENTS.md', description: 'how coding agents start and use it' },
} as const;

type KindName = keyof typeof KINDS;

const KIND_NAMES = keysOf(KINDS);

interface InitFlags {
  /** The kinds of files. Default: a test for the project's only test runner, or the user's choice. */
  readonly kind?: readonly string[];
}

/** Writes first files into a project, or none if one of them exists. @throws UserError */
export async function writeFirstFiles(dir: string, { kind: kinds = [] }: InitFlags): Promise<void> {
  const folder = resolve(dir);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UserError(`${showValue(dir)} is not a folder. Use the folder of a project.`);
  }
  const chosenKinds = kinds.length > 0 ? [...new Set(kinds)].map(parseKind) : [await chooseKind(folder)];
  const files = chosenKinds.map((kind) => ({ kind, path: join(folder, KINDS[kind].file) }));
  const existing = files.filter(({ path }) => existsSync(path)).map(({ path }) => formatRelativePath(path));
  if (existing.length > 0) {
    throw new UserError(
      `${existing.join(' and ')} already exists, so nothing was written. Move it away, or use another folder.`,
    );
  }
  const home = await locatePackage();
  for (const { kind, path } of files) {
    // Another program may have created the file in the meantime.
    await writeFile(path, await createContent(kind, folder, home), { flag: 'wx' }).catch((cause) => {
      throw new UserError(`${formatRelativePath(path)} cannot be written: ${explainUnwritable(cause)}.`, { cause });
    });
    process.stdout.write(`wrote ${formatRelativePath(path)}, ${KINDS[kind].description}\n`);
  }
  const project = { folder, manifest: await readManifest(folder) };
  process.stdout.write(`\nNext, in ${formatRelativePath(folder)}:\n${formatNextSteps(chosenKinds, project, home)}`);
}

/** Returns the file of a kind, adapted to the project and to the running command. */
async function createContent(kind: KindName, folder: string, home: PackageFolder): Promise<string> {
  const text = await readScaffoldFile(kind, KINDS[kind].file);
  if (kind === 'go') return setGoPackage(text, folder);
  if (!home.isClone) return text;
  // JSON is valid YAML, and Compose interprets a single `$`.
  return text.replace(`build: ${SOME_CLONE}`, () => `build: ${JSON.stringify(home.path).replaceAll('$', '$$$$')}`);
}

function parseKind(text: string): KindName {
  const kind = KIND_NAMES.find((name) => name === text);
  if (kind !== undefined) return kind;
  throw new UserError(`--kind is \`${showValue(text)}\`.${adviseName(text, KIND_NAMES)}`);
}

function formatRelativePath(path: string): string {
  const relativePath = relative('.', path);
  if (relativePath === '') return 'this folder';
  return relativePath.startsWith('..') ? path : relativePath;
}

/** Returns the kind for the project's only test runner, or asks the user. @throws UserError without an answer */
async function chooseKind(folder: string): Promise<KindName> {
  const declared = await findDeclaredRunners(folder);
  const [first] = declared;
  if (first !== undefined && declared.length === 1) return first;
  const isPython = PYTHON_FILES.some((file) => existsSync(join(folder, file)));
  return askKind(first ?? (isPython ? 'pytest' : 'node'));
}

const PYTHON_FILES = ['pyproject.toml', 'setup.py', 'requirements.txt'];
const PYTEST_FILES = [...PYTHON_FILES, 'requirements-dev.txt', 'setup.cfg', 'tox.ini', 'pytest.ini', 'conftest.py'];

async function findDeclaredRunners(folder: string): Promise<KindName[]> {
  const manifest = await readManifest(folder);
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

async function readManifest(folder: string): Promise<unknown> {
  return readFile(join(folder, 'package.json'), 'utf8')
    .then(JSON.parse)
    .catch(() => null);
}

/** Asks the user on the terminal. @throws UserError without a terminal or an answer */
async function askKind(suggested: KindName): Promise<KindName> {
  const flags = KIND_NAMES.map((name) => `\`--kind ${name}\``).join(', ');
  if (!process.stdin.isTTY) {
    throw new UserError(`Choose what to write: ${flags}. For this project, use \`--kind ${suggested}\`.`);
  }
  const lines = KIND_NAMES.map((name) => `  ${name.padEnd(8)} ${KINDS[name].description}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    process.stdout.write(`What should be written?\n${lines.join('')}`);
    // Ctrl+C and Ctrl+D reject the question, or leave it pending forever.
    const answer = await new Promise<string>((resolve, reject) => {
      terminal.once('close', reject);
      terminal.question(`kind (${suggested}): `).then(resolve, reject);
    }).catch((cause: unknown) => {
      process.stdout.write('\n');
      throw new UserError('Nothing was chosen, so nothing was written.', { cause });
    });
    return parseKind(answer.trim() === '' ? suggested : answer.trim());
  } finally {
    terminal.close();
  }
}

/** Returns the Go test in the external test package of the folder: all its other files must be in one package. */
async function setGoPackage(text: string, folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.go'));
  const source = file === undefined ? '' : await readFile(join(folder, file), 'utf8');
  const name = /^package[ \t]+(\w+?)(?:_test)?\b/m.exec(source)?.[1];
  return name === undefined ? text : text.replace(/^package \w+/, `package ${name}_test`);
}
