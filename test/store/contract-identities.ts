import { describe, expect, it } from 'vitest';
import type { Identity, IdentityEdit } from '../../src/services/runai/collections/identities.ts';
import { StaleDecision } from '../../src/store/errors.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { identity, keptSeed, NOON, people } from '../support/records.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

/** Tests of `src/services/runai/collections/identities.ts`, for every adapter. */
export function identitiesContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, identities:`, () => {
    const bench = useBench(benchOf);
    const { checkNowAndLater } = bench;

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
    });

    describe('a login', () => {
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
      it.each([ada, app, account])('is returned from no read: $kind', async (deleted) => {
        const store = await openWithPeople();
        await readIdentity(store, deleted);
        await store.identities.delete(deleted.id);

        await checkNowAndLater(store, async (store) => {
          for (const shown of await readIdentity(store, deleted)) expect(shown).toBeNull();
        });
      });
    });
  });
}
