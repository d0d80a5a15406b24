import { describe, expect, it } from 'vitest';
import { type Import, importsOf, sourceFiles } from './source-files.ts';

/**
 * What may import what. The first row whose pattern fits a file is its row; a target must fit one of the patterns of
 * `may`, or of `types` when only types are imported. `docs/decisions/0002-boundaries.md` says why.
 */
const BOUNDARIES: readonly { files: RegExp; may: readonly RegExp[]; types?: readonly RegExp[] }[] = [
  // What a test may have replaced is taken from Node, in one file.
  { files: /^core\/machine$/, may: [/^node:(net|perf_hooks|timers|util|vm|worker_threads)$/] },
  { files: /^core\//, may: [/^core\//] },
  { files: /^store\/(?:sqlite|memory)\//, may: [/^store\//, /^core\//, /^better-sqlite3$/, /^node:(fs|path)$/] },
  { files: /^store\//, may: [], types: [/^core\//, /^store\/[a-z-]+$/] },
  { files: /^tokens\//, may: [/^tokens\//, /^core\//, /^jose$/, /^node:crypto$/] },
  {
    files: /^credentials\//,
    may: [/^credentials\//, /^core\//, /^tokens\//, /^random$/, /^node:(crypto|util)$/],
    types: [/^store\/[a-z-]+$/],
  },
  {
    files: /^service$/,
    may: [],
    types: [/^core\//, /^store\/[a-z-]+$/, /^tokens\//, /^credentials\/(remembered|derivation|presented)$/, /^random$/],
  },
  {
    files: /^app\/world$/,
    may: [/^core\//, /^credentials\/(remembered|world-mark)$/, /^app\/world-clock$/],
    types: [/^store\/[a-z-]+$/, /^random$/, /^service$/],
  },
  { files: /^services\/index$/, may: [/^services\/[a-z-]+\/(index|ports)$/], types: [/^service$/, /^core\//] },
  { files: /^services\/([a-z-]+)\/tables\//, may: [/^services\/OWN\/tables\//], types: [/^core\//] },
  {
    files: /^services\/([a-z-]+)\//,
    may: [/^services\/OWN\//, /^core\//, /^credentials\//, /^tokens\//, /^store\/errors$/, /^random$/],
    types: [/^service$/, /^store\/[a-z-]+$/],
  },
  {
    files: /^http\//,
    may: [
      /^http\//,
      /^core\//,
      /^fastify$/,
      /^openapi-backend$/,
      /^ajv(-formats)?$/,
      /^node:(http|net|crypto)$/,
      /^store\/errors$/,
      /^credentials\/presented$/,
    ],
    types: [/^service$/, /^log$/, /^store\/[a-z-]+$/],
  },
  { files: /^nearest$/, may: [/^leven$/] },
  { files: /^random$/, may: [/^node:crypto$/] },
  { files: /^log$/, may: [/^core\//] },
  { files: /^assets$/, may: [/^node:fs\/promises$/] },
  { files: /^options$/, may: [/^core\//, /^log$/] },
  { files: /^config$/, may: [/^core\//, /^(options|nearest|lines)$/, /^yaml$/, /^node:fs\/promises$/] },
  { files: /^seed\/check$/, may: [/^nearest$/, /^ajv$/], types: [/^service$/, /^core\//] },
  { files: /^seed\/(layers|schema|summary)$/, may: [/^core\//], types: [/^seed\/layers$/, /^service$/] },
  {
    files: /^seed\//,
    may: [
      /^seed\//,
      /^(assets|lines|config)$/,
      /^core\//,
      /^credentials\/derivation$/,
      /^node:(crypto|path|fs\/promises)$/,
    ],
    types: [/^service$/, /^app\/world$/, /^store\/[a-z-]+$/, /^random$/],
  },
  {
    files: /^cli\//,
    may: [
      /^cli\//,
      /^(config|options)$/,
      /^core\//,
      /^log$/,
      /^assets$/,
      /^(nearest|drift)$/,
      /^app\/(server|notices)$/,
      /^commander$/,
      /^node:http$/,
    ],
  },
  { files: /^drift$/, may: [] },
  { files: /^lines$/, may: [/^yaml$/, /^node:fs\/promises$/] },
  {
    files: /^library\//,
    may: [/^library\//, /^(config|log|nearest)$/, /^app\/server$/, /^core\/(node-version|unusable|reasons|world-id)$/],
    types: [/^core\//, /^options$/, /^fastify$/],
  },
  {
    files: /^(index|vitest|testcontainers)$/,
    may: [/^library\//, /^options$/, /^(vitest|testcontainers)$/, /^node:fs(\/promises)?$/],
    types: [/^node:stream$/],
  },
  { files: /^main$/, may: [/^cli\/index$/, /^core\/node-version$/] },
  { files: /^app\//, may: [/^(?!cli\/|services\/(?!index$)).*/] },
];

/** `OWN` in a pattern stands for what the first group of `files` found. */
function fits(found: Import, patterns: readonly RegExp[], own: string): boolean {
  return patterns.some(({ source }) => new RegExp(source.replaceAll('OWN', own)).test(found.target));
}

function violations(name: string, imports: readonly Import[]): string[] {
  const row = BOUNDARIES.find(({ files }) => files.test(name));
  if (row === undefined) return [`${name} has no row in the table of boundaries`];
  const own = row.files.exec(name)?.[1] ?? '';
  const allowed = (found: Import) => fits(found, row.may, own) || (found.typeOnly && fits(found, row.types ?? [], own));
  return imports
    .filter((found) => !allowed(found))
    .map(({ target, typeOnly }) => `${name} -> ${target}${typeOnly ? ' (types)' : ''}`);
}

const FILES = sourceFiles('src', '.ts').map((file) => ({
  name: file.path.replace(/^src\//, '').replace(/\.ts$/, ''),
  imports: importsOf(file),
}));

describe('what may import what', () => {
  it('is kept by every file', () => {
    expect(FILES.flatMap(({ name, imports }) => violations(name, imports))).toEqual([]);
  });

  it.each([
    ['core/decide', 'store/index'],
    ['core/decide', 'node:fs'],
    ['store/index', 'better-sqlite3'],
    ['tokens/mint', 'store/index'],
    ['credentials/bearer', 'http/body'],
    ['services/runai/problem', 'fastify'],
    ['services/runai/problem', 'better-sqlite3'],
    ['services/runai/problem', 'services/control/problem'],
    ['services/runai/tables/rules', 'services/runai/problem'],
    ['http/pipeline', 'services/runai/index'],
    ['config', 'services/index'],
    ['main', 'app/server'],
    ['http/context', 'app/world'],
    ['app/world', 'store/sqlite/index'],
    ['somewhere-new', 'core/clock'],
  ])('would catch %s importing %s', (name, target) => {
    expect(violations(name, [{ specifier: target, target, typeOnly: false }])).toHaveLength(1);
  });

  it('sees the imports that it judges', () => {
    const decide = FILES.find(({ name }) => name === 'http/steps/decide');

    expect(decide?.imports.map(({ target }) => target)).toContain('core/decide');
    expect(FILES.flatMap(({ imports }) => imports).length).toBeGreaterThan(150);
  });
});
