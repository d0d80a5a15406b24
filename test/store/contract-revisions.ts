import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Collection } from '../../src/store/collection.ts';
import type { Change, Collections, Row } from '../../src/store/collections.ts';
import { Collision, EditConflict } from '../../src/store/errors.ts';
import { NOON } from '../support/records.ts';
import { watchTurns } from '../support/turn-watch.ts';
import type { Bench } from './contract.ts';

const THINGS = new Collection<number, string | null>('things');

function thing(id: string, owner = 'acme', parent: string | null = null): Row<number, string | null> {
  return THINGS.row({ id, owner, parent, body: 1 });
}

/** What `src/store/collections.ts` promises of revisions, and of what depends on them. */
export function revisionsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, revisions:`, () => {
    watchTurns();
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

    it('a change gives every row that it changes another one, and no other row', async () => {
      const collections = await holding(thing('a'), thing('b', 'globex'));
      const [a, b] = [await byId(collections, 'a'), await byId(collections, 'b')];
      const stored = await collections.commit([THINGS.put(grown(a)), THINGS.put(thing('c'))]);

      const [nextA, nextB, c] = [
        await byId(collections, 'a'),
        await byId(collections, 'b'),
        await byId(collections, 'c'),
      ];
      expect(stored).toEqual([nextA, c]);
      expect(nextA.revision).not.toBe(a.revision);
      expect(nextA.revision.place).toBe(a.revision.place);
      expect(nextB.revision).toBe(b.revision);
      expect(c.revision.place).toBeGreaterThan(b.revision.place);
      expect(await collections.count('things', 'acme')).toBe(2);
      expect(await collections.count('things')).toBe(3);
      const later = (await bench.next()).collections;
      const places = (await THINGS.all(later)).map(({ id, revision }) => [id, revision.place]);
      expect(places).toEqual([nextA, nextB, c].map(({ id, revision }) => [id, revision.place]));
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
      await collections.commit([THINGS.put({ ...(await byId(collections, 'a')), owner: 'globex' })]);

      expect(await THINGS.ofOwner(collections, 'acme')).toEqual([]);
      expect((await THINGS.ofOwner(collections, 'globex')).map(({ id }) => id)).toEqual(['a']);
    });

    it('that a row was used is no change', async () => {
      const collections = await holding(thing('a'));
      const before = await byId(collections, 'a');
      await collections.note('things', 'a', NOON);

      expect(await byId(collections, 'a')).toBe(before);
      expect((await collections.uses('things')).get('a')).toBe(NOON);
      await collections.commit([THINGS.put(grown(before))]);
    });

    it.each<[what: string, change: (row: Row<number, string | null>) => readonly Change[]]>([
      ['a change', (row) => [THINGS.put(thing('new')), THINGS.put(grown(row))]],
      ['a removal', (row) => [THINGS.put(thing('new')), THINGS.remove(row)]],
    ])('%s of a row that has changed since is Changed, and nothing is stored', async (_what, change) => {
      const collections = await holding(thing('a'));
      const stale = await byId(collections, 'a');
      await collections.commit([THINGS.put(grown(stale))]);

      await expect(collections.commit(change(stale))).rejects.toBeInstanceOf(EditConflict);
      const { collections: later } = await bench.next();
      expect(await THINGS.byId(later, 'new')).toBeNull();
      expect((await byId(later, 'a')).body).toBe(2);
    });

    it('a change of a row that is gone is Changed, and a removal of it is not', async () => {
      const collections = await holding(thing('a'));
      const stale = await byId(collections, 'a');
      await collections.commit([THINGS.removal('a')]);

      await expect(collections.commit([THINGS.put(grown(stale))])).rejects.toBeInstanceOf(EditConflict);
      await collections.commit([THINGS.removal('a')]);
      await expect(collections.commit([THINGS.remove(stale)])).rejects.toBeInstanceOf(EditConflict);
    });

    it('a new row whose id is taken is a Collision', async () => {
      const collections = await holding(thing('a'));

      await expect(collections.commit([THINGS.put(thing('a'))])).rejects.toBeInstanceOf(Collision);
    });

    it('a row is changed once in a commit', async () => {
      const collections = await holding(thing('a'));
      const row = await byId(collections, 'a');

      await expect(collections.commit([THINGS.put(grown(row)), THINGS.removal('a')])).rejects.toThrow('twice');
      await collections.commit([THINGS.removal('a'), THINGS.removal('a')]);
    });

    it('a restored row is as it was read before, and one that was changed in between is not', async () => {
      const collections = await holding(thing('a'));
      const store = await bench.next();
      const image = await store.freeze();
      const before = await byId(store.collections, 'a');
      await THINGS.change(store.collections, 'a', grown);
      const between = await byId(store.collections, 'a');
      await store.restore(image);

      expect((await byId(store.collections, 'a')).body).toBe(1);
      await expect(store.collections.commit([THINGS.put(grown(between))])).rejects.toBeInstanceOf(EditConflict);
      await store.collections.commit([THINGS.put(grown(before))]);
      expect(await THINGS.byId(collections, 'a')).not.toBeNull();
    });

    it('updates come one after the other, each with what the ones before have made of it', async () => {
      const collections = await holding(thing('a'));
      const grow = () =>
        collections.updating(async (commit) => commit([THINGS.put(grown(await byId(collections, 'a')))]));
      await Promise.all(Array.from({ length: 30 }, grow));

      expect((await byId((await bench.next()).collections, 'a')).body).toBe(31);
    });

    it('nobody else commits between what an update reads and what it commits', async () => {
      const collections = await holding(thing('a'));
      const before = await byId(collections, 'a');
      let goOn = () => {};
      const held = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const update = collections.updating(async (commit) => {
        await held;
        await commit([THINGS.put(grown(before))]);
      });
      const other = collections.commit([THINGS.put({ ...before, body: 10 })]).catch((cause: unknown) => cause);
      goOn();
      await update;

      expect(await other).toBeInstanceOf(EditConflict);
      expect((await byId(collections, 'a')).body).toBe(2);
    });

    it('an update that fails changes nothing, and holds up nobody', async () => {
      const collections = await holding(thing('a'));
      const stale = await byId(collections, 'a');
      await THINGS.change(collections, 'a', grown);
      const hopeless = collections.updating((commit) => commit([THINGS.put(stale)]));

      await expect(hopeless).rejects.toBeInstanceOf(EditConflict);
      await THINGS.change(collections, 'a', grown);
    });

    it('an update that waits for its own turn fails', async () => {
      const collections = await holding(thing('a'));
      const waiting = collections.updating(() => collections.commit([THINGS.removal('a')]));

      await expect(waiting).rejects.toThrow('waits for its own turn');
      await THINGS.change(collections, 'a', grown);
    });

    it('parts that are changed together are all of them', async () => {
      const collections = await holding(thing('a', 'acme', 'whole'), thing('b', 'acme', 'whole'), thing('c'));
      const changed = await THINGS.changeParts(collections, 'whole', grown);

      expect(changed.map(({ id, body }) => [id, body])).toEqual([
        ['a', 2],
        ['b', 2],
      ]);
    });
  });
}
