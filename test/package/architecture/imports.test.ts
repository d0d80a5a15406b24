import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, sourceFiles } from './source-files.ts';

/** Removes `src/` and the ending of a path. */
const nameOf = (path: string) => path.replace(/^src\/|\.ts$/g, '');

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

/** Every import and re-export below `src`, also of types, as paths without endings. */
const IMPORTS = sourceFiles('src', '.ts').flatMap(({ path, text }) => {
  const found = text.matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']+)';|import\('(\.[^']+)'\)/gms);
  return [...found].map(
    ([, fixed, loaded = '']) => [nameOf(path), nameOf(join(dirname(path), fixed ?? loaded))] as const,
  );
});

it('every folder has a rule of the linter for its imports', () => {
  const rules = readFileSync(join(ROOT, 'biome.imports.json'), 'utf8');
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

  expect(folders.filter(({ name }) => !rules.includes(`"src/${name}/*`)).map(({ name }) => name)).toEqual([]);
});

it('imports have no cycle of folders or of files, with types', () => {
  const folders = IMPORTS.filter(([, target]) => /^[a-z-]+\//.test(target));

  expect(IMPORTS).toContainEqual(['http/steps/decide', 'decisions/decide']);
  expect(findCycles(folders.map(([from, target]) => [findFolder(from), findFolder(target)] as const))).toEqual([]);
  expect(findCycles(IMPORTS)).toEqual([]);
  expect(findCycles([...IMPORTS, ['decisions/decide', 'http/steps/decide']])).toContain('decisions/decide');
});
