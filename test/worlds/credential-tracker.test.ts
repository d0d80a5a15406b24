import { beforeEach, expect, it } from 'vitest';
import type { World } from '../../src/contract/world.ts';
import { openMemory } from '../../src/store/memory.ts';
import { createState } from '../../src/store/state.ts';
import { CredentialTracker } from '../../src/worlds/credential-tracker.ts';
import { credentials, rowsOf } from '../support/nouns.ts';
import { serviceKey } from '../support/records.ts';

/** Names of the worlds whose stores were asked for all credentials, which takes as long as making a world. */
let asked: string[];
beforeEach(() => {
  asked = [];
});

/** The clients of a world that has none. */
const NOBODY = { ids: [], names: [] };

/** A world that has one key, and nobody with a client id. */
function world(id: string, hash: string): World {
  const key = serviceKey(`key of ${id}`, { secretHash: hash });
  const store = openMemory(createState(rowsOf({ ngcKeys: [key] })));
  const { list } = store.collections;
  store.collections.list = (query) => {
    if (!asked.includes(id)) asked.push(id);
    return list.call(store.collections, query);
  };
  return { id, store } as unknown as World;
}

function indexingWith(...worlds: readonly World[]): CredentialTracker {
  const find = (id: string) => worlds.find((one) => one.id === id);
  // The default world is always there.
  const first = find('default') as World;
  return new CredentialTracker({ credentials, default: () => first, find, exists: () => true, hasOthers: () => true });
}

it('a new world is not searched for shared keys because others share those of the default world', async () => {
  const [first, copy, fresh] = [world('default', 'h'), world('copy', 'h'), world('fresh', 'own')];
  const indexing = indexingWith(first, copy, fresh);
  expect(await indexing.add(copy, 'default', NOBODY)).toEqual([]);
  await indexing.add(fresh, null, NOBODY);
  indexing.drop('copy');
  await indexing.add(fresh, null, NOBODY);

  expect(asked).toEqual([]);
  expect(indexing.index.hasKeys, 'the default world leads to itself').toBe(false);
});

it('a world that is made again finds the keys that copies of the earlier one have, and copies of those', async () => {
  const [first, earlier] = [world('default', 'd'), world('red', 'h')];
  const [copy, second, again] = [world('copy', 'h'), world('second', 'h'), world('red', 'h')];
  const indexing = indexingWith(first, earlier, copy, second);
  await indexing.add(copy, 'red');
  await indexing.add(second, 'copy');
  indexing.drop('copy');
  indexing.drop('red');
  asked = [];

  expect(await indexing.add(again, null, NOBODY)).toEqual(['key of red']);
  expect(asked).toEqual(['red']);
  expect(indexing.index.of('key', 'h')).toEqual(['second', 'red']);
});
