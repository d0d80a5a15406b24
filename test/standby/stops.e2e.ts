/** A process that is stopped for longer than its session lasts answers nothing when it goes on, and ends. */
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readStopwatch } from '../../src/time/clock.ts';
import type { Received } from '../support/keep-alive.ts';
import { describePostgres } from '../support/postgres.ts';
import { type Instance, it } from '../support/standby.ts';
import { reportTimes } from './figures.ts';
import { Readiness } from './readiness.ts';
import { AIR, countAt, Ledger, namesAt, Writers } from './simulations.ts';

const { STANDBY_STOPS = '3' } = process.env;
const STOPS = Number(STANDBY_STOPS);
const STOPPED_MS = 10_000;
const MAX_GAP_MS = 8000;
/** How long a process that goes on may take to end, in milliseconds. */
const ENDS_WITHIN_MS = 2000;
const LOAD = { clients: 4, aSecond: 100, isPersistent: false };

/** A question for the number of simulations. */
interface Read {
  /** How many were acknowledged before it was sent. */
  readonly known: number;
  /** Null if the connection broke. */
  readonly answer: Received | null;
  readonly answered: number;
}

async function read(at: Instance, known: number): Promise<Read> {
  const answer = await at.call('GET /api/v3/simulations/?limit=1', { token: AIR }).catch(() => null);
  return { known, answer, answered: readStopwatch() };
}

describePostgres('a process that is stopped for ten seconds', () => {
  it(`under load, ${STOPS} times, is followed by another one, and then answers nothing from before`, {
    timeout: 60_000 + STOPS * 30_000,
  }, async ({ pair }) => {
    let { active, standby } = pair;
    const ledger = new Ledger();
    const gaps: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < STOPS; round += 1) {
      const before = (await countAt(active)) ?? Number.NaN;
      const already = ledger.acknowledged.size;
      const known = () => before + ledger.acknowledged.size - already;
      const readiness = new Readiness(active, standby);
      const writers = new Writers(ledger, `round-${round}`, [active, standby], LOAD);
      await setTimeout(500);

      // These are on their way to it when it stops.
      const early = [1, 2, 3, 4].map(() => read(active, known()));
      const stoppedAt = readStopwatch();
      active.kill('SIGSTOP');
      const during = [read(active, known())];
      const writing = [ledger.make(active, `stopped-${round}-0`)];
      gaps.push(await readiness.gapFrom(stoppedAt, standby));
      // The stopped one cannot know what the other one acknowledges.
      const others = new Writers(ledger, `later-${round}`, [standby], LOAD);
      await setTimeout(500);
      for (let number = 1; number < 10; number += 1) {
        during.push(read(active, known()));
        writing.push(ledger.make(active, `stopped-${round}-${number}`));
      }
      await setTimeout(STOPPED_MS - (readStopwatch() - stoppedAt));
      const continuedAt = readStopwatch();
      active.kill('SIGCONT');

      const reads = await Promise.all([...early, ...during]);
      expect((await Promise.all(during)).map(({ answer }) => answer?.status ?? null).filter(isNotRefusal)).toEqual([]);
      expect(reads.filter(({ answer, known: min }) => answer?.status === 200 && answer.body.count < min)).toEqual([]);
      const outcomes = await Promise.all(writing);
      expect(outcomes.filter((outcome) => outcome === 'done')).toEqual([]);
      expect((await active.running.ended).code).toBe(75);
      again.push(readStopwatch() - continuedAt);
      await Promise.all([writers.end(), others.end()]);
      await readiness.end();
      // One that was sent before may have been answered when it stopped, although the answer was not on its way.
      readiness.expectNeverFrom(stoppedAt, active);

      expect(ledger.acknowledged.size - already).toBeGreaterThan(20);
      const names = await namesAt(standby);
      ledger.expectKept(names);
      expect(names.filter((name) => name.startsWith(`stopped-${round}-`))).toEqual([]);
      [active, standby] = [standby, await active.again()];
      await standby.until('standby');
    }
    reportTimes(`${STOPS} stops of ${STOPPED_MS} ms: until the other process is ready`, gaps);
    reportTimes(`${STOPS} stops: until the process that goes on has ended`, again);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(MAX_GAP_MS);
    expect(Math.max(...again)).toBeLessThanOrEqual(ENDS_WITHIN_MS);
  });
});

function isNotRefusal(status: number | null): boolean {
  return status !== null && status !== 503;
}
