import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, sourceFiles } from './source-files.ts';

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md'].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  ...['docs', 'src/services', 'openapi', 'fixtures'].flatMap((folder) => sourceFiles(folder, '.md')),
];

/** Where a path that a page names may begin: at the repository, in `src/`, or in the folder of a service. */
const BEGINNINGS = ['', 'src', ...readdirSync(join(ROOT, 'src/services')).map((name) => `src/services/${name}`)];

/** Files and folders between backticks, but for what the build makes, what the package exports, and placeholders. */
function pathsIn(text: string): string[] {
  const paths = [...text.matchAll(/`([a-z][\w.-]*\/[\w./-]*)`/g)].map(([, path = '']) => path);
  return paths.filter(
    (path) => /(?:\.(?:tsx?|mjs|json|md)|\/)$/.test(path) && !/^(?:dist|nv-auth-mock)\/|NAME/.test(path),
  );
}

it('pages name no file that has moved', () => {
  const gone = PAGES.flatMap(({ path: page, text }) =>
    pathsIn(text)
      .filter((path) => ![...BEGINNINGS, dirname(page)].some((folder) => existsSync(join(ROOT, folder, path))))
      .map((path) => `${page}: ${path}`),
  );

  expect(PAGES.flatMap(({ text }) => pathsIn(text)).length).toBeGreaterThan(100);
  expect(gone).toEqual([]);
});
