import { describe, expect, it } from 'vitest';
import { importsOf, type SourceFile, sourceFiles } from './source-files.ts';

/** Modules that start processes, pack the package, or need PostgreSQL or a browser. */
const STARTS =
  /^(?:node:child_process|test\/support\/(?:browser|command|package|postgres(?:-\w+)?|processes|readable-copy|terminal)|console\/test\/support\/window)$/;

/**
 * Tests that take seconds without starting anything: many worlds, slow connections, random requests, reopened stores.
 */
const LONG = [
  ...[
    'long/fuzz/fuzz',
    'long/fuzz/valid',
    'long/linear/linear',
    'long/models/models',
    'long/models/restores',
    'long/soak/kills',
    'long/soak/soak',
  ],
  ...['app/bounds', 'package/architecture/trace/trace', 'compare/ways', 'store/tampered', 'verify/complete'],
  ...['http/answers', 'http/attacks', 'http/early-answers', 'http/budgets', 'http/waiting', 'http/worlds-held'],
  ...['app/secret-values', 'http/docs', 'store/stored-worlds'],
  ...['kept-requests'].map((name) => `services/control/${name}`),
  ...['e2e/scenarios/broken-answers', 'e2e/scenarios/fifty-worlds', 'e2e/scenarios/worlds-apart'],
  ...['http/transport/reader-that-stopped', 'e2e/scenarios/every-refusal-has-a-fix', 'library/fifty-worlds'],
  ...['store/recovery', 'store/forms', 'store/weight'],
];

/** Lists the imports of a file that start something. */
function listStarted(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ target, typeOnly }) => !typeOnly && STARTS.test(target))
    .map(({ target }) => `${file.path} -> ${target}`);
}

/** Lists the test files of the server and the console. */
const listTestFiles = (ending: string) => ['test', 'console/test'].flatMap((folder) => sourceFiles(folder, ending));

describe('the tests of `npm test`', () => {
  it('start no processes; tests that do are `.e2e.ts` files', () => {
    expect(listTestFiles('.test.ts').flatMap(listStarted)).toEqual([]);
  });
});

describe('the tests of `npm run test:e2e`', () => {
  it('start processes, or take long', () => {
    const long = new Set(LONG.map((name) => `test/${name}.e2e.ts`));
    const idle = listTestFiles('.e2e.ts').filter((file) => listStarted(file).length === 0 && !long.has(file.path));
    expect(idle.map(({ path }) => path)).toEqual([]);
  });
});
