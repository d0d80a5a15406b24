/** A mock of a test process on PostgreSQL, which stops when it loses its session. */
import { expect, onTestFinished } from 'vitest';
import type { Mock } from '../../../src/library/mock.ts';
import { type MockOptions, startMock } from '../../../src/library/start-mock.ts';
import { describePostgres, sql } from '../../support/postgres.ts';
import { endSession, it } from '../../support/processes.ts';
import { AIR } from './load.ts';

const LOST =
  'The mock has stopped: The session with the database has ended (terminating connection due to administrator command), so another process may have the worlds.';

async function startMockOn(data: string, options: MockOptions = {}): Promise<Mock> {
  const mock = await startMock({ data, ...options });
  onTestFinished(() => mock.stop());
  return mock;
}

/** Returns the message of a rejected call, or null if it resolves. */
const catchMessage = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (thrown: Error) => thrown.message,
  );

describePostgres('a mock in a test process', () => {
  it.for([true, false])(
    'stops after it lost its session, and rejects later calls with the reason: listen: %s',
    async (listen, { schema }) => {
      const mock = await startMockOn(schema.url, { listen });
      const world = await mock.world({ id: 'alice' });
      const events = await mock.fetch('/_mock/events');
      await endSession(schema.url, process.pid);
      await expect.poll(() => catchMessage(mock.clock.now())).toBe(LOST);

      const calls = [
        () => mock.fetch('/api/v3/simulations/'),
        () => mock.reset(),
        () => mock.world(),
        () => mock.intercept(),
        () => mock.snapshots.take(),
        () => world.fetch('/api/v3/simulations/'),
        () => world.requests.list(),
      ];
      for (const call of calls) expect(await catchMessage(call())).toBe(LOST);
      // The stream ends, and the server no longer listens.
      expect(await catchMessage(events.text())).toBeNull();
      if (listen) await expect(fetch(`${mock.url}/_mock/health`)).rejects.toThrow();
      await world.stop();
      await mock.stop();
      await mock.stop();

      const next = await startMockOn(schema.url, { listen });
      expect((await next.worlds.list()).map(({ id }) => id)).toEqual(['default', 'alice']);
    },
  );

  it('answers running requests with 503 after it lost its session', async ({ schema: { name, url } }) => {
    const mock = await startMockOn(url);
    await sql(
      url,
      `CREATE FUNCTION ${name}.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'`,
      `CREATE TRIGGER slowly AFTER INSERT ON ${name}.objects FOR EACH STATEMENT EXECUTE FUNCTION ${name}.slow()`,
    );
    const headers = { authorization: `Bearer ${AIR}`, 'content-type': 'application/json' };
    const post = { method: 'POST', headers, body: JSON.stringify({ name: 'perhaps' }) };
    const writing = [mock.fetch('/api/v3/simulations/', post), fetch(`${mock.url}/api/v3/simulations/`, post)];
    const asleep = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%${name}%'`;
    await expect.poll(() => sql(url, asleep)).toHaveLength(1);
    await endSession(url, process.pid);
    const answers = await Promise.all(writing);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(await answers[0]?.text()).toMatch(/may or may not be stored/);
    expect(await catchMessage(mock.clock.now())).toBe(LOST);
  });

  it('does not start after ten seconds of waiting, and reports the reason', async ({ schema, start }) => {
    await start(schema.url);
    const begun = performance.now();
    const [locked, unreachable] = await Promise.all([
      catchMessage(startMockOn(schema.url)),
      catchMessage(startMockOn('postgres://ada:secret@127.0.0.1:1/mock')),
    ]);
    expect(performance.now() - begun).toBeGreaterThan(9900);
    expect(locked).toMatch(/^--data \S+: another process \(.+\) has the lock of the schema /);
    expect(unreachable).toMatch(/^--data postgres:\/\/ada@127\.0\.0\.1:1\/mock refused the connection/);
  });
});
