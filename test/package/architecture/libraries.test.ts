/** Libraries are used as they are published. */
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
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

describe('a library', () => {
  const imports = sourceFiles('src', '.ts').flatMap((file) => importsOf(file).map((matches) => ({ file, ...matches })));
  const libraries = imports.filter(({ specifier }) => !/^(?:\.|node:)/.test(specifier));

  it('is imported only by published paths, also for types', () => {
    const inner = libraries.filter(({ specifier }) => !isPublished(specifier));

    expect(libraries.length).toBeGreaterThan(20);
    expect(inner.map(({ file, specifier }) => `${file.path}: ${specifier}`)).toEqual([]);
  });

  it.each([
    ['openapi-backend', true],
    ['openapi-backend/validation.js', false],
    ['fastify/lib/reply.js', false],
    ['jose/jwt/sign', true],
    ['jose/dist/webapi/index.js', false],
    ['@fastify/swagger', true],
    ['@fastify/swagger/lib/mode/static', false],
    ['preact/jsx-runtime', true],
  ])('publishes %s: %s', (specifier, isNamed) => {
    expect(isPublished(specifier)).toBe(isNamed);
  });
});

/** Members of plugins and configurations by which a bundler replaces a module. */
const REPLACING =
  /\b(?:resolveId|resolveDynamicImport|load|alias)\b(?=\s*[:(])|\btransform\b(?=\s*\(|: (?:async )?\()/g;

describe('the build', () => {
  /** The build and what it imports. */
  const files = new Set(['scripts/build.mjs', 'console/vite.config.ts']);
  for (const path of files) {
    const text = readFileSync(posix.join(ROOT, path), 'utf8');
    for (const { specifier } of importsOf({ path, text })) {
      if (/^\..*\.mjs$/.test(specifier)) files.add(posix.join(posix.dirname(path), specifier));
    }
  }

  it('replaces no module of a library', () => {
    const matches = [...files].flatMap((path) => {
      const text = readFileSync(posix.join(ROOT, path), 'utf8');
      return [...text.matchAll(REPLACING)].map(([name]) => `${path}: ${name}`);
    });

    expect(files).toContain('scripts/bundled.mjs');
    expect(matches).toEqual([]);
  });

  it.each([
    'resolveId: (id) => other(id)',
    'load(id) { return null; }',
    'resolve: { alias: { react: "preact" } }',
    'transform: (code) => code',
  ])('would fail this check with `%s`', (code) => {
    expect(code.match(REPLACING)).toHaveLength(1);
  });

  it('may replace globals', () => {
    expect('transform: { inject: {} }'.match(REPLACING)).toBeNull();
  });
});
