import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DEFAULT_WORLD } from '../../src/addresses/world-id.ts';
import { openStorage } from '../../src/store/open.ts';
import { createStoreParts } from '../../src/store/shared.ts';
import { createState, listRows } from '../../src/store/state.ts';
import type { Storage } from '../../src/store/storage.ts';
import { createManualClock } from '../../src/time/clock.ts';
import { hasDriver } from '../support/driver.ts';
import { it } from '../support/in-folder.ts';
import { NOON, row } from '../support/records.ts';

async function takeOwnership(place: Storage) {
  const held = await place.takeOwnership(() => {
    throw new Error('the process has to wait');
  });
  if (held === null) throw new Error('it is closed');
  return held;
}

describe('openStorage', () => {
  it('opens memory without `--data`, with the given clock', async () => {
    const clock = createManualClock(NOON);
    const place = await openStorage(null, createStoreParts(), clock);
    const held = await takeOwnership(place);

    expect([place.kind, place.driver, place.schema]).toEqual(['memory', null, null]);
    expect([held.storedWorlds, held.clock, held.isFirstTry, held.isSure(), held.notices]).toEqual([
      null,
      clock,
      true,
      true,
      [],
    ]);
    expect(await place.readStateOfDefault()).toBeNull();
    await place.close();
  });

  it('rejects an invalid `--data`', async () => {
    await expect(openStorage('mysql://host/db', createStoreParts())).rejects.toThrow(/--data/);
  });

  it.runIf(hasDriver)('opens a file that keeps all worlds and snapshots', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const parts = createStoreParts();
    const place = await openStorage(path, parts, createManualClock(NOON));
    const { store, storedWorlds } = await takeOwnership(place);
    const state = createState([row('a'), row('b')]);
    await store.restore(state);
    await store.state?.update(() => ['observe', undefined]);
    const info = { made: 'made', ttl: 1000, createdAt: NOON, usedAt: NOON };
    for (const name of ['bob', 'alice', 'carol']) await storedWorlds?.create({ name, ...info }, state);
    await storedWorlds?.delete('carol');
    storedWorlds?.noteUse('alice', NOON + 5);
    await storedWorlds?.snapshots.put({ id: 's', name: null, world: DEFAULT_WORLD, at: NOON, made: 'made', state });
    await storedWorlds?.close();
    await place.close();

    const again = await openStorage(path, createStoreParts(), createManualClock(NOON));
    const held = await takeOwnership(again);
    expect([again.kind, typeof again.driver, held.isFirstTry, held.isSure()]).toEqual(['file', 'string', true, true]);
    expect(held.storedWorlds?.foundWorlds).toEqual([
      { name: 'bob', ...info },
      { name: 'alice', ...info, usedAt: NOON + 5 },
    ]);
    expect(held.store.state?.text).toBe('observe');
    for (const store of [held.store, held.storedWorlds?.open('alice')]) {
      expect((await store?.collections.list({ collection: 'things' }))?.map(({ id }) => id)).toEqual(['a', 'b']);
    }
    expect((await held.storedWorlds?.snapshots.list())?.map(({ id }) => id)).toEqual(['s']);
    await held.storedWorlds?.snapshots.use('s', async (snapshot) => {
      expect(snapshot && listRows(snapshot.state).map(({ id }) => id)).toEqual(['a', 'b']);
    });
    await held.storedWorlds?.close();
    await again.close();
  });
});
