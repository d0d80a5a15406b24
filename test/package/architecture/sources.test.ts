import { describe, expect, it } from 'vitest';
import { sourceFiles } from './source-files.ts';

const FILES = ['src', 'conformance/src'].flatMap((folder) => sourceFiles(folder, '.ts'));

/** Tasks of a single file, and that file. */
const OWNERS: readonly [title: string, pattern: RegExp, owner: string][] = [
  ['reads the machine’s clock', /Date\.now\(|new (?:Real)?Date\(\)|performance\.now|hrtime/, 'src/lib/clock.ts'],
  ['draws randomness', /Math\.random|randomBytes|randomUUID|randomFill|randomInt|getRandomValues/, 'src/lib/random.ts'],
  ['locates files of the package', /import\.meta/, 'src/lib/assets.ts'],
  ['uses timers of Node that tests may replace', /\bprocess\w*\.nextTick\b|AbortSignal\.timeout\(/, 'src/lib/time.ts'],
  ['imports replaceable globals from Node', /'node:(?:timers|perf_hooks)|runIn\w+Context\('/, 'src/lib/time.ts'],
];

describe('only one file', () => {
  it.each(OWNERS)('%s', (_what, pattern, owner) => {
    const matches = FILES.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

    expect(matches).toEqual([owner]);
  });
});

describe('no source file', () => {
  it('runs compiled code from a cache folder, to which another user may write', () => {
    expect(FILES.filter(({ text }) => /compileCache|cachedData/i.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('has a generic name such as `utils`', () => {
    expect(FILES.filter(({ path }) => /(utils?|helpers?|common|misc)\.ts$/.test(path))).toEqual([]);
  });

  it('has module state: state belongs to a world', () => {
    const matches = FILES.filter(({ text }) => /^(export )?(let|var) /m.test(text)).map(({ path }) => path);

    expect(matches).toEqual([]);
  });

  it('has module state in constants, except listed ones', () => {
    const matches = FILES.flatMap(({ path, text }) => listFillableConstants(text).map((name) => `${path}: ${name}`));

    expect(matches).toEqual([...OF_THE_PROCESS, ...MEMOS].sort());
    expect(listFillableConstants('const SEEN = new Map<string, number>();\nexport const HELD: string[] = [];')).toEqual(
      ['SEEN', 'HELD'],
    );
    expect(listFillableConstants('const KNOWN: ReadonlySet<string> = new Set([1]);\n  const own = new Map();')).toEqual(
      [],
    );
  });

  it('is unfinished', () => {
    expect(FILES.filter(({ text }) => /\b(TODO|FIXME|XXX)\b/.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

/** State of the process: the queue of its event loop, which is empty if nothing waits. */
const OF_THE_PROCESS: readonly string[] = ['src/lib/time.ts: waiting'];

/** Caches of values that never change. */
const MEMOS: readonly string[] = [
  'src/decisions/explaining/hints/paths.ts: NEAREST_BY_REQUEST',
  'src/http/compress.ts: COPIES',
  'src/worlds/seed/check.ts: VALIDATORS',
];

/** Lists the module-level maps, sets and lists of a file that are not read-only. */
function listFillableConstants(text: string): string[] {
  const filling =
    /^(?:export )?const (\w+)(?:: (?!Readonly|readonly)[^=\n]+)? = (?:new (?:Weak)?(?:Map|Set)\b|\[\];|\{\};)/gm;
  return [...text.matchAll(filling)].map(([, name]) => String(name));
}

it('tables are literals without functions and calls, except `layOut`', () => {
  const tables = FILES.filter(({ path }) => /^src\/services\/[a-z]+\/tables\//.test(path));

  expect(tables.length).toBeGreaterThan(4);
  for (const { path, text } of tables) {
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/"[^"\n]*"|'[^'\n]*'|`[^`]*`/g, "''");
    const call = path.endsWith('/tables/index.ts')
      ? /=>|\bfunction\b(?!:)|\bnew\b|\b(?!layOut\()\w+\(/
      : /=>|\bfunction\b(?!:)|\bnew\b|\w\(/;
    expect(code, path).not.toMatch(call);
  }
});
