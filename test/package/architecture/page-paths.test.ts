import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, sourceFiles } from './source-files.ts';

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md'].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  ...['docs', 'src/services', 'openapi', 'fixtures'].flatMap((folder) => sourceFiles(folder, '.md')),
];

/** The folders that paths of pages are relative to. */
const BEGINNINGS = ['', 'src', ...readdirSync(join(ROOT, 'src/services')).map((name) => `src/services/${name}`)];

/** Lists files and folders in backticks, except build results, package exports and placeholders. */
function listPaths(text: string): string[] {
  const paths = [...text.matchAll(/`([a-z][\w.-]*\/[\w./-]*)`/g)].map(([, path = '']) => path);
  return paths.filter(
    (path) => /(?:\.(?:tsx?|mjs|json|md)|\/)$/.test(path) && !/^(?:dist|nv-auth-mock)\/|NAME/.test(path),
  );
}

it('pages refer to existing files only', () => {
  const missing = PAGES.flatMap(({ path: page, text }) =>
    listPaths(text)
      .filter((path) => ![...BEGINNINGS, dirname(page)].some((folder) => existsSync(join(ROOT, folder, path))))
      .map((path) => `${page}: ${path}`),
  );

  expect(PAGES.flatMap(({ text }) => listPaths(text)).length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});
