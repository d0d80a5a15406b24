import { describe, expect, it } from 'vitest';
import { importsOf, type SourceFile, sourceFiles } from './source-files.ts';

/** What starts processes, packs the package, or needs PostgreSQL or a browser. */
const STARTS =
  /^(?:node:child_process|test\/support\/(?:balancer|browser|command|package|postgres(?:-\w+)?|readable-copy|standby|terminal))$/;

/**
 * What takes seconds without starting anything: many worlds, lines that drip, random requests, thousands of questions,
 * stores and files that are opened again.
 */
const LONG = [
  ...['fuzz/fuzz', 'fuzz/valid', 'linear/linear', 'models/models', 'models/restores', 'soak/kills', 'soak/soak'],
  ...['app/bounds', 'architecture/trace/trace', 'compare/ways', 'store/tampered', 'verify/complete'],
  ...['http/answers', 'http/attacks', 'http/budgets', 'http/waiting', 'http/worlds-held'],
  ...['config/secret-values', 'http/docs', 'store/kept-worlds'],
  ...['forged-rows', 'kept-requests', 'least-privilege-of-requests', 'snapshot-files'].map(
    (name) => `services/control/${name}`,
  ),
  ...['scenarios/broken-answers', 'scenarios/fifty-worlds', 'scenarios/worlds-apart'],
  ...['http/transport/reader-that-stopped', 'scenarios/every-refusal-has-a-fix', 'library/fifty-worlds'],
  ...['store/recovery', 'store/forms', 'store/weight'],
];

/** What a file imports that starts something. */
function startedBy(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ target, typeOnly }) => !typeOnly && STARTS.test(target))
    .map(({ target }) => `${file.path} -> ${target}`);
}

/** The tests of the server and of its workspaces. */
const testFiles = (ending: string) => ['test', 'console/test'].flatMap((folder) => sourceFiles(folder, ending));

describe('the tests of `npm test`', () => {
  it('start nothing: those that do are called `.e2e.ts`, and run by `npm run test:e2e`', () => {
    expect(testFiles('.test.ts').flatMap(startedBy)).toEqual([]);
  });
});

describe('the tests of `npm run test:e2e`', () => {
  it('start something, or take long', () => {
    const long = new Set(LONG.map((name) => `test/${name}.e2e.ts`));
    const idle = testFiles('.e2e.ts').filter((file) => startedBy(file).length === 0 && !long.has(file.path));
    expect(idle.map(({ path }) => path)).toEqual([]);
  });
});
