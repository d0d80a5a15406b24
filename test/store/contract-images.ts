import { describe, expect, it } from 'vitest';
import type { PageQuery, Row } from '../../src/store/row.ts';
import { listRows, type State } from '../../src/store/state.ts';
import { type FullStore as Store, storeOf } from '../support/nouns.ts';
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
import { withoutRevisions } from '../support/rows.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

const LATER = NOON + 3_600_000;

/** Creates a row that a search finds by its name. */
function createThing(name: string, overrides: Partial<Row> = {}): Row {
  return row(name, { facets: { name, state: 'IDLE', createdAt: NOON, modifiedAt: NOON }, ...overrides });
}

function searchFor(text: string): PageQuery {
  return {
    account: 'acme',
    where: [],
    search: { members: ['name'], text },
    order: { by: 'name', descending: false },
    limit: 100,
    offset: 0,
  };
}

/** Creates objects of every kind in a store. */
export async function fill(store: Store): Promise<void> {
  await store.world.load(keptSeed, { ...people, ...organizations });
  for (const name of ['one', 'two', 'three']) await store.accessKeys.create(accessKey(name), 20);
  await store.accessKeys.delete(accessKey('two').id);
  await store.ngcKeys.create(serviceKey('deployer', { expiresAt: LATER }), [], null);
  await store.ngcKeys.create(serviceKey('reader'), [], null);
  await store.ngcKeys.create(personalKey('mine'), [], null);
  const policy = { next: { scopes: ['more'], resources: [] }, recordedAt: NOON, effectiveAt: LATER };
  await store.ngcKeys.edit('deployer', { policy });
  await withoutRevisions(store).collections.insert(
    createThing('first lamp', { sharedWith: ['globex'], aliases: ['lamp'], dueAt: LATER }),
    null,
  );
  await withoutRevisions(store).collections.insert(
    createThing('second lamp', { owner: 'globex', sharedWith: ['*'] }),
    null,
  );
  await withoutRevisions(store).collections.insert(createThing('chair', { parent: 'first lamp' }), null);
  await withoutRevisions(store).collections.insert(row('plain'), null);
  await withoutRevisions(store).collections.change('things', 'chair', (before) => ({ ...before, body: { legs: 3 } }));
  await store.grants.issue(refreshToken('first', { scope: 'openid' }), NOON);
  await store.grants.revoke('a-token', NOON, LATER);
  await store.settings.set('clock', '5');
  await store.settings.next('counter');
  await store.identities.touch('ada', NOON + 10);
  await store.accessKeys.touch(accessKey('one').id, NOON + 20, accessKey('one').secretHash);
}

/** Reads everything from a store. */
export async function readAll(store: Store) {
  const { accessKeys, identities, ngcKeys, grants, settings, world, oauthClients } = store;
  const { collections } = withoutRevisions(store);
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
    // Copies: the store adds later logins to its own.
    lastLogins: [new Map(await identities.lastLogins()), new Map(await accessKeys.lastLogins())],
    ngcKeys: await ngcKeys.list({}, 100, NOON),
    later: await ngcKeys.list({}, 100, LATER),
    histories: await Promise.all(['deployer', 'reader'].map((id) => ngcKeys.listVersions(id))),
    organizations: await ngcKeys.listOrganizations(),
    user: await ngcKeys.findUser('acme', 'ada@acme.test'),
    visible: await collections.visibleTo('things', 'acme'),
    others: await collections.visibleTo('things', 'globex'),
    parts: await collections.ofParent('things', 'first lamp'),
    due: await collections.dueBetween('things', NOON, LATER, ALL),
    found: await collections.page('things', searchFor('lamp')),
    login: await grants.findActive(presentedToken('first'), NOON),
    revoked: await grants.isRevoked(['a-token']),
  };
}

/** Changes objects of every kind that `fill` creates. */
async function changeAll(store: Store): Promise<void> {
  await readAll(store);
  await store.accessKeys.create(accessKey('four'), 20);
  await store.accessKeys.replaceSecret(accessKey('one').id, 'another');
  await store.accessKeys.touch(accessKey('three').id, NOON + 99, accessKey('three').secretHash);
  await store.identities.create(identity('cy'));
  await store.identities.edit('ada', { groups: ['poets'] }, NOON);
  await store.identities.touch('ada', NOON + 99);
  await store.ngcKeys.create(serviceKey('late'), [], null);
  await store.ngcKeys.delete('reader');
  await withoutRevisions(store).collections.insert(createThing('third lamp'), null);
  await withoutRevisions(store).collections.change('things', 'first lamp', () => null);
  await store.grants.endAllOf('ada', NOON, LATER);
  await store.grants.revoke('another-token', NOON, LATER);
  await store.settings.set('clock', '6');
  await store.settings.next('counter');
}

/** Tests of `freeze` and `restore`, for every adapter. */
export function imagesContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, frozen:`, () => {
    const bench = useBench(benchOf);

    const openFilled = async () => {
      const store = await bench.next();
      await fill(store);
      return bench.next();
    };
    const restore = async (store: Store, image: State) => {
      await store.collections.replace(image);
      return store;
    };

    describe('a frozen image', () => {
      it('has recorded logins that are not written yet', async () => {
        const store = await openFilled();
        await store.identities.touch('ada', NOON + 77);
        await store.accessKeys.touch(accessKey('three').id, NOON + 78, accessKey('three').secretHash);

        const { identities, accessKeys } = storeOf(store.collections.freeze());
        expect((await identities.lastLogins()).get('ada')).toBe(NOON + 77);
        expect((await accessKeys.lastLogins()).get(accessKey('three').id)).toBe(NOON + 78);
      });

      it('is unaffected by later changes, and the store by changes of a copy', async () => {
        const store = await openFilled();
        const image = store.collections.freeze();
        const before = await readAll(store);
        await changeAll(storeOf(image));
        expect(await readAll(store)).toEqual(before);
        await changeAll(store);

        expect(await readAll(storeOf(image))).toEqual(before);
        expect(await readAll(store)).not.toEqual(before);
      });

      it('stays unchanged by changes of its copies', async () => {
        const store = await openFilled();
        const image = store.collections.freeze();
        const rows = JSON.stringify(listRows(image));
        await changeAll(storeOf(image));
        await storeOf(image).world.load(keptSeed, {});
        await storeOf(image).collections.replace(image);
        await restore(store, image);
        await changeAll(await bench.next());

        expect(JSON.stringify(listRows(image))).toBe(rows);
      });
    });

    describe('a restored store', () => {
      it('has the data of the image, whatever was changed later', async () => {
        const store = await openFilled();
        const [image, before] = [store.collections.freeze(), await readAll(store)];
        await changeAll(store);
        const after = await restore(store, image);

        expect(await readAll(after)).toEqual(before);
        expect(await readAll(await bench.next())).toEqual(before);
      });

      it('drops logins that were recorded and not written', async () => {
        const store = await openFilled();
        const image = store.collections.freeze();
        await store.identities.touch('ada', NOON + 99);
        await store.accessKeys.touch(accessKey('three').id, NOON + 99, accessKey('three').secretHash);
        await restore(store, image);
        const { identities, accessKeys } = await bench.next();

        expect((await identities.lastLogins()).get('ada')).toBe(NOON + 10);
        expect((await accessKeys.lastLogins()).get(accessKey('three').id)).toBeUndefined();
      });

      it('returns correct search results, also after further changes', async () => {
        const store = await openFilled();
        const image = store.collections.freeze();
        await withoutRevisions(store).collections.page('things', searchFor('lamp'));
        await changeAll(store);
        const { collections } = withoutRevisions(await restore(store, image));
        const findIds = async (text: string) =>
          (await collections.page('things', searchFor(text))).rows.map(({ id }) => id);

        expect(await findIds('lamp')).toEqual(['first lamp', 'second lamp']);
        expect(await findIds('third')).toEqual([]);
        await collections.insert(createThing('fourth lamp'), null);
        const chair = { name: 'armchair', state: null, createdAt: NOON, modifiedAt: NOON };
        await collections.change('things', 'chair', (before) => ({ ...before, facets: chair }));
        await collections.change('things', 'first lamp', () => null);
        expect(await findIds('lamp')).toEqual(['fourth lamp', 'second lamp']);
        expect(await findIds('armchair')).toEqual(['chair']);
        const later = withoutRevisions(await bench.next()).collections;
        expect((await later.page('things', searchFor('lamp'))).rows.map(({ id }) => id)).toEqual([
          'fourth lamp',
          'second lamp',
        ]);
      });

      it('can be restored repeatedly, to earlier and later images', async () => {
        const store = await openFilled();
        const [early, before] = [store.collections.freeze(), await readAll(store)];
        await changeAll(store);
        const [late, disturbed] = [store.collections.freeze(), await readAll(store)];
        for (const [image, readings] of [
          [early, before],
          [late, disturbed],
          [early, before],
          [early, before],
        ] as const) {
          expect(await readAll(await restore(await bench.next(), image))).toEqual(readings);
        }
      });

      it('can be restored to and from an image without a loaded world', async () => {
        const store = await bench.next();
        const nothing = store.collections.freeze();
        await fill(store);
        const [full, readings] = [store.collections.freeze(), await readAll(store)];
        const emptied = await restore(await bench.next(), nothing);

        expect(await emptied.world.seed()).toBeNull();
        expect(new Set(Object.values(await emptied.world.counts()))).toEqual(new Set([0]));
        expect(await readAll(await restore(await bench.next(), full))).toEqual(readings);
      });
    });
  });
}
