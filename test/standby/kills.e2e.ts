/** After a kill of the active process, the standby takes over with all acknowledged changes. */
import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readStopwatch } from '../../src/time/clock.ts';
import { describePostgres } from '../support/postgres.ts';
import { type Instance, it } from '../support/standby.ts';
import { report, reportTimes } from './figures.ts';
import { Readiness } from './readiness.ts';
import { AIR, Ledger, listNames, Writers } from './simulations.ts';

const { STANDBY_KILLS = '10' } = process.env;
const KILLS = Number(STANDBY_KILLS);
/** The world is reset after this number of kills, so that it stays small. */
const ROUNDS_OF_A_WORLD = 10;
const LOAD = { clients: 8, aSecond: 200, isPersistent: false };
/** Three times the usual gap and more, for a busy machine. */
const MAX_GAP_MS = 3000;

const NODES = { imports: 50, each: 2000 };

describePostgres('a process that is killed', () => {
  it(`under 200 writes a second loses no acknowledged change, and the standby takes over, ${KILLS} times`, {
    timeout: 60_000 + KILLS * 15_000,
  }, async ({ pair }) => {
    let { active, standby } = pair;
    let ledger = new Ledger();
    let acknowledged = 0;
    const gaps: number[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      if (round > 0 && round % ROUNDS_OF_A_WORLD === 0) {
        expect((await active.call('POST /_mock/reset')).status).toBe(200);
        ledger = new Ledger();
      }
      const before = ledger.acknowledged.size;
      const readiness = new Readiness(active, standby);
      const writers = new Writers(ledger, `round-${round}`, [active, standby], LOAD);
      await setTimeout(randomInt(300, 800));
      const killedAt = readStopwatch();
      const killed = active.crash();
      gaps.push(await readiness.gapFrom(killedAt, standby));
      await killed;
      await setTimeout(200);
      await writers.end();
      await readiness.end();

      readiness.expectOneAfterTheOther(active, standby);
      ledger.expectKept(await listNames(standby));
      expect(ledger.acknowledged.size - before).toBeGreaterThan(20);
      acknowledged += ledger.acknowledged.size - before;
      [active, standby] = await restartAsStandby(active, standby);
    }
    reportTimes(`${KILLS} kills, ${acknowledged} changes acknowledged; until the other process is ready`, gaps);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(MAX_GAP_MS);
  });

  it('leaves all rows of a large world to the standby', async ({ pair: { active, standby } }) => {
    for (let number = 0; number < NODES.imports; number += 1) {
      const nodes = Array.from({ length: NODES.each }, (_, node) => [`node-${node}`, { os: 'generic/ubuntu2204' }]);
      const body = { format: 'JSON', name: `large-${number}`, content: { nodes: Object.fromEntries(nodes) } };
      const { status } = await active.call('POST /api/v3/simulations/import/', { token: AIR, body });
      expect(status).toBe(201);
    }
    const { objects } = (await active.call('GET /_mock/info')).body.counts;
    const readiness = new Readiness(standby);
    const killedAt = readStopwatch();
    await active.crash();
    const gap = await readiness.gapFrom(killedAt, standby);
    await readiness.end();

    expect((await standby.call('GET /_mock/info')).body.counts.objects).toBe(objects);
    expect(objects).toBeGreaterThan(NODES.imports * NODES.each);
    report(`a kill of the process with ${objects} objects: ${Math.round(gap)} ms until the other process is ready`);
  });
});

/** Restarts the killed process as the standby. @returns the active process and the standby */
async function restartAsStandby(ended: Instance, active: Instance): Promise<[Instance, Instance]> {
  const standby = await ended.again();
  await standby.until('standby');
  return [active, standby];
}
