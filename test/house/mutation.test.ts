/** What `npm run mutation` is told, and what it makes of a report. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPLAINED, groupOf, PARTS } from '../../scripts/mutation/parts.mjs';
import { complaints, countOf, scoreOf, shown, survivorsOf } from '../../scripts/mutation/survivors.mjs';
import { ROOT, sourceFiles } from './source-files.ts';

const SAME: readonly { file: string; line: string; becomes: string; why: string }[] = JSON.parse(
  readFileSync(join(ROOT, 'test/mutation/same-program.json'), 'utf8'),
);
const groups = Object.values(PARTS).flatMap((part) => part.groups);

/** Does one of these globs mean the file, and none that begins with `!`? */
function isAmong(file: string, globs: readonly string[]): boolean {
  const fits = (glob: string) =>
    new RegExp(
      `^${glob
        .replaceAll('.', '\\.')
        .replaceAll('*', '[^/]*')
        .replaceAll('[^/]*[^/]*/', '(?:.+/)?')
        .replaceAll(/\{([^}]*)\}/g, (_, names: string) => `(?:${names.replaceAll(',', '|')})`)}$`,
    ).test(file);
  const [out, among] = [globs.filter((glob) => glob.startsWith('!')), globs.filter((glob) => !glob.startsWith('!'))];
  return among.some(fits) && !out.some((glob) => fits(glob.slice(1)));
}

describe('the list of changes that make the same program', () => {
  it.each(SAME)('names a line that is there, and says why: $file: $line', ({ file, line, becomes, why }) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');

    expect(lines.map((one) => one.trim())).toContain(line);
    expect(becomes).not.toBe(line);
    expect(why).toMatch(/^[A-Z`].{20,}\.$/);
    expect(EXPLAINED.some((pattern) => pattern.test(file))).toBe(true);
  });

  it('names nothing twice', () => {
    const names = SAME.map(({ file, line, becomes }) => `${file} ${line} ${becomes}`);

    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the parts', () => {
  it('are folders that there are, with files whose survivors are explained', () => {
    const files = sourceFiles('src', '.ts').map(({ path }) => path);

    for (const { folder } of Object.values(PARTS)) expect(existsSync(join(ROOT, folder)), folder).toBe(true);
    for (const pattern of EXPLAINED)
      expect(
        files.some((file) => pattern.test(file)),
        String(pattern),
      ).toBe(true);
  });

  it('have groups of different names, each with files of its folder', () => {
    expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
    for (const { folder, groups: own } of Object.values(PARTS)) {
      for (const { name, files } of own) {
        expect(groupOf(name).name).toBe(name);
        expect(files.filter((file) => !file.replace('!', '').startsWith(`${folder}/`))).toEqual([]);
      }
    }
    expect(() => groupOf('x')).toThrow('there is no such group');
  });

  it('leave out no file of their folders, but for tables and types', () => {
    const all = sourceFiles('src', '.ts').map(({ path }) => path);
    const left = Object.values(PARTS).flatMap(({ folder, groups: own }) =>
      all.filter((file) => file.startsWith(`${folder}/`) && !own.some(({ files }) => isAmong(file, files))),
    );

    expect(left).toEqual(['src/kits/ngc/principal.ts', 'src/kits/ngc/reasons.ts', 'src/kits/ngc/remedies.ts']);
  });

  it('are tested by tests that there are, and by none that are run elsewhere', () => {
    const folders = groups.flatMap(({ tests }) => tests.map((glob) => glob.replace(/\/[^/]*[*!{].*$/, '')));

    expect(folders.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
    expect(groups.flatMap(({ tests }) => tests).filter((glob) => !/^test\/(?!house).*\.test\.ts$/.test(glob))).toEqual(
      [],
    );
  });
});

describe('a report', () => {
  const source = 'if (a\n  && b) {\n  go();\n}\n';
  const at = (line: number, column: number) => ({ line, column });
  const report = {
    files: {
      'src/core/decide.ts': {
        source,
        mutants: [
          { status: 'Killed', location: { start: at(1, 1), end: at(1, 2) } },
          { status: 'Timeout', location: { start: at(1, 1), end: at(1, 2) } },
          { status: 'Ignored', location: { start: at(1, 1), end: at(1, 2) } },
          { status: 'Survived', replacement: 'a || b', location: { start: at(1, 5), end: at(2, 7) } },
          { status: 'NoCoverage', replacement: '', location: { start: at(3, 3), end: at(3, 7) } },
        ],
      },
    },
  };
  const [first, second] = survivorsOf(report);
  const same = { file: 'src/core/decide.ts', line: 'if (a', becomes: 'if (a || b) {', why: 'Because.' };

  it('counts what time ended as killed, and not what was left out', () => {
    expect(countOf(report)).toEqual({ all: 4, killed: 2, survived: 1, uncovered: 1, ignored: 1 });
    expect(scoreOf(countOf(report))).toBe(50);
    expect(scoreOf(countOf({ files: {} }))).toBe(100);
  });

  it('tells survivors by the line where they begin', () => {
    expect(first).toEqual({
      file: 'src/core/decide.ts',
      at: 1,
      line: 'if (a',
      becomes: 'if (a || b) {',
      covered: true,
    });
    expect(second && shown(second)).toBe('src/core/decide.ts:3 (no test comes here)\n    go();\n    ;');
  });

  it('is wrong where a survivor is not explained, or an explanation has no survivor', () => {
    const both = survivorsOf(report);

    expect(complaints(both, [same])).toEqual([expect.stringContaining('nothing explains: src/core/decide.ts:3')]);
    expect(complaints([], [same])).toEqual(['explained, but no survivor: src/core/decide.ts: if (a => if (a || b) {']);
    expect(
      complaints(
        both.map((one) => ({ ...one, file: 'src/core/log.ts' })),
        [],
      ),
    ).toEqual([]);
  });
});
