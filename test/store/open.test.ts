import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { DEFAULT_WORLD } from '../../src/lib/world-id.ts';
import { openStorage } from '../../src/store/open.ts';
import { createState, listRows } from '../../src/store/state.ts';
import type { StoredWorlds } from '../../src/store/stored-worlds.ts';
import { hasDriver } from '../support/driver.ts';
import { it } from '../support/in-folder.ts';
import { createMemory, NOON, row } from '../support/records.ts';

const clock = createManualClock(NOON);

/** Opens a storage that needs no waiting. */
function open(data: string | null): Promise<StoredWorlds> {
  const onWait = (reason: string) => {
    throw new Error(`it waits: ${reason}`);
  };
  return openStorage(data, createMemory(), clock, { onWait, maxMs: 0 });
}

/** What every storage does while its process runs. */
async function change(storage: StoredWorlds): Promise<void> {
  const state = createState([row('a'), row('b')]);
  await storage.open(DEFAULT_WORLD).collections.replace(state);
  const info = { made: 'made', seed: 'seed', ttl: 1000, createdAt: NOON, usedAt: NOON };
  for (const name of ['bob', 'alice', 'carol']) await storage.create({ name, ...info }, state);
  for (const [id, world] of [
    ['s', DEFAULT_WORLD],
    ['t', 'carol'],
  ] as const) {
    await storage.addSnapshot({ id, name: null, world, at: NOON }, state);
  }
  await storage.delete('carol');
  storage.noteUse('alice', NOON + 5);
}

/** Returns the ids of the rows of a snapshot. */
const readSnapshot = (storage: StoredWorlds, id: string) =>
  storage.snapshots.use(id, async (state) => listRows(state).map((stored) => stored.id));

describe('openStorage', () => {
  it('opens memory without `--data`, with the given clock', async () => {
    const storage = await open(null);
    await change(storage);

    expect(storage.info).toEqual({ kind: 'memory', driver: null, schema: null });
    expect([storage.clock, storage.notices, storage.foundWorlds]).toEqual([clock, [], []]);
    expect(storage.snapshots.list().map(({ id }) => id)).toEqual(['s']);
    expect(await readSnapshot(storage, 's')).toEqual(['a', 'b']);
    await storage.close();
  });

  it('rejects an invalid `--data`', async () => {
    await expect(open('mysql://host/db')).rejects.toThrow(/--data/);
  });

  it.runIf(hasDriver)(
    'opens a file that keeps all worlds, and the snapshots of those that exist',
    async ({ folder }) => {
      const path = join(folder, 'mock.db');
      const storage = await open(path);
      await change(storage);
      await storage.close();

      const again = await open(path);
      expect(again.info).toEqual({ kind: 'file', driver: expect.any(String), schema: null });
      const info = { made: 'made', seed: 'seed', ttl: 1000, createdAt: NOON, usedAt: NOON };
      expect(again.foundWorlds).toEqual([
        { name: 'bob', ...info },
        { name: 'alice', ...info, usedAt: NOON + 5 },
      ]);
      for (const store of [again.open(DEFAULT_WORLD), again.open('alice')]) {
        expect(store.collections.rowsOf('things').all.map(({ id }) => id)).toEqual(['a', 'b']);
      }
      expect(again.snapshots.list().map(({ id }) => id)).toEqual(['s']);
      expect(await readSnapshot(again, 's')).toEqual(['a', 'b']);
      await again.close();
    },
  );
});
