import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { operationsOf } from '../../src/services/air/actions.ts';
import { RESOURCES } from '../../src/services/air/tables/index.ts';
import { control } from '../../src/services/control/index.ts';
import type { Ports } from '../../src/services/index.ts';
import { actionsOf } from '../../src/services/nvcf/laws.ts';
import { SERVICES } from '../support/services.ts';
import { ROOT, sourceFiles } from './source-files.ts';

type Members = Readonly<Record<string, unknown>>;
type Sections = readonly { readonly rows: object }[];
interface Written {
  readonly head: Members;
  readonly rows: readonly (readonly [name: string, own: Members])[];
}

const FILES = sourceFiles('src/services', '.ts').filter(({ path }) => /\/tables\/(?!index\.ts$)/.test(path));
const EXPORTED: unknown[] = (
  await Promise.all(FILES.map(async ({ path }) => Object.values(await import(join(ROOT, path)))))
).flat();

/** Every table, as it is written; that of two readings as each of them has it, too. */
const TABLES: readonly Sections[] = [
  ...EXPORTED.filter(isSections),
  ...RESOURCES.map(({ operations }) => operations),
  actionsOf('documented'),
  actionsOf('open-source'),
];

function isSections(value: unknown): value is Sections {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null && 'rows' in one);
}

function written({ rows, ...head }: Sections[number]): Written {
  return { head, rows: Array.isArray(rows) ? rows.map((name) => [name, {}] as const) : Object.entries(rows) };
}

/** What decides of a row whether it could stand in a section with another. */
const LAW = ['needs', 'source', 'certainty'] as const;
/** What an operation of Air acts on: rows of one section may differ in it. */
const PLACE: readonly string[] = ['item', 'ownersOnly'];

/** Everything that is said twice in a table, each as a sentence that names the rows. */
function repeats(sections: Sections): string[] {
  const table = sections.map(written);
  // The order of rules and operations means nothing; that of roles and scopes is the order in which they are told.
  const isOrdered = !table.some(({ head, rows }) => isLaw(head) || rows.some(([, own]) => isLaw(own)));
  return [...table.flatMap((section) => repeatsWithin(section, isOrdered)), ...likeSections(table, isOrdered)];
}

function isLaw(members: Members): boolean {
  return 'needs' in members || 'rule' in members;
}

function repeatsWithin({ head, rows }: Written, isOrdered: boolean): string[] {
  const members = [...new Set(rows.flatMap(([, own]) => Object.keys(own)))];
  return [
    ...rows.flatMap(([name, own]) =>
      Object.keys(own)
        .filter((member) => member in head && isDeepStrictEqual(own[member], head[member]))
        .map((member) => `${name} says the \`${member}\` of its section again`),
    ),
    ...members
      .filter((member) => rows.length > 1 && rows.every(([, own]) => member in own))
      .filter((member) => rows.every(([, own]) => isDeepStrictEqual(own[member], rows[0]?.[1][member])))
      .map((member) => `${rows.map(([name]) => name).join(', ')} say the same \`${member}\``),
    ...pairs(rows, isOrdered).flatMap(([[name, own], [other, others]]) => [
      ...('source' in own && own['source'] === others['source'] ? [`${name} and ${other} say the same source`] : []),
      ...(needTheSame({ ...head, ...own }, { ...head, ...others }) && LAW.some((one) => one in own || one in others)
        ? [`${name} and ${other} need the same by the same source`]
        : []),
    ]),
  ];
}

function needTheSame(row: Members, other: Members): boolean {
  return 'needs' in row && LAW.every((member) => isDeepStrictEqual(row[member], other[member]));
}

function likeSections(table: readonly Written[], isOrdered: boolean): string[] {
  const bare = ({ head }: Written) =>
    Object.fromEntries(Object.entries(head).filter(([name]) => !PLACE.includes(name)));
  return pairs(table, isOrdered)
    .filter(([one, other]) => isDeepStrictEqual(bare(one), bare(other)))
    .map(([one, other]) => `${one.rows[0]?.[0]} and ${other.rows[0]?.[0]} could be in one section`);
}

function pairs<Item>(items: readonly Item[], onlyNeighbours: boolean): [Item, Item][] {
  return items.flatMap((item, index) =>
    items.slice(index + 1, onlyNeighbours ? index + 2 : undefined).map((other): [Item, Item] => [item, other]),
  );
}

const DOCUMENTED = { source: 'page 1', certainty: 'documented' };

describe('no row of a table', () => {
  it('says what another one, or its section, has said', () => {
    expect(TABLES.length).toBeGreaterThan(45);
    expect(TABLES.flatMap(repeats)).toEqual([]);
  });

  it('stands beside the sections', () => {
    const names = new Set([
      ...TABLES.flatMap((sections) => sections.map(written).flatMap(({ rows }) => rows.map(([name]) => name))),
      ...RESOURCES.flatMap(operationsOf).map(({ id }) => id),
    ]);
    const laws = [control({} as Ports), ...SERVICES].flatMap((service) => service.laws);
    const rows = laws.flatMap(({ tables }) => [
      ...[...tables.permissions, ...tables.rules, ...tables.operations, ...(tables.resourceTypes ?? [])].map(
        ({ id }) => id,
      ),
      ...tables.roles.map(({ name }) => name),
    ]);

    expect(rows.length).toBeGreaterThan(1000);
    expect(rows.filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('it would catch', () => {
  it('a row that says what its section says', () => {
    const sections = [{ ...DOCUMENTED, needs: {}, rows: { list: { certainty: 'documented' }, get: {} } }];

    expect(repeats(sections)).toContain('list says the `certainty` of its section again');
  });

  it('rows that all say the same', () => {
    const sections = [{ ...DOCUMENTED, rows: { list: { rule: 'public' }, get: { rule: 'public' } } }];

    expect(repeats(sections)).toEqual(['list, get say the same `rule`']);
  });

  it('siblings with equal needs, source and certainty, each of which says them', () => {
    const publish = { needs: { all: ['publish'] }, ...DOCUMENTED };
    const sections = [
      { rows: { list: { needs: {}, ...DOCUMENTED, certainty: 'implied' }, publish, unpublish: publish } },
    ];

    expect(repeats(sections)).toContain('publish and unpublish need the same by the same source');
  });

  it('siblings that need the same where the section says the rest', () => {
    const read = { needs: { all: ['read'] } };
    const sections = [{ ...DOCUMENTED, rows: { list: read, create: { needs: { all: ['create'] } }, get: read } }];

    expect(repeats(sections)).toEqual(['list and get need the same by the same source']);
  });

  it('a source that two operations name', () => {
    const sections = [
      {
        certainty: 'documented',
        rows: {
          list: { rule: 'list', source: 'page 1' },
          get: { rule: 'get', source: 'page 2' },
          change: { rule: 'change', source: 'page 1' },
        },
      },
    ];

    expect(repeats(sections)).toEqual(['list and change say the same source']);
  });

  it('operations of a resource in two sections that differ in nothing else than what they act on', () => {
    const edit = { ...DOCUMENTED, needs: ['air:simulation_edit'] };
    const sections = [
      { ...edit, rows: ['create'] },
      { ...DOCUMENTED, needs: [], rows: ['list'] },
      { ...edit, item: true, ownersOnly: true, rows: ['update'] },
    ];

    expect(repeats(sections)).toEqual(['create and update could be in one section']);
  });

  it('neighbours in a table whose order counts, and nothing further apart', () => {
    const named = { source: 'guide', certainty: 'documented' };
    const rows = { a: named, b: named, c: { label: 'C' }, d: named };

    const sections = [{ source: 'form', certainty: 'inferred', rows }];

    expect(repeats(sections)).toEqual(['a and b say the same source']);
  });
});
