import { describe, expect, it } from 'vitest';
import type { Policy, PolicyVersion } from '../../src/decisions/policy.ts';
import type { Instant } from '../../src/lib/clock.ts';
import { drawAt } from '../../src/lib/random.ts';
import type { NgcKeys } from '../../src/services/ngc-keys/index.ts';
import type { KeyInForce, NgcKeyEdit } from '../../src/services/ngc-keys/records.ts';
import type { State } from '../../src/store/state.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { ALL, keptSeed, NOON, organizations, personalKey, serviceKey } from '../support/records.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

const MAX_PENDING = 32;

/** Tests of `src/services/ngc-keys/index.ts`, for every adapter. */
export function ngcKeysContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, NGC keys:`, () => {
    const bench = useBench(benchOf);

    const checkNowAndLater = (store: Store, check: (keys: NgcKeys) => Promise<void>) =>
      bench.checkNowAndLater(store, ({ ngcKeys }) => check(ngcKeys));

    const openWithOrganizations = async () => {
      const store = await bench.next();
      await store.world.load(keptSeed, organizations);
      return bench.next();
    };

    const bot = serviceKey('bot', { description: 'for the tests', expiresAt: NOON + 100, services: ['nvcf', 'air'] });
    const adas = personalKey('adas');
    const adasSecond = personalKey('adas-second', { enabled: false });
    const globexAda = personalKey('of-globex', { org: 'globex' });

    const openWithKeys = async () => {
      const store = await openWithOrganizations();
      for (const key of [bot, adas, adasSecond, globexAda]) await store.ngcKeys.create(key, [], null);
      return bench.next();
    };

    const idsOf = (found: readonly KeyInForce[]) => found.map(({ key }) => key.id);
    const createPolicy = (scope: string): Policy => ({
      scopes: [scope],
      resources: [{ type: 'function', ids: [scope] }],
    });
    const createVersion = (
      number: number,
      recordedAt: Instant,
      effectiveAt: Instant,
      policy: Policy,
    ): PolicyVersion => ({
      version: number,
      recordedAt,
      effectiveAt,
      ...policy,
    });
    const editPolicy = (scope: string, effectiveAt: Instant, recordedAt: Instant = NOON): NgcKeyEdit => ({
      policy: { next: createPolicy(scope), recordedAt, effectiveAt },
    });
    const withoutSecret = ({ secretHash: _, policy: __, ...key }: typeof bot) => key;
    const createFirstVersion = (key: typeof bot) =>
      createVersion(1, NOON, NOON, key.policy ?? { scopes: [], resources: [] });

    describe('creating', () => {
      it('creates the first keys of a user concurrently, and the user once', async () => {
        const store = await openWithOrganizations();
        const ids = ['a', 'b', 'c', 'd'];
        const create = (id: string) =>
          store.ngcKeys.create(personalKey(id, { user: 'new@acme.test' }), [`role-of-${id}`], null);
        await Promise.all(ids.map(create));

        await checkNowAndLater(store, async (keys) => {
          expect(await keys.listOfUser('new@acme.test', ALL, NOON)).toHaveLength(4);
          expect((await keys.findUser('acme', 'new@acme.test'))?.roles).toHaveLength(1);
        });
      });

      it('creates no more keys than the limit in concurrent calls', async () => {
        const { ngcKeys } = await openWithOrganizations();
        const results = await Promise.allSettled(
          ['a', 'b', 'c', 'd'].map((id) => ngcKeys.create(serviceKey(id), [], 3)),
        );

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
        expect(await ngcKeys.list({}, 10, NOON)).toHaveLength(3);
      });
    });

    describe('listByName', () => {
      it('returns all keys of the name, oldest first, up to the limit', async () => {
        const store = await openWithKeys();
        await store.ngcKeys.create(serviceKey('twin', { name: bot.name, org: 'globex' }), [], null);

        await checkNowAndLater(store, async (keys) => {
          expect(idsOf(await keys.listByName(bot.name, 10, NOON))).toEqual(['bot', 'twin']);
          expect(idsOf(await keys.listByName(bot.name, 1, NOON))).toEqual(['bot']);
          expect(await keys.listByName(bot.name, 1, NOON)).toEqual([await keys.findById('bot', NOON)]);
          expect(await keys.listByName('nobody', 10, NOON)).toEqual([]);
        });
      });
    });

    it('listOfUser returns the keys of an e-mail address, oldest first, up to the limit', async () => {
      const store = await openWithKeys();
      await store.ngcKeys.create(personalKey('first', { user: 'own@acme.test' }), [], null);
      await store.ngcKeys.create(personalKey('later', { user: 'own@acme.test' }), [], null);

      await checkNowAndLater(store, async (keys) => {
        expect(idsOf(await keys.listOfUser('own@acme.test', 10, NOON))).toEqual(['first', 'later']);
        expect(idsOf(await keys.listOfUser('own@acme.test', 1, NOON))).toEqual(['first']);
        expect(await keys.listOfUser('nobody@acme.test', 10, NOON)).toEqual([]);
      });
    });

    describe('editing', () => {
      it('stores nothing if it fails halfway', async () => {
        const store = await openWithKeys();
        const policy = {
          next: { ...createPolicy('half'), scopes: [1n as never] },
          recordedAt: NOON,
          effectiveAt: NOON,
        };
        const broken = { name: 'half', policy };
        await expect(store.ngcKeys.edit('bot', broken)).rejects.toThrow();

        await checkNowAndLater(store, async (keys) => {
          expect((await keys.findById('bot', NOON))?.key).toEqual(withoutSecret(bot));
          expect(await keys.listVersions('bot')).toEqual([createFirstVersion(bot)]);
        });
      });

      it('numbers the versions of concurrent edits without gaps', async () => {
        const { ngcKeys } = await openWithKeys();
        const times = Array.from({ length: 20 }, (_, index) => NOON + index);
        await Promise.all(times.map((at) => ngcKeys.edit('bot', editPolicy(`at-${at}`, at))));

        expect((await ngcKeys.listVersions('bot')).map((entry) => entry.version)).toEqual([
          ...Array.from({ length: 21 }, (_, index) => index + 1),
        ]);
      });
    });

    describe('a new secret', () => {
      it('invalidates the previous secret at once', async () => {
        const store = await openWithKeys();
        await store.ngcKeys.findBySecret(bot.secretHash, NOON);
        await store.ngcKeys.replaceSecret('bot', 'another', 'end');

        await checkNowAndLater(store, async (keys) => {
          expect(await keys.findBySecret(bot.secretHash, NOON)).toBeNull();
          expect((await keys.findBySecret('another', NOON))?.key).toEqual(withoutSecret(bot));
          expect(await keys.listVersions('bot')).toEqual([createFirstVersion(bot)]);
        });
      });
    });

    describe('deleting', () => {
      it('removes the key and its history from every read, and keeps its user', async () => {
        const store = await openWithKeys();
        for (const { secretHash } of [bot, adas]) await store.ngcKeys.findBySecret(secretHash, NOON);
        await store.ngcKeys.edit('bot', editPolicy('two', NOON + 20));
        for (const { id } of [bot, adas]) await store.ngcKeys.delete(id);

        await checkNowAndLater(store, async (keys) => {
          for (const { id, secretHash } of [bot, adas]) {
            expect(await keys.findById(id, NOON)).toBeNull();
            expect(await keys.findBySecret(secretHash, NOON)).toBeNull();
          }
          expect(idsOf(await keys.list({}, 10, NOON))).toEqual(['adas-second', 'of-globex']);
          expect(await keys.listVersions('bot')).toEqual([]);
          expect(await keys.findNewestVersion('bot')).toBeNull();
          expect(await keys.listEffectiveBetween(NOON, NOON + 100, ALL)).toEqual([]);
          expect(await keys.listExpiredBetween(NOON, NOON + 100, ALL)).toEqual([]);
          expect((await keys.findById('adas-second', NOON))?.roles).toEqual(['ORG_OWNER']);
        });
      });
    });

    describe('the policy in force', () => {
      interface Dated {
        readonly version: number;
        readonly effectiveAt: Instant;
      }

      /** Returns the highest version whose `effectiveAt` has passed. */
      const findInForce = (history: readonly Dated[], at: Instant): number =>
        Math.max(...history.filter(({ effectiveAt }) => effectiveAt <= at).map((entry) => entry.version));

      /** Returns the versions that come into force after `at`, found by looking at every moment. */
      const findSuccession = (history: readonly Dated[], at: Instant): Dated[] => {
        const moments = [...new Set(history.map(({ effectiveAt }) => effectiveAt))].sort(
          (first, second) => first - second,
        );
        let current = findInForce(history, at);
        return moments
          .filter((moment) => moment > at)
          .flatMap((effectiveAt) => {
            const next = findInForce(history, effectiveAt);
            if (next === current) return [];
            current = next;
            return [{ version: next, effectiveAt }];
          });
      };

      const toDated = (versions: readonly PolicyVersion[]) =>
        versions.map((entry): Dated => ({ version: entry.version, effectiveAt: entry.effectiveAt }));

      /** Histories of versions that begin in any order, many at the same moment; the first begins at noon. */
      const histories = Array.from({ length: 60 }, (_, number) => {
        let place = 0;
        const draw = (below: number) => Math.floor(drawAt(`history ${number}`, place++) * below);
        const length = 1 + draw(number % 3 === 0 ? 60 : 12);
        const span = 1 + draw(number % 2 === 0 ? 10 : 200);
        return [
          { version: 1, effectiveAt: NOON },
          ...Array.from({ length }, (_unused, index) => ({ version: index + 2, effectiveAt: NOON + draw(span) })),
        ];
      });
      /** Versions of which each begins after the previous one; there are more than a key returns as pending. */
      const staircase = Array.from({ length: 50 }, (_, index) => ({
        version: index + 1,
        effectiveAt: NOON + index * 3,
      }));
      const all: readonly (readonly Dated[])[] = [...histories, staircase];

      // Recording them takes most of the time of these tests, so it happens once.
      let state: State | null = null;
      const openRecorded = async () => {
        const store = await openWithOrganizations();
        if (state !== null) {
          await store.collections.replace(state);
          return store;
        }
        for (const [number, history] of all.entries()) {
          await store.ngcKeys.create(serviceKey(`key-${number}`), [], null);
          for (const { version: step, effectiveAt } of history.slice(1)) {
            await store.ngcKeys.edit(`key-${number}`, editPolicy(`v${step}`, effectiveAt));
          }
        }
        state = store.collections.freeze();
        return store;
      };

      const listMoments = (history: readonly Dated[]) =>
        [...new Set(history.flatMap(({ effectiveAt }) => [effectiveAt - 1, effectiveAt, effectiveAt + 1]))]
          .filter((at) => at >= NOON)
          .sort((first, second) => first - second);

      it('is the highest version that has begun, with its successors as pending', async () => {
        await checkNowAndLater(await openRecorded(), async (keys) => {
          for (const [number, history] of all.entries()) {
            for (const at of listMoments(history)) {
              const what = `history ${number} at ${at - NOON}`;
              const expected = findInForce(history, at);
              const found = await keys.findById(`key-${number}`, at);
              const policy = found?.policy;
              if (policy?.version !== expected) expect(policy?.version, what).toBe(expected);
              if (expected > 1) expect(policy?.scopes, what).toEqual([`v${expected}`]);
              expect(toDated(found?.pending ?? []), what).toEqual(findSuccession(history, at).slice(0, MAX_PENDING));
            }
          }
        });
      });

      it('is the same when it is read by secret, and never goes back over time', async () => {
        await openRecorded();
        let keys = (await bench.next()).ngcKeys;
        for (const [number, history] of all.entries()) {
          let before = 0;
          for (const [turn, at] of listMoments(history).entries()) {
            const what = `history ${number} at ${at - NOON}`;
            if ((number + turn) % 40 === 0) keys = (await bench.next()).ngcKeys;
            const found = await keys.findBySecret(`hash-of-key-${number}`, at);
            const current = found?.policy?.version ?? 0;
            expect(current, what).toBe(findInForce(history, at));
            expect(current, what).toBeGreaterThanOrEqual(before);
            expect(toDated(found?.pending ?? []), what).toEqual(findSuccession(history, at).slice(0, MAX_PENDING));
            before = current;
          }
        }
      });

      it('is the same in the list', async () => {
        await checkNowAndLater(await openRecorded(), async (keys) => {
          for (const at of [NOON, NOON + 4, NOON + 9, NOON + 77]) {
            const found = await keys.list({}, 1000, at);
            expect(found.map(({ policy }) => policy?.version)).toEqual(all.map((history) => findInForce(history, at)));
          }
        });
      });

      it('keeps the whole history, with overtaken versions', async () => {
        await checkNowAndLater(await openRecorded(), async (keys) => {
          for (const [number, history] of all.entries()) {
            expect(toDated(await keys.listVersions(`key-${number}`))).toEqual(history);
          }
        });
      });

      it.each([
        [0, 5],
        [0, 1000],
        [3, 4],
        [4, 4],
        [9, 60],
        [147, 148],
      ])('begins in (%i, %i] for exactly the expected keys, earliest first', async (from, to) => {
        const expected = all
          .flatMap((history, number) =>
            findSuccession(history, NOON + from)
              .filter(({ effectiveAt }) => effectiveAt <= NOON + to)
              .map((entry) => ({ keyId: `key-${number}`, ...entry })),
          )
          .sort((first, second) => first.effectiveAt - second.effectiveAt || (first.keyId < second.keyId ? -1 : 1));

        await checkNowAndLater(await openRecorded(), async (keys) => {
          expect(await keys.listEffectiveBetween(NOON + from, NOON + to, ALL)).toEqual(expected);
        });
      });

      it('follows each edit between reads', async () => {
        let { ngcKeys } = await openWithKeys();
        const known: Dated[] = [{ version: 1, effectiveAt: NOON }];
        let place = 0;
        const draw = (below: number) => Math.floor(drawAt('edits', place++) * below);
        for (let at = NOON; at < NOON + 200; at += 1 + draw(4)) {
          if (draw(3) === 0) {
            const effectiveAt = at + draw(20);
            known.push({ version: known.length + 1, effectiveAt });
            await ngcKeys.edit('bot', editPolicy(`v${known.length}`, effectiveAt, at));
          }
          if (draw(10) === 0) ({ ngcKeys } = await bench.next());
          const found = await ngcKeys.findBySecret(bot.secretHash, at);
          expect(found?.policy?.version, `at ${at - NOON}`).toBe(findInForce(known, at));
          expect(toDated(found?.pending ?? []), `at ${at - NOON}`).toEqual(findSuccession(known, at));
        }
        expect(known.length).toBeGreaterThan(10);
      });
    });

    describe('a flush', () => {
      it('appends a copy of the last edit, in force from now on', async () => {
        const store = await openWithKeys();
        await store.ngcKeys.edit('bot', editPolicy('two', NOON + 20));
        await store.ngcKeys.edit('bot', editPolicy('three', NOON + 30));
        await store.ngcKeys.findBySecret(bot.secretHash, NOON + 5);
        expect(await store.ngcKeys.flush('bot', NOON + 5)).toEqual([{ keyId: 'bot', version: 4 }]);

        await checkNowAndLater(store, async (keys) => {
          const copy = createVersion(4, NOON + 5, NOON + 5, createPolicy('three'));
          expect((await keys.findBySecret(bot.secretHash, NOON + 5))?.policy).toEqual(copy);
          expect(await keys.findById('bot', NOON + 5)).toMatchObject({ policy: copy, pending: [] });
          expect((await keys.findById('bot', NOON + 1000))?.policy).toEqual(copy);
          expect((await keys.findById('bot', NOON + 4))?.policy).toEqual(createFirstVersion(bot));
          expect(await keys.listVersions('bot')).toEqual([
            createFirstVersion(bot),
            createVersion(2, NOON, NOON + 20, createPolicy('two')),
            createVersion(3, NOON, NOON + 30, createPolicy('three')),
            copy,
          ]);
          expect(await keys.listEffectiveBetween(NOON, NOON + 100, ALL)).toEqual([
            { keyId: 'bot', version: 4, effectiveAt: NOON + 5 },
          ]);
        });
      });

      it('changes a key until one millisecond before its edit is in force', async () => {
        const { ngcKeys } = await openWithKeys();
        await ngcKeys.edit('bot', editPolicy('two', NOON + 10));

        expect(await ngcKeys.flush('bot', NOON + 10)).toEqual([]);
        expect(await ngcKeys.flush('bot', NOON + 9)).toEqual([{ keyId: 'bot', version: 3 }]);
      });
    });

    describe('keys that expire', () => {
      it('are listed by their edited expiry', async () => {
        const { ngcKeys } = await openWithKeys();
        await ngcKeys.edit('bot', { expiresAt: NOON + 7 });
        await ngcKeys.edit('adas', { expiresAt: NOON + 8 });
        await ngcKeys.edit('adas', { expiresAt: null });

        expect(await ngcKeys.listExpiredBetween(NOON, NOON + 1000, ALL)).toEqual([
          { keyId: 'bot', expiresAt: NOON + 7 },
        ]);
      });
    });

    describe('a key that was read before', () => {
      it.each([bot, adas])('is returned as the same object while it is unchanged', async ({ secretHash }) => {
        const { ngcKeys } = await openWithKeys();
        const found = await ngcKeys.findBySecret(secretHash, NOON);
        await ngcKeys.findById('bot', NOON);
        await ngcKeys.create(serviceKey('another'), [], null);

        expect(await ngcKeys.findBySecret(secretHash, NOON)).toBe(found);
        expect(await ngcKeys.findBySecret(secretHash, NOON + 1_000_000)).toBe(found);
      });

      it('is returned as the same object until a pending version is in force', async () => {
        const { ngcKeys } = await openWithKeys();
        await ngcKeys.edit('bot', editPolicy('two', NOON + 10));
        const found = await ngcKeys.findBySecret(bot.secretHash, NOON);

        expect(await ngcKeys.findBySecret(bot.secretHash, NOON + 9)).toBe(found);
        expect(await ngcKeys.findBySecret(bot.secretHash, NOON + 10)).not.toBe(found);
        expect(await ngcKeys.findBySecret(bot.secretHash, NOON + 10)).toMatchObject({
          policy: { version: 2 },
          pending: [],
        });
      });

      it('is read again after many other keys were read', async () => {
        const { ngcKeys } = await openWithOrganizations();
        const ids = Array.from({ length: 1100 }, (_, number) => `key-${number}`);
        for (const id of ids) await ngcKeys.create(serviceKey(id), [], null);
        for (const id of ids) await ngcKeys.findBySecret(`hash-of-${id}`, NOON);

        expect((await ngcKeys.findBySecret('hash-of-key-0', NOON))?.key.id).toBe('key-0');
        expect((await ngcKeys.findBySecret('hash-of-key-1099', NOON))?.key.id).toBe('key-1099');
      });
    });
  });
}
