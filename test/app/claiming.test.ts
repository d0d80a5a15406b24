import { beforeEach, expect, it } from 'vitest';
import { Claiming } from '../../src/app/claiming.ts';
import type { World } from '../../src/contract/world.ts';
import { manualClock } from '../../src/core/clock.ts';

/** Names of the worlds whose stores were asked for all credentials, which takes as long as making a world. */
let asked: string[];
beforeEach(() => {
  asked = [];
});

/** The clients of a world that has none. */
const NOBODY = { ids: [], names: [] };

/** A world that has one key, and nobody with a client id. */
function world(id: string, hash: string): World {
  const none = async () => null;
  const credentials = async () => {
    asked.push(id);
    return { keyHashes: [hash], clientIds: [] };
  };
  const store = {
    world: { credentials },
    ngcKeys: { bySecret: async (secret: string) => (secret === hash ? { key: { id: `key of ${id}` } } : null) },
    collections: { byAlias: none },
  };
  return { id, store, clock: manualClock(0) } as unknown as World;
}

function claimingWith(...worlds: readonly World[]): Claiming {
  const find = (id: string) => worlds.find((one) => one.id === id);
  // The default world is always there.
  const first = find('default') as World;
  return new Claiming({ keyCollections: [], default: () => first, find, isThere: () => true, isAny: () => true });
}

it('a new world is not searched for shared keys because others share those of the default world', async () => {
  const [first, copy, fresh] = [world('default', 'h'), world('copy', 'h'), world('fresh', 'own')];
  const claiming = claimingWith(first, copy, fresh);
  expect(await claiming.claim(copy, 'default', NOBODY)).toEqual([]);
  await claiming.claim(fresh, null, NOBODY);
  claiming.drop('copy');
  await claiming.claim(fresh, null, NOBODY);

  expect(asked).toEqual([]);
  expect(claiming.claims.hasKeys, 'the default world leads to itself').toBe(false);
});

it('a world that is made again finds the keys that copies of the earlier one have, and copies of those', async () => {
  const [first, earlier] = [world('default', 'd'), world('red', 'h')];
  const [copy, second, again] = [world('copy', 'h'), world('second', 'h'), world('red', 'h')];
  const claiming = claimingWith(first, earlier, copy, second);
  await claiming.claim(copy, 'red');
  await claiming.claim(second, 'copy');
  claiming.drop('copy');
  claiming.drop('red');
  asked = [];

  expect(await claiming.claim(again, null, NOBODY)).toEqual(['key of red']);
  expect(asked).toEqual(['red']);
  expect(claiming.claims.of('key', 'h')).toEqual(['second', 'red']);
});
