/** A mock of a test process on PostgreSQL, which stops when it loses the worlds. */
import { describe, expect, onTestFinished } from 'vitest';
import { type MockOptions, startMock } from '../../src/library/start-mock.ts';
import type { Mock } from '../../src/library/world.ts';
import { castKey } from '../support/ngc-cast.ts';
import { describePostgres, privatePostgres } from '../support/postgres.ts';
import { it } from '../support/standby.ts';
import { sql } from '../support/standby-faults.ts';

const LOST =
  'The mock has stopped: The session with the database has ended (terminating connection due to administrator command), so another process may have taken over the worlds.';
const AIR = { authorization: `Bearer ${castKey('air-admin').key}` };

async function startMockOn(data: string, options: MockOptions = {}): Promise<Mock> {
  const mock = await startMock({ data, ...options });
  onTestFinished(() => mock.stop());
  return mock;
}

/** Ends the session of the mock in this process. */
async function terminate(url: string): Promise<void> {
  const ended = await sql(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%process ${process.pid}'`,
  );
  expect(ended).toHaveLength(1);
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
      await terminate(schema.url);
      await expect.poll(() => catchMessage(mock.clock.now())).toBe(LOST);

      const calls = [
        () => mock.fetch('/api/v3/simulations/', { headers: AIR }),
        () => mock.reset(),
        () => mock.world(),
        () => mock.intercept(),
        () => mock.snapshot(),
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

  it('answers running requests with 503 after it lost its session', async ({ schema }) => {
    const mock = await startMockOn(schema.url);
    await sql(
      schema.url,
      `CREATE FUNCTION ${schema.name}.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'`,
      `CREATE TRIGGER slowly AFTER INSERT ON ${schema.name}.objects FOR EACH STATEMENT EXECUTE FUNCTION ${schema.name}.slow()`,
    );
    const headers = { ...AIR, 'content-type': 'application/json' };
    const post = { method: 'POST', headers, body: JSON.stringify({ name: 'perhaps' }) };
    const writing = [mock.fetch('/api/v3/simulations/', post), fetch(`${mock.url}/api/v3/simulations/`, post)];
    await expect
      .poll(() => sql(schema.url, `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`))
      .toHaveLength(1);
    await terminate(schema.url);
    const answers = await Promise.all(writing);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(await answers[0]?.text()).toMatch(/may or may not be stored/);
    expect(await catchMessage(mock.clock.now())).toBe(LOST);
  });

  it('waits for the worlds of another process', async ({ schema, start }) => {
    const other = await start(schema.url);
    await other.untilReady();
    const starting = startMockOn(schema.url);
    await expect
      .poll(() =>
        sql(schema.url, `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%process ${process.pid}'`),
      )
      .toHaveLength(1);
    await other.stop();
    expect((await (await starting).worlds.list()).map(({ id }) => id)).toEqual(['default']);
  });

  describe('does not start', () => {
    it('if no database listens', async () => {
      await expect(startMock({ data: 'postgres://ada:secret@127.0.0.1:1/mock' })).rejects.toThrow(
        /^--data postgres:\/\/ada@127\.0\.0\.1:1\/mock refused the connection/,
      );
    });

    it('if the database is silent', async () => {
      const server = await privatePostgres();
      onTestFinished(() => server.end());
      server.freeze();
      await expect(startMock({ data: server.url })).rejects.toThrow(/^--data \S+ does not answer\./);
    });
  });
});
