import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../src/lib/random.ts';
import { Collision, LimitReached, NotFound } from '../../src/store/errors.ts';
import type { Change, Row } from '../../src/store/row.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { ALL, keptSeed, NOON, row } from '../support/records.ts';
import { type PlainCollections, type PlainStore, withoutRevisions } from '../support/rows.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

const THINGS = 'things';

const createPut = (stored: Row): Change => ({ kind: 'put', row: stored });
const idOf = (change: Change) => (change.kind === 'put' ? change.row.id : change.id);

/** Tests of `src/store/collections.ts`, for every adapter. */
export function collectionsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, collections:`, () => {
    const bench = useBench(benchOf);

    const openNext = async () => withoutRevisions(await bench.next());

    /** Runs a check on a store, and again after the next step. */
    const checkNowAndLater = async (store: PlainStore, check: (collections: PlainCollections) => Promise<void>) => {
      await check(store.collections);
      await check((await openNext()).collections);
    };

    const openWith = async (...rows: readonly Row[]) => {
      const store = await openNext();
      for (const item of rows) await store.collections.insert(item, null);
      return openNext();
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

    const readings: [title: string, read: (collections: PlainCollections) => Promise<unknown>, expected: unknown][] = [
      ['byId returns a row with all members', (all) => all.byId(THINGS, 'full'), full],
      ['byId returns a row without optional members', (all) => all.byId(THINGS, 'own'), own],
      ['byId returns the row with the same id of another collection', (all) => all.byId('others', 'own'), elsewhere],
      ['byId returns null for an unknown id', (all) => all.byId(THINGS, 'nothing'), null],
      ['byId returns null for an id in another case', (all) => all.byId(THINGS, 'OWN'), null],
      ['byId returns null for an alias', (all) => all.byId(THINGS, 'nickname'), null],
      ['byId returns null in an unknown collection', (all) => all.byId('nothing', 'own'), null],
      ['byAlias returns a row', (all) => all.byAlias(THINGS, 'nickname'), full],
      [
        'byAlias returns the row with the same alias of another collection',
        (all) => all.byAlias('others', 'nickname'),
        elsewhere,
      ],
      ['byAlias returns null for an unknown alias', (all) => all.byAlias(THINGS, 'nothing'), null],
      ['byAlias returns null for an id', (all) => all.byAlias(THINGS, 'full'), null],
      ['ofParent returns rows of the collection, oldest first', (all) => all.ofParent(THINGS, 'whole'), [full, part]],
      ['ofParent returns nothing for a row without parts', (all) => all.ofParent(THINGS, 'own'), []],
      ['ofOwner returns rows oldest first', (all) => all.ofOwner(THINGS, 'acme'), [own, full, part]],
      ['ofOwner returns the rows of another owner', (all) => all.ofOwner(THINGS, 'globex'), [shared, foreign, open]],
      ['ofOwner returns no shared rows', (all) => all.ofOwner(THINGS, 'initech'), []],
      ['ofOwner returns nothing for `*`', (all) => all.ofOwner(THINGS, '*'), []],
      [
        'visibleTo returns own, shared and public rows',
        (all) => all.visibleTo(THINGS, 'acme'),
        [shared, own, full, open, part],
      ],
      [
        'visibleTo returns own and public rows once each',
        (all) => all.visibleTo(THINGS, 'globex'),
        [shared, full, foreign, open],
      ],
      [
        'visibleTo returns shared and public rows',
        (all) => all.visibleTo(THINGS, 'initech'),
        [shared, full, foreign, open],
      ],
      ['visibleTo returns public rows to any account', (all) => all.visibleTo(THINGS, 'nobody'), [full, open]],
      ['visibleTo returns rows of the collection only', (all) => all.visibleTo('others', 'nobody'), [elsewhere]],
    ];

    it.each(readings)('%s', async (_what, read, expected) => {
      const store = await openWith(...everything);

      await checkNowAndLater(store, async (collections) => {
        expect(await read(collections)).toEqual(expected);
      });
    });

    it('keeps the places of rows in order of creation while other rows are changed and removed', async () => {
      const store = await openWith(...everything);
      const readPlaces = ({ rows }: Pick<PlainStore, 'rows'>) =>
        new Map(rows.rowsOf(THINGS).all.map(({ id, revision }) => [id, revision.place]));
      const before = readPlaces(store);
      await store.collections.commit([{ kind: 'remove', collection: THINGS, id: 'full' }]);
      await store.collections.insert(row('young'), null);

      // Some forms of a store end when they are opened again.
      for (const open of [async () => store, openNext]) {
        const opened = await open();
        const rows = opened.rows.rowsOf(THINGS).all;
        const after = readPlaces(opened);
        expect([...after].sort(([, first], [, second]) => first - second).map(([id]) => id)).toEqual(idsOf(rows));
        expect(rows.at(-1)?.id).toBe('young');
        for (const id of ['shared', 'own', 'foreign', 'open', 'part']) expect(after.get(id)).toBe(before.get(id));
      }
    });

    it('loads rows of a seed with aliases and shares', async () => {
      const store = await openNext();
      await store.world.load(keptSeed, { objects: everything });

      await checkNowAndLater(store, async (collections) => {
        for (const [title, read, expected] of readings) expect(await read(collections), title).toEqual(expected);
      });
    });

    it('returns an updated list of an owner after any sequence of changes, also concurrent ones', async () => {
      const { rows } = await openNext();
      const random = createSeededRandom(seedOf('lists of owners'));
      const pick = <Item>(items: readonly Item[]) => items[parseInt(random.hex(4), 16) % items.length] as Item;
      const ids = Array.from({ length: 12 }, (_, index) => `row-${index}`);
      const drawChange = (): Change => {
        const id = pick(ids);
        const before = pick([true, true, false]) ? rows.rowsOf(THINGS).byId(id) : undefined;
        if (before === undefined) return createPut(row(id, { owner: pick(['acme', 'globex']) }));
        const owner = pick([before.owner, before.owner, 'acme']);
        return pick([createPut({ ...before, owner, body: random.hex(4) }), { kind: 'remove', collection: THINGS, id }]);
      };
      const drawCommit = (): readonly Change[] => {
        const changes = [drawChange(), drawChange(), drawChange()].slice(0, pick([1, 1, 3]));
        return changes.filter(
          (change, index) => changes.findIndex((earlier) => idOf(earlier) === idOf(change)) === index,
        );
      };
      for (let round = 0; round < roundsOf(1000); round++) {
        const commits = [drawCommit(), drawCommit()].slice(0, pick([1, 1, 2]));
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
          const ofOwner = rows.rowsOf(THINGS).all.filter((stored) => stored.owner === owner);
          expect(rows.rowsOf(THINGS).in('owner', owner), `round ${round}`).toEqual(ofOwner);
        }
      }
    });

    describe('insert', () => {
      it('rejects an id in use with Collision, and changes nothing', async () => {
        const store = await openWith(full);
        const again = row('full', { owner: 'globex', aliases: ['another'], sharedWith: ['initech'] });
        await expect(store.collections.insert(again, null)).rejects.toBeInstanceOf(Collision);

        await checkNowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'full')).toEqual(full);
          expect(await collections.byAlias(THINGS, 'another')).toBeNull();
          expect(await collections.ofOwner(THINGS, 'globex')).toEqual([]);
        });
      });

      it('rejects an alias in use, and changes nothing', async () => {
        const store = await openWith(full);
        await expect(
          store.collections.insert(row('second', { aliases: ['nickname'], sharedWith: ['initech'] }), null),
        ).rejects.toBeInstanceOf(Collision);

        await checkNowAndLater(store, async (collections) => {
          expect(await collections.byAlias(THINGS, 'nickname')).toEqual(full);
          expect(await collections.byId(THINGS, 'second')).toBeNull();
          expect(idsOf(await collections.visibleTo(THINGS, 'initech'))).toEqual(['full']);
        });
      });

      it('rejects a row beyond the limit of its owner with LimitReached', async () => {
        const { collections } = await openWith(own, part, foreign, elsewhere);
        await collections.insert(row('third'), 3);

        await expect(collections.insert(row('fourth'), 3)).rejects.toBeInstanceOf(LimitReached);
        await expect(collections.insert(row('fourth'), 0)).rejects.toBeInstanceOf(LimitReached);
        expect(idsOf(await (await openNext()).collections.ofOwner(THINGS, 'acme'))).toEqual(['own', 'part', 'third']);
      });

      it('checks the id before the limit', async () => {
        const { collections } = await openWith(own);

        await expect(collections.insert(own, 1)).rejects.toBeInstanceOf(Collision);
      });

      it('ignores rows of other owners and other collections in the limit', async () => {
        const { collections } = await openWith(own, elsewhere);

        await collections.insert(foreign, 1);
        await collections.insert(row('other', { collection: 'others', owner: 'globex' }), 1);
      });

      it('creates no more rows than the limit in concurrent calls', async () => {
        const { collections } = await openNext();
        const results = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((id) => collections.insert(row(id), 3)));

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
        expect(await collections.ofOwner(THINGS, 'acme')).toHaveLength(3);
      });
    });

    describe('change', () => {
      it('passes the row to the callback, stores its result and returns it', async () => {
        const store = await openWith(own, full, part);
        let received: Row | undefined;
        const replacement = { ...full, dueAt: null, body: { changed: true } };
        const returned = await store.collections.change(THINGS, 'full', (before) => {
          received = before;
          return replacement;
        });

        expect(received).toEqual(full);
        expect(returned).toEqual(replacement);
        await checkNowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'full')).toEqual(replacement);
          expect(idsOf(await collections.ofOwner(THINGS, 'acme'))).toEqual(['own', 'full', 'part']);
        });
      });

      it('loses none of several concurrent changes', async () => {
        const { collections } = await openWith(row('counter', { body: 0 }));
        const increment = (before: Row) => ({ ...before, body: (before.body as number) + 1 });
        await Promise.all(Array.from({ length: 20 }, () => collections.change(THINGS, 'counter', increment)));

        expect((await (await openNext()).collections.byId(THINGS, 'counter'))?.body).toBe(20);
      });

      it('updates alias, parent, owner, shares and due time', async () => {
        const store = await openWith(full);
        const replacement = row('full', {
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
        await collections.change(THINGS, 'full', () => replacement);

        await checkNowAndLater(store, async (later) => {
          expect(await later.byAlias(THINGS, 'nickname')).toBeNull();
          expect(await later.byAlias(THINGS, 'other-name')).toEqual(replacement);
          expect(await later.ofParent(THINGS, 'whole')).toEqual([]);
          expect(await later.ofParent(THINGS, 'elsewhere')).toEqual([replacement]);
          expect(await later.ofOwner(THINGS, 'acme')).toEqual([]);
          expect(await later.ofOwner(THINGS, 'globex')).toEqual([replacement]);
          expect(await later.visibleTo(THINGS, 'acme')).toEqual([]);
          expect(await later.visibleTo(THINGS, 'initech')).toEqual([replacement]);
          expect(await later.visibleTo(THINGS, 'nobody')).toEqual([]);
          expect(await later.dueBetween(THINGS, 0, NOON, ALL)).toEqual([]);
          expect(await later.dueBetween(THINGS, 0, NOON + 5, ALL)).toEqual([replacement]);
        });
      });

      it('deletes the row if the callback returns null, and frees its id and alias', async () => {
        const store = await openWith(full, own);
        await store.collections.visibleTo(THINGS, 'globex');
        expect(await store.collections.change(THINGS, 'full', () => null)).toBeNull();

        await checkNowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'full')).toBeNull();
          expect(await collections.byAlias(THINGS, 'nickname')).toBeNull();
          expect(await collections.visibleTo(THINGS, 'globex')).toEqual([]);
          expect(idsOf(await collections.ofOwner(THINGS, 'acme'))).toEqual(['own']);
        });
        const { collections } = await openNext();
        await collections.insert(row('full', { aliases: ['nickname'] }), 2);
        expect(await collections.visibleTo(THINGS, 'globex')).toEqual([]);
      });

      it('rethrows an error of the callback, and stores nothing', async () => {
        const store = await openWith(full);
        const thrown = new Error('not like this');
        const change = () => {
          throw thrown;
        };
        await expect(store.collections.change(THINGS, 'full', change)).rejects.toBe(thrown);

        await checkNowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'full')).toEqual(full);
        });
      });

      it('rejects an alias in use, and stores nothing', async () => {
        const store = await openWith(full, own);
        const takeAlias = () => ({ ...own, aliases: ['nickname'], sharedWith: ['initech'] });
        await expect(store.collections.change(THINGS, 'own', takeAlias)).rejects.toThrow();

        await checkNowAndLater(store, async (collections) => {
          expect(await collections.byId(THINGS, 'own')).toEqual(own);
          expect(idsOf(await collections.visibleTo(THINGS, 'initech'))).toEqual(['full']);
        });
      });

      it.each([
        ['an unknown row', THINGS, 'nothing'],
        ['a row of another collection', 'others', 'full'],
      ])('rejects %s with NotFound, without a call of the callback', async (_what, collection, id) => {
        const { collections } = await openWith(full);
        let calls = 0;
        const change = (before: Row) => {
          calls++;
          return before;
        };

        await expect(collections.change(collection, id, change)).rejects.toBeInstanceOf(NotFound);
        expect(calls).toBe(0);
      });

      it('keeps the place of a changed row, and lists new rows last', async () => {
        const { collections } = await openWith(row('one'), row('two'), row('three'));
        await collections.change(THINGS, 'one', (before) => ({ ...before, body: 'changed' }));
        await collections.change(THINGS, 'three', () => null);
        const later = (await openNext()).collections;
        await later.insert(row('four'), null);
        await later.change(THINGS, 'two', () => null);
        await later.insert(row('five'), null);

        expect(idsOf(await later.ofOwner(THINGS, 'acme'))).toEqual(['one', 'four', 'five']);
      });
    });

    describe('changeParts', () => {
      const sibling = row('sibling', { parent: 'whole', aliases: ['alias-of-sibling'] });
      const stranger = row('stranger', { parent: 'other' });

      it('changes every part and nothing else, and returns them oldest first', async () => {
        const store = await openWith(sibling, stranger, part, elsewhere);
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
        await checkNowAndLater(store, async (collections) => {
          expect(await collections.visibleTo(THINGS, 'initech')).toEqual(changed);
          expect(await collections.byId(THINGS, 'stranger')).toEqual(stranger);
          expect(await collections.byId('others', 'own')).toEqual(elsewhere);
        });
      });

      it('deletes parts for which the callback returns null, and returns the others', async () => {
        const store = await openWith(sibling, part);
        const changed = await store.collections.changeParts(THINGS, 'whole', (before) =>
          before.id === 'sibling' ? null : before,
        );

        expect(changed).toEqual([part]);
        await checkNowAndLater(store, async (collections) => {
          expect(await collections.ofParent(THINGS, 'whole')).toEqual([part]);
          expect(await collections.byAlias(THINGS, 'alias-of-sibling')).toBeNull();
        });
      });

      it('changes no part if the callback throws at the last part', async () => {
        const store = await openWith(sibling, part);
        const thrown = new Error('not this one');
        const change = (before: Row) => {
          if (before.id === 'part') throw thrown;
          return null;
        };
        await expect(store.collections.changeParts(THINGS, 'whole', change)).rejects.toBe(thrown);

        await checkNowAndLater(store, async (collections) => {
          expect(await collections.ofParent(THINGS, 'whole')).toEqual([sibling, part]);
        });
      });

      it('changes nothing for an object without parts', async () => {
        const { collections } = await openWith(stranger);
        const change = () => {
          throw new Error('there is nothing to change');
        };

        expect(await collections.changeParts(THINGS, 'whole', change)).toEqual([]);
      });
    });

    it('a list that was read before is updated when a row is shared and unshared', async () => {
      const { collections } = await openWith(foreign);
      expect(await collections.visibleTo(THINGS, 'acme')).toEqual([]);
      await collections.change(THINGS, 'foreign', (item) => ({ ...item, sharedWith: ['acme'] }));
      expect(idsOf(await collections.visibleTo(THINGS, 'acme'))).toEqual(['foreign']);
      await collections.change(THINGS, 'foreign', (item) => ({ ...item, sharedWith: ['*'] }));
      expect(idsOf(await collections.visibleTo(THINGS, 'nobody'))).toEqual(['foreign']);
      await collections.change(THINGS, 'foreign', (item) => ({ ...item, sharedWith: [] }));

      expect(await collections.visibleTo(THINGS, 'acme')).toEqual([]);
      expect(await collections.visibleTo(THINGS, 'nobody')).toEqual([]);
    });

    describe('rows with a due time', () => {
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
      ])('are returned if due in (%i, %i], earliest first', async (from, to, ids) => {
        const { collections } = await openWith(...timed);

        expect(idsOf(await collections.dueBetween(THINGS, NOON + from, NOON + to, ALL))).toEqual(ids);
      });

      it.each([
        [0, []],
        [2, ['early', 'a']],
        [3, ['early', 'a', 'b']],
      ])('are returned up to the limit %i, earliest first', async (limit, ids) => {
        const { collections } = await openWith(...timed);

        expect(idsOf(await collections.dueBetween(THINGS, 0, NOON + 1000, limit))).toEqual(ids);
      });

      it.each([
        [-1, ['late', 'never', 'b', 'a', 'early']],
        [0, ['late', 'never', 'b', 'a']],
        [1, ['late', 'never']],
        [2, ['never']],
      ])('are removed by a sweep at %i, with their shares', async (at, ids) => {
        const store = await openWith(...timed.map((item) => ({ ...item, sharedWith: ['initech'] })));
        await store.collections.sweep(THINGS, NOON + at);

        await checkNowAndLater(store, async (collections) => {
          expect(idsOf(await collections.ofOwner(THINGS, 'acme'))).toEqual(ids);
          expect(idsOf(await collections.visibleTo(THINGS, 'initech'))).toEqual(ids);
          expect(await collections.byId('others', 'elsewhere')).not.toBeNull();
        });
      });
    });
  });
}
