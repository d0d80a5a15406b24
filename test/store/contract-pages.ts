import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../src/platform/random.ts';
import type { Change, Facets, PageQuery, Row } from '../../src/store/collections.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { NOON, row } from '../support/records.ts';
import { type PlainCollections, plainly } from '../support/rows.ts';
import type { Bench } from './contract.ts';

const THINGS = 'things';

const ALL: PageQuery = {
  collection: THINGS,
  account: 'acme',
  where: [],
  search: null,
  order: { by: 'id', descending: false },
  limit: 1000,
  offset: 0,
};

const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id);
const put = (one: Row): Change => ({ kind: 'put', row: one });
const gone = (id: string, collection = THINGS): Change => ({ kind: 'remove', collection, id });

/** A row that lists find, made and changed at noon, but for what is given. */
function listed(id: string, facets: Partial<Facets> = {}, given: Partial<Row> = {}): Row {
  return row(id, { facets: { name: id, state: null, createdAt: NOON, modifiedAt: NOON, ...facets }, ...given });
}

/** What `src/store/collections.ts` promises of pages, and of changes that are made together. */
export function pagesContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, pages:`, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    const holding = async (...rows: readonly Row[]) => {
      await plainly(await bench.next()).collections.commit(rows.map(put));
      return plainly(await bench.next()).collections;
    };

    const found = async (collections: PlainCollections, query: Partial<PageQuery>) => {
      const { count, rows } = await collections.page({ ...ALL, ...query });
      expect(count, 'the count is of all pages').toBe(rows.length);
      return idsOf(rows);
    };

    it('a page of large rows ends where they have no more room, and the next one begins there', async () => {
      const ids = Array.from({ length: 60 }, (_, index) => `row-${String(index).padStart(2, '0')}`);
      const collections = await holding(...ids.map((id) => listed(id, {}, { body: { text: 'x'.repeat(1000) } })));
      const read: string[] = [];
      for (const expected of [39, 21]) {
        const page = await collections.page({ ...ALL, offset: read.length, most: 40_000 });
        expect(page.count).toBe(60);
        expect(page.rows).toHaveLength(expected);
        read.push(...idsOf(page.rows));
      }
      expect(read).toEqual(ids);
      expect((await collections.page({ ...ALL, offset: 59, most: 10 })).rows, 'one at least').toHaveLength(1);
      expect((await collections.page({ ...ALL, limit: 35, most: 40_000 })).rows).toHaveLength(35);
    });

    describe('what is on them', () => {
      it('rows come back as they were put', async () => {
        const whole = listed(
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
        const collections = await holding(whole);

        expect(await collections.page(ALL)).toEqual({ count: 1, rows: [whole] });
      });

      it('own, shared and public rows once each, and nothing else', async () => {
        const collections = await holding(
          listed('own'),
          listed('own-and-shared', {}, { sharedWith: ['acme', 'globex', '*'] }),
          listed('shared', {}, { owner: 'globex', sharedWith: ['initech', 'acme'] }),
          listed('public', {}, { owner: 'globex', sharedWith: ['*'] }),
          listed('foreign', {}, { owner: 'globex', sharedWith: ['initech'] }),
          listed('elsewhere', {}, { collection: 'others', sharedWith: ['*'] }),
        );

        expect(await found(collections, {})).toEqual(['own', 'own-and-shared', 'public', 'shared']);
        expect(await found(collections, { account: 'globex' })).toEqual([
          'foreign',
          'own-and-shared',
          'public',
          'shared',
        ]);
        expect(await found(collections, { account: 'nobody' })).toEqual(['own-and-shared', 'public']);
        expect(await found(collections, { account: '*' })).toEqual(['own-and-shared', 'public']);
        expect(await found(collections, { collection: 'others', account: 'nobody' })).toEqual(['elsewhere']);
      });

      it('rows without facets are on no page', async () => {
        const collections = await holding(row('bare'), listed('listed'));

        expect(await found(collections, {})).toEqual(['listed']);
      });

      it('nothing of a collection that is none', async () => {
        const collections = await holding(listed('one'));

        expect(await collections.page({ ...ALL, collection: 'nothing' })).toEqual({ count: 0, rows: [] });
      });
    });

    describe('their order', () => {
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
      ])('by %s, both ways, and by id where that is the same', async (by, ascending) => {
        const collections = await holding(...[...facets].reverse().map(([id, given]) => listed(id, given)));

        expect(await found(collections, { order: { by, descending: false } })).toEqual([...ascending]);
        expect(await found(collections, { order: { by, descending: true } })).toEqual([...ascending].reverse());
      });
    });

    describe('what they are narrowed by', () => {
      const rows = [
        listed(
          'one',
          { name: 'first', state: 'ACTIVE' },
          {
            parent: 'whole',
            body: { members: { on: true, port: 22, text: 'x', none: null }, hidden: { place: 'here' } },
          },
        ),
        listed(
          'two',
          { name: 'second', state: 'ACTIVE' },
          {
            parent: 'other',
            body: { members: { on: false, port: 220, text: 'X' }, hidden: { place: 'there' } },
          },
        ),
        listed(
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

      it.each(cases)('%s is `%s`', async (member, value, expected) => {
        const collections = await holding(...rows);

        expect((await found(collections, { where: [{ member, value }] })).sort()).toEqual([...expected].sort());
      });

      it('several at once, all of which have to hold', async () => {
        const collections = await holding(...rows);
        const both = (first: string, second: string) =>
          found(collections, {
            where: [
              { member: 'name', value: first },
              { member: 'members.on', value: second },
            ],
          });

        expect(await both('first', 'true')).toEqual(['one', 'three']);
        expect(await both('second', 'true')).toEqual([]);
      });

      it('a condition does not open what is not to be seen', async () => {
        const collections = await holding(...rows);

        expect(await found(collections, { account: 'globex', where: [{ member: 'name', value: 'first' }] })).toEqual(
          [],
        );
      });
    });

    describe('search', () => {
      const rows = [
        listed('plain', { name: 'Leaf Spine' }, { body: { members: { notes: 'ALPHA' } } }),
        listed('percent', { name: '100%_sure' }, { body: { members: { notes: 'a*b?c[d]' } } }),
        listed('accent', { name: 'Über\\uns' }, { body: { members: {} } }),
        listed('faces', { name: '😀😀a' }, { body: {} }),
        listed('quote', { name: `it's "it"` }, { body: { members: { notes: null } } }),
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
      ])('for `%s` is for a part of the name, whatever its case', async (text, expected) => {
        expect(await found(await holding(...rows), search(text))).toEqual(expected);
      });

      it('looks into every member that it is told', async () => {
        const collections = await holding(...rows);

        expect(await found(collections, search('alpha', 'name', 'members.notes'))).toEqual(['plain']);
        expect(await found(collections, search('*B?', 'name', 'members.notes'))).toEqual(['percent']);
        expect(await found(collections, search('alpha', 'name'))).toEqual([]);
        expect(await found(collections, { search: { members: [], text: 'alpha' } })).toEqual([]);
      });
    });

    describe('limit and offset', () => {
      it.each<[limit: number, offset: number, found: string]>([
        [2, 0, 'ab'],
        [2, 1, 'bc'],
        [2, 2, 'cd'],
        [2, 3, 'de'],
        [2, 4, 'e'],
        [2, 5, ''],
        [2, Number.MAX_SAFE_INTEGER, ''],
        [Number.MAX_SAFE_INTEGER, 0, 'abcde'],
        [Number.MAX_SAFE_INTEGER, 3, 'de'],
        [0, 0, ''],
      ])('%i from %i', async (limit, offset, expected) => {
        const collections = await holding(...[...'edcba'].map((id) => listed(id)));

        for (const descending of [false, true]) {
          const name = descending ? [...'abcde'].reverse() : [...'abcde'];
          const { count, rows } = await collections.page({ ...ALL, order: { by: 'id', descending }, limit, offset });
          expect(count).toBe(5);
          expect(idsOf(rows)).toEqual(name.slice(offset, offset + expected.length));
        }
      });
    });

    it('every page of any world is what sorting all of its rows gives', async () => {
      const collections = plainly(await bench.next()).collections;
      const random = createSeededRandom(seedOf('pages'));
      const pick = <Item>(items: readonly Item[]) => items[parseInt(random.hex(4), 16) % items.length] as Item;
      const below = (max: number) => parseInt(random.hex(4), 16) % max;
      for (let world = 0; world < roundsOf(25); world++) {
        const collection = `world-${world}`;
        const rows = Array.from({ length: below(40) }, () =>
          listed(
            random.uuid(),
            {
              name: pick(['a', 'b', 'B', 'ab', 'A b', '%', '', 'abab', 'x-BABA%', 'bab']),
              state: pick([null, 'ACTIVE', 'INACTIVE']),
              createdAt: NOON + below(3),
              modifiedAt: NOON + below(3),
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
        await collections.commit(rows.map(put));
        for (let asked = 0; asked < 40; asked++) {
          const query: PageQuery = {
            collection,
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
            limit: below(12),
            offset: below(45),
          };
          const { count, rows: paged } = await collections.page(query);
          const sorted = naive(rows, query);
          expect({ count, ids: idsOf(paged) }, JSON.stringify(query)).toEqual({
            count: sorted.length,
            ids: idsOf(sorted.slice(query.offset, query.offset + query.limit)),
          });
        }
      }
    });

    it('a page tells of every change at once', async () => {
      const store = plainly(await bench.next());
      const { collections } = store;
      const pages = async () => {
        const { count, rows } = await collections.page(ALL);
        return `${count}: ${idsOf(rows)}`;
      };
      const seen = [await pages()];
      await collections.insert(listed('a'), null);
      seen.push(await pages());
      await collections.commit([put(listed('b')), put(listed('c', {}, { owner: 'globex' }))]);
      seen.push(await pages());
      await collections.change(THINGS, 'c', (one) => ({ ...one, sharedWith: ['acme'] }));
      seen.push(await pages());
      await collections.change(THINGS, 'c', (one) => ({ ...one, sharedWith: [] }));
      seen.push(await pages());
      await collections.change(THINGS, 'a', () => null);
      seen.push(await pages());
      await collections.commit([gone('b')]);
      seen.push(await pages());
      await collections.insert(listed('d', {}, { dueAt: NOON }), null);
      seen.push(await pages());
      await collections.sweep(THINGS, NOON);
      seen.push(await pages());

      expect(seen).toEqual(['0: ', '1: a', '2: a,b', '3: a,b,c', '2: a,b', '1: b', '0: ', '1: d', '0: ']);
    });

    describe('changes that are made together', () => {
      it('put and remove', async () => {
        const collections = await holding(listed('old'), listed('kept'));

        await collections.commit([
          put(listed('new')),
          put(listed('kept', { name: 'renamed' })),
          gone('old'),
          gone('old'),
          put(row('other', { collection: 'others' })),
        ]);

        const later = plainly(await bench.next()).collections;
        expect(await found(later, {})).toEqual(['kept', 'new']);
        expect((await later.byId(THINGS, 'kept'))?.facets?.name).toBe('renamed');
        expect(await later.byId('others', 'other')).not.toBeNull();
      });

      it('what is not there counts as removed', async () => {
        const collections = await holding(listed('one'));

        await collections.commit([gone('nothing'), gone('one', 'others'), put(listed('two'))]);

        expect(await found(collections, {})).toEqual(['one', 'two']);
      });

      it('none at all is fine', async () => {
        const collections = await holding(listed('one'));

        await collections.commit([]);

        expect(await found(collections, {})).toEqual(['one']);
      });

      it('a put replaces shares, parent and alias', async () => {
        const collections = await holding(
          listed('one', {}, { owner: 'globex', sharedWith: ['acme'], parent: 'p', aliases: ['a'] }),
        );

        await collections.commit([put(listed('one', {}, { owner: 'globex', sharedWith: ['initech'], parent: 'q' }))]);

        expect(await found(collections, {})).toEqual([]);
        expect(await found(collections, { account: 'initech' })).toEqual(['one']);
        expect(idsOf(await collections.ofParent(THINGS, 'q'))).toEqual(['one']);
        expect(await collections.ofParent(THINGS, 'p')).toEqual([]);
        expect(await collections.byAlias(THINGS, 'a')).toBeNull();
      });

      it('are made all or not at all', async () => {
        const collections = await holding(listed('one', {}, { aliases: ['taken'] }), listed('two'));
        const before = await collections.page(ALL);

        await expect(
          collections.commit([gone('two'), put(listed('three')), put(listed('four', {}, { aliases: ['taken'] }))]),
        ).rejects.toThrow();

        expect(await collections.page(ALL)).toEqual(before);
        expect(await plainly(await bench.next()).collections.page(ALL)).toEqual(before);
      });
    });
  });
}

/** The same without a database. */
function naive(rows: readonly Row[], { account, where, search, order }: PageQuery): readonly Row[] {
  const memberOf = ({ id, parent, body, facets }: Row, member: string): unknown => {
    if (member === 'id') return id;
    if (member === 'parent') return parent;
    const own = facets?.[member as keyof Facets];
    if (own !== undefined) return own;
    return member.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], body);
  };
  const compare = (one: Row, other: Row) => {
    const [a, b] = [memberOf(one, order.by), memberOf(other, order.by)] as [string | null, string | null];
    if (a !== b) return a === null || (b !== null && a < b) ? -1 : 1;
    return one.id < other.id ? -1 : 1;
  };
  const kept = rows
    .filter(
      ({ owner, sharedWith }) => owner === account || sharedWith.includes(account ?? '') || sharedWith.includes('*'),
    )
    .filter((one) => where.every(({ member, value }) => String(memberOf(one, member)) === value))
    .filter(
      (one) =>
        search === null ||
        search.members.some((member) =>
          String(memberOf(one, member)).toLowerCase().includes(search.text.toLowerCase()),
        ),
    )
    .sort(compare);
  return order.descending ? kept.reverse() : kept;
}
