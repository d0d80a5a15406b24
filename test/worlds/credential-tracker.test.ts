import { beforeEach, expect, it } from 'vitest';
import type { World } from '../../src/contract/world.ts';
import { createState } from '../../src/store/state.ts';
import { CredentialTracker } from '../../src/worlds/credential-tracker.ts';
import { credentials, rowsOf, storeOf } from '../support/nouns.ts';
import { serviceKey } from '../support/records.ts';

/** Ids of the worlds with a list of all their credentials, which is as slow as the creation of a world. */
let listedWorlds: string[];
beforeEach(() => {
  listedWorlds = [];
});

/** The clients of a world without clients. */
const NO_CLIENTS = { ids: [], names: [] };

/** Creates a world with a single key and without client ids. */
function createWorld(id: string, hash: string): World {
  const key = serviceKey(`key of ${id}`, { secretHash: hash });
  const { collections } = storeOf(createState(rowsOf({ ngcKeys: [key] })));
  const rowsOfCollection = (name: string) => {
    const rows = collections.rowsOf(name);
    return {
      byAlias: (alias: string) => rows.byAlias(alias),
      get all() {
        if (!listedWorlds.includes(id)) listedWorlds.push(id);
        return rows.all;
      },
    };
  };
  return { id, store: { collections: { rowsOf: rowsOfCollection } } } as unknown as World;
}

function createTracker(...worlds: readonly World[]): CredentialTracker {
  const find = (id: string) => worlds.find((world) => world.id === id);
  // The default world always exists.
  const first = find('default') as World;
  return new CredentialTracker({ credentials, default: () => first, find, exists: () => true, hasOthers: () => true });
}

it('a new world needs no search for shared keys if other worlds share only keys of the default world', async () => {
  const [first, copy, fresh] = [createWorld('default', 'h'), createWorld('copy', 'h'), createWorld('fresh', 'own')];
  const tracker = createTracker(first, copy, fresh);
  expect(await tracker.add(copy, 'default', NO_CLIENTS)).toEqual([]);
  await tracker.add(fresh, null, NO_CLIENTS);
  tracker.drop('copy');
  await tracker.add(fresh, null, NO_CLIENTS);

  expect(listedWorlds).toEqual([]);
  expect(tracker.index.hasKeys, 'the index has no keys of the default world').toBe(false);
});

it('a world that is created again shares keys with copies of the earlier world', async () => {
  const [first, earlier] = [createWorld('default', 'd'), createWorld('red', 'h')];
  const [copy, second, again] = [createWorld('copy', 'h'), createWorld('second', 'h'), createWorld('red', 'h')];
  const tracker = createTracker(first, earlier, copy, second);
  await tracker.add(copy, 'red');
  await tracker.add(second, 'copy');
  tracker.drop('copy');
  tracker.drop('red');
  listedWorlds = [];

  expect(await tracker.add(again, null, NO_CLIENTS)).toEqual(['key of red']);
  expect(listedWorlds).toEqual(['red']);
  expect(tracker.index.of('key', 'h')).toEqual(['second', 'red']);
});
