import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../src/time/clock.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { START, type TestServer, testServer } from '../../support/server.ts';

const MINUTE = 60_000;
const at = (after: number) => new Date(START + after).toISOString();
const clockOf = async (on: TestServer) => (await on.call('GET /_mock/clock')).body;

/** A server whose real time stands at a moment. */
async function serverAt(data: string, after: number): Promise<TestServer> {
  const clock = createManualClock(START + after);
  return { ...(await testServer({ data }, { clock })), clock };
}

interface Case {
  readonly was: string;
  readonly change: (on: TestServer) => Promise<unknown>;
  /** Ten minutes after the start. */
  readonly shown: object;
  readonly posture: RegExp;
}

const cases: readonly Case[] = [
  {
    was: 'advanced',
    change: (on) => on.call('POST /_mock/clock/advance', { body: { by: '2d' } }),
    shown: { now: at(10 * MINUTE + 172_800_000), ahead: 'PT48H', frozen: false },
    posture: / clock=\+PT48H /,
  },
  {
    was: 'set',
    change: (on) => on.call('POST /_mock/clock/set', { body: { to: at(15 * MINUTE) } }),
    shown: { now: at(25 * MINUTE), ahead: 'PT15M', frozen: false },
    posture: / clock=\+PT15M /,
  },
  {
    was: 'frozen',
    change: (on) => on.call('POST /_mock/clock/freeze'),
    shown: { now: at(0), ahead: '-PT10M', frozen: true },
    posture: / clock=frozen@2026-01-15T12:00:00\.000Z /,
  },
  {
    was: 'frozen and advanced',
    change: async (on) => {
      await on.call('POST /_mock/clock/freeze');
      await on.call('POST /_mock/clock/advance', { body: { by: '1h' } });
    },
    shown: { now: at(60 * MINUTE), ahead: 'PT50M', frozen: true },
    posture: / clock=frozen@2026-01-15T13:00:00\.000Z /,
  },
  {
    was: 'resumed behind the real time',
    change: async (on) => {
      await on.call('POST /_mock/clock/freeze');
      on.clock.set(START + 5 * MINUTE);
      await on.call('POST /_mock/clock/resume');
    },
    shown: { now: at(5 * MINUTE), ahead: '-PT5M', frozen: false },
    posture: / clock=-PT5M /,
  },
  {
    was: 'never touched',
    change: async () => {},
    shown: { now: at(10 * MINUTE), ahead: 'PT0S', frozen: false },
    posture: /^(?!.*clock=)/,
  },
];

describe.each(cases)('a clock that was $was', ({ change, shown, posture }) => {
  it.runIf(hasDriver)('is so after a restart, until a reset', async () => {
    const data = join(await emptyFolder(), 'mock.db');
    const first = await serverAt(data, 0);
    await change(first);
    await first.close();

    const second = await serverAt(data, 10 * MINUTE);
    expect(await clockOf(second)).toMatchObject(shown);
    expect(second.posture).toMatch(posture);
    await second.call('POST /_mock/reset');
    await second.close();

    const third = await serverAt(data, 10 * MINUTE);
    expect(await clockOf(third)).toMatchObject({ now: at(10 * MINUTE), ahead: 'PT0S', frozen: false });
  });
});
