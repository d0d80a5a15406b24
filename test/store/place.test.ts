/** What a process gets with the worlds. */
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { manualClock } from '../../src/core/clock.ts';
import { noWorldsProblem } from '../../src/store/waiting.ts';
import { hasDriver } from '../support/driver.ts';
import { it } from '../support/in-folder.ts';
import { openServer, START } from '../support/server.ts';

const HOUR = 3_600_000;

describe.runIf(hasDriver)('a process that goes on with worlds', () => {
  it('begins no earlier than the last time that was written, and says so', async ({ folder }) => {
    const data = join(folder, 'mock.db');
    const first = await openServer({ data }, { clock: manualClock(START + HOUR) });
    await first.call('POST /_mock/clock/advance', { body: { by: '1s' } });
    await first.close();

    const clock = manualClock(START);
    const second = await openServer({ data }, { clock });
    const now = async () => (await second.call('GET /_mock/clock')).body.now;
    expect(await now()).toBe('2026-01-15T13:00:01.000Z');
    expect(second.notices.join('\n')).toContain(
      '--data was last written at 2026-01-15T13:00:00.000Z, which is later than 2026-01-15T12:00:00.000Z',
    );
    clock.set(START + HOUR);
    expect(await now()).toBe('2026-01-15T14:00:01.000Z');
    await second.close();
  });

  it('says nothing of a difference of seconds', async ({ folder }) => {
    const data = join(folder, 'mock.db');
    await (await openServer({ data }, { clock: manualClock(START + 5000) })).close();
    const second = await openServer({ data }, { clock: manualClock(START) });
    expect(second.notices.filter((notice) => notice.includes('last written'))).toEqual([]);
    await second.close();
  });
});

describe('a request to a process without worlds', () => {
  it('is told to try again in a second, and where to go', () => {
    expect(noWorldsProblem({ status: 'standby', why: 'Another process has the worlds.' })).toMatchObject({
      kind: 'unavailable',
      retryAfter: 1,
      message:
        'Another process has the worlds. Send requests to that process: `GET /_mock/health?ready` is 503 on this one.',
    });
    expect(noWorldsProblem({ status: 'waiting', why: 'The database does not answer.' }).message).toBe(
      'The database does not answer.',
    );
  });
});
