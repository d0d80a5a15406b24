import { describe, expect, it } from 'vitest';
import { Collection } from '../../src/store/collection.ts';
import type { Collections } from '../../src/store/collections.ts';
import { EditConflict } from '../../src/store/errors.ts';
import type { Change, Row } from '../../src/store/row.ts';
import { watchTurns } from '../support/turn-watch.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

const THINGS = new Collection<number, string | null>('things');

function createThing(id: string, owner = 'acme', parent: string | null = null): Row<number, string | null> {
  return THINGS.row({ id, owner, parent, body: 1 });
}

/** Tests of revisions of `src/store/collections.ts`, for every adapter. */
export function revisionsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, revisions:`, () => {
    watchTurns();
    const bench = useBench(benchOf);

    const openWith = async (...rows: readonly Row<number, string | null>[]) => {
      const { collections } = await bench.next();
      await collections.commit(rows.map((row) => THINGS.put(row)));
      return (await bench.next()).collections;
    };
    const byId = async (from: Collections, id: string) => (await THINGS.byId(from, id)) as Row<number, string | null>;
    const increment = (row: Row<number, string | null>) => ({ ...row, body: row.body + 1 });

    it('a commit gives a new revision to every changed row, and to no other', async () => {
      const collections = await openWith(createThing('a'), createThing('b', 'globex'));
      const [a, b] = [await byId(collections, 'a'), await byId(collections, 'b')];
      const stored = await collections.commit([THINGS.put(increment(a)), THINGS.put(createThing('c'))]);

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
      expect(await THINGS.countOfOwner(collections, 'acme')).toBe(2);
      const later = (await bench.next()).collections;
      const places = (await THINGS.all(later)).map(({ id, revision }) => [id, revision.place]);
      expect(places).toEqual([nextA, nextB, c].map(({ id, revision }) => [id, revision.place]));
    });

    it.each([['the previous row'], ['the new row']])(
      'an alias is moved in a commit that lists %s first',
      async (first) => {
        const collections = await openWith({ ...createThing('a'), aliases: ['alias'] }, createThing('b'));
        expect((await THINGS.byAlias(collections, 'alias'))?.id).toBe('a');
        const changes = [
          THINGS.put({ ...(await byId(collections, 'a')), aliases: [] }),
          THINGS.put({ ...(await byId(collections, 'b')), aliases: ['alias'] }),
        ];
        await collections.commit(first === 'the previous row' ? changes : changes.reverse());

        expect((await THINGS.byAlias(collections, 'alias'))?.id).toBe('b');
        expect((await THINGS.byAlias((await bench.next()).collections, 'alias'))?.id).toBe('b');
      },
    );

    it.each<[title: string, change: (row: Row<number, string | null>) => readonly Change[]]>([
      ['a change', (row) => [THINGS.put(createThing('new')), THINGS.put(increment(row))]],
      ['a removal', (row) => [THINGS.put(createThing('new')), THINGS.remove(row)]],
    ])(
      '%s of a row that was changed since is rejected with EditConflict, and stores nothing',
      async (_what, change) => {
        const collections = await openWith(createThing('a'));
        const stale = await byId(collections, 'a');
        await collections.commit([THINGS.put(increment(stale))]);

        await expect(collections.commit(change(stale))).rejects.toBeInstanceOf(EditConflict);
        const { collections: later } = await bench.next();
        expect(await THINGS.byId(later, 'new')).toBeNull();
        expect((await byId(later, 'a')).body).toBe(2);
      },
    );

    it('a restored row accepts the revision of the image, and rejects a later one', async () => {
      await openWith(createThing('a'));
      const store = await bench.next();
      const image = store.collections.freeze();
      const before = await byId(store.collections, 'a');
      await THINGS.change(store.collections, 'a', increment);
      const between = await byId(store.collections, 'a');
      await store.collections.replace(image);

      expect((await byId(store.collections, 'a')).body).toBe(1);
      await expect(store.collections.commit([THINGS.put(increment(between))])).rejects.toBeInstanceOf(EditConflict);
      await store.collections.commit([THINGS.put(increment(before))]);
    });

    it('concurrent updates run one after another, each on the result of the previous one', async () => {
      const collections = await openWith(createThing('a'));
      const grow = () =>
        collections.updating(async (commit) => commit([THINGS.put(increment(await byId(collections, 'a')))]));
      await Promise.all(Array.from({ length: 30 }, grow));

      expect((await byId((await bench.next()).collections, 'a')).body).toBe(31);
    });

    it('no other commit is stored between the read and the commit of an update', async () => {
      const collections = await openWith(createThing('a'));
      const before = await byId(collections, 'a');
      let goOn = () => {};
      const held = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const update = collections.updating(async (commit) => {
        await held;
        await commit([THINGS.put(increment(before))]);
      });
      const other = collections.commit([THINGS.put({ ...before, body: 10 })]).catch((cause: unknown) => cause);
      goOn();
      await update;

      expect(await other).toBeInstanceOf(EditConflict);
      expect((await byId(collections, 'a')).body).toBe(2);
    });

    it('a failed update changes nothing, and does not block others', async () => {
      const collections = await openWith(createThing('a'));
      const stale = await byId(collections, 'a');
      await THINGS.change(collections, 'a', increment);
      const failing = collections.updating((commit) => commit([THINGS.put(stale)]));

      await expect(failing).rejects.toBeInstanceOf(EditConflict);
      await THINGS.change(collections, 'a', increment);
      expect((await byId(collections, 'a')).body).toBe(3);
    });
  });
}
