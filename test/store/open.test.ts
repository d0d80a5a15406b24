import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DEFAULT_WORLD } from '../../src/addresses/world-id.ts';
import { openStorage } from '../../src/store/open.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { createState, listRows } from '../../src/store/state.ts';
import type { Storage } from '../../src/store/storage.ts';
import { manualClock } from '../../src/time/clock.ts';
import { hasDriver } from '../support/driver.ts';
import { it } from '../support/in-folder.ts';
import { NOON, row } from '../support/records.ts';

async function taken(place: Storage) {
  const held = await place.take(() => {
    throw new Error('nobody has to wait');
  });
  if (held === null) throw new Error('it is not closed');
  return held;
}

describe('the place of all worlds', () => {
  it('is memory without `--data`, and has the time of the machine', async () => {
    const clock = manualClock(NOON);
    const place = await openStorage(null, newStoreParts(), clock);
    const held = await taken(place);

    expect([place.kind, place.driver, place.schema]).toEqual(['memory', null, null]);
    expect([held.kept, held.clock, held.isFirstTry, held.isSure(), held.notices]).toEqual([
      null,
      clock,
      true,
      true,
      [],
    ]);
    expect(await place.stateOfDefault()).toBeNull();
    await place.close();
  });

  it('is refused if `--data` names nothing that can be one', async () => {
    await expect(openStorage('mysql://host/db', newStoreParts())).rejects.toThrow(/--data/);
  });

  it.runIf(hasDriver)('is a file, which has all worlds and snapshots when it is next opened', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const parts = newStoreParts();
    const place = await openStorage(path, parts, manualClock(NOON));
    const { store, kept } = await taken(place);
    const state = createState([row('a'), row('b')]);
    await store.restore(state);
    await store.state?.update(() => ['observe', undefined]);
    const info = { made: 'made', ttl: 1000, createdAt: NOON, usedAt: NOON };
    for (const name of ['bob', 'alice', 'carol']) await kept?.make({ name, ...info }, state);
    await kept?.delete('carol');
    kept?.noteUse('alice', NOON + 5);
    await kept?.snapshots.put({ id: 's', name: null, world: DEFAULT_WORLD, at: NOON, made: 'made', state });
    await kept?.close();
    await place.close();

    const again = await openStorage(path, newStoreParts(), manualClock(NOON));
    const held = await taken(again);
    expect([again.kind, typeof again.driver, held.isFirstTry, held.isSure()]).toEqual(['file', 'string', true, true]);
    expect(held.kept?.found).toEqual([
      { name: 'bob', ...info },
      { name: 'alice', ...info, usedAt: NOON + 5 },
    ]);
    expect(held.store.state?.text).toBe('observe');
    for (const one of [held.store, held.kept?.open('alice')]) {
      expect((await one?.collections.list({ collection: 'things' }))?.map(({ id }) => id)).toEqual(['a', 'b']);
    }
    expect((await held.kept?.snapshots.list())?.map(({ id }) => id)).toEqual(['s']);
    await held.kept?.snapshots.use('s', async (found) => {
      expect(found && listRows(found.state).map(({ id }) => id)).toEqual(['a', 'b']);
    });
    await held.kept?.close();
    await again.close();
  });
});
