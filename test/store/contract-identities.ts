import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Identity, IdentityEdit } from '../../src/services/runai/collections/identities.ts';
import { Collision, NotFound, StaleDecision } from '../../src/store/errors.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { accessKey, identity, keptSeed, NOON, people, presentedToken, refreshToken } from '../support/records.ts';
import type { Bench } from './contract.ts';

const LATER = NOON + 3_600_000;

/** Tests of `src/services/runai/collections/identities.ts`, for every adapter. */
export function identitiesContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, identities:`, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    /** Runs a check on a store, and again after the next step. */
    const checkNowAndLater = async (store: Store, check: (store: Store) => Promise<void>) => {
      await check(store);
      await check(await bench.next());
    };

    const openWithPeople = async () => {
      const store = await bench.next();
      await store.world.load(keptSeed, people);
      return bench.next();
    };

    /** Reads an identity in every way. */
    const readIdentity = async ({ identities }: Store, { id, kind, name, clientId }: Identity) => [
      await identities.byId(id),
      await identities.byName(kind, name),
      ...(clientId === null ? [] : [await identities.byClientId(kind, clientId)]),
      (await identities.all(kind)).find((identity) => identity.id === id) ?? null,
    ];

    const [ada, bo, app, account] = people.identities as [Identity, Identity, Identity, Identity];
    const eve = identity('eve', {
      isLocal: false,
      groups: ['guests', 'ü'],
      createdBy: 'ada@acme.test',
      createdAt: NOON + 5,
      updatedAt: NOON + 6,
    });
    const bot = identity('bot', { kind: 'application', name: 'bot', clientId: 'bot-id', secretHash: 'hash-of-bot' });

    describe('a new identity', () => {
      it.each([eve, bot])('is returned from every read: $name', async (created) => {
        const store = await openWithPeople();
        for (const shown of await readIdentity(store, created)) expect(shown).toBeNull();
        await store.identities.create(created);

        await checkNowAndLater(store, async (store) => {
          for (const shown of await readIdentity(store, created)) expect(shown).toEqual(created);
        });
      });

      it('is last in the list of its kind', async () => {
        const store = await openWithPeople();
        await store.identities.create(eve);
        await store.identities.create(bot);

        await checkNowAndLater(store, async ({ identities }) => {
          expect(await identities.all('user')).toEqual([ada, bo, eve]);
          expect(await identities.all('application')).toEqual([app, bot]);
          expect(await identities.all('service-account')).toEqual([account]);
        });
      });

      it.each([
        ['the name of another', identity('new', { name: ada.name })],
        ['the name of another in other case', identity('new', { name: 'ADA@Acme.Test' })],
        ['the client id of another', { ...bot, name: 'another', clientId: 'robot' }],
      ])('with %s of its kind is rejected with Collision, and changes nothing', async (_what, created) => {
        const store = await openWithPeople();
        await expect(store.identities.create(created)).rejects.toBeInstanceOf(Collision);

        await checkNowAndLater(store, async ({ identities }) => {
          expect(await identities.byId(created.id)).toBeNull();
          expect(await identities.all('user')).toEqual([ada, bo]);
          expect(await identities.all('application')).toEqual([app]);
        });
      });

      it('may have the name and client id of another kind, and may lack both', async () => {
        const { identities } = await openWithPeople();
        await identities.create({ ...bot, name: ada.name });
        await identities.create(identity('sam', { kind: 'service-account', name: 'bot', clientId: 'bot-id' }));
        await identities.create(identity('kim'));

        expect((await identities.all('user')).map(({ id }) => id)).toEqual(['ada', 'bo', 'kim']);
      });

      it('is created once by concurrent calls with the same name', async () => {
        const { identities } = await openWithPeople();
        const twins = Array.from({ length: 5 }, (_, number) => identity(`twin-${number}`, { name: 'twin@acme.test' }));
        const results = await Promise.allSettled(twins.map((twin) => identities.create(twin)));

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await identities.all('user')).toHaveLength(3);
      });
    });

    describe('an edit', () => {
      const edits: [title: string, edit: IdentityEdit][] = [
        ['`enabled`', { enabled: false }],
        ['the secret', { secretHash: 'another' }],
        ['the password', { passwordHash: 'scrypt-of-another' }],
        ['the groups', { groups: ['poets', 'founders'] }],
        ['all members', { enabled: false, secretHash: null, passwordHash: null, groups: [] }],
        ['nothing', {}],
      ];

      it.each(edits)('of %s is returned from every read at once, and changes nothing else', async (_what, edit) => {
        const store = await openWithPeople();
        for (const identity of [ada, app]) {
          await readIdentity(store, identity);
          await store.identities.edit(identity.id, edit, NOON + 9);
        }

        await checkNowAndLater(store, async (store) => {
          for (const identity of [ada, app]) {
            const expected = { ...identity, ...edit, updatedAt: NOON + 9 };
            for (const shown of await readIdentity(store, identity)) expect(shown).toEqual(expected);
          }
          expect(await store.identities.byId('bo')).toEqual(bo);
        });
      });

      it('keeps a login, and a login keeps an edit', async () => {
        const store = await openWithPeople();
        await store.identities.touch('ada', NOON + 1);
        await store.identities.edit('ada', { enabled: false }, NOON + 2);
        await store.identities.edit('bo', { enabled: true }, NOON + 2);
        await store.identities.touch('bo', NOON + 3);

        await checkNowAndLater(store, async ({ identities }) => {
          expect(await identities.all('user')).toEqual([
            { ...ada, enabled: false, updatedAt: NOON + 2 },
            { ...bo, enabled: true, updatedAt: NOON + 2 },
          ]);
          const lastLogins = await identities.lastLogins();
          expect([lastLogins.get('ada'), lastLogins.get('bo')]).toEqual([NOON + 1, NOON + 3]);
        });
      });

      it('with a changed password as premise is rejected with StaleDecision, and changes nothing', async () => {
        const store = await openWithPeople();
        const premise = { passwordHash: 'scrypt-of-before' };
        const edit = store.identities.edit('ada', { passwordHash: 'scrypt-of-new' }, NOON + 1, premise);

        await expect(edit).rejects.toBeInstanceOf(StaleDecision);
        await checkNowAndLater(store, async ({ identities }) => expect(await identities.byId('ada')).toEqual(ada));
      });

      it('with the current password as premise is stored', async () => {
        const { identities } = await openWithPeople();
        await identities.edit('ada', { passwordHash: 'scrypt-of-new' }, NOON + 1, { passwordHash: ada.passwordHash });

        expect((await identities.byId('ada'))?.passwordHash).toBe('scrypt-of-new');
      });

      it('of an unknown identity is rejected with NotFound', async () => {
        const { identities } = await openWithPeople();
        await identities.delete('bo');

        await expect(identities.edit('nobody', { enabled: true }, NOON)).rejects.toBeInstanceOf(NotFound);
        await expect(identities.edit('bo', { enabled: true }, NOON)).rejects.toBeInstanceOf(NotFound);
      });
    });

    describe('a login', () => {
      it('of a deleted identity is rejected with NotFound', async () => {
        const store = await openWithPeople();
        await store.identities.byId('ada');
        await store.identities.delete('ada');

        await checkNowAndLater(store, async ({ identities }) => {
          await expect(identities.touch('ada', NOON + 1)).rejects.toBeInstanceOf(NotFound);
        });
      });

      it('of a disabled identity is rejected with StaleDecision', async () => {
        const { identities } = await openWithPeople();

        await expect(identities.touch('bo', NOON + 1)).rejects.toBeInstanceOf(StaleDecision);
      });

      it('with a replaced secret is rejected with StaleDecision, and not recorded', async () => {
        const store = await openWithPeople();
        await store.identities.edit('app', { secretHash: 'another' }, NOON + 1);

        await expect(store.identities.touch('app', NOON + 2, app.secretHash)).rejects.toBeInstanceOf(StaleDecision);
        await checkNowAndLater(store, async ({ identities }) => {
          expect((await identities.lastLogins()).get('app')).toBeUndefined();
        });
      });
    });

    describe('a deleted identity', () => {
      const key = accessKey('one');
      const bosKey = accessKey('one', { id: 'bos', owner: 'bo', createdBy: bo.name, clientId: 'client-of-bos' });
      const createCode = (hash: string, subject: string) => ({
        hash,
        subject,
        family: hash,
        clientId: 'cli',
        scope: '',
        authTime: NOON,
        redirectUri: 'http://localhost',
        challenge: null,
        nonce: null,
        expiresAt: LATER,
      });
      /** Opens a store in which Ada and Bo each have a key, a login and a code, and everything was read. */
      const openUsed = async () => {
        const store = await openWithPeople();
        const { accessKeys, grants } = store;
        await store.identities.edit('bo', { enabled: true }, NOON);
        for (const accessKey of [key, bosKey]) await accessKeys.create(accessKey, 20);
        for (const subject of ['ada', 'bo']) {
          await grants.issue(refreshToken(`token-of-${subject}`, { subject }), NOON);
          await grants.issueCode(createCode(`code-of-${subject}`, subject), NOON);
          await accessKeys.ofOwner(subject);
          await store.identities.byId(subject);
        }
        await accessKeys.byClientId(key.clientId);
        return store;
      };

      it.each([ada, app, account])('is returned from no read: $kind', async (deleted) => {
        const store = await openWithPeople();
        await readIdentity(store, deleted);
        await store.identities.delete(deleted.id);

        await checkNowAndLater(store, async (store) => {
          for (const shown of await readIdentity(store, deleted)) expect(shown).toBeNull();
        });
      });

      it('loses its access keys, codes and refresh tokens, and other identities keep theirs', async () => {
        const store = await openUsed();
        await store.identities.delete('ada');

        await checkNowAndLater(store, async ({ accessKeys, grants, world }) => {
          expect(await accessKeys.byId(key.id)).toBeNull();
          expect(await accessKeys.byClientId(key.clientId)).toBeNull();
          expect(await accessKeys.ofOwner('ada')).toEqual([]);
          expect((await accessKeys.all({})).map(({ id }) => id)).toEqual([bosKey.id]);
          expect(await grants.findActive(presentedToken('token-of-ada', 'token-of-ada'), NOON)).toBeNull();
          expect(await grants.redeemCode('code-of-ada', NOON, LATER)).toEqual({ outcome: 'unknown' });
          expect(await grants.findActive(presentedToken('token-of-bo', 'token-of-bo'), NOON)).not.toBeNull();
          expect(await world.counts()).toMatchObject({ users: 1, accessKeys: 1, refreshTokens: 1 });
        });
        const { grants } = await bench.next();
        expect(await grants.redeemCode('code-of-bo', NOON, LATER)).toMatchObject({ outcome: 'redeemed' });
      });
    });
  });
}
