/** A client that repeats what was refused notices nothing else when a process, its session or the database ends. */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { stopwatch } from '../../src/core/clock.ts';
import { describePostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { type Instance, it, type Pair } from '../support/standby.ts';
import { report, reportTimes } from './figures.ts';
import { Readiness } from './readiness.ts';
import { Ledger, namesAt, Writers } from './simulations.ts';

const ROUNDS = 6;
const MOST_GAP_MS = 1000;
const LOAD = { clients: 8, aSecond: 200, isPersistent: true };

/** Two processes, and clients that write to them all the time. */
class Scene {
  readonly ledger = new Ledger();
  readonly gaps: number[] = [];
  active: Instance;
  standby: Instance;

  constructor({ active, standby }: Pair) {
    this.active = active;
    this.standby = standby;
  }

  /** Does something under load, and waits until it is over. */
  async round(work: (readiness: Readiness) => Promise<void>): Promise<void> {
    const { active, standby, ledger } = this;
    const before = ledger.acknowledged.size;
    const readiness = new Readiness(active, standby);
    const writers = new Writers(ledger, `round-${this.gaps.length}`, [active, standby], LOAD);
    await setTimeout(300);
    await work(readiness);
    await setTimeout(300);
    await writers.end();
    await readiness.end();
    readiness.expectOneAfterTheOther(active, standby);
    if ((await standby.status()) === 'ready') [this.active, this.standby] = [standby, active];
    ledger.expectKept(await namesAt(this.active));
    expect(ledger.acknowledged.size - before).toBeGreaterThan(50);
  }

  report(what: string): void {
    const { acknowledged, refused, unknown } = this.ledger;
    reportTimes(what, this.gaps);
    report(`  ${acknowledged.size} changes acknowledged, ${refused.size} refused first, ${unknown.size} looked for`);
    expect(Math.max(...this.gaps)).toBeLessThanOrEqual(MOST_GAP_MS);
  }
}

describePostgres('under load', () => {
  it(`a process that is told to end is followed by the other one, ${ROUNDS} times in turn`, async ({ pair }) => {
    const scene = new Scene(pair);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { active, standby } = scene;
      await scene.round(async (readiness) => {
        const toldAt = stopwatch();
        const stopped = active.stop();
        scene.gaps.push(await readiness.gapFrom(toldAt, standby));
        expect((await stopped).code).toBe(0);
      });
      scene.standby = await active.again();
      await scene.standby.until('standby');
    }
    scene.report(`${ROUNDS} times SIGTERM: until the other process is ready`);
  });

  it(`a session that is terminated is followed by another one, ${ROUNDS} times`, async ({ alone }) => {
    const scene = new Scene(alone);
    const admin = new pg.Client({ connectionString: alone.database.url });
    await admin.connect();
    for (let round = 0; round < ROUNDS; round += 1) {
      await scene.round(async (readiness) => {
        const terminatedAt = stopwatch();
        const { rowCount } = await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted",
        );
        expect(rowCount).toBe(1);
        await setTimeout(1500);
        scene.gaps.push(readiness.longestGap(terminatedAt));
      });
      await scene.standby.until('standby');
    }
    await admin.end();
    scene.report(`${ROUNDS} times pg_terminate_backend: the longest time without a ready process`);
  });

  it.for([
    ['restarts', async () => {}],
    ['is killed', (database: PostgresServer) => database.kill()],
  ] as const)(
    'a database that %s has a process again once it accepts connections, 3 times',
    async ([how, end], { alone }) => {
      const scene = new Scene(alone);
      for (let round = 0; round < 3; round += 1) {
        await scene.round(async (readiness) => {
          await end(alone.database);
          await alone.database.restart();
          const acceptedAt = stopwatch();
          scene.gaps.push(await readiness.gapFrom(acceptedAt, scene.active, scene.standby));
        });
        await scene.standby.until('standby');
      }
      scene.report(`3 times a database ${how}: until a process is ready`);
    },
  );
});
