/** Libraries are used as they are published. */
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { importsOf, ROOT, sourceFiles } from './source-files.ts';

/** Whether a library publishes this path in its `exports` or its README. */
function isPublished(specifier: string): boolean {
  const [, library = '', inner] = /^((?:@[^/]+\/)?[^/]+)(\/.+)?$/.exec(specifier) ?? [];
  if (inner === undefined) return true;
  const folder = posix.join(ROOT, 'node_modules', library);
  const { exports = {} } = JSON.parse(readFileSync(posix.join(folder, 'package.json'), 'utf8'));
  const isExported = Object.keys(exports).some((name) => {
    const [start = '', end] = name.split('*');
    return end === undefined ? name === `.${inner}` : `.${inner}`.startsWith(start) && inner.endsWith(end);
  });
  const readme = posix.join(folder, 'README.md');
  return (
    isExported || (existsSync(readme) && /['"`]/.test(readFileSync(readme, 'utf8').split(specifier)[1]?.[0] ?? ''))
  );
}

it('a library is imported only by published paths, also for types', () => {
  const imports = sourceFiles('src', '.ts').flatMap(importsOf);
  const libraries = imports.map(({ specifier }) => specifier).filter((specifier) => !/^(?:\.|node:)/.test(specifier));

  expect(libraries.length).toBeGreaterThan(20);
  expect(libraries.filter((specifier) => !isPublished(specifier))).toEqual([]);
  expect(isPublished('fastify/lib/reply.js')).toBe(false);
});

/** Members of plugins and configurations by which a bundler replaces a module. */
const REPLACING =
  /\b(?:resolveId|resolveDynamicImport|load|alias)\b(?=\s*[:(])|\btransform\b(?=\s*\(|: (?:async )?\()/g;

it('the build replaces no module of a library', () => {
  /** The build and what it imports. */
  const files = new Set(['scripts/build.mjs', 'console/vite.config.ts']);
  const matches: string[] = [];
  for (const path of files) {
    const text = readFileSync(posix.join(ROOT, path), 'utf8');
    matches.push(...[...text.matchAll(REPLACING)].map(([name]) => `${path}: ${name}`));
    for (const { specifier } of importsOf({ path, text })) {
      if (/^\..*\.mjs$/.test(specifier)) files.add(posix.join(posix.dirname(path), specifier));
    }
  }

  expect(files).toContain('scripts/bundled.mjs');
  expect(matches).toEqual([]);
});
