import { describe, expect, it } from 'vitest';
import { type Import, importsOf, sourceFiles } from './source-files.ts';

/**
 * What may import what. The first row whose pattern fits a file is its row; a target must fit one of the patterns of
 * `may`, or of `types` when only types are imported. `docs/maintaining/decisions/0002-folders-import-one-way.md` says why.
 */
const BOUNDARIES: readonly { files: RegExp; may: readonly RegExp[]; types?: readonly RegExp[] }[] = [
  // What a test may have replaced is taken from Node, in one file.
  { files: /^platform\/time$/, may: [/^node:(net|perf_hooks|timers|util|vm|worker_threads)$/] },
  { files: /^platform\/assets$/, may: [/^node:(fs(\/promises)?|module|url)$/] },
  { files: /^platform\/text-file$/, may: [/^node:(fs|net)$/] },
  { files: /^platform\/room-for-state$/, may: [/^node:v8$/] },
  { files: /^platform\/process-name$/, may: [/^node:os$/] },
  { files: /^platform\//, may: [/^platform\/time$/, /^node:crypto$/] },
  { files: /^core\/nearest(?:-path)?$/, may: [/^leven$/, /^core\/(?:nearest|path-template)$/] },
  { files: /^core\/caches$/, may: [/^lru-cache$/] },
  { files: /^core\//, may: [/^core\//, /^platform\/time$/] },
  {
    files: /^store\/sqlite\//,
    may: [
      /^store\//,
      /^core\//,
      /^platform\/(assets|time|process-wide)$/,
      /^better-sqlite3$/,
      /^node:(fs|os|path|zlib)$/,
    ],
  },
  {
    files: /^store\/postgres\//,
    may: [/^store\//, /^core\//, /^platform\/(process-name|random|text-file|time)$/, /^pg$/],
  },
  // The only file that knows which adapters there are.
  {
    files: /^store\/open$/,
    may: [
      /^store\/(?:sqlite|postgres)\/index$/,
      /^store\/(?:data-option|memory|storage|waiting|state)$/,
      /^core\/(?:clock|unusable)$/,
    ],
    types: [/^store\//],
  },
  { files: /^store\/data-option$/, may: [/^core\/redact$/] },
  { files: /^store\/memory$/, may: [/^store\/[a-z-]+$/] },
  {
    files: /^store\//,
    may: [
      /^store\/[a-z-]+$/,
      /^core\/(?:bytes|members|clock|pacer|problem|quota|text-order|world-id)$/,
      /^platform\/time$/,
    ],
    types: [/^core\//],
  },
  { files: /^tokens\//, may: [/^tokens\//, /^core\//, /^platform\/(time|process-wide)$/, /^jose$/, /^node:crypto$/] },
  {
    files: /^tls\//,
    may: [
      /^tls\//,
      /^core\/(clock|file-fault|hosts|redact|unusable)$/,
      /^platform\/(random|text-file|time)$/,
      /^@peculiar\/asn1-(schema|x509)$/,
      /^node:(crypto|fs\/promises|https?|net|os|tls)$/,
    ],
  },
  {
    files: /^credentials\//,
    may: [
      /^credentials\//,
      /^core\//,
      /^tokens\//,
      /^store\/turns$/,
      /^platform\/(random|time)$/,
      /^lru-cache$/,
      /^node:(crypto|util)$/,
    ],
    types: [/^store\/[a-z-]+$/],
  },
  // What services on keys of NGC share: as free to import as a service is.
  {
    files: /^ngc-keys\//,
    may: [
      /^ngc-keys\//,
      /^core\//,
      /^credentials\//,
      /^tokens\//,
      /^explaining\/(index|least-rights|hints\/refused-request)$/,
      /^store\/(errors|collection|collections|row-form)$/,
      /^platform\/(random|assets)$/,
      /^node:crypto$/,
    ],
    types: [/^contract\//, /^explaining\//, /^store\/[a-z-]+$/],
  },
  {
    files: /^explaining\//,
    may: [/^explaining\//, /^core\//, /^tokens\/compact$/],
  },
  {
    files: /^journal\//,
    may: [/^journal\//, /^core\//, /^platform\/time$/, /^lru-cache$/, /^node:(crypto|http|stream)$/],
    types: [/^explaining\//],
  },
  {
    files: /^faults\//,
    may: [/^faults\//, /^core\//, /^journal\/match$/, /^store\/turns$/, /^platform\/(random|time)$/, /^node:http$/],
    types: [/^generated\/library$/],
  },
  {
    files: /^contract\//,
    may: [],
    types: [
      /^contract\//,
      /^(journal|faults|explaining)\//,
      /^core\//,
      /^store\/[a-z-]+$/,
      /^tokens\//,
      /^credentials\/(deleted|derivation|presented-credential|tripwire)$/,
      /^platform\/random$/,
      /^generated\/documents$/,
    ],
  },
  {
    files: /^worlds\/world$/,
    may: [
      /^core\//,
      /^credentials\/(deleted|world-mark)$/,
      /^worlds\/(clock|signing-keys|world-state)$/,
      /^store\/seed$/,
      /^(journal|faults)\//,
      /^explaining\/hints\/token-usage$/,
    ],
    types: [
      /^store\/[a-z-]+$/,
      /^platform\/random$/,
      /^contract\//,
      /^tokens\/(index|keys|verify)$/,
      /^worlds\/(beginnings|budgets|credentials)$/,
    ],
  },
  // The list: what it takes of a service before that is loaded, and how it is loaded.
  {
    files: /^services\/index$/,
    may: [
      /^services\/[a-z-]+\/(?:[a-z-]+\/)?(manifest|cast)$/,
      /^services\/control\/(forms|index|ports)$/,
      /^core\/reasons$/,
    ],
    types: [/^contract\//, /^core\//, /^store\/row-form$/],
  },
  {
    files: /^services\/([a-z-]+)\/(?:catalogue\/)?(manifest|options|reasons|cast)$/,
    may: [
      /^services\/OWN\/(?:catalogue\/)?(forms|index|options|reasons|cast|redirect-uris|token-lifetimes)$/,
      /^core\//,
      /^ngc-keys\/(forms|reasons)$/,
    ],
    types: [/^contract\//],
  },
  {
    files: /^services\/([a-z-]+)\/(?:catalogue\/)?tables\/index$/,
    may: [/^services\/OWN\/(?:catalogue\/)?tables\//, /^core\/sections$/],
    types: [/^core\//],
  },
  {
    files: /^services\/([a-z-]+)\/(?:catalogue\/)?tables\/remedies$/,
    may: [/^services\/OWN\/(?:catalogue\/)?tables\//, /^ngc-keys\/remedies$/],
    types: [/^core\//],
  },
  {
    files: /^services\/([a-z-]+)\/(?:catalogue\/)?tables\//,
    may: [/^services\/OWN\/(?:catalogue\/)?tables\//],
    types: [/^core\//],
  },
  // The switchboard drives what testers reach for; the other services know nothing of it.
  {
    files: /^services\/control\//,
    may: [
      /^services\/control\//,
      /^(ngc-keys|core|credentials|journal|faults|tokens)\//,
      /^explaining\/index$/,
      /^store\/(errors|collection|row-form|waiting|updating)$/,
    ],
    types: [/^contract\//, /^store\/[a-z-]+$/],
  },
  // Pages that services serve to people.
  { files: /^pages\//, may: [/^pages\//, /^core\/(html|outcome)$/, /^platform\/content-source$/] },
  {
    files: /^services\/([a-z-]+)\//,
    may: [
      /^services\/OWN\//,
      /^pages\//,
      /^generated\/OWN\.(enums|lists|schemas)$/,
      /^ngc-keys\//,
      /^core\//,
      /^credentials\//,
      /^tokens\//,
      /^explaining\/(index|least-rights|hints\/refused-request)$/,
      /^store\/(errors|collection|collections|row-form)$/,
      /^platform\/(random|assets|content-source)$/,
    ],
    types: [/^contract\//, /^store\/[a-z-]+$/, /^faults\/fault$/, /^explaining\//, /^journal\/match$/],
  },
  {
    files: /^http\/compress$/,
    may: [/^http\/request$/, /^fastify$/, /^@fastify\/accept-negotiator$/, /^node:(stream|util|zlib)$/],
  },
  {
    files: /^http\/(docs|read-documents)$/,
    may: [/^http\//, /^core\//, /^explaining\/index$/, /^fastify$/, /^@fastify\/swagger(-ui)?$/, /^yaml$/],
  },
  {
    files: /^http\//,
    may: [
      /^http\//,
      /^core\//,
      /^platform\/(content-source|time)$/,
      /^fastify$/,
      /^find-my-way$/,
      /^openapi-backend$/,
      /^ajv(-formats)?$/,
      /^node:(http|net|crypto|stream)$/,
      /^store\/(errors|updating|waiting)$/,
      /^credentials\/presented-credential$/,
      /^(journal|faults|explaining)\//,
    ],
    types: [/^contract\//, /^store\/[a-z-]+$/, /^credentials\/tripwire$/, /^metrics\/metrics$/],
  },
  { files: /^config\/source-lines$/, may: [/^yaml$/, /^platform\/text-file$/] },
  {
    files: /^config\/options$/,
    may: [/^core\//, /^store\/data-option$/, /^services\/index$/],
  },
  { files: /^config\//, may: [/^core\//, /^config\//, /^platform\/text-file$/, /^yaml$/, /^node:fs\/promises$/] },
  {
    files: /^seed\/check-rows$/,
    may: [
      /^explaining\/index$/,
      /^core\/(nearest|redact)$/,
      /^store\/(collections|settings)$/,
      /^ajv(-formats)?$/,
      /^node:util$/,
    ],
    types: [/^store\/[a-z-]+$/],
  },
  {
    files: /^seed\/check$/,
    may: [/^explaining\/index$/, /^core\/(members|nearest|storable-text)$/, /^seed\/repair$/, /^ajv(-formats)?$/],
    types: [/^contract\//, /^core\//],
  },
  { files: /^seed\/(layers|repair|schema|summary)$/, may: [/^core\//], types: [/^seed\/layers$/, /^contract\//] },
  {
    files: /^seed\//,
    may: [
      /^seed\//,
      /^platform\/assets$/,
      /^config\/(config|source-lines)$/,
      /^core\//,
      /^credentials\/derivation$/,
      // What a kept seed says if it is damaged.
      /^store\/(errors|settings)$/,
      /^node:(crypto|path|fs\/promises)$/,
    ],
    types: [/^contract\//, /^store\/[a-z-]+$/, /^platform\/random$/],
  },
  {
    files: /^cli\/init$/,
    may: [/^cli\/next-steps$/, /^core\//, /^platform\/assets$/, /^node:(fs|fs\/promises|path|readline\/promises)$/],
  },
  {
    files: /^cli\/(?:refusal-text|why)$/,
    may: [/^cli\//, /^core\//, /^explaining\/index$/],
    types: [/^config\/config$/, /^generated\/library$/],
  },
  {
    files: /^cli\//,
    may: [
      /^cli\//,
      /^config\//,
      /^core\//,
      /^platform\/(assets|text-file|time)$/,
      /^@nv-auth-mock\/conformance$/,
      /^app\/server$/,
      /^services\/index$/,
      /^commander$/,
      /^node:(https?|net|path|fs(\/promises)?|stream\/promises)$/,
    ],
    types: [/^contract\/(?:cast|manifest)$/, /^store\/waiting$/],
  },
  {
    files: /^library\//,
    may: [
      /^library\//,
      /^config\/config$/,
      /^app\/server$/,
      /^platform\/(time|node-version|process-wide|random)$/,
      /^core\/(connection-advice|hosts|log|nearest|unusable|world-id)$/,
      /^tokens\/zoo\/verdicts$/,
      /^services\/index$/,
      /^eventsource-parser$/,
      /^node:(async_hooks|http|stream)$/,
    ],
    types: [/^core\//, /^config\/options$/, /^contract\/cast$/, /^generated\/library$/, /^fastify$/],
  },
  {
    files: /^(index|vitest|testcontainers)$/,
    may: [/^library\//, /^config\/options$/, /^platform\/assets$/, /^vitest$/, /^node:fs(\/promises)?$/],
    types: [
      /^node:stream$/,
      /^testcontainers$/,
      /^contract\/cast$/,
      /^core\/reasons$/,
      /^services\/index$/,
      /^generated\/library$/,
    ],
  },
  // What the package passes on, `test/architecture/conformance.test.ts` lists.
  { files: /^conformance-entry$/, may: [/./] },
  { files: /^metrics\//, may: [/^prom-client$/, /^platform\/time$/], types: [/^store\/commit-times$/] },
  // Only what runs in a browser, too.
  {
    files: /^console-entry$/,
    may: [/^core\/curl$/, /^explaining\/needs$/, /^library\/(calls|events)$/],
    types: [/^library\/(requests|worlds)$/, /^generated\/library$/],
  },
  { files: /^main$/, may: [/^cli\/index$/, /^platform\/node-version$/] },
  // Which adapter keeps a world is nobody's business outside of the store.
  { files: /^worlds\//, may: [/^(?!(?:app|cli|config|http|library|services)\/|store\/[a-z-]+\/).*/] },
  { files: /^app\//, may: [/^(?!cli\/|services\/(?!index$)|store\/[a-z-]+\/).*/] },
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

/** A service is a folder of its own. */
function folderOf(name: string): string {
  return /^services\/[a-z-]+(?=\/)/.exec(name)?.[0] ?? (name.includes('/') ? (name.split('/')[0] as string) : 'src');
}

/** The names of folders or files that reach themselves by what they import. */
function cyclesIn(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const reaches = (from: string, to: string, passed: Set<string>): boolean =>
    [...(imports.get(from) ?? [])].some((next) => {
      if (next === from || passed.has(next)) return false;
      return next === to || reaches(next, to, passed.add(next));
    });
  return [...imports.keys()].filter((name) => reaches(name, name, new Set()));
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
    ['credentials/bearer', 'http/transport/body'],
    ['core/decide', 'ngc-keys/key-policy'],
    ['services/runai/problem', 'fastify'],
    ['services/runai/problem', 'better-sqlite3'],
    ['services/runai/problem', 'services/control/problem'],
    ['services/runai/tables/rules', 'services/runai/problem'],
    ['services/runai/tables/rules', 'core/sections'],
    ['services/runai/tables/index', 'core/decide'],
    ['http/pipeline', 'services/runai/index'],
    ['config/config', 'services/index'],
    ['main', 'app/server'],
    ['http/request', 'worlds/world'],
    ['worlds/world', 'store/sqlite/index'],
    ['app/server', 'store/sqlite/index'],
    ['app/server', 'store/postgres/index'],
    ['somewhere-new', 'core/clock'],
  ])('would catch %s importing %s', (name, target) => {
    expect(violations(name, [{ specifier: target, target, typeOnly: false }])).toHaveLength(1);
  });

  it('points one way between folders, types included', () => {
    const folders = new Map<string, Set<string>>();
    for (const { name, imports } of FILES) {
      const known = folders.get(folderOf(name)) ?? new Set();
      for (const { target } of imports) if (/^[a-z-]+\//.test(target)) known.add(folderOf(target));
      folders.set(folderOf(name), known);
    }

    expect(cyclesIn(folders)).toEqual([]);
    expect(
      cyclesIn(
        new Map([
          ['a', new Set(['b'])],
          ['b', new Set(['c'])],
          ['c', new Set(['a'])],
        ]),
      ),
    ).toEqual(['a', 'b', 'c']);
  });

  it('has no circle of files, types included', () => {
    const files = new Map(FILES.map(({ name, imports }) => [name, new Set(imports.map(({ target }) => target))]));

    expect(cyclesIn(files)).toEqual([]);
  });

  it('has no file that is longer than 400 lines', () => {
    const long = sourceFiles('src', '.ts').filter(({ text }) => text.split('\n').length > 401);

    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('has few entries to explaining', () => {
    const outside = FILES.filter(({ name }) => !name.startsWith('explaining/'));
    const inside = outside.flatMap(({ imports }) => imports.filter(({ target }) => /^explaining\//.test(target)));

    expect([...new Set(inside.map(({ target }) => target))].sort()).toEqual([
      'explaining/hints/index',
      'explaining/hints/refused-request',
      'explaining/hints/token-usage',
      'explaining/hints/tokens',
      'explaining/index',
      'explaining/least-rights',
      // For browsers: the index has modules of Node.
      'explaining/needs',
    ]);
  });

  it('sees the imports that it judges', () => {
    const decide = FILES.find(({ name }) => name === 'http/steps/decide');

    expect(decide?.imports.map(({ target }) => target)).toContain('core/decide');
    expect(FILES.flatMap(({ imports }) => imports).length).toBeGreaterThan(150);
  });
});
