import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PageQuery, Row } from '../../src/store/collections.ts';
import { LimitReached } from '../../src/store/errors.ts';
import { openMemory } from '../../src/store/memory.ts';
import { listRows, type State } from '../../src/store/state.ts';
import { emptyFolder } from '../support/folder.ts';
import { fullStore, type FullStore as Store } from '../support/nouns.ts';
import {
  ALL,
  accessKey,
  identity,
  keptSeed,
  NOON,
  organizations,
  people,
  personalKey,
  presentedToken,
  refreshToken,
  row,
  serviceKey,
} from '../support/records.ts';
import { plainly } from '../support/rows.ts';
import type { Bench } from './contract.ts';

const LATER = NOON + 3_600_000;

/** A thing that searches find by its name, made at noon. */
function named(name: string, given: Partial<Row> = {}): Row {
  return row(name, { facets: { name, state: 'IDLE', createdAt: NOON, modifiedAt: NOON }, ...given });
}

function searchFor(text: string): PageQuery {
  return {
    ...{ collection: 'things', account: 'acme', where: [], search: { members: ['name'], text } },
    ...{ order: { by: 'name', descending: false }, limit: 100, offset: 0 },
  };
}

/** A store in which there is something of everything. */
export async function fill(store: Store): Promise<void> {
  await store.world.load(keptSeed, { ...people, ...organizations });
  for (const name of ['one', 'two', 'three']) await store.accessKeys.create(accessKey(name), 20);
  await store.accessKeys.delete(accessKey('two').id);
  await store.ngcKeys.create(serviceKey('deployer', { expiresAt: LATER }), [], null);
  await store.ngcKeys.create(serviceKey('reader'), [], null);
  await store.ngcKeys.create(personalKey('mine'), [], null);
  const policy = { next: { scopes: ['more'], resources: [] }, recordedAt: NOON, effectiveAt: LATER };
  await store.ngcKeys.edit('deployer', { policy });
  await plainly(store).collections.insert(
    named('first lamp', { sharedWith: ['globex'], aliases: ['lamp'], dueAt: LATER }),
    null,
  );
  await plainly(store).collections.insert(named('second lamp', { owner: 'globex', sharedWith: ['*'] }), null);
  await plainly(store).collections.insert(named('chair', { parent: 'first lamp' }), null);
  await plainly(store).collections.insert(row('plain'), null);
  await plainly(store).collections.change('things', 'chair', (before) => ({ ...before, body: { legs: 3 } }));
  await store.grants.issue(refreshToken('first', { scope: 'openid' }), NOON);
  await store.grants.revoke('a-token', NOON, LATER);
  await store.settings.set('clock', '5');
  await store.settings.next('counter');
  await store.identities.touch('ada', NOON + 10);
  await store.accessKeys.touch(accessKey('one').id, NOON + 20, accessKey('one').secretHash);
}

/** Everything that can be read of a store. */
export async function readingsOf(store: Store) {
  const { accessKeys, identities, ngcKeys, grants, settings, world, oauthClients } = store;
  const { collections } = plainly(store);
  return {
    seed: await world.seed(),
    counts: await world.counts(),
    credentials: await world.credentials(),
    settings: await Promise.all(['clock', 'counter', 'realm'].map((name) => settings.get(name))),
    people: await Promise.all(
      (['user', 'application', 'service-account'] as const).map((kind) => identities.all(kind)),
    ),
    client: await oauthClients.byId('cli'),
    accessKeys: await accessKeys.all({}),
    ngcKeys: await ngcKeys.list({}, 100, NOON),
    later: await ngcKeys.list({}, 100, LATER),
    histories: await Promise.all(['deployer', 'reader'].map((id) => ngcKeys.listVersions(id))),
    organizations: await ngcKeys.listOrganizations(),
    user: await ngcKeys.findUser('acme', 'ada@acme.test'),
    visible: await collections.visibleTo('things', 'acme'),
    others: await collections.visibleTo('things', 'globex'),
    parts: await collections.ofParent('things', 'first lamp'),
    due: await collections.dueBetween('things', NOON, LATER, ALL),
    found: await collections.page(searchFor('lamp')),
    login: await grants.findActive(presentedToken('first'), NOON),
    revoked: await grants.isRevoked(['a-token']),
  };
}

/** Changes something of everything that `fill` makes. */
async function disturb(store: Store): Promise<void> {
  await readingsOf(store);
  await store.accessKeys.create(accessKey('four'), 20);
  await store.accessKeys.replaceSecret(accessKey('one').id, 'another');
  await store.accessKeys.touch(accessKey('three').id, NOON + 99, accessKey('three').secretHash);
  await store.identities.create(identity('cy'));
  await store.identities.edit('ada', { groups: ['poets'] }, NOON);
  await store.identities.touch('ada', NOON + 99);
  await store.ngcKeys.create(serviceKey('late'), [], null);
  await store.ngcKeys.delete('reader');
  await plainly(store).collections.insert(named('third lamp'), null);
  await plainly(store).collections.change('things', 'first lamp', () => null);
  await store.grants.endAllOf('ada', NOON, LATER);
  await store.grants.revoke('another-token', NOON, LATER);
  await store.settings.set('clock', '6');
  await store.settings.next('counter');
}

/** What `src/store/index.ts` promises of frozen rows. */
export function imagesContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, frozen:`, () => {
    let bench: Bench;
    let folder: string;

    beforeEach(async () => {
      bench = await benchOf();
      folder = await emptyFolder();
    });
    afterEach(async () => {
      await bench.end();
      await rm(folder, { recursive: true });
    });

    const filled = async () => {
      const store = await bench.next();
      await fill(store);
      return bench.next();
    };
    /** Does something with a store that is a copy of an image. */
    const inCopy = async <Value>(image: State, use: (copy: Store) => Promise<Value>): Promise<Value> => {
      const copy = fullStore(openMemory(image));
      try {
        return await use(copy);
      } finally {
        await copy.close();
      }
    };
    const restored = async (store: Store, image: State) => {
      await store.restore(image);
      return store;
    };

    describe('what a store has at a moment', () => {
      it('has everything that the store has', async () => {
        const store = await filled();
        const readings = await readingsOf(store);

        expect(readings.found.rows.map(({ id }) => id)).toEqual(['first lamp', 'second lamp']);
        expect(await inCopy(await store.freeze(), readingsOf)).toEqual(readings);
      });

      it('has the logins that were noted and not written yet', async () => {
        const store = await filled();
        await store.identities.touch('ada', NOON + 77);
        await store.accessKeys.touch(accessKey('three').id, NOON + 78, accessKey('three').secretHash);

        await inCopy(await store.freeze(), async ({ identities, accessKeys }) => {
          expect((await identities.byId('ada'))?.lastLogin).toBe(NOON + 77);
          expect((await accessKeys.byId(accessKey('three').id))?.lastLogin).toBe(NOON + 78);
        });
      });

      it('has none of what happens later, and the store has nothing of what happens in a copy', async () => {
        const store = await filled();
        const image = await store.freeze();
        const before = await readingsOf(store);
        await inCopy(image, disturb);
        expect(await readingsOf(store)).toEqual(before);
        await disturb(store);

        expect(await inCopy(image, readingsOf)).toEqual(before);
        expect(await readingsOf(store)).not.toEqual(before);
      });

      it('stays as it is, whatever becomes of its copies', async () => {
        const store = await filled();
        const image = await store.freeze();
        const rows = JSON.stringify(listRows(image));
        await inCopy(image, disturb);
        await inCopy(image, async (copy) => copy.world.load(keptSeed, {}));
        await inCopy(image, async (copy) => copy.restore(image));
        await restored(store, image);
        await disturb(await bench.next());

        expect(JSON.stringify(listRows(image))).toBe(rows);
      });

      it('of a copy is as good as the first', async () => {
        const store = await filled();
        const second = await inCopy(await store.freeze(), (copy) => copy.freeze());

        expect(await inCopy(second, readingsOf)).toEqual(await readingsOf(store));
      });

      it('of a store that was never loaded has no seed', async () => {
        const store = await bench.next();

        expect(await inCopy(await store.freeze(), ({ world }) => world.seed())).toBeNull();
      });
    });

    describe('a store that is restored', () => {
      it('is as it was then, whatever came after', async () => {
        const store = await filled();
        const [image, before] = [await store.freeze(), await readingsOf(store)];
        await disturb(store);
        const after = await restored(store, image);

        expect(await readingsOf(after)).toEqual(before);
        expect(await readingsOf(await bench.next())).toEqual(before);
      });

      it('forgets logins that were noted and not written', async () => {
        const store = await filled();
        const image = await store.freeze();
        await store.identities.touch('ada', NOON + 99);
        await store.accessKeys.touch(accessKey('three').id, NOON + 99, accessKey('three').secretHash);
        await restored(store, image);
        const { identities, accessKeys } = await bench.next();

        expect((await identities.byId('ada'))?.lastLogin).toBe(NOON + 10);
        expect((await accessKeys.byId(accessKey('three').id))?.lastLogin).toBeNull();
      });

      it('finds what searches look for, and only that, also of what changes then', async () => {
        const store = await filled();
        const image = await store.freeze();
        await plainly(store).collections.page(searchFor('lamp'));
        await disturb(store);
        const { collections } = plainly(await restored(store, image));
        const found = async (text: string) => (await collections.page(searchFor(text))).rows.map(({ id }) => id);

        expect(await found('lamp')).toEqual(['first lamp', 'second lamp']);
        expect(await found('third')).toEqual([]);
        await collections.insert(named('fourth lamp'), null);
        const chair = { name: 'armchair', state: null, createdAt: NOON, modifiedAt: NOON };
        await collections.change('things', 'chair', (before) => ({ ...before, facets: chair }));
        await collections.change('things', 'first lamp', () => null);
        expect(await found('lamp')).toEqual(['fourth lamp', 'second lamp']);
        expect(await found('armchair')).toEqual(['chair']);
        const later = plainly(await bench.next()).collections;
        expect((await later.page(searchFor('lamp'))).rows.map(({ id }) => id)).toEqual(['fourth lamp', 'second lamp']);
      });

      it('knows how many keys there are, for limits', async () => {
        const store = await filled();
        const image = await store.freeze();
        await store.accessKeys.create(accessKey('four'), 20);
        await store.ngcKeys.delete('reader');
        const { accessKeys, ngcKeys } = await restored(store, image);

        await expect(accessKeys.create(accessKey('five'), 2)).rejects.toBeInstanceOf(LimitReached);
        await accessKeys.create(accessKey('five'), 3);
        await expect(ngcKeys.create(serviceKey('late'), [], 2)).rejects.toBeInstanceOf(LimitReached);
        await ngcKeys.create(serviceKey('late'), [], 3);
        await accessKeys.delete(accessKey('five').id);
        await (await bench.next()).accessKeys.create(accessKey('six'), 3);
      });

      it('goes on as any other: everything can be changed, and all of it is kept', async () => {
        const store = await filled();
        const after = await restored(store, await store.freeze());
        await disturb(after);
        const disturbed = await readingsOf(after);

        expect(await readingsOf(await bench.next())).toEqual(disturbed);
        expect(disturbed.accessKeys.map(({ name }) => name)).toEqual(['one', 'three', 'four']);
      });

      it('can be restored again and again, to what was before and to what came later', async () => {
        const store = await filled();
        const [early, before] = [await store.freeze(), await readingsOf(store)];
        await disturb(store);
        const [late, disturbed] = [await store.freeze(), await readingsOf(store)];
        for (const [image, readings] of [
          [early, before],
          [late, disturbed],
          [early, before],
          [early, before],
        ] as const) {
          expect(await readingsOf(await restored(await bench.next(), image))).toEqual(readings);
        }
      });

      it('may be one that was never loaded, before or after', async () => {
        const store = await bench.next();
        const nothing = await store.freeze();
        await fill(store);
        const [full, readings] = [await store.freeze(), await readingsOf(store)];
        const emptied = await restored(await bench.next(), nothing);

        expect(await emptied.world.seed()).toBeNull();
        expect(new Set(Object.values(await emptied.world.counts()))).toEqual(new Set([0]));
        expect(await readingsOf(await restored(await bench.next(), full))).toEqual(readings);
      });
    });
  });
}
