import { describe, expect, it } from 'vitest';
import { sourceFiles } from './source-files.ts';

const FILES = ['src', 'conformance/src'].flatMap((folder) => sourceFiles(folder, '.ts'));

/** What only one file may do, and that file. */
const OWNERS: readonly [what: string, pattern: RegExp, owner: string][] = [
  ['reads the machine’s clock', /Date\.now\(|new (?:Real)?Date\(\)|performance\.now|hrtime/, 'src/time/clock.ts'],
  [
    'draws randomness',
    /Math\.random|randomBytes|randomUUID|randomFill|randomInt|getRandomValues/,
    'src/platform/random.ts',
  ],
  ['knows where files of the package lie', /import\.meta/, 'src/platform/assets.ts'],
  [
    'lets Node schedule what tests may replace',
    /\bprocess\w*\.nextTick\(|AbortSignal\.timeout\(/,
    'src/platform/time.ts',
  ],
  ['takes what tests replace from Node', /'node:(?:timers|perf_hooks)|runIn\w+Context\('/, 'src/platform/time.ts'],
];

describe('only one file', () => {
  it.each(OWNERS)('%s', (_what, pattern, owner) => {
    const found = FILES.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

    expect(found).toEqual([owner]);
  });
});

describe('no source file', () => {
  it('runs compiled code from a folder, where another user may have planted it', () => {
    expect(FILES.filter(({ text }) => /compileCache|cachedData/i.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('is a drawer for everything', () => {
    expect(FILES.filter(({ path }) => /(utils?|helpers?|common|misc)\.ts$/.test(path))).toEqual([]);
  });

  it('keeps state of its own: what changes belongs to a world', () => {
    const found = FILES.filter(({ text }) => /^(export )?(let|var) /m.test(text)).map(({ path }) => path);

    expect(found).toEqual([]);
  });

  it('keeps state in a constant, either: what is filled as requests come belongs to somebody', () => {
    const found = FILES.flatMap(({ path, text }) => constantsThatFill(text).map((name) => `${path}: ${name}`));

    expect(found).toEqual([...OF_THE_PROCESS, ...MEMOS].sort());
    expect(constantsThatFill('const SEEN = new Map<string, number>();\nexport const HELD: string[] = [];')).toEqual([
      'SEEN',
      'HELD',
    ]);
    expect(constantsThatFill('const KNOWN: ReadonlySet<string> = new Set([1]);\n  const own = new Map();')).toEqual([]);
  });

  it('is unfinished', () => {
    expect(FILES.filter(({ text }) => /\b(TODO|FIXME|XXX)\b/.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

/** The event loop is the process's, and so is the queue for its turns: it is empty whenever nothing waits. */
const OF_THE_PROCESS: readonly string[] = ['src/platform/time.ts: waiting'];

/** What is remembered of values that never change: whether it was asked before or not, the answer is the same. */
const MEMOS: readonly string[] = [
  'src/explaining/hints/paths.ts: NEAREST_BY_REQUEST',
  'src/http/compress.ts: COMPRESSED_BUFFERS',
  'src/seed/check-rows.ts: VALIDATORS',
  'src/seed/schema-checker.ts: CHECKERS',
];

/** Names of a file's own maps, sets and lists that are not for reading only. */
function constantsThatFill(text: string): string[] {
  const filling =
    /^(?:export )?const (\w+)(?:: (?!Readonly|readonly)[^=\n]+)? = (?:new (?:Weak)?(?:Map|Set)\b|\[\];|\{\};)/gm;
  return [...text.matchAll(filling)].map(([, name]) => String(name));
}

it('tables are literals: no function, and no call but that which lays them out', () => {
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
