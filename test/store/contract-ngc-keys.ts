import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Policy, PolicyVersion } from '../../src/decisions/policy.ts';
import type { NgcKeys } from '../../src/ngc-keys/index.ts';
import type { KeyInForce, NgcKeyEdit } from '../../src/ngc-keys/records.ts';
import { drawAt } from '../../src/platform/random.ts';
import { Collision, LimitReached, NotFound } from '../../src/store/errors.ts';
import type { State } from '../../src/store/state.ts';
import type { Instant } from '../../src/time/clock.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { ALL, keptSeed, NOON, organizations, personalKey, serviceKey } from '../support/records.ts';
import type { Bench } from './contract.ts';

const MAX_PENDING = 32;

/** What `src/ngc-keys/index.ts` promises. */
export function ngcKeysContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, NGC keys:`, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    /** What is true of a store at once has to be true after the next step too. */
    const nowAndLater = async (store: Store, check: (keys: NgcKeys) => Promise<void>) => {
      await check(store.ngcKeys);
      await check((await bench.next()).ngcKeys);
    };

    const peopled = async () => {
      const store = await bench.next();
      await store.world.load(keptSeed, organizations);
      return bench.next();
    };

    const bot = serviceKey('bot', { description: 'for the tests', expiresAt: NOON + 100, services: ['nvcf', 'air'] });
    const adas = personalKey('adas');
    const adasSecond = personalKey('adas-second', { enabled: false });
    const globexAda = personalKey('of-globex', { org: 'globex' });

    const withKeys = async () => {
      const store = await peopled();
      for (const key of [bot, adas, adasSecond, globexAda]) await store.ngcKeys.create(key, [], null);
      return bench.next();
    };

    const idsOf = (found: readonly KeyInForce[]) => found.map(({ key }) => key.id);
    const policyOf = (scope: string): Policy => ({ scopes: [scope], resources: [{ type: 'function', ids: [scope] }] });
    const version = (number: number, recordedAt: Instant, effectiveAt: Instant, policy: Policy): PolicyVersion => ({
      version: number,
      recordedAt,
      effectiveAt,
      ...policy,
    });
    const edited = (scope: string, effectiveAt: Instant, recordedAt: Instant = NOON): NgcKeyEdit => ({
      policy: { next: policyOf(scope), recordedAt, effectiveAt },
    });
    const secretless = ({ secretHash: _, policy: __, ...key }: typeof bot) => key;
    const acme = { name: 'acme', ncaId: 'nca-acme', subscriptions: ['air', 'other'] };
    const globex = { name: 'globex', ncaId: 'nca-globex', subscriptions: [] };
    const first = (key: typeof bot) => version(1, NOON, NOON, key.policy ?? { scopes: [], resources: [] });

    describe('organisations and users', () => {
      it('are there as they were seeded', async () => {
        const { ngcKeys } = await peopled();

        expect(await ngcKeys.listOrganizations()).toEqual([acme, globex]);
        expect(await ngcKeys.findOrganizationByName('globex')).toEqual(globex);
        expect(await ngcKeys.findOrganizationByName('GLOBEX')).toBeNull();
        expect(await ngcKeys.findUser('acme', 'ada@acme.test')).toEqual(organizations.ngcUsers?.[0]);
        expect(await ngcKeys.findUser('globex', 'ada@acme.test')).toEqual(organizations.ngcUsers?.[1]);
        expect(await ngcKeys.findUser('globex', 'nobody@acme.test')).toBeNull();
      });

      it('are none in an empty world', async () => {
        const { ngcKeys } = await bench.next();

        expect(await ngcKeys.listOrganizations()).toEqual([]);
        expect(await ngcKeys.findOrganizationByName('acme')).toBeNull();
        expect(await ngcKeys.list({}, 10, NOON)).toEqual([]);
      });
    });

    describe('creating', () => {
      const readings: [how: string, read: (keys: NgcKeys, id: string) => Promise<KeyInForce | null | undefined>][] = [
        ['by id', (keys, id) => keys.findById(id, NOON)],
        ['by secret', (keys, id) => keys.findBySecret(`hash-of-${id}`, NOON)],
        ['in the list', async (keys, id) => (await keys.list({}, 10, NOON)).find(({ key }) => key.id === id)],
      ];

      it.each(readings)('a service key is found %s, whole, with its first policy in force', async (_how, read) => {
        await nowAndLater(await withKeys(), async (keys) => {
          expect(await read(keys, 'bot')).toEqual({
            key: secretless(bot),
            organization: acme,
            roles: [],
            policy: first(bot),
            pending: [],
          });
        });
      });

      it.each(readings)('a personal key is found %s, with the roles of its user', async (_how, read) => {
        await nowAndLater(await withKeys(), async (keys) => {
          const common = { policy: null, pending: [] };
          expect(await read(keys, 'adas-second')).toEqual({
            ...common,
            key: secretless(adasSecond),
            organization: acme,
            roles: ['ORG_OWNER'],
          });
          expect(await read(keys, 'of-globex')).toMatchObject({
            organization: globex,
            roles: ['Cloud Functions User'],
          });
        });
      });

      it('shows the hash of a secret nowhere', async () => {
        const { ngcKeys } = await withKeys();

        expect(JSON.stringify(await ngcKeys.list({}, 10, NOON))).not.toContain('hash-of');
      });

      it('with an id that is taken is a Collision, and changes nothing', async () => {
        const store = await withKeys();
        const again = personalKey('bot', { user: 'new@acme.test', secretHash: 'another' });
        await expect(store.ngcKeys.create(again, ['ORG_OWNER'], null)).rejects.toBeInstanceOf(Collision);

        await nowAndLater(store, async (keys) => {
          expect((await keys.findById('bot', NOON))?.key).toEqual(secretless(bot));
          expect(await keys.findUser('acme', 'new@acme.test')).toBeNull();
          expect(await keys.listVersions('bot')).toEqual([first(bot)]);
        });
      });

      it('a secret that is taken changes nothing', async () => {
        const store = await withKeys();
        const twin = personalKey('twin', { user: 'new@acme.test', secretHash: bot.secretHash });
        await expect(store.ngcKeys.create(twin, [], null)).rejects.toThrow();

        await nowAndLater(store, async (keys) => {
          expect(await keys.findById('twin', NOON)).toBeNull();
          expect(await keys.findUser('acme', 'new@acme.test')).toBeNull();
        });
      });

      it('one service key more than the limit of its organisation is LimitReached, and changes nothing', async () => {
        const store = await withKeys();
        await expect(store.ngcKeys.create(serviceKey('more'), [], 1)).rejects.toBeInstanceOf(LimitReached);
        await expect(store.ngcKeys.create(serviceKey('bot'), [], 1)).rejects.toBeInstanceOf(Collision);
        await store.ngcKeys.create(personalKey('personal'), [], 1);
        await store.ngcKeys.create(serviceKey('elsewhere', { org: 'globex' }), [], 1);
        await store.ngcKeys.create(serviceKey('second'), [], 2);

        await nowAndLater(store, async (keys) => {
          expect(idsOf(await keys.list({ org: 'acme' }, 10, NOON))).toEqual([
            'bot',
            'adas',
            'adas-second',
            'personal',
            'second',
          ]);
        });
      });

      it('the first ones of somebody at once makes all of them, and the person once', async () => {
        const store = await peopled();
        const ids = ['a', 'b', 'c', 'd'];
        const create = (id: string) =>
          store.ngcKeys.create(personalKey(id, { user: 'new@acme.test' }), [`role-of-${id}`], null);
        await Promise.all(ids.map(create));

        await nowAndLater(store, async (keys) => {
          expect(await keys.listOfUser('new@acme.test', ALL, NOON)).toHaveLength(4);
          expect((await keys.findUser('acme', 'new@acme.test'))?.roles).toHaveLength(1);
        });
      });

      it('many at once makes as many as there is room for', async () => {
        const { ngcKeys } = await peopled();
        const results = await Promise.allSettled(
          ['a', 'b', 'c', 'd'].map((id) => ngcKeys.create(serviceKey(id), [], 3)),
        );

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
        expect(await ngcKeys.list({}, 10, NOON)).toHaveLength(3);
      });

      it('makes a user once, and leaves the roles of one who is there', async () => {
        const store = await peopled();
        const fresh = personalKey('fresh', { user: 'new@acme.test' });
        await store.ngcKeys.create(fresh, ['Cloud Functions Admin'], null);
        await store.ngcKeys.create(personalKey('again', { user: 'new@acme.test' }), ['ORG_OWNER'], null);
        await store.ngcKeys.create(adas, ['Cloud Functions User'], null);

        await nowAndLater(store, async (keys) => {
          expect((await keys.findUser('acme', 'new@acme.test'))?.roles).toEqual(['Cloud Functions Admin']);
          expect((await keys.findById('again', NOON))?.roles).toEqual(['Cloud Functions Admin']);
          expect((await keys.findBySecret(adas.secretHash, NOON))?.roles).toEqual(['ORG_OWNER']);
        });
      });
    });

    it('the limit counts the service keys there are: not deleted ones, and none of other kinds or organisations', async () => {
      const store = await withKeys();
      const make = (id: string, keys = store.ngcKeys) => keys.create(serviceKey(id), [], 2);
      await store.ngcKeys.create(serviceKey('globex-bot', { org: 'globex' }), [], 2);
      await make('second');
      await expect(make('third')).rejects.toBeInstanceOf(LimitReached);
      await store.ngcKeys.delete('second');
      await store.ngcKeys.delete('adas');
      await make('third');

      await expect(make('fourth', (await bench.next()).ngcKeys)).rejects.toBeInstanceOf(LimitReached);
    });

    describe('by name', () => {
      it('are all of that name, oldest first, as many as were asked for', async () => {
        const store = await withKeys();
        await store.ngcKeys.create(serviceKey('twin', { name: bot.name, org: 'globex' }), [], null);

        await nowAndLater(store, async (keys) => {
          expect(idsOf(await keys.listByName(bot.name, 10, NOON))).toEqual(['bot', 'twin']);
          expect(idsOf(await keys.listByName(bot.name, 1, NOON))).toEqual(['bot']);
          expect(await keys.listByName(bot.name, 1, NOON)).toEqual([await keys.findById('bot', NOON)]);
          expect(await keys.listByName('nobody', 10, NOON)).toEqual([]);
        });
      });
    });

    it('of a user are those of that e-mail address, oldest first, as many as were asked for', async () => {
      const store = await withKeys();
      await store.ngcKeys.create(personalKey('first', { user: 'own@acme.test' }), [], null);
      await store.ngcKeys.create(personalKey('later', { user: 'own@acme.test' }), [], null);

      await nowAndLater(store, async (keys) => {
        expect(idsOf(await keys.listOfUser('own@acme.test', 10, NOON))).toEqual(['first', 'later']);
        expect(idsOf(await keys.listOfUser('own@acme.test', 1, NOON))).toEqual(['first']);
        expect(await keys.listOfUser('nobody@acme.test', 10, NOON)).toEqual([]);
      });
    });

    describe('reading', () => {
      it('nothing gives null, and an empty history', async () => {
        const { ngcKeys } = await withKeys();

        expect(await ngcKeys.findById('nothing', NOON)).toBeNull();
        expect(await ngcKeys.findById('BOT', NOON)).toBeNull();
        expect(await ngcKeys.findBySecret('nothing', NOON)).toBeNull();
        expect(await ngcKeys.findBySecret('bot', NOON)).toBeNull();
        expect(await ngcKeys.listVersions('nothing')).toEqual([]);
        expect(await ngcKeys.findNewestVersion('nothing')).toBeNull();
      });

      it('a personal key has no history', async () => {
        const { ngcKeys } = await withKeys();

        expect(await ngcKeys.listVersions('adas')).toEqual([]);
        expect(await ngcKeys.findNewestVersion('adas')).toBeNull();
      });

      it('says nothing about expiry and whether a key is enabled', async () => {
        const { ngcKeys } = await withKeys();

        expect(await ngcKeys.findBySecret(bot.secretHash, NOON + 1000)).toMatchObject({
          key: { expiresAt: NOON + 100 },
        });
        expect(await ngcKeys.findBySecret(adasSecond.secretHash, NOON)).toMatchObject({ key: { enabled: false } });
      });

      it.each([
        [{}, 10, ['bot', 'adas', 'adas-second', 'of-globex']],
        [{ org: undefined }, 2, ['bot', 'adas']],
        [{ org: 'acme' }, 10, ['bot', 'adas', 'adas-second']],
        [{ org: 'acme' }, 1, ['bot']],
        [{ org: 'globex' }, 10, ['of-globex']],
        [{ org: 'nobody' }, 10, []],
        [{ org: '' }, 10, []],
      ])('the list narrowed by %j, at most %i, is oldest first', async (filter, limit, ids) => {
        const { ngcKeys } = await withKeys();

        expect(idsOf(await ngcKeys.list(filter, limit, NOON))).toEqual(ids);
      });

      it('a key that was looked for in vain is found once it is there', async () => {
        const { ngcKeys } = await peopled();
        expect(await ngcKeys.findBySecret(bot.secretHash, NOON)).toBeNull();
        await ngcKeys.create(bot, [], null);

        expect((await ngcKeys.findBySecret(bot.secretHash, NOON))?.key.id).toBe('bot');
      });
    });

    describe('editing', () => {
      it.each<[what: string, edit: NgcKeyEdit]>([
        ['name', { name: 'other' }],
        ['description', { description: 'other' }],
        ['description away', { description: null }],
        ['services', { services: [] }],
        ['enabled', { enabled: false }],
        ['expiry', { expiresAt: NOON + 7 }],
        ['expiry away', { expiresAt: null }],
        ['all of it', { name: 'x', description: 'y', services: ['air'], enabled: false, expiresAt: null }],
        ['nothing', {}],
      ])('of %s changes that alone, appends no version, and is seen at once', async (_what, edit) => {
        const store = await withKeys();
        await store.ngcKeys.findBySecret(bot.secretHash, NOON);
        await store.ngcKeys.edit('bot', edit);

        await nowAndLater(store, async (keys) => {
          const expected = { ...secretless(bot), ...edit };
          expect((await keys.findById('bot', NOON))?.key).toEqual(expected);
          expect((await keys.findBySecret(bot.secretHash, NOON))?.key).toEqual(expected);
          expect(await keys.listVersions('bot')).toEqual([first(bot)]);
          expect((await keys.findById('adas', NOON))?.key).toEqual(secretless(adas));
        });
      });

      it('of the roles counts for every key of the user in that organisation', async () => {
        const store = await withKeys();
        for (const { secretHash } of [adas, adasSecond, globexAda]) await store.ngcKeys.findBySecret(secretHash, NOON);
        await store.ngcKeys.edit('adas', { roles: ['Cloud Functions Admin', 'air'] });

        await nowAndLater(store, async (keys) => {
          for (const { id, secretHash } of [adas, adasSecond]) {
            expect((await keys.findBySecret(secretHash, NOON))?.roles).toEqual(['Cloud Functions Admin', 'air']);
            expect((await keys.findById(id, NOON))?.roles).toEqual(['Cloud Functions Admin', 'air']);
          }
          expect((await keys.findBySecret(globexAda.secretHash, NOON))?.roles).toEqual(['Cloud Functions User']);
          expect((await keys.findUser('acme', 'ada@acme.test'))?.roles).toEqual(['Cloud Functions Admin', 'air']);
        });
      });

      it('of the policy appends a version, and the ones before stay as they were', async () => {
        const store = await withKeys();
        await store.ngcKeys.edit('bot', edited('two', NOON + 20, NOON + 1));
        await store.ngcKeys.edit('bot', { ...edited('three', NOON + 10, NOON + 2), name: 'renamed' });

        await nowAndLater(store, async (keys) => {
          const three = version(3, NOON + 2, NOON + 10, policyOf('three'));
          expect(await keys.listVersions('bot')).toEqual([
            first(bot),
            version(2, NOON + 1, NOON + 20, policyOf('two')),
            three,
          ]);
          expect(await keys.findNewestVersion('bot')).toEqual(three);
          expect((await keys.findById('bot', NOON))?.key.name).toBe('renamed');
        });
      });

      it('of what is not there is NotFound', async () => {
        const { ngcKeys } = await withKeys();

        await expect(ngcKeys.edit('nothing', { name: 'x' })).rejects.toBeInstanceOf(NotFound);
        await expect(ngcKeys.edit('nothing', edited('x', NOON))).rejects.toBeInstanceOf(NotFound);
        expect(await ngcKeys.listVersions('nothing')).toEqual([]);
      });

      it('that fails half-way stores nothing of it', async () => {
        const store = await withKeys();
        const policy = { next: { ...policyOf('half'), scopes: [1n as never] }, recordedAt: NOON, effectiveAt: NOON };
        const broken = { name: 'half', policy };
        await expect(store.ngcKeys.edit('bot', broken)).rejects.toThrow();

        await nowAndLater(store, async (keys) => {
          expect((await keys.findById('bot', NOON))?.key).toEqual(secretless(bot));
          expect(await keys.listVersions('bot')).toEqual([first(bot)]);
        });
      });

      it('by many at once numbers the versions without gaps', async () => {
        const { ngcKeys } = await withKeys();
        const times = Array.from({ length: 20 }, (_, index) => NOON + index);
        await Promise.all(times.map((at) => ngcKeys.edit('bot', edited(`at-${at}`, at))));

        expect((await ngcKeys.listVersions('bot')).map((one) => one.version)).toEqual([
          ...Array.from({ length: 21 }, (_, index) => index + 1),
        ]);
      });
    });

    describe('a new secret', () => {
      it('ends the old one with the call', async () => {
        const store = await withKeys();
        await store.ngcKeys.findBySecret(bot.secretHash, NOON);
        await store.ngcKeys.replaceSecret('bot', 'another', 'end');

        await nowAndLater(store, async (keys) => {
          expect(await keys.findBySecret(bot.secretHash, NOON)).toBeNull();
          expect((await keys.findBySecret('another', NOON))?.key).toEqual(secretless(bot));
          expect(await keys.listVersions('bot')).toEqual([first(bot)]);
        });
      });

      it('for what is not there is NotFound', async () => {
        const { ngcKeys } = await withKeys();

        await expect(ngcKeys.replaceSecret('nothing', 'another', 'end')).rejects.toBeInstanceOf(NotFound);
        expect(await ngcKeys.findBySecret('another', NOON)).toBeNull();
      });
    });

    describe('deleting', () => {
      it('takes the key out of every reading, with its history, and leaves its user', async () => {
        const store = await withKeys();
        for (const { secretHash } of [bot, adas]) await store.ngcKeys.findBySecret(secretHash, NOON);
        await store.ngcKeys.edit('bot', edited('two', NOON + 20));
        for (const { id } of [bot, adas]) await store.ngcKeys.delete(id);

        await nowAndLater(store, async (keys) => {
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

      it('leaves the id free, with a history of its own', async () => {
        const store = await withKeys();
        await store.ngcKeys.edit('bot', edited('two', NOON));
        await store.ngcKeys.delete('bot');
        await store.ngcKeys.create(bot, [], 1);

        await nowAndLater(store, async (keys) => {
          expect(await keys.listVersions('bot')).toEqual([first(bot)]);
          expect((await keys.findBySecret(bot.secretHash, NOON))?.policy).toEqual(first(bot));
        });
      });

      it('what is not there is NotFound', async () => {
        const { ngcKeys } = await withKeys();
        await ngcKeys.delete('bot');

        await expect(ngcKeys.delete('bot')).rejects.toBeInstanceOf(NotFound);
        await expect(ngcKeys.delete('nothing')).rejects.toBeInstanceOf(NotFound);
      });
    });

    describe('the policy in force', () => {
      interface Dated {
        readonly version: number;
        readonly effectiveAt: Instant;
      }

      /** The rule in one sentence: the highest version whose `effectiveAt` has passed. */
      const inForceAt = (history: readonly Dated[], at: Instant): number =>
        Math.max(...history.filter(({ effectiveAt }) => effectiveAt <= at).map((one) => one.version));

      /** The versions in force after `at`, each with the moment from which it is, found by looking at every moment. */
      const successionAfter = (history: readonly Dated[], at: Instant): Dated[] => {
        const moments = [...new Set(history.map(({ effectiveAt }) => effectiveAt))].sort((one, other) => one - other);
        let current = inForceAt(history, at);
        return moments
          .filter((moment) => moment > at)
          .flatMap((effectiveAt) => {
            const next = inForceAt(history, effectiveAt);
            if (next === current) return [];
            current = next;
            return [{ version: next, effectiveAt }];
          });
      };

      const dated = (versions: readonly PolicyVersion[]) =>
        versions.map((one): Dated => ({ version: one.version, effectiveAt: one.effectiveAt }));

      /** Histories in which versions begin in any order, many at the same moment; the first begins at noon. */
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
      /** Each begins after the one before: none is overtaken, and more are to come than a key in force shows. */
      const staircase = Array.from({ length: 50 }, (_, index) => ({
        version: index + 1,
        effectiveAt: NOON + index * 3,
      }));
      const all: readonly (readonly Dated[])[] = [...histories, staircase];

      // They are recorded once, one edit after the other: most of the tests' time was spent on that.
      let state: State | null = null;
      const recorded = async () => {
        const store = await peopled();
        if (state !== null) {
          await store.restore(state);
          return store;
        }
        for (const [number, history] of all.entries()) {
          await store.ngcKeys.create(serviceKey(`key-${number}`), [], null);
          for (const { version: step, effectiveAt } of history.slice(1)) {
            await store.ngcKeys.edit(`key-${number}`, edited(`v${step}`, effectiveAt));
          }
        }
        state = await store.freeze();
        return store;
      };

      const momentsOf = (history: readonly Dated[]) =>
        [...new Set(history.flatMap(({ effectiveAt }) => [effectiveAt - 1, effectiveAt, effectiveAt + 1]))]
          .filter((at) => at >= NOON)
          .sort((one, other) => one - other);

      it('is at every moment the highest version that has begun, and the pending ones are those that will be', async () => {
        await nowAndLater(await recorded(), async (keys) => {
          for (const [number, history] of all.entries()) {
            for (const at of momentsOf(history)) {
              const what = `history ${number} at ${at - NOON}`;
              const expected = inForceAt(history, at);
              const found = await keys.findById(`key-${number}`, at);
              const policy = found?.policy;
              if (policy?.version !== expected) expect(policy?.version, what).toBe(expected);
              if (expected > 1) expect(policy?.scopes, what).toEqual([`v${expected}`]);
              expect(dated(found?.pending ?? []), what).toEqual(successionAfter(history, at).slice(0, MAX_PENDING));
            }
          }
        });
      });

      it('is the same for who comes with the secret, and never goes back while time goes on', async () => {
        await recorded();
        let keys = (await bench.next()).ngcKeys;
        for (const [number, history] of all.entries()) {
          let before = 0;
          for (const [turn, at] of momentsOf(history).entries()) {
            const what = `history ${number} at ${at - NOON}`;
            if ((number + turn) % 40 === 0) keys = (await bench.next()).ngcKeys;
            const found = await keys.findBySecret(`hash-of-key-${number}`, at);
            const current = found?.policy?.version ?? 0;
            expect(current, what).toBe(inForceAt(history, at));
            expect(current, what).toBeGreaterThanOrEqual(before);
            expect(dated(found?.pending ?? []), what).toEqual(successionAfter(history, at).slice(0, MAX_PENDING));
            before = current;
          }
        }
      });

      it('is that of the moment that is asked about, also after a later one was', async () => {
        const { ngcKeys } = await withKeys();
        await ngcKeys.edit('bot', edited('two', NOON + 10));
        await ngcKeys.findBySecret(bot.secretHash, NOON + 20);

        expect(await ngcKeys.findBySecret(bot.secretHash, NOON + 9)).toEqual(await ngcKeys.findById('bot', NOON + 9));
      });

      it('is the same in the list', async () => {
        await nowAndLater(await recorded(), async (keys) => {
          for (const at of [NOON, NOON + 4, NOON + 9, NOON + 77]) {
            const found = await keys.list({}, 1000, at);
            expect(found.map(({ policy }) => policy?.version)).toEqual(all.map((history) => inForceAt(history, at)));
          }
        });
      });

      it('shows the next 32 at most, and the later ones when their turn comes', async () => {
        const store = await recorded();
        const id = `key-${all.indexOf(staircase)}`;

        await nowAndLater(store, async (keys) => {
          const versionsAt = async (at: Instant) => (await keys.findById(id, at))?.pending.map((one) => one.version);
          expect(await versionsAt(NOON)).toEqual(Array.from({ length: 32 }, (_, index) => index + 2));
          expect(await versionsAt(NOON + 3)).toEqual(Array.from({ length: 32 }, (_, index) => index + 3));
          expect(await versionsAt(NOON + 48 * 3)).toEqual([50]);
          expect(await versionsAt(NOON + 49 * 3)).toEqual([]);
        });
      });

      it('has the whole history beside it, overtaken versions included', async () => {
        await nowAndLater(await recorded(), async (keys) => {
          for (const [number, history] of all.entries()) {
            expect(dated(await keys.listVersions(`key-${number}`))).toEqual(history);
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
      ])('began in (%i, %i] for exactly these keys, earliest first', async (from, to) => {
        const expected = all
          .flatMap((history, number) =>
            successionAfter(history, NOON + from)
              .filter(({ effectiveAt }) => effectiveAt <= NOON + to)
              .map((one) => ({ keyId: `key-${number}`, ...one })),
          )
          .sort((one, other) => one.effectiveAt - other.effectiveAt || (one.keyId < other.keyId ? -1 : 1));

        await nowAndLater(await recorded(), async (keys) => {
          expect(await keys.listEffectiveBetween(NOON + from, NOON + to, ALL)).toEqual(expected);
        });
      });

      it.each([0, 1, 7])('began for at most %i keys, the first ones', async (limit) => {
        const { ngcKeys } = await recorded();
        const everything = await ngcKeys.listEffectiveBetween(NOON, NOON + 1000, ALL);

        expect(everything.length).toBeGreaterThan(7);
        expect(await ngcKeys.listEffectiveBetween(NOON, NOON + 1000, limit)).toEqual(everything.slice(0, limit));
      });

      it('with edits between the readings follows each of them', async () => {
        let { ngcKeys } = await withKeys();
        const known: Dated[] = [{ version: 1, effectiveAt: NOON }];
        let place = 0;
        const draw = (below: number) => Math.floor(drawAt('edits', place++) * below);
        for (let at = NOON; at < NOON + 200; at += 1 + draw(4)) {
          if (draw(3) === 0) {
            const effectiveAt = at + draw(20);
            known.push({ version: known.length + 1, effectiveAt });
            await ngcKeys.edit('bot', edited(`v${known.length}`, effectiveAt, at));
          }
          if (draw(10) === 0) ({ ngcKeys } = await bench.next());
          const found = await ngcKeys.findBySecret(bot.secretHash, at);
          expect(found?.policy?.version, `at ${at - NOON}`).toBe(inForceAt(known, at));
          expect(dated(found?.pending ?? []), `at ${at - NOON}`).toEqual(successionAfter(known, at));
        }
        expect(known.length).toBeGreaterThan(10);
      });
    });

    describe('a flush', () => {
      it('appends a copy of what was edited last, in force from now on', async () => {
        const store = await withKeys();
        await store.ngcKeys.edit('bot', edited('two', NOON + 20));
        await store.ngcKeys.edit('bot', edited('three', NOON + 30));
        await store.ngcKeys.findBySecret(bot.secretHash, NOON + 5);
        expect(await store.ngcKeys.flush('bot', NOON + 5)).toEqual([{ keyId: 'bot', version: 4 }]);

        await nowAndLater(store, async (keys) => {
          const copy = version(4, NOON + 5, NOON + 5, policyOf('three'));
          expect((await keys.findBySecret(bot.secretHash, NOON + 5))?.policy).toEqual(copy);
          expect(await keys.findById('bot', NOON + 5)).toMatchObject({ policy: copy, pending: [] });
          expect((await keys.findById('bot', NOON + 1000))?.policy).toEqual(copy);
          expect((await keys.findById('bot', NOON + 4))?.policy).toEqual(first(bot));
          expect(await keys.listVersions('bot')).toEqual([
            first(bot),
            version(2, NOON, NOON + 20, policyOf('two')),
            version(3, NOON, NOON + 30, policyOf('three')),
            copy,
          ]);
          expect(await keys.listEffectiveBetween(NOON, NOON + 100, ALL)).toEqual([
            { keyId: 'bot', version: 4, effectiveAt: NOON + 5 },
          ]);
        });
      });

      it('of all keys takes those where something is pending, and no others', async () => {
        const store = await withKeys();
        await store.ngcKeys.create(serviceKey('second'), [], null);
        await store.ngcKeys.create(serviceKey('idle', { org: 'globex' }), [], null);
        await store.ngcKeys.edit('bot', edited('two', NOON + 20));
        await store.ngcKeys.edit('second', edited('two', NOON + 30));
        await store.ngcKeys.edit('idle', edited('two', NOON));
        const flushed = await store.ngcKeys.flush(null, NOON + 5);

        expect([...flushed].sort((one, other) => (one.keyId < other.keyId ? -1 : 1))).toEqual([
          { keyId: 'bot', version: 3 },
          { keyId: 'second', version: 3 },
        ]);
        expect(await (await bench.next()).ngcKeys.flush(null, NOON + 5)).toEqual([]);
        expect(await (await bench.next()).ngcKeys.listVersions('idle')).toHaveLength(2);
      });

      it.each<[what: string, id: string | null, at: Instant]>([
        ['a key without edits', 'adas', NOON],
        ['a key that is not there', 'nothing', NOON],
        ['a key whose edits count already', 'bot', NOON + 20],
        ['all keys when all edits count already', null, NOON + 20],
      ])('of %s changes nothing', async (_what, id, at) => {
        const store = await withKeys();
        await store.ngcKeys.edit('bot', edited('two', NOON + 20));

        expect(await store.ngcKeys.flush(id, at)).toEqual([]);
        expect(await (await bench.next()).ngcKeys.listVersions('bot')).toHaveLength(2);
      });

      it('takes what was recorded last, also where an earlier edit is what is pending', async () => {
        const store = await withKeys();
        await store.ngcKeys.edit('bot', edited('two', NOON + 10));
        await store.ngcKeys.edit('bot', edited('three', NOON + 20));
        await store.ngcKeys.flush('bot', NOON + 12);

        expect((await store.ngcKeys.findById('bot', NOON + 12))?.policy).toMatchObject({
          version: 4,
          scopes: ['three'],
        });
      });

      it('one millisecond before the edit counts is a flush, at that moment it is none', async () => {
        const { ngcKeys } = await withKeys();
        await ngcKeys.edit('bot', edited('two', NOON + 10));

        expect(await ngcKeys.flush('bot', NOON + 10)).toEqual([]);
        expect(await ngcKeys.flush('bot', NOON + 9)).toEqual([{ keyId: 'bot', version: 3 }]);
      });
    });

    describe('keys that expire', () => {
      it.each([
        [0, 3, ['a', 'b', 'c']],
        [0, 1, ['a']],
        [1, 2, ['b', 'c']],
        [2, 2, []],
        [2, 1000, ['bot']],
      ])('do so in (%i, %i], earliest first', async (from, to, ids) => {
        const store = await withKeys();
        for (const [id, after] of [
          ['c', 2],
          ['b', 2],
          ['a', 1],
        ] as const) {
          await store.ngcKeys.create(serviceKey(id, { expiresAt: NOON + after }), [], null);
        }

        await nowAndLater(store, async (keys) => {
          const expired = await keys.listExpiredBetween(NOON + from, NOON + to, ALL);
          expect(expired.map(({ keyId }) => keyId)).toEqual(ids);
          for (const { keyId, expiresAt } of expired) {
            expect(expiresAt).toBe((await keys.findById(keyId, NOON))?.key.expiresAt);
          }
        });
      });

      it('are at most so many, the earliest', async () => {
        const { ngcKeys } = await withKeys();
        for (const [id, after] of [
          ['c', 3],
          ['b', 1],
          ['a', 1],
          ['d', 2],
        ] as const) {
          await ngcKeys.create(serviceKey(id, { expiresAt: NOON + after }), [], null);
        }

        const expired = await ngcKeys.listExpiredBetween(NOON, NOON + 1000, 3);
        expect(expired.map(({ keyId }) => keyId)).toEqual(['a', 'b', 'd']);
        expect(await ngcKeys.listExpiredBetween(NOON, NOON + 1000, 0)).toEqual([]);
      });

      it('do so by their edited expiry', async () => {
        const { ngcKeys } = await withKeys();
        await ngcKeys.edit('bot', { expiresAt: NOON + 7 });
        await ngcKeys.edit('adas', { expiresAt: NOON + 8 });
        await ngcKeys.edit('adas', { expiresAt: null });

        expect(await ngcKeys.listExpiredBetween(NOON, NOON + 1000, ALL)).toEqual([
          { keyId: 'bot', expiresAt: NOON + 7 },
        ]);
      });
    });

    describe('a key that was read before', () => {
      it.each([bot, adas])('is the same object as long as nothing of it changes', async ({ secretHash }) => {
        const { ngcKeys } = await withKeys();
        const found = await ngcKeys.findBySecret(secretHash, NOON);
        await ngcKeys.findById('bot', NOON);
        await ngcKeys.create(serviceKey('another'), [], null);

        expect(await ngcKeys.findBySecret(secretHash, NOON)).toBe(found);
        expect(await ngcKeys.findBySecret(secretHash, NOON + 1_000_000)).toBe(found);
      });

      it('is the same object up to the moment when a pending version counts', async () => {
        const { ngcKeys } = await withKeys();
        await ngcKeys.edit('bot', edited('two', NOON + 10));
        const found = await ngcKeys.findBySecret(bot.secretHash, NOON);

        expect(await ngcKeys.findBySecret(bot.secretHash, NOON + 9)).toBe(found);
        expect(await ngcKeys.findBySecret(bot.secretHash, NOON + 10)).not.toBe(found);
        expect(await ngcKeys.findBySecret(bot.secretHash, NOON + 10)).toMatchObject({
          policy: { version: 2 },
          pending: [],
        });
      });

      it.each<[what: string, change: (store: Store) => Promise<unknown>, seen: Record<string, unknown>]>([
        ['an edit', ({ ngcKeys }) => ngcKeys.edit('bot', { name: 'renamed' }), { key: { name: 'renamed' } }],
        [
          'a pending version',
          ({ ngcKeys }) => ngcKeys.edit('bot', edited('two', NOON + 10)),
          { policy: { version: 1 }, pending: [{ version: 2 }] },
        ],
        ['a version', ({ ngcKeys }) => ngcKeys.edit('bot', edited('two', NOON)), { policy: { version: 2 } }],
      ])('forgets what was changed by %s', async (_what, change, seen) => {
        const store = await withKeys();
        await store.ngcKeys.findBySecret(bot.secretHash, NOON);
        await change(store);

        expect(await store.ngcKeys.findBySecret(bot.secretHash, NOON)).toMatchObject(seen);
      });

      it('is forgotten with its world', async () => {
        const store = await withKeys();
        for (const { secretHash } of [bot, adas]) await store.ngcKeys.findBySecret(secretHash, NOON);
        await store.world.load(keptSeed, {
          organizations: [{ ...acme, ncaId: 'nca-new' }],
          ngcUsers: [{ org: 'acme', email: 'ada@acme.test', roles: [] }],
          ngcKeys: [adas],
        });

        await nowAndLater(store, async (keys) => {
          expect(await keys.findBySecret(bot.secretHash, NOON)).toBeNull();
          expect(await keys.findBySecret(adas.secretHash, NOON)).toMatchObject({
            organization: { ncaId: 'nca-new' },
            roles: [],
          });
          expect(await keys.listVersions('bot')).toEqual([]);
        });
      });

      it('is forgotten while many others are read, and read again', async () => {
        const { ngcKeys } = await peopled();
        const ids = Array.from({ length: 1100 }, (_, number) => `key-${number}`);
        for (const id of ids) await ngcKeys.create(serviceKey(id), [], null);
        for (const id of ids) await ngcKeys.findBySecret(`hash-of-${id}`, NOON);

        expect((await ngcKeys.findBySecret('hash-of-key-0', NOON))?.key.id).toBe('key-0');
        expect((await ngcKeys.findBySecret('hash-of-key-1099', NOON))?.key.id).toBe('key-1099');
      });
    });
  });
}
