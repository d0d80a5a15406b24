import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, sourceFiles } from './source-files.ts';

/** `test/http/bodies.test.ts` from the root, or the end of a path: `steps/decide.ts`. Capitals stand for any name. */
const FILE_NAME = /`((?:[a-z0-9.-]+\/)+[\w.-]+\.(?:ts|[cm]?js|json|md|ya?ml))`/g;

it('every file in a comment exists', () => {
  const sources = ['src', 'test', 'scripts', 'console'].flatMap((folder) => [
    ...sourceFiles(folder, '.ts'),
    ...sourceFiles(folder, '.mjs'),
  ]);
  const exists = (name: string) =>
    existsSync(join(ROOT, name)) || sources.some(({ path }) => path.endsWith(`/${name}`));
  const comments = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/^\s*(?:\/\/|\/?\*).*$/gm)].map(([line]) => ({ path, line })),
  );
  const named = comments.flatMap(({ path, line }) =>
    [...line.matchAll(FILE_NAME)].map(([, name = '']) => ({ path, name })),
  );

  expect(named).toContainEqual({
    path: 'src/decisions/explaining/hints/paths.ts',
    name: 'test/decisions/explaining/hints/paths.test.ts',
  });
  expect(named.filter(({ name }) => !exists(name))).toEqual([]);
});
