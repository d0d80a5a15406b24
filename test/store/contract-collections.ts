import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../src/platform/random.ts';
import type { Change, Row } from '../../src/store/collections.ts';
import { Collision, LimitReached, NotFound } from '../../src/store/errors.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { ALL, keptSeed, NOON, row } from '../support/records.ts';
import { type PlainCollections, type PlainStore, plainly } from '../support/rows.ts';
import type { Bench } from './contract.ts';

const THINGS = 'things';

const put = (one: Row): Change => ({ kind: 'put', row: one });
const idOf = (change: Change) => (change.kind === 'put' ? change.row.id : change.id);

/** What `src/store/collections.ts` promises. */
export function collectionsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, collections:`, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    const next = async () => plainly(await bench.next());

    /** What is true of a store at once has to be true after the next step too. */
    const nowAndLater = async (store: PlainStore, check: (collections: PlainCollections) => Promise<void>) => {
      await check(store.collections);
      await check((await next()).collections);
    };

    const holding = async (...rows: readonly Row[]) => {
      const store = await next();
      for (const one of rows) await store.collections.insert(one, null);
      return next();
    };

    const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id);

    const full = row('full', {
      parent: 'whole',
      aliases: ['nickname'],
      sharedWith: ['globex', '*'],
      dueAt: NOON,
      body: { deep: [{ list: [1, null, 'ü'] }] },
    });
    const own = row('own');
    const part = row('part', { parent: 'whole' });
    const shared = row('shared', { owner: 'globex', sharedWith: ['initech', 'acme'] });
    const open = row('open', { owner: 'globex', sharedWith: ['*'] });
    const foreign = row('foreign', { owner: 'globex', sharedWith: ['initech'] });
    const elsewhere = row('own', { collection: 'others', aliases: ['nickname'], parent: 'whole', sharedWith: ['*'] });
    const everything = [shared, own, full, foreign, open, part, elsewhere];

    const readings: [what: string, read: (collections: PlainCollections) => Promise<unknown>, expected: unknown][] = [
      ['byId: a row, whole', (all) => all.byId(THINGS, 'full'), full],
      ['byId: a row without anything', (all) => all.byId(THINGS, 'own'), own],
      ['byId: the row of the same id elsewhere', (all) => all.byId('others', 'own'), elsewhere],
      ['byId: nothing', (all) => all.byId(THINGS, 'nothing'), null],
      ['byId: in another case', (all) => all.byId(THINGS, 'OWN'), null],
      ['byId: an alias is no id', (all) => all.byId(THINGS, 'nickname'), null],
      ['byId: in a collection that is none', (all) => all.byId('nothing', 'own'), null],
      ['byAlias: a row', (all) => all.byAlias(THINGS, 'nickname'), full],
      ['byAlias: the row of the same alias elsewhere', (all) => all.byAlias('others', 'nickname'), elsewhere],
      ['byAlias: nothing', (all) => all.byAlias(THINGS, 'nothing'), null],
      ['byAlias: an id is no alias', (all) => all.byAlias(THINGS, 'full'), null],
      ['ofParent: oldest first, of this collection', (all) => all.ofParent(THINGS, 'whole'), [full, part]],
      ['ofParent: nothing', (all) => all.ofParent(THINGS, 'own'), []],
      ['ofOwner: oldest first', (all) => all.ofOwner(THINGS, 'acme'), [own, full, part]],
      ['ofOwner: another', (all) => all.ofOwner(THINGS, 'globex'), [shared, foreign, open]],
      ['ofOwner: somebody to whom only is shared', (all) => all.ofOwner(THINGS, 'initech'), []],
      ['ofOwner: everybody is no account', (all) => all.ofOwner(THINGS, '*'), []],
      ['visibleTo: own, shared and public', (all) => all.visibleTo(THINGS, 'acme'), [shared, own, full, open, part]],
      ['visibleTo: own and public, once each', (all) => all.visibleTo(THINGS, 'globex'), [shared, full, foreign, open]],
      ['visibleTo: shared and public', (all) => all.visibleTo(THINGS, 'initech'), [shared, full, foreign, open]],
      ['visibleTo: a stranger', (all) => all.visibleTo(THINGS, 'nobody'), [full, open]],
      ['visibleTo: of this collection', (all) => all.visibleTo('others', 'nobody'), [elsewhere]],
    ];

    it.each(readings)('%s', async (_what, read, expected) => {
      const store = await holding(...everything);

      await nowAndLater(store, async (collections) => {
        expect(await read(collections)).toEqual(expected);
      });
    });

    it('the place of a row rises with age, and is its own after others were changed and removed', async () => {
      const store = await holding(...everything);
      const placesIn = async ({ rows }: Pick<PlainStore, 'rows'>) => {
        const all = await rows.list({ collection: THINGS });
        return new Map(all.map(({ id, revision }) => [id, revision.place]));
      };
      const before = await placesIn(store);
      await store.collections.commit([{ kind: 'remove', collection: THINGS, id: 'full' }]);
      await store.collections.insert(row('young'), null);

      // Some forms of a store end when they are opened again.
      for (const open of [async () => store, next]) {
        const { rows: stored } = await open();
        const rows = await stored.list({ collection: THINGS });
        const after = await placesIn({ rows: stored });
        expect([...after].sort(([, one], [, other]) => one - other).map(([id]) => id)).toEqual(idsOf(rows));
        expect(rows.at(-1)?.id).toBe('young');
        for (const id of ['shared', 'own', 'foreign', 'open', 'part']) expect(after.get(id)).toBe(before.get(id));
      }
    });

    it('a seed brings rows along, with alias and shares', async () => {
      const store = await next();
      await store.world.load(keptSeed, { objects: everything });

      await nowAndLater(store, async (collections) => {
        for (const [what, read, expected] of readings) expect(await read(collections), what).toEqual(expected);
      });
    });

    it('the list of an owner is after any changes what reading it again gives, one at a time or several at once', async () => {
      const { rows } = await next();
      const random = createSeededRandom(seedOf('lists of owners'));
      const pick = <Item>(items: readonly Item[]) => items[parseInt(random.hex(4), 16) % items.length] as Item;
      const ids = Array.from({ length: 12 }, (_, index) => `row-${index}`);
      const one = async (): Promise<Change> => {
        const id = pick(ids);
        const before = pick([await rows.byId(THINGS, id), await rows.byId(THINGS, id), null]);
        if (before === null) return put(row(id, { owner: pick(['acme', 'globex']) }));
        const owner = pick([before.owner, before.owner, 'acme']);
        return pick([put({ ...before, owner, body: random.hex(4) }), { kind: 'remove', collection: THINGS, id }]);
      };
      const several = async (): Promise<readonly Change[]> => {
        const changes = [await one(), await one(), await one()].slice(0, pick([1, 1, 3]));
        return changes.filter((change, index) => changes.findIndex((other) => idOf(other) === idOf(change)) === index);
      };
      for (let round = 0; round < roundsOf(1000); round++) {
        const commits = [await several(), await several()].slice(0, pick([1, 1, 2]));
        const notes = pick([[], [], [pick(ids)]]);
        const delays = pick([[0], [0], [0, 1, 2, 3, 4, 5, 6]]);
        const all = [
          ...commits.map((changes) => () => rows.commit(changes)),
          ...notes.map((id) => () => rows.note(THINGS, id, NOON + round)),
        ];
        await Promise.allSettled(
          all.map(async (start) => {
            for (let turn = pick(delays); turn > 0; turn--) await null;
            await start();
          }),
        );

        for (const owner of ['acme', 'globex']) {
          const read = await rows.list({ collection: THINGS, owner, limit: 100 });
          expect(await rows.list({ collection: THINGS, owner }), `round ${round}`).toEqual(read);
        }
      }
    });

    describe('insert', () => {
      it('of an id that is taken is a Collision, and changes nothing', async () => {
        const store = await holding(full);
        const again = row('full', { owner: 'globex', aliases: ['another'], sharedWith: ['initech'] });
        await expect(store.collections.insert(again, null)).rejects.toBeInstanceOf(Collision);

        await nowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'full')).toEqual(full);
          expect(await collections.byAlias(THINGS, 'another')).toBeNull();
          expect(await collections.ofOwner(THINGS, 'globex')).toEqual([]);
        });
      });

      it('of an alias that is taken is refused, and changes nothing', async () => {
        const store = await holding(full);
        await expect(
          store.collections.insert(row('second', { aliases: ['nickname'], sharedWith: ['initech'] }), null),
        ).rejects.toThrow();

        await nowAndLater(store, async (collections) => {
          expect(await collections.byAlias(THINGS, 'nickname')).toEqual(full);
          expect(await collections.byId(THINGS, 'second')).toBeNull();
          expect(idsOf(await collections.visibleTo(THINGS, 'initech'))).toEqual(['full']);
        });
      });

      it('of one more than the limit of its owner is LimitReached, and changes nothing', async () => {
        const { collections } = await holding(own, part, foreign, elsewhere);
        await collections.insert(row('third'), 3);

        await expect(collections.insert(row('fourth'), 3)).rejects.toBeInstanceOf(LimitReached);
        await expect(collections.insert(row('fourth'), 0)).rejects.toBeInstanceOf(LimitReached);
        expect(idsOf(await (await next()).collections.ofOwner(THINGS, 'acme'))).toEqual(['own', 'part', 'third']);
      });

      it('looks at the id before the limit', async () => {
        const { collections } = await holding(own);

        await expect(collections.insert(own, 1)).rejects.toBeInstanceOf(Collision);
      });

      it("counts neither another owner's rows nor those of another collection", async () => {
        const { collections } = await holding(own, elsewhere);

        await collections.insert(foreign, 1);
        await collections.insert(row('other', { collection: 'others', owner: 'globex' }), 1);
      });

      it('of many at once makes as many as there is room for', async () => {
        const { collections } = await next();
        const results = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((id) => collections.insert(row(id), 3)));

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
        expect(await collections.ofOwner(THINGS, 'acme')).toHaveLength(3);
      });
    });

    describe('change', () => {
      it('is given the row, puts what it makes in its place, and answers it', async () => {
        const store = await holding(own, full, part);
        let given: Row | undefined;
        const next = { ...full, dueAt: null, body: { changed: true } };
        const answered = await store.collections.change(THINGS, 'full', (before) => {
          given = before;
          return next;
        });

        expect(given).toEqual(full);
        expect(answered).toEqual(next);
        await nowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'full')).toEqual(next);
          expect(idsOf(await collections.ofOwner(THINGS, 'acme'))).toEqual(['own', 'full', 'part']);
        });
      });

      it('of many at once loses none', async () => {
        const { collections } = await holding(row('counter', { body: 0 }));
        const counted = (before: Row) => ({ ...before, body: (before.body as number) + 1 });
        await Promise.all(Array.from({ length: 20 }, () => collections.change(THINGS, 'counter', counted)));

        expect((await (await next()).collections.byId(THINGS, 'counter'))?.body).toBe(20);
      });

      it('is followed by alias, parent, owner, shares and due time', async () => {
        const store = await holding(full);
        const next = row('full', {
          owner: 'globex',
          parent: 'elsewhere',
          aliases: ['other-name'],
          sharedWith: ['initech'],
          dueAt: NOON + 5,
        });
        const { collections } = store;
        for (const account of ['acme', 'globex', 'initech', 'nobody']) {
          await collections.visibleTo(THINGS, account);
          await collections.ofOwner(THINGS, account);
        }
        await collections.change(THINGS, 'full', () => next);

        await nowAndLater(store, async (later) => {
          expect(await later.byAlias(THINGS, 'nickname')).toBeNull();
          expect(await later.byAlias(THINGS, 'other-name')).toEqual(next);
          expect(await later.ofParent(THINGS, 'whole')).toEqual([]);
          expect(await later.ofParent(THINGS, 'elsewhere')).toEqual([next]);
          expect(await later.ofOwner(THINGS, 'acme')).toEqual([]);
          expect(await later.ofOwner(THINGS, 'globex')).toEqual([next]);
          expect(await later.visibleTo(THINGS, 'acme')).toEqual([]);
          expect(await later.visibleTo(THINGS, 'initech')).toEqual([next]);
          expect(await later.visibleTo(THINGS, 'nobody')).toEqual([]);
          expect(await later.dueBetween(THINGS, 0, NOON, ALL)).toEqual([]);
          expect(await later.dueBetween(THINGS, 0, NOON + 5, ALL)).toEqual([next]);
        });
      });

      it('that makes null deletes the row, its shares, and gives id and alias back', async () => {
        const store = await holding(full, own);
        await store.collections.visibleTo(THINGS, 'globex');
        expect(await store.collections.change(THINGS, 'full', () => null)).toBeNull();

        await nowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'full')).toBeNull();
          expect(await collections.byAlias(THINGS, 'nickname')).toBeNull();
          expect(await collections.visibleTo(THINGS, 'globex')).toEqual([]);
          expect(idsOf(await collections.ofOwner(THINGS, 'acme'))).toEqual(['own']);
        });
        const { collections } = await next();
        await collections.insert(row('full', { aliases: ['nickname'] }), 2);
        expect(await collections.visibleTo(THINGS, 'globex')).toEqual([]);
      });

      it('that throws throws the same, and stores nothing', async () => {
        const store = await holding(full);
        const thrown = new Error('not like this');
        const change = () => {
          throw thrown;
        };
        await expect(store.collections.change(THINGS, 'full', change)).rejects.toBe(thrown);

        await nowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'full')).toEqual(full);
        });
      });

      it('to an alias that is taken is refused, and stores nothing', async () => {
        const store = await holding(full, own);
        const taken = () => ({ ...own, aliases: ['nickname'], sharedWith: ['initech'] });
        await expect(store.collections.change(THINGS, 'own', taken)).rejects.toThrow();

        await nowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'own')).toEqual(own);
          expect(idsOf(await collections.visibleTo(THINGS, 'initech'))).toEqual(['full']);
        });
      });

      it.each([
        ['what is not there', THINGS, 'nothing'],
        ['a row of another collection', 'others', 'full'],
      ])('of %s is NotFound, and asks for no change', async (_what, collection, id) => {
        const { collections } = await holding(full);
        let asked = 0;
        const change = (before: Row) => {
          asked++;
          return before;
        };

        await expect(collections.change(collection, id, change)).rejects.toBeInstanceOf(NotFound);
        expect(asked).toBe(0);
      });

      it('of the oldest row keeps its place, and a new row is the youngest even after the youngest was deleted', async () => {
        const { collections } = await holding(row('one'), row('two'), row('three'));
        await collections.change(THINGS, 'one', (before) => ({ ...before, body: 'changed' }));
        await collections.change(THINGS, 'three', () => null);
        const later = (await next()).collections;
        await later.insert(row('four'), null);
        await later.change(THINGS, 'two', () => null);
        await later.insert(row('five'), null);

        expect(idsOf(await later.ofOwner(THINGS, 'acme'))).toEqual(['one', 'four', 'five']);
      });
    });

    describe('changeParts', () => {
      const sibling = row('sibling', { parent: 'whole', aliases: ['alias-of-sibling'] });
      const stranger = row('stranger', { parent: 'other' });

      it('changes every part and nothing else, and answers them oldest first', async () => {
        const store = await holding(sibling, stranger, part, elsewhere);
        const seen: string[] = [];
        const changed = await store.collections.changeParts(THINGS, 'whole', (before) => {
          seen.push(before.id);
          return { ...before, sharedWith: ['initech'] };
        });

        expect(seen).toEqual(['sibling', 'part']);
        expect(changed).toEqual([
          { ...sibling, sharedWith: ['initech'] },
          { ...part, sharedWith: ['initech'] },
        ]);
        await nowAndLater(store, async (collections) => {
          expect(await collections.visibleTo(THINGS, 'initech')).toEqual(changed);
          expect(await collections.byId(THINGS, 'stranger')).toEqual(stranger);
          expect(await collections.byId('others', 'own')).toEqual(elsewhere);
        });
      });

      it('deletes the parts of which it makes null, and answers the others', async () => {
        const store = await holding(sibling, part);
        const changed = await store.collections.changeParts(THINGS, 'whole', (before) =>
          before.id === 'sibling' ? null : before,
        );

        expect(changed).toEqual([part]);
        await nowAndLater(store, async (collections) => {
          expect(await collections.ofParent(THINGS, 'whole')).toEqual([part]);
          expect(await collections.byAlias(THINGS, 'alias-of-sibling')).toBeNull();
        });
      });

      it('that throws at the last part has changed no part', async () => {
        const store = await holding(sibling, part);
        const thrown = new Error('not this one');
        const change = (before: Row) => {
          if (before.id === 'part') throw thrown;
          return null;
        };
        await expect(store.collections.changeParts(THINGS, 'whole', change)).rejects.toBe(thrown);

        await nowAndLater(store, async (collections) => {
          expect(await collections.ofParent(THINGS, 'whole')).toEqual([sibling, part]);
        });
      });

      it('of an object without parts changes nothing', async () => {
        const { collections } = await holding(stranger);
        const change = () => {
          throw new Error('there is nothing to change');
        };

        expect(await collections.changeParts(THINGS, 'whole', change)).toEqual([]);
      });
    });

    describe('lists that were read before', () => {
      const lists: [name: string, read: (collections: PlainCollections) => Promise<readonly Row[]>][] = [
        ['ofOwner', (all) => all.ofOwner(THINGS, 'acme')],
        ['visibleTo', (all) => all.visibleTo(THINGS, 'acme')],
      ];

      it.each([{ owner: 'acme' }, { visibleTo: 'acme' }])(
        'are the same array as long as nothing of the collection changes: %o',
        async (whose) => {
          const { collections, rows } = await holding(own, shared, elsewhere);
          const list = () => rows.list({ collection: THINGS, ...whose });
          const first = await list();
          await collections.byId(THINGS, 'own');
          await collections.insert(row('another', { collection: 'others' }), null);
          await collections.change('others', 'own', (before) => ({ ...before, body: 'changed' }));
          await collections.sweep(THINGS, NOON);
          await collections.dueBetween(THINGS, 0, NOON, ALL);
          expect(await list()).toBe(first);

          await collections.change(THINGS, 'own', (before) => ({ ...before, body: 'changed' }));
          expect(await list()).not.toBe(first);
        },
      );

      const changes: [what: string, change: (collections: PlainCollections) => Promise<unknown>, ids: string[]][] = [
        ['an insert', (all) => all.insert(row('new'), null), ['own', 'due', 'new']],
        ['a change', (all) => all.change(THINGS, 'own', (one) => ({ ...one, body: 'changed' })), ['own', 'due']],
        ['a deletion', (all) => all.change(THINGS, 'own', () => null), ['due']],
        [
          'a change of parts',
          (all) => all.changeParts(THINGS, 'whole', (one) => ({ ...one, body: 2 })),
          ['own', 'due'],
        ],
        ['a sweep', (all) => all.sweep(THINGS, NOON), ['own']],
      ];

      it.each(changes)('follow %s', async (_what, change, ids) => {
        const { collections } = await holding(own, row('due', { dueAt: NOON, parent: 'whole' }));
        const before = await Promise.all(lists.map(([, read]) => read(collections)));
        await change(collections);

        for (const [index, [, read]] of lists.entries()) {
          const list = await read(collections);
          expect(idsOf(list)).toEqual(ids);
          expect(list).not.toEqual(before[index]);
          for (const one of list) expect(one).toEqual(await collections.byId(THINGS, one.id));
        }
      });

      it('follow a share and its end for the account that it is for', async () => {
        const { collections } = await holding(foreign);
        expect(await collections.visibleTo(THINGS, 'acme')).toEqual([]);
        await collections.change(THINGS, 'foreign', (one) => ({ ...one, sharedWith: ['acme'] }));
        expect(idsOf(await collections.visibleTo(THINGS, 'acme'))).toEqual(['foreign']);
        await collections.change(THINGS, 'foreign', (one) => ({ ...one, sharedWith: ['*'] }));
        expect(idsOf(await collections.visibleTo(THINGS, 'nobody'))).toEqual(['foreign']);
        await collections.change(THINGS, 'foreign', (one) => ({ ...one, sharedWith: [] }));

        expect(await collections.visibleTo(THINGS, 'acme')).toEqual([]);
        expect(await collections.visibleTo(THINGS, 'nobody')).toEqual([]);
      });

      it('are forgotten with their world', async () => {
        const store = await holding(own);
        for (const [, read] of lists) await read(store.collections);
        await store.world.load(keptSeed, { objects: [part] });

        for (const [, read] of lists) expect(await read(store.collections)).toEqual([part]);
        expect(await store.collections.byId(THINGS, 'own')).toBeNull();
      });
    });

    describe('rows that change by themselves', () => {
      const timed = [
        row('late', { dueAt: NOON + 2 }),
        row('never'),
        row('b', { dueAt: NOON + 1 }),
        row('a', { dueAt: NOON + 1 }),
        row('early', { dueAt: NOON }),
        row('elsewhere', { collection: 'others', dueAt: NOON + 1 }),
      ];

      it.each([
        [-1, 3, ['early', 'a', 'b', 'late']],
        [-1, 0, ['early']],
        [0, 1, ['a', 'b']],
        [0, 2, ['a', 'b', 'late']],
        [1, 1, []],
        [2, 1000, []],
      ])('are those due in (%i, %i], earliest first', async (from, to, ids) => {
        const { collections } = await holding(...timed);

        expect(idsOf(await collections.dueBetween(THINGS, NOON + from, NOON + to, ALL))).toEqual(ids);
      });

      it.each([
        [0, []],
        [2, ['early', 'a']],
        [3, ['early', 'a', 'b']],
      ])('are at most %i, the first ones', async (limit, ids) => {
        const { collections } = await holding(...timed);

        expect(idsOf(await collections.dueBetween(THINGS, 0, NOON + 1000, limit))).toEqual(ids);
      });

      it.each([
        [-1, ['late', 'never', 'b', 'a', 'early']],
        [0, ['late', 'never', 'b', 'a']],
        [1, ['late', 'never']],
        [2, ['never']],
      ])('are swept away at %i, with their shares', async (at, ids) => {
        const store = await holding(...timed.map((one) => ({ ...one, sharedWith: ['initech'] })));
        await store.collections.sweep(THINGS, NOON + at);

        await nowAndLater(store, async (collections) => {
          expect(idsOf(await collections.ofOwner(THINGS, 'acme'))).toEqual(ids);
          expect(idsOf(await collections.visibleTo(THINGS, 'initech'))).toEqual(ids);
          expect(await collections.byId('others', 'elsewhere')).not.toBeNull();
        });
      });
    });
  });
}
