import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Identity, IdentityEdit } from '../../src/services/runai/collections/identities.ts';
import { Collision, NotFound, StaleDecision } from '../../src/store/errors.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { accessKey, identity, keptSeed, NOON, people, presentedToken, refreshToken } from '../support/records.ts';
import type { Bench } from './contract.ts';

const LATER = NOON + 3_600_000;

/** What `src/services/runai/collections/identities.ts` promises of identities that come, change and go. */
export function identitiesContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, identities:`, () => {
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

    const peopled = async () => {
      const store = await bench.next();
      await store.world.load(keptSeed, people);
      return bench.next();
    };

    /** Every way to read an identity. */
    const readings = async ({ identities }: Store, { id, kind, name, clientId }: Identity) => [
      await identities.byId(id),
      await identities.byName(kind, name),
      ...(clientId === null ? [] : [await identities.byClientId(kind, clientId)]),
      (await identities.all(kind)).find((one) => one.id === id) ?? null,
    ];

    const [ada, bo, app, account] = people.identities as [Identity, Identity, Identity, Identity];
    const eve = identity('eve', {
      isLocal: false,
      groups: ['guests', 'ü'],
      createdBy: 'ada@acme.test',
      createdAt: NOON + 5,
      updatedAt: NOON + 6,
      lastLogin: null,
    });
    const bot = identity('bot', { kind: 'application', name: 'bot', clientId: 'bot-id', secretHash: 'hash-of-bot' });

    describe('a new one', () => {
      it.each([eve, bot])('is in every reading, whole: $name', async (fresh) => {
        const store = await peopled();
        for (const shown of await readings(store, fresh)) expect(shown).toBeNull();
        await store.identities.create(fresh);

        await nowAndLater(store, async (store) => {
          for (const shown of await readings(store, fresh)) expect(shown).toEqual(fresh);
        });
      });

      it('comes last in the list of its kind', async () => {
        const store = await peopled();
        await store.identities.create(eve);
        await store.identities.create(bot);

        await nowAndLater(store, async ({ identities }) => {
          expect(await identities.all('user')).toEqual([ada, bo, eve]);
          expect(await identities.all('application')).toEqual([app, bot]);
          expect(await identities.all('service-account')).toEqual([account]);
        });
      });

      it.each([
        ['the name of another', identity('new', { name: ada.name })],
        ['the name of another in other letters', identity('new', { name: 'ADA@Acme.Test' })],
        ['the client id of another', { ...bot, name: 'another', clientId: 'robot' }],
      ])('with %s of its kind is a Collision, and changes nothing', async (_what, fresh) => {
        const store = await peopled();
        await expect(store.identities.create(fresh)).rejects.toBeInstanceOf(Collision);

        await nowAndLater(store, async ({ identities }) => {
          expect(await identities.byId(fresh.id)).toBeNull();
          expect(await identities.all('user')).toEqual([ada, bo]);
          expect(await identities.all('application')).toEqual([app]);
        });
      });

      it('may have a name and a client id that another kind has, and none that nobody has', async () => {
        const { identities } = await peopled();
        await identities.create({ ...bot, name: ada.name });
        await identities.create(identity('sam', { kind: 'service-account', name: 'bot', clientId: 'bot-id' }));
        await identities.create(identity('kim'));

        expect((await identities.all('user')).map(({ id }) => id)).toEqual(['ada', 'bo', 'kim']);
      });

      it('of many with one name at once is one', async () => {
        const { identities } = await peopled();
        const twins = Array.from({ length: 5 }, (_, number) => identity(`twin-${number}`, { name: 'twin@acme.test' }));
        const results = await Promise.allSettled(twins.map((twin) => identities.create(twin)));

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await identities.all('user')).toHaveLength(3);
      });
    });

    describe('an edit', () => {
      const edits: [what: string, edit: IdentityEdit][] = [
        ['whether it counts', { enabled: false }],
        ['a secret', { secretHash: 'another' }],
        ['a password', { passwordHash: 'scrypt-of-another' }],
        ['groups', { groups: ['poets', 'founders'] }],
        ['everything', { enabled: false, secretHash: null, passwordHash: null, groups: [] }],
        ['nothing', {}],
      ];

      it.each(edits)('of %s counts at once in every reading, and nothing else changes', async (_what, edit) => {
        const store = await peopled();
        for (const one of [ada, app]) {
          await readings(store, one);
          await store.identities.edit(one.id, edit, NOON + 9);
        }

        await nowAndLater(store, async (store) => {
          for (const one of [ada, app]) {
            const expected = { ...one, ...edit, updatedAt: NOON + 9 };
            for (const shown of await readings(store, one)) expect(shown).toEqual(expected);
          }
          expect(await store.identities.byId('bo')).toEqual(bo);
        });
      });

      it('and a login do not undo one another', async () => {
        const store = await peopled();
        await store.identities.touch('ada', NOON + 1);
        await store.identities.edit('ada', { enabled: false }, NOON + 2);
        await store.identities.edit('bo', { enabled: true }, NOON + 2);
        await store.identities.touch('bo', NOON + 3);

        await nowAndLater(store, async ({ identities }) => {
          expect(await identities.all('user')).toEqual([
            { ...ada, enabled: false, updatedAt: NOON + 2, lastLogin: NOON + 1 },
            { ...bo, enabled: true, updatedAt: NOON + 2, lastLogin: NOON + 3 },
          ]);
        });
      });

      it('that rests on a password which is another by now is Outdated, and changes nothing', async () => {
        const store = await peopled();
        const premise = { passwordHash: 'scrypt-of-before' };
        const edit = store.identities.edit('ada', { passwordHash: 'scrypt-of-new' }, NOON + 1, premise);

        await expect(edit).rejects.toBeInstanceOf(StaleDecision);
        await nowAndLater(store, async ({ identities }) => expect(await identities.byId('ada')).toEqual(ada));
      });

      it('that rests on the password there is counts', async () => {
        const { identities } = await peopled();
        await identities.edit('ada', { passwordHash: 'scrypt-of-new' }, NOON + 1, { passwordHash: ada.passwordHash });

        expect((await identities.byId('ada'))?.passwordHash).toBe('scrypt-of-new');
      });

      it('keeps its place in the list', async () => {
        const store = await peopled();
        await store.identities.edit('ada', { groups: [] }, NOON);

        expect((await (await bench.next()).identities.all('user')).map(({ id }) => id)).toEqual(['ada', 'bo']);
      });

      it('of nobody is NotFound', async () => {
        const { identities } = await peopled();
        await identities.delete('bo');

        await expect(identities.edit('nobody', { enabled: true }, NOON)).rejects.toBeInstanceOf(NotFound);
        await expect(identities.edit('bo', { enabled: true }, NOON)).rejects.toBeInstanceOf(NotFound);
      });
    });

    describe('a login', () => {
      it('of nobody is NotFound', async () => {
        const store = await peopled();
        await store.identities.byId('ada');
        await store.identities.delete('ada');

        await nowAndLater(store, async ({ identities }) => {
          await expect(identities.touch('ada', NOON + 1)).rejects.toBeInstanceOf(NotFound);
        });
      });

      it('of somebody who is disabled is Outdated', async () => {
        const { identities } = await peopled();

        await expect(identities.touch('bo', NOON + 1)).rejects.toBeInstanceOf(StaleDecision);
      });

      it('with a secret that was replaced since is Outdated, and not noted', async () => {
        const store = await peopled();
        await store.identities.edit('app', { secretHash: 'another' }, NOON + 1);

        await expect(store.identities.touch('app', NOON + 2, app.secretHash)).rejects.toBeInstanceOf(StaleDecision);
        await nowAndLater(store, async ({ identities }) => {
          expect((await identities.byId('app'))?.lastLogin).toBeNull();
        });
      });
    });

    describe('a deleted one', () => {
      const key = accessKey('one');
      const bosKey = accessKey('one', { id: 'bos', owner: 'bo', createdBy: bo.name, clientId: 'client-of-bos' });
      const code = (hash: string, subject: string) => ({
        ...{ hash, subject, family: hash, clientId: 'cli', scope: '', authTime: NOON },
        ...{ redirectUri: 'http://localhost', challenge: null, nonce: null, expiresAt: LATER },
      });
      /** Ada and Bo each have a key, a login and a code, and everything was read. */
      const lived = async () => {
        const store = await peopled();
        const { accessKeys, grants } = store;
        await store.identities.edit('bo', { enabled: true }, NOON);
        for (const one of [key, bosKey]) await accessKeys.create(one, 20);
        for (const subject of ['ada', 'bo']) {
          await grants.issue(refreshToken(`token-of-${subject}`, { subject }), NOON);
          await grants.issueCode(code(`code-of-${subject}`, subject), NOON);
          await accessKeys.ofOwner(subject);
          await store.identities.byId(subject);
        }
        await accessKeys.byClientId(key.clientId);
        return store;
      };

      it.each([ada, app, account])('is in no reading: $kind', async (gone) => {
        const store = await peopled();
        await readings(store, gone);
        await store.identities.delete(gone.id);

        await nowAndLater(store, async (store) => {
          for (const shown of await readings(store, gone)) expect(shown).toBeNull();
        });
      });

      it('takes its access keys, codes and refresh tokens along, and nothing of anybody else', async () => {
        const store = await lived();
        await store.identities.delete('ada');

        await nowAndLater(store, async ({ accessKeys, grants, world }) => {
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

      it('gives its name and its client id back', async () => {
        const store = await peopled();
        await store.identities.delete('app');
        const heir = { ...app, id: 'heir', secretHash: 'another' };
        await store.identities.create(heir);

        await nowAndLater(store, async (store) => {
          for (const shown of await readings(store, heir)) expect(shown).toEqual(heir);
        });
      });

      it('does not come back by a login that was not written yet', async () => {
        const store = await peopled();
        await store.identities.touch('ada', NOON + 1);
        await store.identities.delete('ada');

        await nowAndLater(store, async (store) => {
          for (const shown of await readings(store, ada)) expect(shown).toBeNull();
        });
      });

      it('of nobody is NotFound', async () => {
        const store = await peopled();
        await store.identities.delete('ada');

        await expect(store.identities.delete('ada')).rejects.toBeInstanceOf(NotFound);
        await expect((await bench.next()).identities.delete('nobody')).rejects.toBeInstanceOf(NotFound);
      });
    });
  });
}
