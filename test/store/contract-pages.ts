import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../src/lib/random.ts';
import type { Change, Facets, PageQuery, Row } from '../../src/store/row.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { NOON, row } from '../support/records.ts';
import { type PlainCollections, withoutRevisions } from '../support/rows.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

const THINGS = 'things';

const ALL: PageQuery = {
  account: 'acme',
  where: [],
  search: null,
  order: { by: 'id', descending: false },
  limit: 1000,
  offset: 0,
};

const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id);
const createPut = (stored: Row): Change => ({ kind: 'put', row: stored });
const createRemoval = (id: string, collection = THINGS): Change => ({ kind: 'remove', collection, id });

/** Creates a row with facets, created and modified at noon. */
function createListed(id: string, facets: Partial<Facets> = {}, overrides: Partial<Row> = {}): Row {
  return row(id, { facets: { name: id, state: null, createdAt: NOON, modifiedAt: NOON, ...facets }, ...overrides });
}

/** Tests of pages and commits of `src/store/collections.ts`, for every adapter. */
export function pagesContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, pages:`, () => {
    const bench = useBench(benchOf);

    const openWith = async (...rows: readonly Row[]) => {
      await withoutRevisions(await bench.next()).collections.commit(rows.map(createPut));
      return withoutRevisions(await bench.next()).collections;
    };

    const findIds = async (collections: PlainCollections, query: Partial<PageQuery>, collection = THINGS) => {
      const { count, rows } = await collections.page(collection, { ...ALL, ...query });
      expect(count, 'the count covers all pages').toBe(rows.length);
      return idsOf(rows);
    };

    it('a page of large rows ends at the size limit, and the next page continues there', async () => {
      const ids = Array.from({ length: 60 }, (_, index) => `row-${String(index).padStart(2, '0')}`);
      const collections = await openWith(
        ...ids.map((id) => createListed(id, {}, { body: { text: 'x'.repeat(1000) } })),
      );
      const read: string[] = [];
      for (const expected of [39, 21]) {
        const page = await collections.page(THINGS, { ...ALL, offset: read.length, most: 40_000 });
        expect(page.count).toBe(60);
        expect(page.rows).toHaveLength(expected);
        read.push(...idsOf(page.rows));
      }
      expect(read).toEqual(ids);
      expect((await collections.page(THINGS, { ...ALL, offset: 59, most: 10 })).rows, 'at least one row').toHaveLength(
        1,
      );
      expect((await collections.page(THINGS, { ...ALL, limit: 35, most: 40_000 })).rows).toHaveLength(35);
    });

    describe('rows', () => {
      it('are returned as they were stored', async () => {
        const whole = createListed(
          'whole',
          { name: 'Über', state: 'ACTIVE', createdAt: NOON - 1, modifiedAt: NOON + 1 },
          {
            parent: 'p',
            aliases: ['a'],
            dueAt: NOON,
            sharedWith: ['globex', '*'],
            body: { deep: [{ a: 1, b: null }] },
          },
        );
        const collections = await openWith(whole);

        expect(await collections.page(THINGS, ALL)).toEqual({ count: 1, rows: [whole] });
      });

      it('are returned once each if own, shared or public', async () => {
        const collections = await openWith(
          createListed('own'),
          createListed('own-and-shared', {}, { sharedWith: ['acme', 'globex', '*'] }),
          createListed('shared', {}, { owner: 'globex', sharedWith: ['initech', 'acme'] }),
          createListed('public', {}, { owner: 'globex', sharedWith: ['*'] }),
          createListed('foreign', {}, { owner: 'globex', sharedWith: ['initech'] }),
          createListed('elsewhere', {}, { collection: 'others', sharedWith: ['*'] }),
        );

        expect(await findIds(collections, {})).toEqual(['own', 'own-and-shared', 'public', 'shared']);
        expect(await findIds(collections, { account: 'globex' })).toEqual([
          'foreign',
          'own-and-shared',
          'public',
          'shared',
        ]);
        expect(await findIds(collections, { account: 'nobody' })).toEqual(['own-and-shared', 'public']);
        expect(await findIds(collections, { account: '*' })).toEqual(['own-and-shared', 'public']);
        expect(await findIds(collections, { account: 'nobody' }, 'others')).toEqual(['elsewhere']);
      });

      it('are on no page without facets', async () => {
        const collections = await openWith(row('bare'), createListed('listed'));

        expect(await findIds(collections, {})).toEqual(['listed']);
      });

      it('are absent from an unknown collection', async () => {
        const collections = await openWith(createListed('one'));

        expect(await collections.page('nothing', ALL)).toEqual({ count: 0, rows: [] });
      });
    });

    describe('order', () => {
      const facets: readonly [id: string, facets: Partial<Facets>][] = [
        ['a', { name: 'zeta', state: 'ACTIVE', createdAt: NOON + 2, modifiedAt: NOON + 2 }],
        ['b', { name: 'alpha', state: null, createdAt: NOON + 1, modifiedAt: NOON + 9 }],
        ['c', { name: 'Beta', state: 'BOOTING', createdAt: NOON + 2, modifiedAt: NOON + 5 }],
        ['d', { name: 'alpha', state: 'ACTIVE', createdAt: NOON, modifiedAt: NOON + 5 }],
      ];

      it.each<[by: PageQuery['order']['by'], ascending: string]>([
        ['id', 'abcd'],
        ['name', 'cbda'],
        ['state', 'badc'],
        ['createdAt', 'dbac'],
        ['modifiedAt', 'acdb'],
      ])('by %s in both directions, and by id for equal values', async (by, ascending) => {
        const collections = await openWith(...[...facets].reverse().map(([id, members]) => createListed(id, members)));

        expect(await findIds(collections, { order: { by, descending: false } })).toEqual([...ascending]);
        expect(await findIds(collections, { order: { by, descending: true } })).toEqual([...ascending].reverse());
      });
    });

    describe('conditions', () => {
      const rows = [
        createListed(
          'one',
          { name: 'first', state: 'ACTIVE' },
          {
            parent: 'whole',
            body: { members: { on: true, port: 22, text: 'x', none: null }, hidden: { place: 'here' } },
          },
        ),
        createListed(
          'two',
          { name: 'second', state: 'ACTIVE' },
          {
            parent: 'other',
            body: { members: { on: false, port: 220, text: 'X' }, hidden: { place: 'there' } },
          },
        ),
        createListed(
          'three',
          { name: 'first', state: null },
          {
            body: { members: { on: 'true', port: '22', text: '' }, hidden: {} },
          },
        ),
      ];
      const cases: [member: string, value: string, found: string[]][] = [
        ['name', 'first', ['one', 'three']],
        ['name', 'First', []],
        ['name', 'fir', []],
        ['state', 'ACTIVE', ['one', 'two']],
        ['parent', 'whole', ['one']],
        ['parent', '', []],
        ['id', 'two', ['two']],
        ['members.on', 'true', ['one', 'three']],
        ['members.on', 'false', ['two']],
        ['members.on', '1', []],
        ['members.port', '22', ['one', 'three']],
        ['members.text', 'x', ['one']],
        ['members.text', '', ['three']],
        ['members.none', 'null', []],
        ['members.absent', 'x', []],
        ['hidden.place', 'there', ['two']],
      ];

      it.each(cases)('%s equals `%s`', async (member, value, expected) => {
        const collections = await openWith(...rows);

        expect((await findIds(collections, { where: [{ member, value }] })).sort()).toEqual([...expected].sort());
      });

      it('are combined with AND', async () => {
        const collections = await openWith(...rows);
        const findByBoth = (first: string, second: string) =>
          findIds(collections, {
            where: [
              { member: 'name', value: first },
              { member: 'members.on', value: second },
            ],
          });

        expect(await findByBoth('first', 'true')).toEqual(['one', 'three']);
        expect(await findByBoth('second', 'true')).toEqual([]);
      });

      it('do not return rows of other accounts', async () => {
        const collections = await openWith(...rows);

        expect(await findIds(collections, { account: 'globex', where: [{ member: 'name', value: 'first' }] })).toEqual(
          [],
        );
      });
    });

    describe('search', () => {
      const rows = [
        createListed('plain', { name: 'Leaf Spine' }, { body: { members: { notes: 'ALPHA' } } }),
        createListed('percent', { name: '100%_sure' }, { body: { members: { notes: 'a*b?c[d]' } } }),
        createListed('accent', { name: 'Über\\uns' }, { body: { members: {} } }),
        createListed('faces', { name: '😀😀a' }, { body: {} }),
        createListed('quote', { name: `it's "it"` }, { body: { members: { notes: null } } }),
      ];
      const search = (text: string, ...members: string[]) => ({
        search: { members: members.length === 0 ? ['name'] : members, text },
      });

      it.each<[text: string, found: string[]]>([
        ['leaf', ['plain']],
        ['LEAF', ['plain']],
        ['f S', ['plain']],
        ['nothing', []],
        ['%', ['percent']],
        ['_', ['percent']],
        ['%_S', ['percent']],
        ['1%0', []],
        ['über', ['accent']],
        ['Über', ['accent']],
        ['ÜBER', ['accent']],
        ['\\', ['accent']],
        ["'", ['quote']],
        ['"IT"', ['quote']],
        ['😀a', ['faces']],
        ['😀😀', ['faces']],
      ])('for `%s` matches a part of the name in any case', async (text, expected) => {
        expect(await findIds(await openWith(...rows), search(text))).toEqual(expected);
      });

      it('matches every requested member', async () => {
        const collections = await openWith(...rows);

        expect(await findIds(collections, search('alpha', 'name', 'members.notes'))).toEqual(['plain']);
        expect(await findIds(collections, search('*B?', 'name', 'members.notes'))).toEqual(['percent']);
        expect(await findIds(collections, search('alpha', 'name'))).toEqual([]);
        expect(await findIds(collections, { search: { members: [], text: 'alpha' } })).toEqual([]);
      });
    });

    describe('limit and offset', () => {
      it.each<[limit: number, offset: number, found: string]>([
        [2, 3, 'de'],
        [2, 4, 'e'],
        [2, 5, ''],
        [2, Number.MAX_SAFE_INTEGER, ''],
        [Number.MAX_SAFE_INTEGER, 3, 'de'],
        [0, 0, ''],
      ])('limit %i, offset %i', async (limit, offset, expected) => {
        const collections = await openWith(...[...'edcba'].map((id) => createListed(id)));

        for (const descending of [false, true]) {
          const name = descending ? [...'abcde'].reverse() : [...'abcde'];
          const { count, rows } = await collections.page(THINGS, {
            ...ALL,
            order: { by: 'id', descending },
            limit,
            offset,
          });
          expect(count).toBe(5);
          expect(idsOf(rows)).toEqual(name.slice(offset, offset + expected.length));
        }
      });
    });

    it('every page of random worlds matches the sorted list of all rows', async () => {
      const collections = withoutRevisions(await bench.next()).collections;
      const random = createSeededRandom(seedOf('pages'));
      const pick = <Item>(items: readonly Item[]) => items[parseInt(random.hex(4), 16) % items.length] as Item;
      const drawBelow = (max: number) => parseInt(random.hex(4), 16) % max;
      for (let world = 0; world < roundsOf(25); world++) {
        const collection = `world-${world}`;
        const rows = Array.from({ length: drawBelow(40) }, () =>
          createListed(
            random.uuid(),
            {
              name: pick(['a', 'b', 'B', 'ab', 'A b', '%', '', 'abab', 'x-BABA%', 'bab']),
              state: pick([null, 'ACTIVE', 'INACTIVE']),
              createdAt: NOON + drawBelow(3),
              modifiedAt: NOON + drawBelow(3),
            },
            {
              collection,
              owner: pick(['acme', 'acme', 'globex']),
              sharedWith: pick([[], [], ['*'], ['acme'], ['initech', 'acme'], ['initech']]),
              parent: pick([null, 'p', 'q']),
              body: { members: { on: pick([true, false]) } },
            },
          ),
        );
        await collections.commit(rows.map(createPut));
        for (let attempt = 0; attempt < 40; attempt++) {
          const query: PageQuery = {
            account: pick(['acme', 'globex', 'nobody']),
            where: pick([
              [],
              [],
              [{ member: 'state', value: 'ACTIVE' }],
              [{ member: 'parent', value: 'p' }],
              [{ member: 'members.on', value: 'true' }],
            ]),
            search: pick([
              null,
              null,
              { members: ['name'], text: 'B' },
              { members: ['name'], text: '%' },
              { members: ['name'], text: 'BAb' },
            ]),
            order: {
              by: pick(['id', 'name', 'state', 'createdAt', 'modifiedAt'] as const),
              descending: pick([true, false]),
            },
            limit: drawBelow(12),
            offset: drawBelow(45),
          };
          const { count, rows: paged } = await collections.page(collection, query);
          const sorted = pageNaively(rows, query);
          expect({ count, ids: idsOf(paged) }, JSON.stringify(query)).toEqual({
            count: sorted.length,
            ids: idsOf(sorted.slice(query.offset, query.offset + query.limit)),
          });
        }
      }
    });

    it('a page has every change at once', async () => {
      const store = withoutRevisions(await bench.next());
      const { collections } = store;
      const describePage = async () => {
        const { count, rows } = await collections.page(THINGS, ALL);
        return `${count}: ${idsOf(rows)}`;
      };
      const seen = [await describePage()];
      await collections.insert(createListed('a'), null);
      seen.push(await describePage());
      await collections.commit([createPut(createListed('b')), createPut(createListed('c', {}, { owner: 'globex' }))]);
      seen.push(await describePage());
      await collections.change(THINGS, 'c', (item) => ({ ...item, sharedWith: ['acme'] }));
      seen.push(await describePage());
      await collections.change(THINGS, 'c', (item) => ({ ...item, sharedWith: [] }));
      seen.push(await describePage());
      await collections.change(THINGS, 'a', () => null);
      seen.push(await describePage());
      await collections.commit([createRemoval('b')]);
      seen.push(await describePage());
      await collections.insert(createListed('d', {}, { dueAt: NOON }), null);
      seen.push(await describePage());
      await collections.sweep(THINGS, NOON);
      seen.push(await describePage());

      expect(seen).toEqual(['0: ', '1: a', '2: a,b', '3: a,b,c', '2: a,b', '1: b', '0: ', '1: d', '0: ']);
    });

    describe('a commit', () => {
      it('puts and removes rows', async () => {
        const collections = await openWith(createListed('old'), createListed('kept'));

        await collections.commit([
          createPut(createListed('new')),
          createPut(createListed('kept', { name: 'renamed' })),
          createRemoval('old'),
          createRemoval('old'),
          createPut(row('other', { collection: 'others' })),
        ]);

        const later = withoutRevisions(await bench.next()).collections;
        expect(await findIds(later, {})).toEqual(['kept', 'new']);
        expect((await later.byId(THINGS, 'kept'))?.facets?.name).toBe('renamed');
        expect(await later.byId('others', 'other')).not.toBeNull();
      });

      it('stores all changes or none', async () => {
        const collections = await openWith(createListed('one', {}, { aliases: ['taken'] }), createListed('two'));
        const before = await collections.page(THINGS, ALL);

        await expect(
          collections.commit([
            createRemoval('two'),
            createPut(createListed('three')),
            createPut(createListed('four', {}, { aliases: ['taken'] })),
          ]),
        ).rejects.toThrow();

        expect(await collections.page(THINGS, ALL)).toEqual(before);
        expect(await withoutRevisions(await bench.next()).collections.page(THINGS, ALL)).toEqual(before);
      });
    });
  });
}

/** Filters and sorts rows without the store. */
function pageNaively(rows: readonly Row[], { account, where, search, order }: PageQuery): readonly Row[] {
  const readMember = ({ id, parent, body, facets }: Row, member: string): unknown => {
    if (member === 'id') return id;
    if (member === 'parent') return parent;
    const own = facets?.[member as keyof Facets];
    if (own !== undefined) return own;
    return member.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], body);
  };
  const compare = (first: Row, second: Row) => {
    const [a, b] = [readMember(first, order.by), readMember(second, order.by)] as [string | null, string | null];
    if (a !== b) return a === null || (b !== null && a < b) ? -1 : 1;
    return first.id < second.id ? -1 : 1;
  };
  const kept = rows
    .filter(
      ({ owner, sharedWith }) => owner === account || sharedWith.includes(account ?? '') || sharedWith.includes('*'),
    )
    .filter((item) => where.every(({ member, value }) => String(readMember(item, member)) === value))
    .filter(
      (item) =>
        search === null ||
        search.members.some((member) =>
          String(readMember(item, member)).toLowerCase().includes(search.text.toLowerCase()),
        ),
    )
    .sort(compare);
  return order.descending ? kept.reverse() : kept;
}
