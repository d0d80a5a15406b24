import { expect, it } from 'vitest';
import { sourceFiles } from './source-files.ts';

const FILES = ['src', 'conformance/src'].flatMap((folder) => sourceFiles(folder, '.ts'));

it.each([
  ['reads the machine’s clock', /Date\.now\(|new (?:Real)?Date\(\)|performance\.now|hrtime/, ['src/lib/clock.ts']],
  [
    'draws randomness',
    /Math\.random|randomBytes|randomUUID|randomFill|randomInt|getRandomValues/,
    ['src/lib/random.ts'],
  ],
  ['locates files of the package', /import\.meta/, ['src/lib/assets.ts']],
  ['uses timers that tests may replace', /\bprocess\w*\.nextTick\b|AbortSignal\.timeout\(/, ['src/lib/time.ts']],
  ['imports replaceable globals from Node', /'node:(?:timers|perf_hooks)|runIn\w+Context\('/, ['src/lib/time.ts']],
  ['runs code of a cache folder, to which another user may write', /compileCache|cachedData/i, []],
  ['has a variable as state, which would belong to a world', /^(export )?(let|var) /m, []],
])('no file %s, except its owner', (_what, pattern, owners) => {
  expect(FILES.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual(owners);
});

/** The queue of the event loop of the process, which is empty if nothing waits; and caches of values that never change, or of immutable objects. */
const CONSTANTS_WITH_STATE = [
  'src/decisions/explaining/hints/paths.ts: NEAREST_BY_REQUEST',
  'src/http/compress.ts: COPIES',
  'src/journal/body.ts: READINGS',
  'src/lib/time.ts: waiting',
  'src/worlds/seed/check.ts: VALIDATORS',
];

it('no constant of a file has state, except listed ones', () => {
  const filling =
    /^(?:export )?const (\w+)(?:: (?!Readonly|readonly)[^=\n]+)? = (?:new (?:Weak)?(?:Map|Set)\b|\[\];|\{\};)/gm;
  const found = FILES.flatMap(({ path, text }) => [...text.matchAll(filling)].map(([, name]) => `${path}: ${name}`));

  expect(found.sort()).toEqual(CONSTANTS_WITH_STATE);
});

it('tables are literals without functions and calls, except `layOut`', () => {
  const tables = FILES.filter(({ path }) => /^src\/services\/[a-z]+\/tables\//.test(path));

  expect(tables.length).toBeGreaterThan(4);
  for (const { path, text } of tables) {
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/"[^"\n]*"|'[^'\n]*'|`[^`\n]*`/g, "''");
    expect(path.endsWith('/tables/index.ts') ? code.replace(/\blayOut\(/g, '') : code, path).not.toMatch(
      /=>|\bfunction\b(?!:)|\bnew\b|\w\(/,
    );
  }
});
