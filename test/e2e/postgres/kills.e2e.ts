/** Nothing acknowledged is lost, and never do two processes acknowledge changes: while processes or the database end. */
import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readStopwatch } from '../../../src/lib/clock.ts';
import type { CommandResult } from '../../support/command.ts';
import { describePostgres } from '../../support/postgres.ts';
import { endSession, expectLost, type Instance, it, LOCKED } from '../../support/processes.ts';
import { Load, listNames, reportTime } from './load.ts';

const { POSTGRES_KILLS = '2', POSTGRES_STOPS = '1' } = process.env;
const KILLS = Number(POSTGRES_KILLS);
const STOPS = Number(POSTGRES_STOPS);

/** The longest time without a process that is ready: three times the usual time, for a busy machine. */
const MAX_GAP_MS = 2000;
/** The same, if PostgreSQL first has to end the session of a silent process. */
const MAX_SILENT_GAP_MS = 8000;

describePostgres('under load', () => {
  it.for<
    [how: string, end: (active: Instance, url: string) => Promise<unknown>, expectEnd: (end: CommandResult) => void]
  >([
    ['is killed', ({ end }) => end('SIGKILL'), ({ signal }) => expect(signal).toBe('SIGKILL')],
    ['stops', ({ end }) => end('SIGTERM'), ({ code, stderr }) => expect([code, stderr]).toEqual([0, ''])],
    ['loses its session', (active, url) => endSession(url, active.pid), expectLost],
  ])(
    `a process that %s leaves all acknowledged changes to the next process, ${KILLS} times`,
    {
      timeout: 60_000 + KILLS * 10_000,
    },
    async ([how, end, expectEnd], { schema, begin, startPair }) => {
      let { active, waiting } = await startPair(schema.url);
      const loads: Load[] = [];
      for (let round = 0; round < KILLS; round += 1) {
        const load = new Load(`round-${round}`, [active, waiting]);
        loads.push(load);
        await setTimeout(randomInt(300, 800));
        const endedAt = readStopwatch();
        void end(active, schema.url);
        await waiting.waitUntilReady();
        expect(reportTime(`a process ${how}, the next one is ready after`, endedAt)).toBeLessThan(MAX_GAP_MS);
        const ended = await active.ended;
        // Without the lines of a process that has waited.
        expectEnd({ ...ended, stderr: ended.stderr.replaceAll(/^nv-auth-mock: waiting: .*\n/gm, '') });
        await setTimeout(200);
        await load.end();
        load.expectOneAfterTheOther(active, waiting);
        await load.expectKept(waiting);
        active = waiting;
        waiting = await begin(schema.url);
        await waiting.waitForReason(LOCKED);
      }
      for (const load of loads) await load.expectKept(active);
    },
  );

  it(`a process that continues after its session has ended acknowledges no change, ${STOPS} times`, {
    timeout: 60_000 + STOPS * 20_000,
  }, async ({ schema, begin, startPair }) => {
    let { active, waiting } = await startPair(schema.url);
    for (let round = 0; round < STOPS; round += 1) {
      const load = new Load(`stop-${round}`, [active, waiting]);
      await setTimeout(500);
      active.kill('SIGSTOP');
      const stoppedAt = readStopwatch();
      await waiting.waitUntilReady();
      const gap = reportTime('a process is stopped, the next one is ready after', stoppedAt);
      expect(gap).toBeLessThan(MAX_SILENT_GAP_MS);
      load.addClients([waiting]);
      const late = Array.from({ length: 10 }, (_, number) => load.create(active, `late-${round}-${number}`));
      await setTimeout(500);
      const continuedAt = readStopwatch();
      active.kill('SIGCONT');
      const outcomes = (await Promise.all(late)).map(({ outcome }) => outcome);
      expect(outcomes).not.toContain('created');
      expectLost(await active.ended);
      expect(reportTime('it ends after', continuedAt)).toBeLessThan(MAX_GAP_MS);
      await load.end();
      load.expectOneAfterTheOther(active, waiting);
      await load.expectKept(waiting);
      expect(await listNames(waiting, `late-${round}-`)).toEqual([]);
      active = waiting;
      waiting = await begin(schema.url);
      await waiting.waitForReason(LOCKED);
    }
  });
});
