import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CredentialReplacer, CredentialRows } from '../../src/contract/credentials.ts';
import { Collision } from '../../src/store/errors.ts';
import type { StoredSeed } from '../../src/store/seed.ts';
import { Credentials } from '../../src/worlds/credentials.ts';
import { credentials, type FullStore as Store } from '../support/nouns.ts';
import {
  accessKey,
  identity,
  keptSeed,
  NOON,
  organizations,
  people,
  presentedToken,
  refreshToken,
  row,
  serviceKey,
} from '../support/records.ts';
import { plainly } from '../support/rows.ts';
import type { Bench } from './contract.ts';

const LATER = NOON + 3_600_000;

const derivedSeed: StoredSeed = { fingerprint: 'print-of-the-derived', origin: 'file', text: '{"derived":true}' };

/** What everything gets in a world `w`. */
const rekeying: CredentialReplacer = {
  keyHash: (_, id) => `key-hash-of-${id}`,
  secretHash: (id) => `secret-hash-of-${id}`,
  clientId: (given) => `${given}-w`,
};

/** What `src/worlds/credentials.ts` promises, on every store. */
export function rekeyingContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, credentials:`, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    const filled = async (clientIds: Readonly<Record<string, string>> = {}) => {
      const store = await bench.next();
      await store.world.load(keptSeed, {
        ...people,
        ...organizations,
        accessKeys: ['one', 'two'].map((name) => accessKey(name, { clientId: clientIds[name] ?? `client-of-${name}` })),
        ngcKeys: [serviceKey('deployer'), serviceKey('reader')],
      });
      return bench.next();
    };
    /** What is true of a store at once has to be true after the next step too. */
    const nowAndLater = async (store: Store, check: (store: Store) => Promise<void>) => {
      await check(store);
      await check(await bench.next());
    };
    const clientIdsOf = async ({ accessKeys }: Store) => (await accessKeys.all({})).map(({ clientId }) => clientId);

    it('of collections whose rows are keys are found by other aliases from then on, and no other row is', async () => {
      const store = await bench.next();
      const keyRow = (collection: string, id: string) => row(id, { collection, aliases: [`alias-of-${id}`] });
      await store.world.load(keptSeed, {
        objects: [keyRow('toys.keys', 'a'), keyRow('toys.keys', 'b'), keyRow('toys.toys', 'c')],
      });
      const toys: CredentialRows = {
        collection: 'toys.keys',
        rekey: (key, { keyHash }) => ({ ...key, aliases: [keyHash(() => '', key.id)] }),
        holderOf: () => null,
      };
      const own = { ...rekeying, keyHash: (_: unknown, id: string) => `other-alias-of-${id}` };
      const its = new Credentials([{ credentials: { stored: { rows: [toys], derivedCollections: [] } } }]);
      const { state } = await its.rekey(await store.freeze(), { rekeying: own, storedSeed: () => derivedSeed });
      await store.restore(state);

      await nowAndLater(store, async (later) => {
        const { collections } = plainly(later);
        const found = (collection: string, alias: string) => collections.byAlias(collection, alias);
        expect(await found('toys.keys', 'alias-of-a')).toBeNull();
        expect((await found('toys.keys', 'other-alias-of-a'))?.id).toBe('a');
        expect((await found('toys.keys', 'other-alias-of-b'))?.id).toBe('b');
        expect((await found('toys.toys', 'alias-of-c'))?.id).toBe('c');
      });
    });

    it('of a world are hashes of NGC keys, and what its clients call themselves', async () => {
      const { keyHashes, clientIds } = await (await filled()).world.credentials();

      expect([...keyHashes].sort()).toEqual(['hash-of-deployer', 'hash-of-reader']);
      expect([...clientIds].sort()).toEqual(['client-of-one', 'client-of-two', 'robot']);
    });

    it('of a world are the hashes of the secrets of its clients', async () => {
      const store = await filled();
      await store.identities.create(
        identity('ci', { kind: 'application', name: 'CI App', clientId: 'ci', secretHash: 'hash-of-ci' }),
      );

      await nowAndLater(store, async (later) => {
        await later.accessKeys.all({});
        expect(credentials.hasSecret(later, 'hash-of-ci')).toBe(true);
        expect(credentials.hasSecret(later, 'hash-of-deployer')).toBe(false);
      });
    });

    it('of a world are the names of its applications, too, but of nobody else', async () => {
      const store = await filled();
      await store.identities.create(
        identity('ci', { kind: 'application', name: 'CI App', clientId: 'ci', secretHash: 'hash-of-ci' }),
      );
      await store.identities.create(
        identity('bot', { kind: 'service-account', name: 'CI Bot', clientId: 'bot', secretHash: 'hash-of-bot' }),
      );
      const { clientIds } = await store.world.credentials();

      expect(clientIds).toEqual(expect.arrayContaining(['CI App', 'ci', 'bot']));
      expect(clientIds).not.toContain('CI Bot');
      expect(clientIds).not.toContain('cli');
    });

    it('of a world that was never loaded are none', async () => {
      expect(await (await bench.next()).world.credentials()).toEqual({
        keyHashes: [],
        clientIds: [],
      });
    });

    describe('that are all given another value', () => {
      it('are named, each with its new client id', async () => {
        const { world } = await filled();
        const rekeyed = await world.rekey(rekeying, derivedSeed);

        expect([...rekeyed].sort((one, other) => one.id.localeCompare(other.id))).toEqual([
          { kind: 'service-account', id: 'account', name: 'robot', clientId: 'robot-w', owner: '' },
          { kind: 'application', id: 'app', name: 'robot', clientId: 'robot-w', owner: '' },
          { kind: 'ngc-key', id: 'deployer', name: 'name-of-deployer', clientId: null, owner: 'acme' },
          { kind: 'access-key', id: 'id-of-one', name: 'one', clientId: 'client-of-one-w', owner: 'ada' },
          { kind: 'access-key', id: 'id-of-two', name: 'two', clientId: 'client-of-two-w', owner: 'ada' },
          { kind: 'ngc-key', id: 'reader', name: 'name-of-reader', clientId: null, owner: 'acme' },
        ]);
      });

      it('are what the world is known by from then on', async () => {
        const { world } = await filled();
        await world.rekey(rekeying, derivedSeed);
        const { keyHashes, clientIds } = await (await bench.next()).world.credentials();

        expect([...keyHashes].sort()).toEqual(['key-hash-of-deployer', 'key-hash-of-reader']);
        expect([...clientIds].sort()).toEqual(['client-of-one-w', 'client-of-two-w', 'robot', 'robot-w']);
      });

      it('end the NGC keys of before, which may have been read, and nothing else of them', async () => {
        const store = await filled();
        const before = await store.ngcKeys.findBySecret('hash-of-deployer', NOON);
        expect(before).not.toBeNull();
        await store.world.rekey(rekeying, derivedSeed);

        await nowAndLater(store, async ({ ngcKeys }) => {
          expect(await ngcKeys.findBySecret('hash-of-deployer', NOON)).toBeNull();
          expect(await ngcKeys.findBySecret('key-hash-of-deployer', NOON)).toEqual(before);
        });
      });

      it('end the access keys of before, which may have been read, and nothing else of them', async () => {
        const store = await filled();
        await store.accessKeys.ofOwner('ada');
        await store.accessKeys.byClientId('client-of-one');
        await store.world.rekey(rekeying, derivedSeed);
        const one = { ...accessKey('one'), clientId: 'client-of-one-w', secretHash: 'secret-hash-of-id-of-one' };

        await nowAndLater(store, async ({ accessKeys }) => {
          expect(await accessKeys.byClientId('client-of-one')).toBeNull();
          expect(await accessKeys.byClientId('client-of-one-w')).toEqual({ ...one, lastLogin: null });
          expect((await accessKeys.ofOwner('ada')).map(({ name }) => name)).toEqual(['one', 'two']);
          expect((await accessKeys.ofOwner('ada'))[0]).toEqual({ ...one, lastLogin: null });
        });
      });

      it('end the secrets of applications and service accounts, and leave passwords as they are', async () => {
        const store = await filled();
        for (const id of ['ada', 'app', 'account']) await store.identities.byId(id);
        await store.world.rekey(rekeying, derivedSeed);

        await nowAndLater(store, async ({ identities }) => {
          expect(await identities.byId('app')).toMatchObject({
            ...{ name: 'robot', clientId: 'robot-w', secretHash: 'secret-hash-of-app' },
          });
          expect(await identities.byClientId('application', 'robot')).toBeNull();
          expect(await identities.byClientId('service-account', 'robot-w')).toMatchObject({
            secretHash: 'secret-hash-of-account',
          });
          expect(await identities.byId('ada')).toMatchObject({ passwordHash: 'scrypt-of-ada', secretHash: null });
        });
      });

      it('leave what has no secret without one, and public clients as they are', async () => {
        const store = await filled();
        await store.identities.create(identity('bare', { kind: 'application', name: 'bare' }));
        await store.identities.create(identity('other', { kind: 'application', name: 'other' }));
        await store.world.rekey(rekeying, derivedSeed);

        expect(await store.identities.byId('bare')).toMatchObject({ clientId: null, secretHash: null });
        expect(await store.oauthClients.byId('cli')).toMatchObject({ clientId: 'cli' });
        expect(await store.oauthClients.byId('cli-w')).toBeNull();
      });

      it('end every code, refresh token and revoked name', async () => {
        const store = await filled();
        await store.grants.issue(refreshToken('first'), NOON);
        await store.grants.issueCode(
          {
            ...refreshToken('code', { family: 'family-of-code' }),
            ...{ clientId: 'cli', redirectUri: 'http://localhost', challenge: null, nonce: null },
          },
          NOON,
        );
        await store.grants.revoke('a-token', NOON, LATER);
        expect(await store.grants.isRevoked(['a-token'])).toBe(true);
        await store.world.rekey(rekeying, derivedSeed);

        await nowAndLater(store, async ({ grants }) => {
          expect(await grants.findActive(presentedToken('first'), NOON)).toBeNull();
          expect(await grants.redeemCode('code', NOON, LATER)).toEqual({ outcome: 'unknown' });
          expect(await grants.isRevoked(['a-token'])).toBe(false);
        });
      });

      it('come with the seed that they are written in', async () => {
        const { world } = await filled();
        await world.rekey(rekeying, derivedSeed);

        expect(await world.seed()).toEqual(derivedSeed);
        expect(await (await bench.next()).world.seed()).toEqual(derivedSeed);
      });

      it('keep logins that were noted and not written yet', async () => {
        const store = await filled();
        await store.accessKeys.touch('id-of-one', NOON + 7, 'hash-of-one');
        await store.world.rekey(rekeying, derivedSeed);

        expect((await store.accessKeys.byId('id-of-one'))?.lastLogin).toBe(NOON + 7);
      });

      it('may be what another one had before', async () => {
        const store = await filled({ one: 'ci', two: 'ci-w' });
        await store.world.rekey(rekeying, derivedSeed);
        expect(await clientIdsOf(store)).toEqual(['ci-w', 'ci-w-w']);

        const swapped = new Map([
          ['ci-w', 'ci-w-w'],
          ['ci-w-w', 'ci-w'],
        ]);
        const hashes = new Map([
          ['deployer', 'key-hash-of-reader'],
          ['reader', 'key-hash-of-deployer'],
        ]);
        await store.world.rekey(
          { ...rekeying, clientId: (given) => swapped.get(given) ?? given, keyHash: (_, id) => hashes.get(id) ?? id },
          derivedSeed,
        );
        const after = await bench.next();
        expect(await clientIdsOf(after)).toEqual(['ci-w-w', 'ci-w']);
        expect((await after.ngcKeys.findBySecret('key-hash-of-deployer', NOON))?.key.id).toBe('reader');
      });

      it.each([
        ['client ids', { clientId: () => 'same' }],
        ['hashes of NGC keys', { keyHash: () => 'same' }],
      ])('are a Collision where two %s would be the same, and nothing is changed', async (_what, same) => {
        const store = await filled();
        const before = await store.world.credentials();

        await expect(store.world.rekey({ ...rekeying, ...same }, derivedSeed)).rejects.toBeInstanceOf(Collision);
        const after = await bench.next();
        expect(await after.world.credentials()).toEqual(before);
        expect(await after.world.seed()).toEqual(keptSeed);
        expect((await after.accessKeys.byId('id-of-one'))?.secretHash).toBe('hash-of-one');
      });
    });
  });
}
