import { beforeEach, expect, it } from 'vitest';
import { Collection } from '../../src/store/collection.ts';
import { Collections } from '../../src/store/collections.ts';
import { NEW } from '../../src/store/row.ts';
import { NO_ROWS } from '../../src/store/state.ts';

interface Thing {
  readonly size: number;
}

const THINGS = new Collection<Thing, string>('things');
const OTHERS = new Collection<Thing>('others');

let collections: Collections;

beforeEach(() => {
  collections = new Collections(NO_ROWS);
});

it('creates rows with defaults for absent members', () => {
  const row = OTHERS.row({ id: 'a', owner: 'acme', parent: null, body: { size: 1 } });
  const none = { parent: null, aliases: [], labels: [], sharedWith: [], dueAt: null, revision: NEW };
  expect(row).toEqual({ collection: 'others', id: 'a', owner: 'acme', body: { size: 1 }, ...none });
});

it('reads and changes its own rows, and none of another collection', async () => {
  const row = THINGS.row({
    id: 'a',
    owner: 'acme',
    parent: 'whole',
    aliases: ['nickname'],
    dueAt: 5,
    body: { size: 1 },
  });
  await THINGS.insert(collections, row, null);
  expect(await OTHERS.byId(collections, 'a')).toBeNull();

  const changed = await THINGS.change(collections, 'a', (before) => ({
    ...before,
    body: { size: before.body.size + 1 },
  }));
  expect(changed.body.size).toBe(2);
  expect(await THINGS.byAlias(collections, 'nickname')).toEqual(changed);
  expect(await THINGS.ofParent(collections, 'whole')).toEqual([changed]);
  expect(await THINGS.due(collections, { after: 0, to: 9, limit: 9 })).toEqual([changed]);

  await collections.commit([THINGS.put({ ...changed, aliases: [] }), OTHERS.removal('a')]);
  expect(await THINGS.byAlias(collections, 'nickname')).toBeNull();
  await collections.commit([THINGS.removal('a')]);
  expect(await THINGS.byId(collections, 'a')).toBeNull();
});

it('returns the same list while the collection is unchanged', async () => {
  await THINGS.insert(collections, THINGS.row({ id: 'a', owner: 'acme', parent: 'whole', body: { size: 1 } }), null);
  const before = await THINGS.ofOwner(collections, 'acme');
  expect(await THINGS.ofOwner(collections, 'acme')).toBe(before);
  await THINGS.change(collections, 'a', () => null);
  expect(await THINGS.ofOwner(collections, 'acme')).toEqual([]);
});
