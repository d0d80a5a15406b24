/** The worlds and the clock of a process that reopens a data file. */

import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { hasDriver } from '../support/driver.ts';
import { it } from '../support/in-folder.ts';
import { openServer, START, type TestServer } from '../support/server.ts';

const HOUR = 3_600_000;

describe.runIf(hasDriver)('a process that reopens a data file', () => {
  it('starts no earlier than the last stored time, and reports that', async ({ folder }) => {
    const data = join(folder, 'mock.db');
    const first = await openServer({ data }, { clock: createManualClock(START + HOUR) });
    await first.call('POST /_mock/clock/advance', { body: { by: '1s' } });
    await first.close();

    const clock = createManualClock(START);
    const second = await openServer({ data }, { clock });
    const readTime = async () => (await second.call('GET /_mock/clock')).body.now;
    expect(await readTime()).toBe('2026-01-15T13:00:01.000Z');
    expect(second.notices.join('\n')).toContain(
      '--data was last written at 2026-01-15T13:00:00.000Z, which is later than',
    );
    clock.set(START + HOUR);
    expect(await readTime()).toBe('2026-01-15T14:00:01.000Z');
    await second.close();
  });

  it('returns the same times as before the restart, also if the clock ran during writes', async ({ folder }) => {
    const data = join(folder, 'mock.db');
    let at = START;
    const clock = { ...createManualClock(START), now: () => (at += 7) };
    const lists = ['worlds', 'snapshots', 'keys', 'faults', 'clients'];
    const readLists = async (server: TestServer) => {
      const bodies = await Promise.all(lists.map(async (list) => (await server.call(`GET /_mock/${list}`)).body));
      // The requests themselves use the default world.
      const [{ worlds }, ...rest] = bodies;
      return [worlds.slice(1), ...rest];
    };

    const first = await openServer({ data, world: ['named'] }, { clock });
    const create = async (path: string, body: object) => {
      const answer = await first.call(`POST /_mock/${path}`, { body });
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      return answer.body;
    };
    const worlds = [
      await create('worlds', { id: 'fresh' }),
      await create('worlds', { id: 'copy', from: { world: 'fresh' }, ttl: 'never' }),
    ];
    const snapshot = await create('snapshots', { name: 'taken' });
    await create('keys', { name: 'key', type: 'service', services: ['air'], scopes: ['air:access'] });
    const fault = await create('faults', { do: { delay: '2s' }, for: '1h' });
    const shown = await readLists(first);
    await first.close();
    const second = await openServer({ data, world: ['named'] }, { clock });
    const again = await readLists(second);
    await second.close();

    const [others, snapshots, , faults] = again;
    const pickTimes = ({ createdAt, lastUsedAt, expiresAt }: Record<string, string>) => ({
      createdAt,
      lastUsedAt,
      expiresAt,
    });
    expect(again).toEqual(shown);
    expect(others.map(({ id }: { id: string }) => id)).toEqual(['named', 'fresh', 'copy']);
    expect(others.slice(1).map(pickTimes)).toEqual(worlds.map(pickTimes));
    expect(snapshots.snapshots).toEqual([snapshot]);
    expect(faults.faults).toEqual([fault]);
  });

  it('reports no difference of seconds', async ({ folder }) => {
    const data = join(folder, 'mock.db');
    await (await openServer({ data }, { clock: createManualClock(START + 5000) })).close();
    const second = await openServer({ data }, { clock: createManualClock(START) });
    expect(second.notices.filter((notice) => notice.includes('last written'))).toEqual([]);
    await second.close();
  });
});
