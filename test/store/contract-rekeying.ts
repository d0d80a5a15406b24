import { describe, expect, it } from 'vitest';
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
import { withoutRevisions } from '../support/rows.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

const LATER = NOON + 3_600_000;

const derivedSeed: StoredSeed = { fingerprint: 'print-of-the-derived', origin: 'file', text: '{"derived":true}' };

/** The new credentials of a world `w`. */
const rekeying: CredentialReplacer = {
  keyHash: (_, id) => `key-hash-of-${id}`,
  secretHash: (id) => `secret-hash-of-${id}`,
  clientId: (clientId) => `${clientId}-w`,
};

/** Tests of `src/worlds/credentials.ts`, for every adapter. */
export function rekeyingContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, credentials:`, () => {
    const bench = useBench(benchOf);
    const { checkNowAndLater } = bench;

    const openFilled = async (clientIds: Readonly<Record<string, string>> = {}) => {
      const store = await bench.next();
      await store.world.load(keptSeed, {
        ...people,
        ...organizations,
        accessKeys: ['one', 'two'].map((name) => accessKey(name, { clientId: clientIds[name] ?? `client-of-${name}` })),
        ngcKeys: [serviceKey('deployer'), serviceKey('reader')],
      });
      return bench.next();
    };
    const readClientIds = async ({ accessKeys }: Store) => (await accessKeys.all({})).map(({ clientId }) => clientId);

    it('of credential collections get other aliases, and other rows keep theirs', async () => {
      const store = await bench.next();
      const createKeyRow = (collection: string, id: string) => row(id, { collection, aliases: [`alias-of-${id}`] });
      await store.world.load(keptSeed, {
        objects: [createKeyRow('toys.keys', 'a'), createKeyRow('toys.keys', 'b'), createKeyRow('toys.toys', 'c')],
      });
      const toys: CredentialRows = {
        collection: 'toys.keys',
        rekey: (key, { keyHash }) => ({ ...key, aliases: [keyHash(() => '', key.id)] }),
        holderOf: () => null,
      };
      const own = { ...rekeying, keyHash: (_: unknown, id: string) => `other-alias-of-${id}` };
      const credentialsOfToys = new Credentials([
        { credentials: { stored: { rows: [toys], derivedCollections: [] } } },
      ]);
      const { state } = await credentialsOfToys.rekey(store.collections.freeze(), {
        rekeying: own,
        storedSeed: () => derivedSeed,
      });
      await store.collections.replace(state);

      await checkNowAndLater(store, async (later) => {
        const { collections } = withoutRevisions(later);
        const findByAlias = (collection: string, alias: string) => collections.byAlias(collection, alias);
        expect(await findByAlias('toys.keys', 'alias-of-a')).toBeNull();
        expect((await findByAlias('toys.keys', 'other-alias-of-a'))?.id).toBe('a');
        expect((await findByAlias('toys.keys', 'other-alias-of-b'))?.id).toBe('b');
        expect((await findByAlias('toys.toys', 'alias-of-c'))?.id).toBe('c');
      });
    });

    it('of a world are the hashes of NGC keys and the ids of its clients', async () => {
      const { keyHashes, clientIds } = await (await openFilled()).world.credentials();

      expect([...keyHashes].sort()).toEqual(['hash-of-deployer', 'hash-of-reader']);
      expect([...clientIds].sort()).toEqual(['client-of-one', 'client-of-two', 'robot']);
    });

    it('of a world include the hashes of the secrets of its clients', async () => {
      const store = await openFilled();
      await store.identities.create(
        identity('ci', { kind: 'application', name: 'CI App', clientId: 'ci', secretHash: 'hash-of-ci' }),
      );

      await checkNowAndLater(store, async (later) => {
        await later.accessKeys.all({});
        expect(credentials.hasSecret(later, 'hash-of-ci')).toBe(true);
        expect(credentials.hasSecret(later, 'hash-of-deployer')).toBe(false);
      });
    });

    it('of a world include the names of applications, but not of service accounts', async () => {
      const store = await openFilled();
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

    describe('that are replaced', () => {
      it('are listed with their new client ids', async () => {
        const { world } = await openFilled();
        const rekeyed = await world.rekey(rekeying, derivedSeed);

        expect([...rekeyed].sort((first, second) => first.id.localeCompare(second.id))).toEqual([
          { kind: 'service-account', id: 'account', name: 'robot', clientId: 'robot-w', owner: '' },
          { kind: 'application', id: 'app', name: 'robot', clientId: 'robot-w', owner: '' },
          { kind: 'ngc-key', id: 'deployer', name: 'name-of-deployer', clientId: null, owner: 'acme' },
          { kind: 'access-key', id: 'id-of-one', name: 'one', clientId: 'client-of-one-w', owner: 'ada' },
          { kind: 'access-key', id: 'id-of-two', name: 'two', clientId: 'client-of-two-w', owner: 'ada' },
          { kind: 'ngc-key', id: 'reader', name: 'name-of-reader', clientId: null, owner: 'acme' },
        ]);
      });

      it('invalidate the previous NGC keys, and keep their other members', async () => {
        const store = await openFilled();
        const before = await store.ngcKeys.findBySecret('hash-of-deployer', NOON);
        expect(before).not.toBeNull();
        await store.world.rekey(rekeying, derivedSeed);

        await checkNowAndLater(store, async ({ ngcKeys }) => {
          expect(await ngcKeys.findBySecret('hash-of-deployer', NOON)).toBeNull();
          expect(await ngcKeys.findBySecret('key-hash-of-deployer', NOON)).toEqual(before);
        });
      });

      it('invalidate the secrets of applications and service accounts, and keep passwords', async () => {
        const store = await openFilled();
        for (const id of ['ada', 'app', 'account']) await store.identities.byId(id);
        await store.world.rekey(rekeying, derivedSeed);

        await checkNowAndLater(store, async ({ identities }) => {
          expect(await identities.byId('app')).toMatchObject({
            name: 'robot',
            clientId: 'robot-w',
            secretHash: 'secret-hash-of-app',
          });
          expect(await identities.byClientId('application', 'robot')).toBeNull();
          expect(await identities.byClientId('service-account', 'robot-w')).toMatchObject({
            secretHash: 'secret-hash-of-account',
          });
          expect(await identities.byId('ada')).toMatchObject({ passwordHash: 'scrypt-of-ada', secretHash: null });
        });
      });

      it('add no secret to applications without one, and keep public clients', async () => {
        const store = await openFilled();
        await store.identities.create(identity('bare', { kind: 'application', name: 'bare' }));
        await store.identities.create(identity('other', { kind: 'application', name: 'other' }));
        await store.world.rekey(rekeying, derivedSeed);

        expect(await store.identities.byId('bare')).toMatchObject({ clientId: null, secretHash: null });
        expect(await store.oauthClients.byId('cli')).toMatchObject({ clientId: 'cli' });
        expect(await store.oauthClients.byId('cli-w')).toBeNull();
      });

      it('remove every code, refresh token and revoked name', async () => {
        const store = await openFilled();
        await store.grants.issue(refreshToken('first'), NOON);
        await store.grants.issueCode(
          {
            ...refreshToken('code', { family: 'family-of-code' }),
            clientId: 'cli',
            redirectUri: 'http://localhost',
            origin: 'http://localhost:6625',
            challenge: null,
            nonce: null,
          },
          NOON,
        );
        await store.grants.revoke('a-token', NOON, LATER);
        expect(await store.grants.isRevoked(['a-token'])).toBe(true);
        await store.world.rekey(rekeying, derivedSeed);

        await checkNowAndLater(store, async ({ grants }) => {
          expect(await grants.findActive(presentedToken('first'), NOON)).toBeNull();
          expect(await grants.redeemCode('code', NOON, LATER)).toEqual({ outcome: 'unknown' });
          expect(await grants.isRevoked(['a-token'])).toBe(false);
        });
      });

      it('keep recorded logins that are not written yet', async () => {
        const store = await openFilled();
        await store.accessKeys.touch('id-of-one', NOON + 7, 'hash-of-one');
        await store.world.rekey(rekeying, derivedSeed);

        expect((await store.accessKeys.lastLogins()).get('id-of-one')).toBe(NOON + 7);
      });

      it('may be the previous values of other clients and keys', async () => {
        const store = await openFilled({ one: 'ci', two: 'ci-w' });
        await store.world.rekey(rekeying, derivedSeed);
        expect(await readClientIds(store)).toEqual(['ci-w', 'ci-w-w']);

        const swapped = new Map([
          ['ci-w', 'ci-w-w'],
          ['ci-w-w', 'ci-w'],
        ]);
        const hashes = new Map([
          ['deployer', 'key-hash-of-reader'],
          ['reader', 'key-hash-of-deployer'],
        ]);
        await store.world.rekey(
          {
            ...rekeying,
            clientId: (clientId) => swapped.get(clientId) ?? clientId,
            keyHash: (_, id) => hashes.get(id) ?? id,
          },
          derivedSeed,
        );
        const after = await bench.next();
        expect(await readClientIds(after)).toEqual(['ci-w-w', 'ci-w']);
        expect((await after.ngcKeys.findBySecret('key-hash-of-deployer', NOON))?.key.id).toBe('reader');
      });

      it.each([
        ['client ids', { clientId: () => 'same' }],
        ['hashes of NGC keys', { keyHash: () => 'same' }],
      ])('are rejected with Collision if two %s would be equal, and nothing is changed', async (_what, same) => {
        const store = await openFilled();
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
