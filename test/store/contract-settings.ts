import { describe, expect, it } from 'vitest';
import type { FullStore as Store } from '../support/nouns.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

/** Tests of counters and removal of `src/store/settings.ts`, for every adapter. */
export function settingsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, settings:`, () => {
    const bench = useBench(benchOf);

    const readValues = (store: Store, names: readonly string[]) =>
      Promise.all(names.map((name) => store.settings.get(name)));

    describe('a counter', () => {
      it('starts at 0, and continues after the store was reopened', async () => {
        const { settings } = await bench.next();
        const before = [await settings.next('place'), await settings.next('place'), await settings.next('place')];
        const later = (await bench.next()).settings;

        expect(before).toEqual([0, 1, 2]);
        expect(await later.next('place')).toBe(3);
      });

      it('returns no number twice in concurrent calls', async () => {
        const first = await bench.next();
        const atOnce = await Promise.all(Array.from({ length: 50 }, () => first.settings.next('place')));
        const second = await bench.next();
        const again = await Promise.all(Array.from({ length: 50 }, () => second.settings.next('place')));
        const numbers = [...atOnce, ...again];

        expect(numbers.sort((first, second) => first - second)).toEqual(
          Array.from({ length: 100 }, (_, index) => index),
        );
      });

      it('restarts at 0 after its removal', async () => {
        const { settings } = await bench.next();
        await settings.next('place');
        await settings.next('place');
        await settings.remove(['place']);
        const later = (await bench.next()).settings;

        expect(await later.next('place')).toBe(0);
      });
    });

    describe('removing', () => {
      it('removes the given names, and nothing else', async () => {
        const store = await bench.next();
        for (const name of ['one', 'two', 'three']) await store.settings.set(name, name);
        await readValues(store, ['one', 'two', 'three']);
        await store.settings.remove(['one', 'three']);

        expect(await readValues(store, ['one', 'two', 'three'])).toEqual([null, 'two', null]);
        expect(await readValues(await bench.next(), ['one', 'two', 'three'])).toEqual([null, 'two', null]);
      });
    });
  });
}
