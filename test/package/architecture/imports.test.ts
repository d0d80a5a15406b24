import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, ROOT, sourceFiles } from './source-files.ts';

/** Finds the folder of a file; each service is a separate folder. */
const findFolder = (name: string): string =>
  /^services\/[a-z-]+(?=\/)/.exec(name)?.[0] ?? (name.includes('/') ? (name.split('/')[0] as string) : 'src');

/** Finds the names that import themselves through others. */
function findCycles(imports: readonly (readonly [from: string, to: string])[]): string[] {
  const targets = new Map<string, Set<string>>();
  for (const [from, to] of imports) if (from !== to) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  return [...targets.keys()].filter((name) => {
    const reached = new Set(targets.get(name));
    for (const next of reached) for (const target of targets.get(next) ?? []) reached.add(target);
    return reached.has(name);
  });
}

describe('imports', () => {
  const imports = sourceFiles('src', '.ts').flatMap((file) =>
    importsOf(file).map(({ target }) => [file.path.replace(/^src\/|\.ts$/g, ''), target] as const),
  );

  it('have a rule of the linter for every folder', () => {
    const rules = readFileSync(join(ROOT, 'biome.imports.json'), 'utf8');
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

    expect(folders.filter(({ name }) => !rules.includes(`"src/${name}/*`)).map(({ name }) => name)).toEqual([]);
  });

  it('have no cycle of folders or of files, with types', () => {
    const folders = imports.filter(([, target]) => /^[a-z-]+\//.test(target));

    expect(imports).toContainEqual(['http/steps/decide', 'decisions/decide']);
    expect(findCycles(folders.map(([from, target]) => [findFolder(from), findFolder(target)] as const))).toEqual([]);
    expect(findCycles(imports)).toEqual([]);
    expect(findCycles([...imports, ['decisions/decide', 'http/steps/decide']])).toContain('decisions/decide');
  });
});
