import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, ROOT, sourceFiles } from './source-files.ts';

/** Imports that must be of types only, which a lint rule cannot tell. The first row that fits a file decides. */
const TYPES_ONLY: readonly { readonly files: RegExp; readonly targets: RegExp }[] = [
  { files: /^contract\//, targets: /./ },
  {
    files: /^services\/control\//,
    targets: /^(?:contract|store)\/(?!errors$|collection$|row-schema$|waiting$|updating$)/,
  },
  {
    files: /^(?:services\/[a-z-]+|ngc-keys)\//,
    targets: /^(?:contract|faults|journal)\/|^store\/(?!errors$|collection$|collections$|row-schema$)/,
  },
  {
    files: /^http\//,
    targets: /^(?:contract|metrics)\/|^credentials\/(?!presented-credential$)|^store\/(?!errors$|updating$|waiting$)/,
  },
  { files: /^(?:journal|faults)\//, targets: /^explaining\/|^generated\// },
  { files: /^(?:seed|worlds|library|config|cli)\//, targets: /^contract\// },
];

/** A service is a folder of its own. */
function folderOf(name: string): string {
  return /^services\/[a-z-]+(?=\/)/.exec(name)?.[0] ?? (name.includes('/') ? (name.split('/')[0] as string) : 'src');
}

/** The names of folders or files that reach themselves by what they import. */
function cyclesIn(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const reaches = (from: string, to: string, passed: Set<string>): boolean =>
    [...(imports.get(from) ?? [])].some((next) => {
      if (next === from || passed.has(next)) return false;
      return next === to || reaches(next, to, passed.add(next));
    });
  return [...imports.keys()].filter((name) => reaches(name, name, new Set()));
}

const FILES = sourceFiles('src', '.ts').map((file) => ({
  name: file.path.replace(/^src\//, '').replace(/\.ts$/, ''),
  imports: importsOf(file),
}));

describe('what may import what', () => {
  it('is a rule of the linter for every folder', () => {
    const rules = readFileSync(join(ROOT, 'biome.imports.json'), 'utf8');
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

    expect(folders.filter(({ name }) => !rules.includes(`"src/${name}/*`)).map(({ name }) => name)).toEqual([]);
  });

  it('is of types only, where only types are needed', () => {
    const values = FILES.flatMap(({ name, imports }) => {
      const targets = TYPES_ONLY.find(({ files }) => files.test(name))?.targets;
      return imports
        .filter(
          ({ target, typeOnly }) => !typeOnly && targets?.test(target) === true && folderOf(target) !== folderOf(name),
        )
        .map(({ target }) => `${name} -> ${target}`);
    });

    expect(values).toEqual([]);
  });

  it('has few entries to explaining', () => {
    const outside = FILES.filter(({ name }) => !name.startsWith('explaining/'));
    const inside = outside.flatMap(({ imports }) => imports.filter(({ target }) => /^explaining\//.test(target)));

    expect([...new Set(inside.map(({ target }) => target))].sort()).toEqual([
      'explaining/hints/index',
      'explaining/hints/refused-request',
      'explaining/hints/token-usage',
      'explaining/hints/tokens',
      'explaining/index',
      'explaining/least-rights',
      // For browsers: the index has modules of Node.
      'explaining/needs',
      'explaining/other-versions',
    ]);
  });

  it('points one way between folders, types included', () => {
    const folders = new Map<string, Set<string>>();
    for (const { name, imports } of FILES) {
      const known = folders.get(folderOf(name)) ?? new Set();
      for (const { target } of imports) if (/^[a-z-]+\//.test(target)) known.add(folderOf(target));
      folders.set(folderOf(name), known);
    }

    expect(cyclesIn(folders)).toEqual([]);
    expect(
      cyclesIn(
        new Map([
          ['a', new Set(['b'])],
          ['b', new Set(['c'])],
          ['c', new Set(['a'])],
        ]),
      ),
    ).toEqual(['a', 'b', 'c']);
  });

  it('has no circle of files, types included', () => {
    const files = new Map(FILES.map(({ name, imports }) => [name, new Set(imports.map(({ target }) => target))]));

    expect(cyclesIn(files)).toEqual([]);
  });

  it('sees the imports that it judges', () => {
    const decide = FILES.find(({ name }) => name === 'http/steps/decide');

    expect(decide?.imports.map(({ target }) => target)).toContain('decisions/decide');
    expect(FILES.flatMap(({ imports }) => imports).length).toBeGreaterThan(150);
  });
});
