/** A client that repeats rejected requests loses no data when a process, its session or the database ends. */
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { readStopwatch } from '../../src/time/clock.ts';
import { describePostgres, privatePostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { type Instance, it, type Pair, type Supervised, until } from '../support/standby.ts';
import { sql } from '../support/standby-faults.ts';
import { report, reportTimes } from './figures.ts';
import { Readiness } from './readiness.ts';
import { Ledger, listNames, Writers } from './simulations.ts';

const ROUNDS = 6;
/** Three times the usual gap and more, for a busy machine. */
const MAX_GAP_MS = 3000;
/** The same for a process that is started again. */
const MAX_RESTART_MS = 5000;
const LOAD = { clients: 8, aSecond: 200, isPersistent: true };

/** Ends the session of a process. */
async function terminate(url: string, { running }: Instance): Promise<void> {
  const ended = await sql(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%process ${running.pid}'`,
  );
  expect(ended).toHaveLength(1);
}

/** Two processes, and clients that continuously write to them. */
class Scene {
  readonly ledger = new Ledger();
  readonly gaps: number[] = [];
  active: Instance;
  standby: Instance;

  constructor({ active, standby }: Pick<Pair, 'active' | 'standby'>) {
    this.active = active;
    this.standby = standby;
  }

  /** Runs a callback under load, and checks the data afterwards. */
  async runRound(work: (readiness: Readiness) => Promise<void>): Promise<void> {
    const { active, standby, ledger } = this;
    const before = ledger.acknowledged.size;
    const readiness = new Readiness(...new Set([active, standby]));
    const writers = new Writers(ledger, `round-${this.gaps.length}`, [active, standby], LOAD);
    await setTimeout(300);
    await work(readiness);
    await setTimeout(300);
    await writers.end();
    await readiness.end();
    if (active !== standby) readiness.expectOneAfterTheOther(active, standby);
    if ((await standby.status()) === 'ready') [this.active, this.standby] = [standby, active];
    ledger.expectKept(await listNames(this.active));
    expect(ledger.acknowledged.size).toBeGreaterThan(before);
  }

  report(title: string, max: number): void {
    const { acknowledged, refused, unknown } = this.ledger;
    reportTimes(title, this.gaps);
    report(`  ${acknowledged.size} changes acknowledged, ${refused.size} refused first, ${unknown.size} checked`);
    expect(Math.max(...this.gaps)).toBeLessThanOrEqual(max);
  }
}

describePostgres('under load', () => {
  it(`a standby takes over from a process on SIGTERM, ${ROUNDS} times in turn`, async ({ pair }) => {
    const scene = new Scene(pair);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { active, standby } = scene;
      await scene.runRound(async (readiness) => {
        const stoppedAt = readStopwatch();
        const stopped = active.stop();
        scene.gaps.push(await readiness.gapFrom(stoppedAt, standby));
        expect((await stopped).code).toBe(0);
      });
      scene.standby = await active.again();
      await scene.standby.until('standby');
    }
    scene.report(`${ROUNDS} times SIGTERM: until the other process is ready`, MAX_GAP_MS);
  });

  it(`a standby takes over from a process with a terminated session, which ends, ${ROUNDS} times`, async ({ pair }) => {
    const scene = new Scene(pair);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { active, standby } = scene;
      await scene.runRound(async (readiness) => {
        const terminatedAt = readStopwatch();
        await terminate(pair.data, active);
        scene.gaps.push(await readiness.gapFrom(terminatedAt, standby));
        const { code, stderr } = await active.running.ended;
        expect([code, stderr.split('\n').at(-2)]).toEqual([
          75,
          'nv-auth-mock: The session with the database has ended (terminating connection due to administrator command), so another process may have taken over the worlds. Restart this server.',
        ]);
      });
      scene.standby = await active.again();
      await scene.standby.until('standby');
    }
    scene.report(`${ROUNDS} times pg_terminate_backend: until the other process is ready`, MAX_GAP_MS);
  });

  it.for([
    ['restarts', async () => {}],
    ['is killed', (database: PostgresServer) => database.kill()],
  ] as const)('a process is ready again after the database %s, 3 times', async ([how, end], { supervise }) => {
    const database = await privatePostgres();
    onTestFinished(() => database.end());
    const active = await supervise(database.url);
    await active.untilReady();
    const standby = await supervise(database.url);
    await standby.until('standby');
    const scene = new Scene({ active, standby });
    for (let round = 0; round < 3; round += 1) {
      await scene.runRound(async (readiness) => {
        await end(database);
        await database.restart();
        const acceptedAt = readStopwatch();
        scene.gaps.push(await readiness.gapFrom(acceptedAt, active, standby));
      });
      await scene.standby.until('standby');
    }
    scene.report(`3 times a database ${how}: until a process is ready`, MAX_GAP_MS);
    // Only the process that had the worlds has ended, each time.
    expect([...active.ends, ...standby.ends].map(({ code }) => code)).toEqual([75, 75, 75]);
  });

  it.for([
    ['is killed', (supervised: Supervised) => void supervised.crash(), null, MAX_RESTART_MS],
    ['loses its session', (supervised: Supervised, url: string) => terminate(url, supervised), 75, MAX_RESTART_MS],
    [
      'is stopped for ten seconds',
      async (supervised: Supervised) => {
        supervised.kill('SIGSTOP');
        await setTimeout(10_000);
        supervised.kill('SIGCONT');
      },
      75,
      10_000 + MAX_RESTART_MS,
    ],
  ] as const)(
    'a single process that %s and restarts has all acknowledged changes, 3 times',
    async ([how, interrupt, code, max], { schema, supervise }) => {
      const alone = await supervise(schema.url);
      await alone.untilReady();
      const scene = new Scene({ active: alone, standby: alone });
      for (let round = 0; round < 3; round += 1) {
        await scene.runRound(async (readiness) => {
          const interruptedAt = readStopwatch();
          await interrupt(alone, schema.url);
          await until(async () => alone.ends.length > round);
          await alone.untilReady();
          await setTimeout(300);
          scene.gaps.push(readiness.longestGap(interruptedAt));
        });
      }
      scene.report(`3 times a process alone ${how}: the longest time without it`, max);
      expect(alone.ends.map((end) => end.code)).toEqual([code, code, code]);
    },
  );
});
