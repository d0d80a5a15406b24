import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RefreshToken } from '../../src/services/runai/collections/grant-rows.ts';
import type { Identity } from '../../src/services/runai/collections/identities.ts';
import { Collision, LimitReached, NotFound, StaleDecision } from '../../src/store/errors.ts';
import type { Instant } from '../../src/time/clock.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import {
  ALL,
  accessKey,
  identity,
  keptSeed,
  NOON,
  people,
  presentedToken,
  refreshToken,
  row,
} from '../support/records.ts';
import { plainly } from '../support/rows.ts';
import { grantsContract } from './contract-grants.ts';
import { identitiesContract } from './contract-identities.ts';

/** How a kind of store is opened for one test. */
export interface Bench {
  /** Does it give the same object again for what has not changed? */
  readonly remembers: boolean;
  /** Milliseconds after which the last uses are written as well; 0 where nothing is. */
  readonly usesWrittenIn: number;
  /** The store for the next step of the test: one that keeps a file is closed and opened again. */
  next(): Promise<Store>;
  /** Ends the store that is open. */
  end(): Promise<void>;
}

/** Everything that the interfaces of `src/store` promise. Every adapter has to pass it. */
export function storeContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(kind, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    /** What is true of a store at once has to be true after the next step too. */
    const nowAndLater = async (store: Store, check: (store: Store) => Promise<void>) => {
      await check(store);
      await check(await bench.next());
    };

    /** A store in which the people live. */
    const peopled = async () => {
      const store = await bench.next();
      await store.world.load(keptSeed, people);
      return bench.next();
    };

    describe('access keys:', () => {
      /** Ada has `one` and `two`, Bo has `one`, made in the order one, one, two. */
      const withKeys = async () => {
        const store = await peopled();
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
      /** Every way to read Ada's first key. */
      const readings = async ({ accessKeys }: Store) => [
        await accessKeys.byId(adasOne.id),
        await accessKeys.byClientId(adasOne.clientId),
        (await accessKeys.ofOwner('ada')).find(({ id }) => id === adasOne.id) ?? null,
        (await accessKeys.all({})).find(({ id }) => id === adasOne.id) ?? null,
        (await accessKeys.all({ clientId: adasOne.clientId }))[0] ?? null,
        (await accessKeys.all({ createdBy: adasOne.createdBy }))[0] ?? null,
        (await accessKeys.all({ clientId: adasOne.clientId, createdBy: adasOne.createdBy }))[0] ?? null,
      ];

      it('a created key is in every reading, whole, without a login', async () => {
        const store = await withKeys();

        for (const shown of await readings(store)) expect(shown).toEqual({ ...adasOne, lastLogin: null });
      });

      it('a key that nobody has is null', async () => {
        const { accessKeys } = await withKeys();

        expect(await accessKeys.byId('nothing')).toBeNull();
        expect(await accessKeys.byClientId('nothing')).toBeNull();
        expect(await accessKeys.byClientId(adasOne.clientId.toUpperCase())).toBeNull();
        expect(await accessKeys.ofOwner('app')).toEqual([]);
      });

      it('a new key is in lists that were read before', async () => {
        const { accessKeys } = await withKeys();
        await accessKeys.ofOwner('ada');
        await accessKeys.byClientId('client-of-three');
        await accessKeys.create(accessKey('three'), 20);

        expect((await accessKeys.ofOwner('ada')).map(({ name }) => name)).toEqual(['one', 'two', 'three']);
        expect(await accessKeys.byClientId('client-of-three')).toMatchObject({ name: 'three' });
      });

      it('a name that the owner has is a Collision, and changes nothing', async () => {
        const store = await withKeys();
        const again = accessKey('one', { id: 'another', clientId: 'another', secretHash: 'another' });

        await expect(store.accessKeys.create(again, 20)).rejects.toBeInstanceOf(Collision);
        expect(await (await bench.next()).accessKeys.ofOwner('ada')).toHaveLength(2);
      });

      it('one key more than the limit is LimitReached, and changes nothing', async () => {
        const { accessKeys } = await withKeys();

        await expect(accessKeys.create(accessKey('three'), 2)).rejects.toBeInstanceOf(LimitReached);
        await expect(accessKeys.create(accessKey('three'), 0)).rejects.toBeInstanceOf(LimitReached);
        expect(await (await bench.next()).accessKeys.ofOwner('ada')).toHaveLength(2);
      });

      it('the name is looked at before the limit', async () => {
        const { accessKeys } = await withKeys();

        await expect(accessKeys.create({ ...adasTwo, id: 'another', clientId: 'another' }, 2)).rejects.toBeInstanceOf(
          Collision,
        );
      });

      it("another owner's keys count for neither", async () => {
        const { accessKeys } = await withKeys();
        await accessKeys.create(accessKey('two', { id: 'bos-two', owner: 'bo', clientId: 'bos-two' }), 2);

        expect((await accessKeys.ofOwner('bo')).map(({ name }) => name)).toEqual(['one', 'two']);
      });

      it('a deleted key gives its name and its place back', async () => {
        const store = await withKeys();
        await store.accessKeys.delete(adasOne.id);
        const { accessKeys } = await bench.next();
        await accessKeys.create({ ...adasOne, id: 'another', clientId: 'another' }, 2);

        expect((await accessKeys.ofOwner('ada')).map(({ id }) => id)).toEqual([adasTwo.id, 'another']);
      });

      it('of many at once, as many are made as there is room for', async () => {
        const { accessKeys } = await peopled();
        const names = ['a', 'b', 'c', 'd', 'e'];
        const results = await Promise.allSettled(names.map((name) => accessKeys.create(accessKey(name), 3)));

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
        expect(await accessKeys.ofOwner('ada')).toHaveLength(3);
      });

      it('of two with one name at once, one is made', async () => {
        const { accessKeys } = await peopled();
        const twins = [accessKey('twin'), accessKey('twin', { id: 'other', clientId: 'other' })];
        const results = await Promise.allSettled(twins.map((key) => accessKeys.create(key, 20)));

        expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(await accessKeys.ofOwner('ada')).toHaveLength(1);
      });

      it('lists are oldest first, also after the newest and the oldest were deleted', async () => {
        let { accessKeys } = await withKeys();
        const idsOf = async () => (await accessKeys.all({})).map(({ id }) => id);
        expect(await idsOf()).toEqual(keysInOrder.map(({ id }) => id));

        await accessKeys.delete(adasTwo.id);
        ({ accessKeys } = await bench.next());
        await accessKeys.create(accessKey('four', { createdAt: NOON + 4 }), 20);
        await accessKeys.delete(adasOne.id);
        ({ accessKeys } = await bench.next());
        await accessKeys.create(accessKey('five', { createdAt: NOON + 5 }), 20);

        expect(await idsOf()).toEqual([bosOne.id, 'id-of-four', 'id-of-five']);
        expect((await accessKeys.ofOwner('ada')).map(({ name }) => name)).toEqual(['four', 'five']);
        expect((await accessKeys.all({ createdBy: 'ada@acme.test' })).map(({ name }) => name)).toEqual([
          'four',
          'five',
        ]);
      });

      const filters: [what: string, filter: { clientId?: string; createdBy?: string }, ids: string[]][] = [
        ['nothing', {}, keysInOrder.map(({ id }) => id)],
        ['a client id', { clientId: bosOne.clientId }, [bosOne.id]],
        ['a creator', { createdBy: 'ada@acme.test' }, [adasOne.id, adasTwo.id]],
        ['both', { clientId: adasTwo.clientId, createdBy: 'ada@acme.test' }, [adasTwo.id]],
        ["somebody else's client id", { clientId: bosOne.clientId, createdBy: 'ada@acme.test' }, []],
        ['a creator in another case', { createdBy: 'ADA@acme.test' }, []],
        ['the start of a creator', { createdBy: 'ada' }, []],
        ['a wildcard', { createdBy: '%' }, []],
        ['the start of a client id', { clientId: 'client-of-' }, []],
        ['an empty creator', { createdBy: '' }, []],
      ];

      it.each(filters)('a list narrowed by %s matches exactly', async (_what, filter, ids) => {
        const { accessKeys } = await withKeys();

        expect((await accessKeys.all(filter)).map(({ id }) => id)).toEqual(ids);
      });

      it('a deleted key is in no reading', async () => {
        const store = await withKeys();
        await readings(store);
        await store.accessKeys.delete(adasOne.id);

        expect((await store.accessKeys.ofOwner('ada')).map(({ id }) => id)).toEqual([adasTwo.id]);
        for (const shown of (await readings(store)).slice(0, 5)) expect(shown).toBeNull();
        for (const shown of (await readings(await bench.next())).slice(0, 5)) expect(shown).toBeNull();
      });

      it('deleting what is not there is NotFound', async () => {
        const store = await withKeys();
        await store.accessKeys.delete(adasOne.id);

        await expect(store.accessKeys.delete(adasOne.id)).rejects.toBeInstanceOf(NotFound);
        await expect((await bench.next()).accessKeys.delete('nothing')).rejects.toBeInstanceOf(NotFound);
      });

      it('a new secret counts at once in every reading, and nothing else changes', async () => {
        const store = await withKeys();
        await readings(store);
        await store.accessKeys.replaceSecret(adasOne.id, 'new-hash');

        const expected = { ...adasOne, secretHash: 'new-hash', lastLogin: null };
        await nowAndLater(store, async (store) => {
          for (const shown of await readings(store)) expect(shown).toEqual(expected);
        });
      });

      it('a new secret for what is not there is NotFound', async () => {
        const store = await withKeys();
        await store.accessKeys.delete(adasOne.id);

        await expect(store.accessKeys.replaceSecret(adasOne.id, 'new')).rejects.toBeInstanceOf(NotFound);
        await expect(store.accessKeys.replaceSecret('nothing', 'new')).rejects.toBeInstanceOf(NotFound);
      });

      it('the limit counts the keys there are: not deleted ones, and nobody elses', async () => {
        const store = await withKeys();
        const next = (name: string) => store.accessKeys.create(accessKey(name), 3);
        await next('three');
        await expect(next('four')).rejects.toBeInstanceOf(LimitReached);
        await store.accessKeys.delete(adasTwo.id);
        await next('four');
        await expect(next('five')).rejects.toBeInstanceOf(LimitReached);
        await store.identities.delete('ada');
        await store.identities.create(identity('ada'));
        for (const name of ['six', 'seven', 'eight']) await next(name);

        await expect(next('nine')).rejects.toBeInstanceOf(LimitReached);
        await store.world.load(keptSeed, { ...people, accessKeys: [adasOne] });
        await store.accessKeys.create(adasTwo, 2);
        const later = (await bench.next()).accessKeys.create(accessKey('three'), 2);
        await expect(later).rejects.toBeInstanceOf(LimitReached);
      });

      it('a login shows at once in every reading, and stays', async () => {
        const store = await withKeys();
        await readings(store);
        await store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash);

        for (const shown of await readings(store)) expect(shown?.lastLogin).toBe(NOON + 10);
        for (const shown of await readings(await bench.next())) expect(shown?.lastLogin).toBe(NOON + 10);
        expect((await (await bench.next()).accessKeys.byId(adasTwo.id))?.lastLogin).toBeNull();
      });

      it('a login that was written a second later shows as before', async () => {
        const store = await withKeys();
        await readings(store);
        await store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash);
        await setTimeout(bench.usesWrittenIn);

        for (const shown of await readings(store)) expect(shown?.lastLogin).toBe(NOON + 10);
        await store.accessKeys.touch(adasOne.id, NOON + 20, adasOne.secretHash);
        for (const shown of await readings(store)) expect(shown?.lastLogin).toBe(NOON + 20);
      });

      it('the last of several logins counts', async () => {
        const store = await withKeys();
        await store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash);
        await store.accessKeys.touch(adasOne.id, NOON + 20, adasOne.secretHash);

        expect((await (await bench.next()).accessKeys.byId(adasOne.id))?.lastLogin).toBe(NOON + 20);
      });

      it('a login and a new secret do not undo one another', async () => {
        const store = await withKeys();
        await store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash);
        await store.accessKeys.replaceSecret(adasOne.id, 'new-hash');

        const expected = { ...adasOne, secretHash: 'new-hash', lastLogin: NOON + 10 };
        await nowAndLater(store, async (store) => {
          for (const shown of await readings(store)) expect(shown).toEqual(expected);
        });
      });

      it('a login with a secret that was replaced since is Outdated, and not noted', async () => {
        const store = await withKeys();
        await store.accessKeys.replaceSecret(adasOne.id, 'new-hash');

        await expect(store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash)).rejects.toBeInstanceOf(
          StaleDecision,
        );
        await nowAndLater(store, async ({ accessKeys }) => {
          expect((await accessKeys.byId(adasOne.id))?.lastLogin).toBeNull();
        });
      });

      it('a login whose owner is disabled is Outdated', async () => {
        const { accessKeys } = await withKeys();

        await expect(accessKeys.touch(bosOne.id, NOON + 10, bosOne.secretHash)).rejects.toBeInstanceOf(StaleDecision);
      });

      it.each([
        ['key', (store: Store) => store.accessKeys.delete(adasOne.id)],
        ['owner', (store: Store) => store.identities.delete('ada')],
      ])('a login whose %s was deleted since is NotFound', async (_what, remove) => {
        const store = await withKeys();
        await readings(store);
        await remove(store);

        await nowAndLater(store, async ({ accessKeys }) => {
          await expect(accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash)).rejects.toBeInstanceOf(NotFound);
        });
      });

      it('a key of somebody who is gone is NotFound, and not made', async () => {
        const store = await peopled();
        await store.identities.delete('ada');

        await expect(store.accessKeys.create(adasOne, 20)).rejects.toBeInstanceOf(NotFound);
        expect(await store.accessKeys.all({})).toEqual([]);
      });

      it('a login does not bring a deleted key back', async () => {
        const store = await withKeys();
        await store.accessKeys.touch(adasOne.id, NOON + 10, adasOne.secretHash);
        await store.accessKeys.delete(adasOne.id);

        expect(await store.accessKeys.byId(adasOne.id)).toBeNull();
        expect(await (await bench.next()).accessKeys.byId(adasOne.id)).toBeNull();
      });
    });

    describe('identities:', () => {
      const [ada, bo, app, account] = people.identities as [Identity, Identity, Identity, Identity];

      it.each([ada, bo, app, account])('$kind `$id` is found by its id, whole', async (expected) => {
        const { identities } = await peopled();

        expect(await identities.byId(expected.id)).toEqual(expected);
        expect(await identities.byId(expected.id)).toEqual(expected);
      });

      it('an id that nobody has is null', async () => {
        const { identities } = await peopled();

        expect(await identities.byId('nobody')).toBeNull();
      });

      it('a name is found among its kind, without regard to case', async () => {
        const { identities } = await peopled();

        expect(await identities.byName('user', 'ADA@Acme.Test')).toEqual(ada);
        expect(await identities.byName('application', 'Robot')).toEqual(app);
        expect(await identities.byName('service-account', 'ROBOT')).toEqual(account);
        expect(await identities.byName('user', 'robot')).toBeNull();
        expect(await identities.byName('application', 'ada@acme.test')).toBeNull();
        expect(await identities.byName('user', 'ada')).toBeNull();
        expect(await identities.byName('user', '%')).toBeNull();
      });

      it('a name beyond ASCII is found without regard to case', async () => {
        const store = await bench.next();
        const zoe = identity('zoe', { name: 'zoë@acme.test' });
        await store.world.load(keptSeed, { ...people, identities: [zoe] });

        expect(await (await bench.next()).identities.byName('user', 'ZOË@acme.test')).toEqual(zoe);
      });

      it('a client id is found among its kind', async () => {
        const { identities } = await peopled();

        expect(await identities.byClientId('application', 'robot')).toEqual(app);
        expect(await identities.byClientId('service-account', 'robot')).toEqual(account);
        expect(await identities.byClientId('user', 'robot')).toBeNull();
        expect(await identities.byClientId('application', 'ROBOT')).toBeNull();
        expect(await identities.byClientId('application', 'nothing')).toBeNull();
      });

      it('a login shows at once in every reading, and stays', async () => {
        const store = await peopled();
        const readings = async ({ identities }: Store) => [
          await identities.byId('app'),
          await identities.byName('application', 'robot'),
          await identities.byClientId('application', 'robot'),
        ];
        await readings(store);
        await store.identities.touch('app', NOON + 10);

        for (const shown of await readings(store)) expect(shown).toEqual({ ...app, lastLogin: NOON + 10 });
        for (const shown of await readings(await bench.next())) expect(shown).toEqual({ ...app, lastLogin: NOON + 10 });
        expect(await (await bench.next()).identities.byId('account')).toEqual(account);
      });

      it('a login that was written a second later shows as before', async () => {
        const { identities } = await peopled();
        await identities.byId('ada');
        await identities.touch('ada', NOON + 10);
        await setTimeout(bench.usesWrittenIn);

        expect(await identities.byId('ada')).toEqual({ ...ada, lastLogin: NOON + 10 });
        expect(await identities.byName('user', ada.name)).toEqual({ ...ada, lastLogin: NOON + 10 });
      });
    });

    describe('OAuth clients:', () => {
      it('a client is found by its id, with its redirect URIs in order', async () => {
        const { oauthClients } = await peopled();

        expect(await oauthClients.byId('cli')).toEqual(people.oauthClients?.[0]);
        expect(await oauthClients.byId('silent')).toEqual({ clientId: 'silent', redirectUris: [] });
      });

      it('all of them are listed, oldest first', async () => {
        const { oauthClients } = await peopled();

        expect(await oauthClients.all()).toEqual(people.oauthClients);
      });

      it('one that nobody registered is null', async () => {
        const { oauthClients } = await peopled();

        expect(await oauthClients.byId('nothing')).toBeNull();
        expect(await oauthClients.byId('CLI')).toBeNull();
      });
    });

    describe('grants:', () => {
      const HOUR = 3_600_000;
      const THIRTY_DAYS = 720 * HOUR;
      /** When access tokens of these logins have expired. */
      const LATER = NOON + 2 * HOUR;
      const loginOf = ({ hash: _, expiresAt: _end, ...login }: RefreshToken) => login;
      const next = (hash: string, expiresAt: Instant = NOON + 2 * HOUR) => ({ hash, expiresAt });
      /** Uses a token of no client up, at noon. */
      const use = ({ grants }: Store, hash: string, successor: string, now: Instant = NOON, login = 'first') =>
        grants.rotate({ ...presentedToken(hash, login), clientId: null }, next(successor), now, LATER);
      const withLogin = async (given: Parameters<typeof refreshToken>[1] = {}) => {
        const store = await peopled();
        await store.grants.issue(refreshToken('first', given), NOON);
        return bench.next();
      };

      it('a token is used up, and its successor is good', async () => {
        await use(await withLogin(), 'first', 'second');
        const store = await bench.next();

        expect(await use(store, 'second', 'third')).toEqual({
          outcome: 'rotated',
          login: loginOf(refreshToken('first')),
        });
      });

      it('a token that was never issued is unknown', async () => {
        const foreign = (store: Store, hash: string) => use(store, hash, 'next', NOON, 'nothing');

        expect(await foreign(await withLogin(), 'nothing')).toEqual({ outcome: 'unknown' });
        expect(await foreign(await bench.next(), 'next')).toEqual({ outcome: 'unknown' });
      });

      it('a token counts until the moment it expires, not at it', async () => {
        const store = await withLogin({ expiresAt: NOON + HOUR });

        expect(await use(store, 'first', 'second', NOON + HOUR)).toEqual({ outcome: 'expired' });
        expect(await use(await bench.next(), 'first', 'second', NOON + HOUR - 1)).toMatchObject({ outcome: 'rotated' });
      });

      it('a successor has an end of its own', async () => {
        await use(await withLogin(), 'first', 'second');
        const store = await bench.next();

        expect(await use(store, 'second', 'third', NOON + 2 * HOUR)).toEqual({ outcome: 'expired' });
        expect(await use(store, 'second', 'third', NOON + 2 * HOUR - 1)).toMatchObject({ outcome: 'rotated' });
      });

      it('a token used again ends all that came of its login, and nothing else', async () => {
        let store = await withLogin();
        await store.grants.issue(refreshToken('other-login'), NOON);
        await use(store, 'first', 'second');
        await use(store, 'second', 'third');
        store = await bench.next();

        expect(await use(store, 'first', 'fourth')).toEqual({ outcome: 'reused' });
        store = await bench.next();
        const outcomes = { first: 'reused', second: 'reused', third: 'revoked', fourth: 'reused' };
        for (const [hash, outcome] of Object.entries(outcomes)) {
          expect(await use(store, hash, 'fifth'), hash).toEqual({ outcome });
        }
        expect(await use(store, 'other-login', 'sixth', NOON, 'other-login')).toMatchObject({ outcome: 'rotated' });
      });

      it('a token used again after its time ends its family too', async () => {
        const store = await withLogin({ expiresAt: NOON + HOUR });
        await use(store, 'first', 'second');

        expect(await use(await bench.next(), 'first', 'third', NOON + HOUR + 1)).toEqual({ outcome: 'reused' });
        expect(await use(await bench.next(), 'second', 'fourth', NOON + HOUR + 1)).toEqual({ outcome: 'revoked' });
      });

      it('of two at once, one wins', async () => {
        const store = await withLogin();
        const outcomes = await Promise.all([use(store, 'first', 'second'), use(store, 'first', 'third')]);

        expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['reused', 'rotated']);
      });

      it.each([null, 'other'])('a token of a client that %s presents stays as it is', async (clientId) => {
        const store = await withLogin({ clientId: 'cli' });

        expect(
          await store.grants.rotate(
            { hash: 'first', family: 'family-of-first', clientId },
            next('second'),
            NOON,
            LATER,
          ),
        ).toEqual({
          outcome: 'other_client',
        });
        expect(
          await (await bench.next()).grants.rotate(
            { hash: 'first', family: 'family-of-first', clientId: 'cli' },
            next('second'),
            NOON,
            LATER,
          ),
        ).toEqual({ outcome: 'rotated', login: loginOf(refreshToken('first', { clientId: 'cli' })) });
      });

      it('a used token that another client presents leaves its family as it is', async () => {
        const { grants } = await withLogin({ clientId: 'cli' });
        await grants.rotate({ hash: 'first', family: 'family-of-first', clientId: 'cli' }, next('second'), NOON, LATER);

        expect(
          await grants.rotate(
            { hash: 'first', family: 'family-of-first', clientId: 'other' },
            next('third'),
            NOON,
            LATER,
          ),
        ).toEqual({
          outcome: 'other_client',
        });
        expect(
          await grants.rotate(
            { hash: 'second', family: 'family-of-first', clientId: 'cli' },
            next('third'),
            NOON,
            LATER,
          ),
        ).toMatchObject({
          outcome: 'rotated',
        });
      });

      it('a successor is bound to the same client', async () => {
        const { grants } = await withLogin({ clientId: 'cli' });
        await grants.rotate({ hash: 'first', family: 'family-of-first', clientId: 'cli' }, next('second'), NOON, LATER);

        expect(
          await (await bench.next()).grants.rotate(
            { hash: 'second', family: 'family-of-first', clientId: null },
            next('third'),
            NOON,
            LATER,
          ),
        ).toEqual({ outcome: 'other_client' });
      });

      it('a token of no client may be presented by any', async () => {
        const { grants } = await withLogin();

        expect(
          await grants.rotate(
            { hash: 'first', family: 'family-of-first', clientId: 'cli' },
            next('second'),
            NOON,
            LATER,
          ),
        ).toEqual({
          outcome: 'rotated',
          login: loginOf(refreshToken('first')),
        });
      });

      describe('those that expired between two moments', () => {
        const expiring = async () => {
          const store = await peopled();
          const ends: [string, Instant][] = [
            ['third', NOON + 300],
            ['first', NOON + 100],
            ['second', NOON + 200],
          ];
          for (const [hash, expiresAt] of ends) {
            await store.grants.issue(
              refreshToken(hash, { subject: hash === 'second' ? 'app' : 'ada', expiresAt }),
              NOON,
            );
          }
          return bench.next();
        };
        const first = { subject: 'ada', expiresAt: NOON + 100 };
        const second = { subject: 'app', expiresAt: NOON + 200 };
        const third = { subject: 'ada', expiresAt: NOON + 300 };
        const spans: [from: number, to: number, expected: object[]][] = [
          [0, 1000, [first, second, third]],
          [100, 300, [second, third]],
          [99, 299, [first, second]],
          [100, 100, []],
          [301, 1000, []],
        ];

        it.each(spans)('without %i, with %i, come earliest first', async (from, to, expected) => {
          const { grants } = await expiring();

          expect(await grants.findExpiredBetween(NOON + from, NOON + to, ALL)).toEqual(expected);
        });

        it.each([0, 1, 2])('are at most %i, the first ones', async (limit) => {
          const { grants } = await expiring();

          expect(await grants.findExpiredBetween(NOON, NOON + 1000, limit)).toEqual(
            [first, second, third].slice(0, limit),
          );
        });

        it('are without the used ones, but with their successors', async () => {
          const store = await expiring();
          await store.grants.rotate(
            { hash: 'second', family: 'family-of-second', clientId: null },
            next('fourth', NOON + 250),
            NOON,
            LATER,
          );

          expect(await (await bench.next()).grants.findExpiredBetween(NOON, NOON + 1000, ALL)).toEqual([
            first,
            { subject: 'app', expiresAt: NOON + 250 },
            third,
          ]);
        });
      });

      it('a login sweeps what expired 30 days ago, and only that', async () => {
        let store = await withLogin({ expiresAt: NOON + 100 });
        await store.grants.issue(refreshToken('longer', { expiresAt: NOON + 201 }), NOON);
        await store.grants.issue(refreshToken('exact', { expiresAt: NOON + 200 }), NOON);
        store = await bench.next();
        await store.grants.issue(refreshToken('new'), NOON + 200 + THIRTY_DAYS);
        store = await bench.next();

        expect(await store.world.counts()).toMatchObject({ refreshTokens: 2 });
        expect(await use(store, 'first', 'any', NOON + 200)).toEqual({ outcome: 'unknown' });
        expect(await use(store, 'longer', 'any', NOON + 200, 'longer')).toMatchObject({ outcome: 'rotated' });
      });
    });

    describe('aliases of rows:', () => {
      const things = row('first', { aliases: ['nickname'] });

      it('one that another row has is a Collision, whatever the limit, and changes nothing', async () => {
        const store = await bench.next();
        await plainly(store).collections.insert(things, null);
        const again = row('second', { aliases: ['nickname'] });
        await expect(plainly(store).collections.insert(again, null)).rejects.toBeInstanceOf(Collision);
        await expect(plainly(store).collections.insert(again, 1)).rejects.toBeInstanceOf(Collision);

        await nowAndLater(store, async (later) => {
          const { collections } = plainly(later);
          expect(await collections.ofOwner('things', 'acme')).toEqual([things]);
          expect(await collections.byAlias('things', 'nickname')).toEqual(things);
        });
      });

      it('one that a row of another collection has is free, and so is none', async () => {
        const { collections } = plainly(await bench.next());
        await collections.insert(things, null);
        await collections.insert(row('second', { collection: 'others', aliases: ['nickname'] }), null);
        await collections.insert(row('third'), null);
        await collections.insert(row('fourth'), null);

        expect(await collections.ofOwner('things', 'acme')).toHaveLength(3);
      });

      it('one that a row had is free again', async () => {
        const { collections } = plainly(await bench.next());
        await collections.insert(things, null);
        await collections.change('things', 'first', (before) => ({ ...before, aliases: [] }));
        const heir = row('second', { aliases: ['nickname'] });
        await collections.insert(heir, null);

        expect(await plainly(await bench.next()).collections.byAlias('things', 'nickname')).toEqual(heir);
      });
    });

    describe('settings:', () => {
      it('one that was never set is null', async () => {
        const { settings } = await bench.next();

        expect(await settings.get('nothing')).toBeNull();
      });

      it('the last value counts at once, and stays', async () => {
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

      it('has no seed before the first load', async () => {
        const { world } = await bench.next();

        expect(await world.seed()).toBeNull();
      });

      it('keeps the seed it was made of, whole', async () => {
        const { world } = await peopled();

        expect(await world.seed()).toEqual(keptSeed);
      });

      it('brings the keys of a seed along', async () => {
        const store = await bench.next();
        await store.world.load(keptSeed, { ...people, accessKeys: [accessKey('seeded'), accessKey('next')] });

        expect(await (await bench.next()).accessKeys.ofOwner('ada')).toEqual([
          { ...accessKey('seeded'), lastLogin: null },
          { ...accessKey('next'), lastLogin: null },
        ]);
      });

      it('counts what there is of each', async () => {
        let store = await bench.next();
        const nothing = {
          users: 0,
          applications: 0,
          serviceAccounts: 0,
          accessKeys: 0,
          refreshTokens: 0,
          organizations: 0,
          ngcKeys: 0,
          objects: 0,
        };
        expect(await store.world.counts()).toEqual(nothing);

        store = await peopled();
        await store.accessKeys.create(accessKey('one'), 20);
        await store.grants.issue(refreshToken('first'), NOON);

        expect(await (await bench.next()).world.counts()).toEqual({
          ...nothing,
          users: 2,
          applications: 1,
          serviceAccounts: 1,
          accessKeys: 1,
          refreshTokens: 1,
        });
      });

      /** A world in which everything was changed and read, so that a store may remember it. */
      const lived = async () => {
        const store = await peopled();
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

      it('is replaced as a whole: nothing of the one before is left', async () => {
        const before = await lived();
        await before.world.load(otherSeed, { identities: [], accessKeys: [], oauthClients: [], settings: {} });

        await nowAndLater(before, async (store) => {
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

      it('has new people under the ids of those before, without their logins', async () => {
        const before = await lived();
        const ada = identity('ada', { name: 'lovelace@acme.test', groups: ['poets'] });
        const key = accessKey('one', { secretHash: 'another', createdBy: ada.name });
        await before.world.load(otherSeed, {
          identities: [ada],
          accessKeys: [key],
          oauthClients: [{ clientId: 'cli', redirectUris: ['http://other'] }],
          settings: { realm: 'other' },
        });

        await nowAndLater(before, async (store) => {
          expect(await store.identities.byId('ada')).toEqual(ada);
          expect(await store.identities.byName('user', 'ada@acme.test')).toBeNull();
          expect(await store.accessKeys.ofOwner('ada')).toEqual([{ ...key, lastLogin: null }]);
          expect(await store.accessKeys.byClientId(key.clientId)).toEqual({ ...key, lastLogin: null });
          expect(await store.oauthClients.byId('cli')).toEqual({ clientId: 'cli', redirectUris: ['http://other'] });
          expect(await store.settings.get('realm')).toBe('other');
        });
      });

      it('stays as it was when a load fails half-way', async () => {
        const before = await lived();
        const twins = { ...people, identities: [identity('ada'), identity('ada')] };
        await expect(before.world.load(otherSeed, twins)).rejects.toThrow();

        await nowAndLater(before, async (store) => {
          expect(await store.world.seed()).toEqual(keptSeed);
          expect(await store.settings.get('clock')).toBe('5');
          expect((await store.identities.byId('ada'))?.lastLogin).toBe(NOON + 10);
          expect((await store.accessKeys.byId(accessKey('one').id))?.lastLogin).toBe(NOON + 10);
        });
      });

      it('can be loaded again and again', async () => {
        const store = await lived();
        await store.world.load(keptSeed, people);
        await store.world.load(keptSeed, people);

        expect(await (await bench.next()).world.counts()).toMatchObject({ users: 2, accessKeys: 0, refreshTokens: 0 });
      });
    });
  });

  grantsContract(kind, benchOf);
  identitiesContract(kind, benchOf);
}
