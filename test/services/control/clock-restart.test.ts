import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../src/lib/clock.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { START, type TestServer, testServer } from '../../support/server.ts';

const MINUTE = 60_000;
/** Formats the time so many milliseconds after the start. */
const formatTime = (milliseconds: number) => new Date(START + milliseconds).toISOString();
const readClock = async (on: TestServer) => (await on.call('GET /_mock/clock')).body;

/** Starts a server with a fixed real time. */
async function startServerAt(data: string, elapsed: number): Promise<TestServer> {
  const clock = createManualClock(START + elapsed);
  return { ...(await testServer({ data }, { clock })), clock };
}

interface Case {
  readonly state: string;
  readonly change: (on: TestServer) => Promise<unknown>;
  /** The clock ten minutes after the start. */
  readonly expected: object;
  readonly posture: RegExp;
}

const cases: readonly Case[] = [
  {
    state: 'advanced',
    change: (on) => on.call('POST /_mock/clock/advance', { body: { by: '2d' } }),
    expected: { now: formatTime(10 * MINUTE + 172_800_000), ahead: 'PT48H', frozen: false },
    posture: / clock=\+PT48H /,
  },
  {
    state: 'set',
    change: (on) => on.call('POST /_mock/clock/set', { body: { to: formatTime(15 * MINUTE) } }),
    expected: { now: formatTime(25 * MINUTE), ahead: 'PT15M', frozen: false },
    posture: / clock=\+PT15M /,
  },
  {
    state: 'frozen',
    change: (on) => on.call('POST /_mock/clock/freeze'),
    expected: { now: formatTime(0), ahead: '-PT10M', frozen: true },
    posture: / clock=frozen@2026-01-15T12:00:00\.000Z /,
  },
  {
    state: 'frozen and advanced',
    change: async (on) => {
      await on.call('POST /_mock/clock/freeze');
      await on.call('POST /_mock/clock/advance', { body: { by: '1h' } });
    },
    expected: { now: formatTime(60 * MINUTE), ahead: 'PT50M', frozen: true },
    posture: / clock=frozen@2026-01-15T13:00:00\.000Z /,
  },
  {
    state: 'resumed behind the real time',
    change: async (on) => {
      await on.call('POST /_mock/clock/freeze');
      on.clock.set(START + 5 * MINUTE);
      await on.call('POST /_mock/clock/resume');
    },
    expected: { now: formatTime(5 * MINUTE), ahead: '-PT5M', frozen: false },
    posture: / clock=-PT5M /,
  },
  {
    state: 'never changed',
    change: async () => {},
    expected: { now: formatTime(10 * MINUTE), ahead: 'PT0S', frozen: false },
    posture: /^(?!.*clock=)/,
  },
];

describe.each(cases)('a clock that was $state', ({ change, expected, posture }) => {
  it.runIf(hasDriver)('has the same state after a restart, until a reset', async () => {
    const data = join(await emptyFolder(), 'mock.db');
    const first = await startServerAt(data, 0);
    await change(first);
    await first.close();

    const second = await startServerAt(data, 10 * MINUTE);
    expect(await readClock(second)).toMatchObject(expected);
    expect(second.posture).toMatch(posture);
    await second.call('POST /_mock/reset');
    await second.close();

    const third = await startServerAt(data, 10 * MINUTE);
    expect(await readClock(third)).toMatchObject({ now: formatTime(10 * MINUTE), ahead: 'PT0S', frozen: false });
  });
});
