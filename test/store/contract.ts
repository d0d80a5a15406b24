import { describe, expect, it } from 'vitest';
import type { Identity } from '../../src/services/runai/collections/identities.ts';
import { LimitReached, NotFound, StaleDecision } from '../../src/store/errors.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { accessKey, identity, keptSeed, NOON, people, refreshToken } from '../support/records.ts';
import { useBench } from './bench.ts';
import { grantsContract } from './contract-grants.ts';
import { identitiesContract } from './contract-identities.ts';
import { refreshTokensContract } from './contract-refresh-tokens.ts';

/** How a kind of store is opened for one test. */
export interface Bench {
  /** Milliseconds after which the last uses are written; 0 if nothing is written. */
  readonly usesWrittenIn: number;
  /** The store for the next step of the test: one that keeps a file is closed and opened again. */
  next(): Promise<Store>;
  /** Ends the store that is open. */
  end(): Promise<void>;
}

/** Tests of the interfaces of `src/store`, for every adapter. */
export function storeContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(kind, () => {
    const bench = useBench(benchOf);
    const { checkNowAndLater } = bench;

    /** Opens a store that has the users and applications of `people`. */
    const openWithPeople = async () => {
      const store = await bench.next();
      await store.world.load(keptSeed, people);
      return bench.next();
    };

    describe('access keys:', () => {
      /** Opens a store in which Ada has the keys `one` and `two`, and Bo has `one`. */
      const openWithKeys = async () => {
        const store = await openWithPeople();
        for (const key of keysInOrder) await store.accessKeys.create(key, 20);
        return bench.next();
      };
      const adasOne = accessKey('one');
      const bosOne = accessKey('one', {
        id: 'id-of-bos',
        owner: 'bo',
        createdBy: 'bo@acme.test',
        clientId: 'client-of-bos',
      });
      const adasTwo = accessKey('two', { createdAt: NOON + 1 });
      const keysInOrder = [adasOne, bosOne, adasTwo];
      /** Reads Ada's first key in every way. */
      const readKey = async ({ accessKeys }: Store) => [
        await accessKeys.byId(adasOne.id),
        await accessKeys.byClientId(adasOne.clientId),
        (await accessKeys.ofOwner('ada')).find(({ id }) => id === adasOne.id) ?? null,
        (await accessKeys.all({})).find(({ id }) => id === adasOne.id) ?? null,
        (await accessKeys.all({ clientId: adasOne.clientId }))[0] ?? null,
        (await accessKeys.all({ createdBy: adasOne.createdBy })).find(({ id }) => id === adasOne.id) ?? null,
        (await accessKeys.all({ clientId: adasOne.clientId, createdBy: adasOne.createdBy }))[0] ?? null,
      ];

      it('returns a created key from every read, without a last login', async () => {
        const store = await openWithKeys();

        for (const shown of await readKey(store)) expect(shown).toEqual(adasOne);
      });

      it('creates no more keys than the limit in concurrent calls', async () => {
        const { accessKeys } = await openWithPeople();
        const names = ['a', 'b', 'c', 'd', 'e'];
        const results = await Promise.allSettled(names.map((name) => accessKeys.create(accessKey(name), 3)));

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
        expect(await accessKeys.ofOwner('ada')).toHaveLength(3);
      });

      it('returns a deleted key from no read', async () => {
        const store = await openWithKeys();
        await readKey(store);
        await store.accessKeys.delete(adasOne.id);

        expect((await store.accessKeys.ofOwner('ada')).map(({ id }) => id)).toEqual([adasTwo.id]);
        for (const shown of await readKey(store)) expect(shown).toBeNull();
        for (const shown of await readKey(await bench.next())) expect(shown).toBeNull();
      });

      it('returns a new secret from every read at once, and changes nothing else', async () => {
        const store = await openWithKeys();
        await readKey(store);
        await store.accessKeys.replaceSecret(adasOne.id, 'new-hash');

        const expected = { ...adasOne, secretHash: 'new-hash' };
        await checkNowAndLater(store, async (store) => {
          for (const shown of await readKey(store)) expect(shown).toEqual(expected);
        });
      });

      it('applies the limit to existing keys of the owner only', async () => {
        const store = await openWithKeys();
        const createKey = (name: string) => store.accessKeys.create(accessKey(name), 3);
        await createKey('three');
        await expect(createKey('four')).rejects.toBeInstanceOf(LimitReached);
        await store.accessKeys.delete(adasTwo.id);
        await createKey('four');
        await expect(createKey('five')).rejects.toBeInstanceOf(LimitReached);
        await store.identities.delete('ada');
        await store.identities.create(identity('ada'));
        for (const name of ['six', 'seven', 'eight']) await createKey(name);

        await expect(createKey('nine')).rejects.toBeInstanceOf(LimitReached);
        await store.world.load(keptSeed, { ...people, accessKeys: [adasOne] });
        await store.accessKeys.create(adasTwo, 2);
        const later = (await bench.next()).accessKeys.create(accessKey('three'), 2);
        await expect(later).rejects.toBeInstanceOf(LimitReached);
      });

      it('returns a login at once, and keeps it', async () => {
        const store = await openWithKeys();
        await store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash);

        expect((await store.accessKeys.lastLogins()).get(adasOne.id)).toBe(NOON + 10);
        expect((await (await bench.next()).accessKeys.lastLogins()).get(adasOne.id)).toBe(NOON + 10);
        expect((await (await bench.next()).accessKeys.lastLogins()).get(adasTwo.id)).toBeUndefined();
      });

      it('returns a login unchanged after it was written', async () => {
        const store = await openWithKeys();
        await store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash);
        await bench.waitForUses();

        expect((await store.accessKeys.lastLogins()).get(adasOne.id)).toBe(NOON + 10);
        await store.accessKeys.touch(adasOne.id, NOON + 20, adasOne.secretHash);
        expect((await store.accessKeys.lastLogins()).get(adasOne.id)).toBe(NOON + 20);
      });

      it('rejects a login with a replaced secret with StaleDecision, and does not record it', async () => {
        const store = await openWithKeys();
        await store.accessKeys.replaceSecret(adasOne.id, 'new-hash');

        await expect(store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash)).rejects.toBeInstanceOf(
          StaleDecision,
        );
        await checkNowAndLater(store, async ({ accessKeys }) => {
          expect((await accessKeys.lastLogins()).get(adasOne.id)).toBeUndefined();
        });
      });

      it('rejects a login of a disabled owner with StaleDecision', async () => {
        const { accessKeys } = await openWithKeys();

        await expect(accessKeys.touch(bosOne.id, NOON + 10, bosOne.secretHash)).rejects.toBeInstanceOf(StaleDecision);
      });

      it.each([
        ['key', (store: Store) => store.accessKeys.delete(adasOne.id)],
        ['owner', (store: Store) => store.identities.delete('ada')],
      ])('rejects a login after its %s was deleted with NotFound', async (_what, remove) => {
        const store = await openWithKeys();
        await readKey(store);
        await remove(store);

        await checkNowAndLater(store, async ({ accessKeys }) => {
          await expect(accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash)).rejects.toBeInstanceOf(NotFound);
        });
      });

      it('does not restore a deleted key by its last login', async () => {
        const store = await openWithKeys();
        await store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash);
        await store.accessKeys.delete(adasOne.id);

        expect(await store.accessKeys.byId(adasOne.id)).toBeNull();
        expect(await (await bench.next()).accessKeys.byId(adasOne.id)).toBeNull();
      });
    });

    describe('identities:', () => {
      const [ada, , app, account] = people.identities as [Identity, Identity, Identity, Identity];

      it('finds a name within its kind, without regard to case', async () => {
        const { identities } = await openWithPeople();

        expect(await identities.byName('user', 'ADA@Acme.Test')).toEqual(ada);
        expect(await identities.byName('application', 'Robot')).toEqual(app);
        expect(await identities.byName('service-account', 'ROBOT')).toEqual(account);
        expect(await identities.byName('user', 'robot')).toBeNull();
        expect(await identities.byName('application', 'ada@acme.test')).toBeNull();
        expect(await identities.byName('user', 'ada')).toBeNull();
        expect(await identities.byName('user', '%')).toBeNull();
      });

      it('finds a non-ASCII name without regard to case', async () => {
        const store = await bench.next();
        const zoe = identity('zoe', { name: 'zoë@acme.test' });
        await store.world.load(keptSeed, { ...people, identities: [zoe] });

        expect(await (await bench.next()).identities.byName('user', 'ZOË@acme.test')).toEqual(zoe);
      });

      it('finds a client id within its kind', async () => {
        const { identities } = await openWithPeople();

        expect(await identities.byClientId('application', 'robot')).toEqual(app);
        expect(await identities.byClientId('service-account', 'robot')).toEqual(account);
        expect(await identities.byClientId('user', 'robot')).toBeNull();
        expect(await identities.byClientId('application', 'ROBOT')).toBeNull();
        expect(await identities.byClientId('application', 'nothing')).toBeNull();
      });
    });

    describe('settings:', () => {
      it('returns the last value at once, and keeps it', async () => {
        const store = await bench.next();
        await store.settings.set('name', 'first');
        expect(await store.settings.get('name')).toBe('first');
        await store.settings.set('name', 'second');
        expect(await store.settings.get('name')).toBe('second');
        await store.settings.set('other', '');

        const { settings } = await bench.next();
        expect(await settings.get('name')).toBe('second');
        expect(await settings.get('other')).toBe('');
        expect(await settings.get('NAME')).toBeNull();
      });
    });

    describe('the world:', () => {
      const otherSeed = { fingerprint: 'print-of-another', origin: 'file', text: '{"other":true}' } as const;

      /** Opens a store in which everything was changed and read, so that it may be cached. */
      const openUsed = async () => {
        const store = await openWithPeople();
        await store.accessKeys.create(accessKey('one'), 20);
        await store.grants.issue(refreshToken('first'), NOON);
        await store.settings.set('clock', '5');
        await store.accessKeys.touch(accessKey('one').id, NOON + 10, accessKey('one').secretHash);
        await store.identities.touch('ada', NOON + 10);
        await store.accessKeys.ofOwner('ada');
        await store.accessKeys.byClientId(accessKey('one').clientId);
        await store.identities.byId('ada');
        await store.settings.get('clock');
        return store;
      };

      it('keeps nothing of the previous world after a load', async () => {
        const before = await openUsed();
        await before.world.load(otherSeed, { identities: [], accessKeys: [], oauthClients: [], settings: {} });

        await checkNowAndLater(before, async (store) => {
          expect(await store.world.seed()).toEqual(otherSeed);
          expect(new Set(Object.values(await store.world.counts()))).toEqual(new Set([0]));
          expect(await store.accessKeys.ofOwner('ada')).toEqual([]);
          expect(await store.accessKeys.byClientId(accessKey('one').clientId)).toBeNull();
          expect(await store.identities.byId('ada')).toBeNull();
          expect(await store.oauthClients.byId('cli')).toBeNull();
          expect(await store.settings.get('clock')).toBeNull();
          expect(await store.settings.get('realm')).toBeNull();
          expect(
            await store.grants.rotate(
              { hash: 'first', family: 'family-of-first', clientId: null },
              refreshToken('second'),
              NOON,
              NOON,
            ),
          ).toEqual({
            outcome: 'unknown',
          });
        });
      });

      it('stays unchanged when a load fails halfway', async () => {
        const before = await openUsed();
        const twins = { ...people, identities: [identity('ada'), identity('ada')] };
        await expect(before.world.load(otherSeed, twins)).rejects.toThrow();

        await checkNowAndLater(before, async (store) => {
          expect(await store.world.seed()).toEqual(keptSeed);
          expect(await store.settings.get('clock')).toBe('5');
          expect((await store.identities.lastLogins()).get('ada')).toBe(NOON + 10);
          expect((await store.accessKeys.lastLogins()).get(accessKey('one').id)).toBe(NOON + 10);
        });
      });
    });
  });

  grantsContract(kind, benchOf);
  refreshTokensContract(kind, benchOf);
  identitiesContract(kind, benchOf);
}
