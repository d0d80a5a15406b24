import { join } from 'node:path';
import { expect, it } from 'vitest';
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

it.runIf(hasDriver)('an advanced clock has the same state after a restart, until a reset', async () => {
  const data = join(await emptyFolder(), 'mock.db');
  const first = await startServerAt(data, 0);
  await first.call('POST /_mock/clock/advance', { body: { by: '2d' } });
  await first.close();

  const second = await startServerAt(data, 10 * MINUTE);
  const now = formatTime(10 * MINUTE + 172_800_000);
  expect(await readClock(second)).toMatchObject({ now, ahead: 'PT48H', frozen: false });
  expect(second.posture).toMatch(/ clock=\+PT48H /);
  await second.call('POST /_mock/reset');
  await second.close();

  const third = await startServerAt(data, 10 * MINUTE);
  expect(await readClock(third)).toMatchObject({ now: formatTime(10 * MINUTE), ahead: 'PT0S', frozen: false });
});
