import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FullStore as Store } from '../support/nouns.ts';
import { keptSeed, people } from '../support/records.ts';
import type { Bench } from './contract.ts';

/** What `src/store/settings.ts` promises beyond reading and writing. */
export function settingsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, settings:`, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    const valuesOf = (store: Store, names: readonly string[]) =>
      Promise.all(names.map((name) => store.settings.get(name)));

    describe('a counter', () => {
      it('counts from 0, and goes on after the store was opened again', async () => {
        const { settings } = await bench.next();
        const before = [await settings.next('place'), await settings.next('place'), await settings.next('place')];
        const later = (await bench.next()).settings;

        expect(before).toEqual([0, 1, 2]);
        expect(await later.next('place')).toBe(3);
      });

      it('gives no number twice, however many ask at once', async () => {
        const first = await bench.next();
        const atOnce = await Promise.all(Array.from({ length: 50 }, () => first.settings.next('place')));
        const second = await bench.next();
        const again = await Promise.all(Array.from({ length: 50 }, () => second.settings.next('place')));
        const numbers = [...atOnce, ...again];

        expect(numbers.sort((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_, index) => index));
      });

      it('goes beyond one digit in order', async () => {
        const { settings } = await bench.next();
        const numbers: number[] = [];
        for (let time = 0; time < 12; time++) numbers.push(await settings.next('place'));

        expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      });

      it('counts for itself: another name and other settings stay as they are', async () => {
        const { settings } = await bench.next();
        await settings.set('mode', 'jitter');
        await settings.next('one');
        await settings.next('one');

        expect(await settings.next('other')).toBe(0);
        expect(await settings.get('mode')).toBe('jitter');
      });

      it('is a setting that was read before it counted', async () => {
        const { settings } = await bench.next();
        expect(await settings.get('place')).toBeNull();
        await settings.next('place');
        await settings.next('place');

        expect(await settings.get('place')).toBe('2');
      });

      it('begins anew once it was removed', async () => {
        const { settings } = await bench.next();
        await settings.next('place');
        await settings.next('place');
        await settings.remove(['place']);
        const later = (await bench.next()).settings;

        expect(await later.next('place')).toBe(0);
      });

      it('begins anew in another world', async () => {
        const store = await bench.next();
        await store.settings.next('place');
        await store.world.load(keptSeed, people);

        expect(await store.settings.next('place')).toBe(0);
        expect(await (await bench.next()).settings.next('place')).toBe(1);
      });
    });

    describe('removing', () => {
      it('takes away what is named, and nothing else', async () => {
        const store = await bench.next();
        for (const name of ['one', 'two', 'three']) await store.settings.set(name, name);
        await valuesOf(store, ['one', 'two', 'three']);
        await store.settings.remove(['one', 'three']);

        expect(await valuesOf(store, ['one', 'two', 'three'])).toEqual([null, 'two', null]);
        expect(await valuesOf(await bench.next(), ['one', 'two', 'three'])).toEqual([null, 'two', null]);
      });

      it.each([
        ['nothing', []],
        ['what is not there', ['nothing']],
        ['a wildcard', ['%', '*', '']],
      ])('of %s changes nothing', async (_what, names) => {
        const store = await bench.next();
        await store.settings.set('one', '1');
        await store.settings.remove(names);

        expect(await store.settings.get('one')).toBe('1');
      });

      it('leaves a name free to be set again', async () => {
        const store = await bench.next();
        await store.settings.set('one', '1');
        await store.settings.remove(['one']);
        await store.settings.set('one', '2');

        expect(await (await bench.next()).settings.get('one')).toBe('2');
      });
    });
  });
}
