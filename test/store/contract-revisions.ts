import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Collection } from '../../src/store/collection.ts';
import { type Collections, NEW, type Row } from '../../src/store/collections.ts';
import { Changed, Collision } from '../../src/store/errors.ts';
import { updating } from '../../src/store/updating.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { keptSeed, NOON } from '../support/records.ts';
import { withMembers } from '../support/rows.ts';
import type { Bench } from './contract.ts';

const THINGS = new Collection<number, string | null>('things');
const OTHERS = new Collection<number>('others');

function thing(id: string, owner = 'acme', parent: string | null = null): Row<number, string | null> {
  return THINGS.row({ id, owner, parent, body: 1 });
}

/** What `src/store/collections.ts` promises of revisions, and of what depends on them. */
export function revisionsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, revisions:`, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    const holding = async (...rows: readonly Row<number, string | null>[]) => {
      const { collections } = await bench.next();
      await collections.commit(rows.map((row) => THINGS.put(row)));
      return (await bench.next()).collections;
    };
    const byId = async (from: Collections, id: string) => (await THINGS.byId(from, id)) as Row<number, string | null>;
    const grown = (row: Row<number, string | null>) => ({ ...row, body: row.body + 1 });

    it('a change gives every row and list that it changes the same one, above all before', async () => {
      const collections = await holding(thing('a'), thing('b', 'globex'));
      const before = await byId(collections, 'a');
      const others = await THINGS.listOf(collections, 'globex');
      const revision = await collections.commit([THINGS.put(grown(before)), THINGS.put(thing('c'))]);

      expect(revision).toBeGreaterThan(before.revision);
      expect((await THINGS.listOf(collections, 'acme')).revision).toBe(revision);
      expect((await THINGS.listOf(collections, 'globex')).revision).toBe(others.revision);
      expect((await THINGS.all(collections)).revision).toBe(revision);
      expect(await collections.size('things', 'acme')).toEqual({ count: 2, revision });
      expect(await collections.size('things')).toEqual({ count: 3, revision });
      const later = (await bench.next()).collections;
      expect([(await byId(later, 'a')).revision, (await byId(later, 'c')).revision]).toEqual([revision, revision]);
      expect((await byId(later, 'b')).revision).toBe(before.revision);
      // A list of what was opened again goes on above all that it was before.
      expect((await later.size('things', 'globex')).revision).toBeGreaterThanOrEqual(before.revision);
      expect((await later.size('things')).revision).toBeGreaterThanOrEqual(revision);
    });

    it.each([['the row that loses it'], ['the row that gets it']])(
      'an alias changes hands in one commit, of which %s comes first',
      async (first) => {
        const collections = await holding({ ...thing('a'), aliases: ['alias'] }, thing('b'));
        expect((await THINGS.byAlias(collections, 'alias'))?.id).toBe('a');
        const changes = [
          THINGS.put({ ...(await byId(collections, 'a')), aliases: [] }),
          THINGS.put({ ...(await byId(collections, 'b')), aliases: ['alias'] }),
        ];
        await collections.commit(first === 'the row that loses it' ? changes : changes.reverse());

        expect((await THINGS.byAlias(collections, 'alias'))?.id).toBe('b');
        expect((await THINGS.byAlias((await bench.next()).collections, 'alias'))?.id).toBe('b');
      },
    );

    it('a row that goes to another owner changes both lists', async () => {
      const collections = await holding(thing('a'));
      const revision = await collections.commit([THINGS.put({ ...(await byId(collections, 'a')), owner: 'globex' })]);

      expect(await collections.size('things', 'acme')).toEqual({ count: 0, revision });
      expect(await collections.size('things', 'globex')).toEqual({ count: 1, revision });
    });

    it('that a row was used is no change', async () => {
      const collections = await holding(thing('a'));
      const before = await byId(collections, 'a');
      await collections.note('things', 'a', NOON);

      expect(await byId(collections, 'a')).toEqual({ ...before, usedAt: NOON });
      await collections.commit([THINGS.put(grown(before))]);
    });

    it.each<[what: string, change: (row: Row<number, string | null>) => Parameters<Collections['commit']>]>([
      ['a change', (row) => [[THINGS.put(thing('new')), THINGS.put(grown(row))]]],
      ['a removal', (row) => [[THINGS.put(thing('new')), THINGS.remove(row)]]],
      ['what depends on it', (row) => [[THINGS.put(thing('new'))], [THINGS.still(row, 'a')]]],
    ])('%s of a row that has changed since is Changed, and nothing is stored', async (_what, change) => {
      const collections = await holding(thing('a'));
      const stale = await byId(collections, 'a');
      await (await bench.next()).collections.commit([THINGS.put(grown(stale))]);

      const { collections: later } = await bench.next();
      await expect(later.commit(...change(stale))).rejects.toBeInstanceOf(Changed);
      expect(await THINGS.byId(later, 'new')).toBeNull();
      expect((await byId(later, 'a')).body).toBe(2);
    });

    it('a change of a row that is gone is Changed, and a removal of it is not', async () => {
      const collections = await holding(thing('a'));
      const stale = await byId(collections, 'a');
      await collections.commit([THINGS.removal('a')]);

      await expect(collections.commit([THINGS.put(grown(stale))])).rejects.toBeInstanceOf(Changed);
      await collections.commit([THINGS.removal('a')]);
      await expect(collections.commit([THINGS.remove(stale)])).rejects.toBeInstanceOf(Changed);
    });

    it('a new row whose id is taken is a Collision', async () => {
      const collections = await holding(thing('a'));

      await expect(collections.commit([THINGS.put(thing('a'))])).rejects.toBeInstanceOf(Collision);
    });

    it('what depends on a row not being there is Changed once it is', async () => {
      const collections = await holding();
      const expected = THINGS.still(null, 'a');
      expect(expected).toMatchObject({ revision: NEW });
      await collections.commit([THINGS.put(thing('b'))], [expected]);
      await collections.commit([THINGS.put(thing('a'))]);

      await expect(collections.commit([THINGS.put(thing('c'))], [expected])).rejects.toBeInstanceOf(Changed);
    });

    it('what depends on a list is Changed once the list has, and not by other lists', async () => {
      const collections = await holding(thing('a'));
      const { revision } = await THINGS.listOf(collections, 'acme');
      const empty = await THINGS.listOf(collections, 'initech');
      const of = (owner: string, known: number) => [{ collection: 'things', owner, revision: known }];
      await collections.commit([THINGS.put(thing('b', 'globex'))], of('acme', revision));
      await collections.commit([], of('initech', empty.revision));
      await collections.commit([THINGS.put(thing('c')), THINGS.put(thing('d', 'initech'))]);

      await expect(collections.commit([], of('acme', revision))).rejects.toBeInstanceOf(Changed);
      await expect(collections.commit([], of('initech', empty.revision))).rejects.toBeInstanceOf(Changed);
    });

    it('what depends on a whole collection is Changed by every change of it, and by no other', async () => {
      const collections = await holding(thing('a'));
      const { revision } = await THINGS.all(collections);
      const whole = [{ collection: 'things', revision }];
      await collections.commit([OTHERS.put(OTHERS.row({ id: 'a', owner: 'acme', parent: null, body: 1 }))], whole);
      await collections.commit([THINGS.removal('a')]);

      await expect(collections.commit([], whole)).rejects.toBeInstanceOf(Changed);
    });

    it('a row is changed once in a commit', async () => {
      const collections = await holding(thing('a'));
      const row = await byId(collections, 'a');

      await expect(collections.commit([THINGS.put(grown(row)), THINGS.removal('a')])).rejects.toThrow('twice');
      await collections.commit([THINGS.removal('a'), THINGS.removal('a')]);
    });

    describe('no one is used again', () => {
      const all = async ({ collections }: Store) => [
        ...(await THINGS.all(collections)).rows.map(({ revision }) => revision),
        (await THINGS.all(collections)).revision,
        (await THINGS.listOf(collections, 'acme')).revision,
        (await THINGS.listOf(collections, 'nobody')).revision,
      ];

      it('after everything was replaced, not even for what is empty', async () => {
        await holding(thing('a'));
        const store = await bench.next();
        const before = Math.max(...(await all(store)));
        await store.world.load(keptSeed, { objects: [thing('a')] });

        for (const revision of await all(await bench.next())) expect(revision).toBeGreaterThan(before);
      });

      it('after it was restored', async () => {
        await holding(thing('a'));
        const store = await bench.next();
        const image = await store.freeze();
        await THINGS.change(store.collections, 'a', grown);
        const before = Math.max(...(await all(store)));
        await store.restore(image);

        const [row = 0, ...lists] = await all(await bench.next());
        expect((await byId(store.collections, 'a')).body).toBe(1);
        // The row is what it was at its revision; a list may be another one.
        expect(row).not.toBe(before);
        for (const revision of lists) expect(revision).toBeGreaterThan(before);
      });
    });

    it('an update is tried again with what others have made of it, however many there are', async () => {
      const collections = await holding(thing('a'));
      const other = bench.remembers ? collections : (await bench.next()).collections;
      const grow = (through: Collections) =>
        updating(through, async () => through.commit([THINGS.put(grown(await byId(through, 'a')))]));
      await Promise.all(Array.from({ length: 30 }, (_, index) => grow(index % 3 === 0 ? other : collections)));

      expect((await byId((await bench.next()).collections, 'a')).body).toBe(31);
    });

    it('an update that never fits ends as Changed after five tries, and holds up nobody', async () => {
      const collections = await holding(thing('a'));
      const stale = await byId(collections, 'a');
      await THINGS.change(collections, 'a', grown);
      let tries = 0;
      const hopeless = updating(collections, () => {
        tries += 1;
        return collections.commit([THINGS.put(stale)]);
      });

      await expect(hopeless).rejects.toBeInstanceOf(Changed);
      expect(tries).toBe(5);
      await THINGS.change(collections, 'a', grown);
    });

    it('parts that are changed together are all of them, also those that were added meanwhile', async () => {
      const collections = await holding(thing('a', 'acme', 'whole'));
      const late = [THINGS.put(thing('b', 'acme', 'whole'))];
      const interrupted = withMembers(collections, {
        commit: async (...changes) => {
          if (late.length > 0) await collections.commit(late.splice(0));
          return collections.commit(...changes);
        },
      });
      const changed = await THINGS.changeParts(interrupted, 'whole', grown);

      expect(changed.map(({ id, body }) => [id, body])).toEqual([
        ['a', 2],
        ['b', 2],
      ]);
    });
  });
}
