import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';
import { ROOT, type SourceFile, sourceFiles } from './source-files.ts';

/**
 * The folders of `src` whose files are each named by the test that fails when they break. A test names a file by standing
 * at its path (`src/core/clock.ts`: `test/core/clock.test.ts`), or by a line of the comment that it begins with:
 * `Breaks with: src/http/steps/place.ts, src/http/which-world.ts`. What services do is named by their operations.
 */
const FOLDERS = [
  'machine',
  'core',
  'journal',
  'faults',
  'hints',
  'kits',
  'credentials',
  'tokens',
  'http',
  'app',
  'seed',
  'config',
  'cli',
  'library',
  'verify',
  'store',
] as const;

/** A list of paths, which may go on in the next line behind a comma. */
const BREAKS_WITH = /^[ /*]*Breaks with: ((?:\S+,[\s*]+)*\S+)(?: \*\/)?$/gm;

/** Statements that only say types; a module that is declared adds to the types of another. */
const TYPES: ReadonlySet<string> = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'TSModuleDeclaration']);

/** Is there anything in it that runs? Types alone cannot break while the program runs. */
function runs({ path, text }: SourceFile): boolean {
  return parseSync(path, text).program.body.some((statement) => {
    if (statement.type === 'ImportDeclaration') return statement.importKind !== 'type';
    if (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportAllDeclaration') {
      return statement.exportKind !== 'type';
    }
    return !TYPES.has(statement.type);
  });
}

/** The files that a test says it breaks with. */
function saidBy({ text }: SourceFile): string[] {
  const [header = ''] = /^\/\*\*.*?\*\//s.exec(text) ?? [];
  return [...header.matchAll(BREAKS_WITH)].flatMap(([, list = '']) => list.split(/,[\s*]+/));
}

/** The file whose path a test stands at, whether there is one or not. */
function mirroredBy({ path }: SourceFile): string {
  return path.replace(/^test\//, 'src/').replace(/\.(?:test|doors)\.ts$/, '.ts');
}

const TESTS = ['.test.ts', '.doors.ts'].flatMap((ending) => sourceFiles('test', ending));
const ENGINE = FOLDERS.flatMap((folder) => sourceFiles(posix.join('src', folder), '.ts'));

describe('each file of the engine', () => {
  it('is named by the test that fails when it breaks', () => {
    const named = new Set(TESTS.flatMap((test) => [mirroredBy(test), ...saidBy(test)]));

    expect(ENGINE.filter((file) => runs(file) && !named.has(file.path)).map(({ path }) => path)).toEqual([]);
  });

  it('that a test names is there', () => {
    const gone = TESTS.flatMap((test) =>
      saidBy(test)
        .filter((path) => !existsSync(posix.join(ROOT, path)))
        .map((path) => `${test.path} -> ${path}`),
    );

    expect(gone).toEqual([]);
  });
});

describe('what is judged', () => {
  const file = (text: string): SourceFile => ({ path: 'some/file.ts', text });

  it.each([
    ['a constant', 'export const most = 1;', true],
    ['a function', 'export function find(): void {}', true],
    ['names of another file', "export { find } from './find.ts';", true],
    ['an import for what it does', "import './find.ts';", true],
    ['types', "import type { A } from './a.ts';\nexport interface B extends A {}\nexport type C = B;", false],
    ['types of another file', "export type { A } from './a.ts';", false],
  ])('runs, or does not: %s', (_what, text, expected) => {
    expect(runs(file(text))).toBe(expected);
  });

  it.each([
    ['one', '/** Breaks with: src/a.ts */\n', ['src/a.ts']],
    ['a line', '/**\n * About it.\n *\n * Breaks with: src/a.ts, src/b.ts\n */\n', ['src/a.ts', 'src/b.ts']],
    ['two lines', '/**\n * Breaks with: src/a.ts,\n * src/b.ts\n */\n', ['src/a.ts', 'src/b.ts']],
    ['a comment further down', "import './x.ts';\n/**\n * Breaks with: src/a.ts\n */\n", []],
  ])('is named by the header of a test: %s', (_what, text, expected) => {
    expect(saidBy(file(text))).toEqual(expected);
  });
});
