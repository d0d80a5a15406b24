import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, ROOT, sourceFiles } from './source-files.ts';

/** Finds the folder of a file; each service is a separate folder. */
function findFolder(name: string): string {
  return /^services\/[a-z-]+(?=\/)/.exec(name)?.[0] ?? (name.includes('/') ? (name.split('/')[0] as string) : 'src');
}

/** Finds the folders or files that import themselves through others. */
function findCycles(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] {
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

describe('imports', () => {
  it('have a rule of the linter for every folder', () => {
    const rules = readFileSync(join(ROOT, 'biome.imports.json'), 'utf8');
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

    expect(folders.filter(({ name }) => !rules.includes(`"src/${name}/*`)).map(({ name }) => name)).toEqual([]);
  });

  it('have no cycle of folders, with types', () => {
    const folders = new Map<string, Set<string>>();
    for (const { name, imports } of FILES) {
      const known = folders.get(findFolder(name)) ?? new Set();
      for (const { target } of imports) if (/^[a-z-]+\//.test(target)) known.add(findFolder(target));
      folders.set(findFolder(name), known);
    }

    expect(findCycles(folders)).toEqual([]);
    expect(
      findCycles(
        new Map([
          ['a', new Set(['b'])],
          ['b', new Set(['c'])],
          ['c', new Set(['a'])],
        ]),
      ),
    ).toEqual(['a', 'b', 'c']);
  });

  it('have no cycle of files, with types', () => {
    const files = new Map(FILES.map(({ name, imports }) => [name, new Set(imports.map(({ target }) => target))]));

    expect(findCycles(files)).toEqual([]);
  });

  it('are found by these checks', () => {
    const decide = FILES.find(({ name }) => name === 'http/steps/decide');

    expect(decide?.imports.map(({ target }) => target)).toContain('decisions/decide');
    expect(FILES.flatMap(({ imports }) => imports).length).toBeGreaterThan(150);
  });
});
