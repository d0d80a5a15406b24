/** A process that is suspended for longer than its session ends without stale responses. */
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readStopwatch } from '../../src/time/clock.ts';
import type { Received } from '../support/keep-alive.ts';
import { describePostgres } from '../support/postgres.ts';
import { type Instance, it } from '../support/standby.ts';
import { reportTimes } from './figures.ts';
import { Readiness } from './readiness.ts';
import { AIR, Ledger, listNames, readCount, Writers } from './simulations.ts';

const { STANDBY_STOPS = '3' } = process.env;
const STOPS = Number(STANDBY_STOPS);
const STOPPED_MS = 10_000;
const MAX_GAP_MS = 8000;
/** How long a resumed process may take to end, in milliseconds. */
const ENDS_WITHIN_MS = 2000;
const LOAD = { clients: 4, aSecond: 100, isPersistent: false };

/** A request for the number of simulations. */
interface Read {
  /** The number of simulations acknowledged before the request. */
  readonly known: number;
  /** Null if the connection broke. */
  readonly answer: Received | null;
  readonly answered: number;
}

async function requestCount(at: Instance, known: number): Promise<Read> {
  const answer = await at.call('GET /api/v3/simulations/?limit=1', { token: AIR }).catch(() => null);
  return { known, answer, answered: readStopwatch() };
}

describePostgres('a process that is suspended for ten seconds', () => {
  it(`under load is replaced by the standby, and sends no stale response afterwards, ${STOPS} times`, {
    timeout: 60_000 + STOPS * 30_000,
  }, async ({ pair }) => {
    let { active, standby } = pair;
    const ledger = new Ledger();
    const gaps: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < STOPS; round += 1) {
      const before = (await readCount(active)) ?? Number.NaN;
      const already = ledger.acknowledged.size;
      const countKnown = () => before + ledger.acknowledged.size - already;
      const readiness = new Readiness(active, standby);
      const writers = new Writers(ledger, `round-${round}`, [active, standby], LOAD);
      await setTimeout(500);

      // These requests are in transit when the process is suspended.
      const early = [1, 2, 3, 4].map(() => requestCount(active, countKnown()));
      const stoppedAt = readStopwatch();
      active.kill('SIGSTOP');
      const during = [requestCount(active, countKnown())];
      const writing = [ledger.make(active, `stopped-${round}-0`)];
      gaps.push(await readiness.gapFrom(stoppedAt, standby));
      // The suspended process cannot know the changes of the other one.
      const others = new Writers(ledger, `later-${round}`, [standby], LOAD);
      await setTimeout(500);
      for (let number = 1; number < 10; number += 1) {
        during.push(requestCount(active, countKnown()));
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
      // A request from before may have been answered at the moment of the suspension.
      readiness.expectNeverFrom(stoppedAt, active);

      expect(ledger.acknowledged.size - already).toBeGreaterThan(20);
      const names = await listNames(standby);
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
