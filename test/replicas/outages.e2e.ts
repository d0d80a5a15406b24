/** What replicas answer while the database is away, and that nothing is half done. */
import pg from 'pg';
import { describe, expect } from 'vitest';
import { admin, researcher } from '../support/cast.ts';
import type { Received, Sent } from '../support/keep-alive.ts';
import { castKey } from '../support/ngc-cast.ts';
import { DEFINITION, FULL } from '../support/nvcf-client.ts';
import { describePostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { it, type Replica, soon } from '../support/replicas.ts';
import { NOTHING } from '../support/runai.ts';

/** An answer is to take a second; a busy machine may take somewhat longer. */
const IN_TIME_MS = 1500;
/** How long a replica may take to notice that the database is back. */
const RECOVERY_MS = 2000;

/** Ways in which a database goes away, and comes back. */
const AWAY: readonly [
  how: string,
  leave: (database: PostgresServer) => unknown,
  back: (database: PostgresServer) => unknown,
][] = [
  ['that refuses connections', (database) => database.kill(), (database) => database.restart()],
  ['that is frozen', (database) => database.freeze(), (database) => database.thaw()],
];

const OWNER = castKey('owner').key;
const AIR = castKey('air-admin').key;

const NEW_KEY = {
  name: 'lost',
  policies: [
    {
      ...{ product: 'nv-cloud-functions', scopes: ['list_functions'] },
      resources: [{ id: '*', type: 'account-functions' }],
    },
  ],
};

/** Calls of one vendor, and one that is refused at any time: so its refusals look. */
interface Vendor {
  readonly refused: readonly [request: string, sent: Sent];
  readonly calls: readonly (readonly [request: string, sent: Sent])[];
}

function vendors(token: string): Readonly<Record<string, Vendor>> {
  return {
    'Run:ai': {
      refused: [`GET /api/v1/access-keys/${NOTHING}`, { token }],
      calls: [
        ['POST /api/v1/token', { body: { grantType: 'client_credentials', ...researcher.accessKey } }],
        ['GET /api/v1/access-keys', { token }],
        ['POST /api/v1/access-keys', { token, body: { name: 'lost' } }],
      ],
    },
    'Cloud Functions': {
      refused: [`GET /v2/nvcf/functions/${NOTHING}/versions/${NOTHING}`, { token: FULL }],
      calls: [
        ['GET /v2/nvcf/functions', { token: FULL }],
        ['POST /v2/nvcf/functions', { token: FULL, body: { ...DEFINITION, name: 'lost' } }],
      ],
    },
    Air: {
      refused: [`GET /api/v3/simulations/${NOTHING}/`, { token: AIR }],
      calls: [
        ['GET /api/v3/simulations/', { token: AIR }],
        ['POST /api/v3/simulations/', { token: AIR, body: { name: 'lost' } }],
      ],
    },
    NGC: {
      refused: [`GET /v3/orgs/acme/keys/${NOTHING}`, { token: OWNER }],
      calls: [
        ['GET /v3/orgs/acme/keys', { token: OWNER }],
        ['POST /v3/orgs/acme/keys/type/SERVICE_KEY', { token: OWNER, body: NEW_KEY }],
      ],
    },
  };
}

/** The form of an error: its media type, and which members it has. */
function formOf({ body, headers }: Received): unknown {
  return { type: headers['content-type'], members: membersOf(body) };
}

function membersOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      // What may be said in addition.
      .filter(([name]) => name !== 'details')
      .map(([name, member]) => [name, membersOf(member)])
      .sort(),
  );
}

/** How many of each kind there are, as one replica tells. */
async function countsAt(at: Replica): Promise<unknown> {
  const { status, body } = await at.call('GET /_mock/info');
  expect(status).toBe(200);
  return body.counts;
}

async function untilReady(replicas: readonly Replica[]): Promise<void> {
  for (const at of replicas) {
    const deadline = performance.now() + RECOVERY_MS;
    while ((await at.call('GET /_mock/health?ready')).status !== 200) {
      expect(performance.now()).toBeLessThan(deadline);
      await soon(20);
    }
  }
}

describePostgres('with a database', () => {
  describe.each(AWAY)('%s', (_how, leave, back) => {
    it('replicas live, are not ready, refuse calls in words of the vendor, and recover', async ({ stricken }) => {
      const { a, both, database } = stricken;
      const all = Object.entries(vendors(await a.tokenOf(researcher.accessKey)));
      const calls = await Promise.all(
        all.map(async ([vendor, { refused, calls }]) => {
          const form = formOf(await a.call(...refused));
          return calls.map(([request, sent]) => ({ what: `${vendor}, ${request}`, request, sent, form }));
        }),
      ).then((lists) => lists.flat());
      const reads = calls.filter(({ request }) => request.startsWith('GET'));
      for (const at of both)
        for (const { request, sent } of reads) expect((await at.call(request, sent)).status).toBe(200);
      const before = await countsAt(a);

      for (let round = 0; round < 3; round += 1) {
        await leave(database);
        for (const at of both) {
          const told = await Promise.all(calls.map(({ request, sent }) => at.call(request, sent)));
          const shown = told.map((answer, index) => ({
            what: calls[index]?.what,
            status: answer.status,
            form: formOf(answer),
          }));
          expect(shown).toEqual(calls.map(({ what, form }) => ({ what, status: 503, form })));
          expect(Math.max(...told.map(({ took }) => took))).toBeLessThan(IN_TIME_MS);

          const alive = await at.call('GET /_mock/health');
          expect([alive.status, alive.body.status]).toEqual([200, 'waiting']);
          const ready = await at.call('GET /_mock/health?ready');
          const driven = await at.call('GET /_mock/requests');
          for (const { status, headers } of [ready, driven])
            expect([status, headers['content-type']]).toEqual([
              503,
              expect.stringContaining('application/problem+json'),
            ]);
          expect(Math.max(...[alive, ready, driven].map(({ took }) => took))).toBeLessThan(IN_TIME_MS);
        }
        await back(database);
        await untilReady(both);
        for (const at of both) expect(await countsAt(at)).toEqual(before);
        for (const at of both) expect((await at.grant(admin.accessKey)).status).toBe(200);
      }
    });
  });

  it('that is frozen at any moment, a write is there if the answer says so, and is not if it says that', async ({
    stricken,
  }) => {
    const { both, a, b, database } = stricken;
    const token = AIR;
    const fates = { made: 0, not: 0, unknown: 0 };
    for (let round = 0; round < 12; round += 1) {
      let isOver = false;
      const answers: { name: string; answer: Received }[] = [];
      const writing = both.flatMap((at, which) =>
        [1, 2, 3, 4].map(async (writer) => {
          for (let number = 0; !isOver; number += 1) {
            const name = `${round}-${which}-${writer}-${number}`;
            const answer = await at.call('POST /api/v3/simulations/', { token, body: { name } });
            answers.push({ name, answer });
          }
        }),
      );
      await soon(100 + 13 * round);
      database.freeze();
      await soon(1700);
      isOver = true;
      await Promise.all(writing);
      database.thaw();
      await untilReady(both);
      // What was under way there when it was frozen is done or given up by now.
      await soon(100);
      const { body } = await b.call(`GET /api/v3/simulations/?limit=1000&search=${round}-`, { token });
      const names = new Set(body.results.map(({ name }: { name: string }) => name));
      for (const { name, answer } of answers) {
        expect(answer.took).toBeLessThan(IN_TIME_MS);
        const detail = String(answer.body.detail);
        if (answer.status === 201) {
          fates.made += 1;
          expect(names).toContain(name);
        } else if (/nothing was done/.test(detail)) {
          fates.not += 1;
          expect([answer.status, detail, names.has(name)]).toEqual([503, detail, false]);
        } else {
          fates.unknown += 1;
          expect([answer.status, detail]).toEqual([503, expect.stringMatching(/may or may not be stored/)]);
          expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'outcome_unknown' });
        }
      }
      expect(await countsAt(a)).toEqual(await countsAt(b));
    }
    expect(fates.made).toBeGreaterThan(0);
    expect(fates.not).toBeGreaterThan(0);
  });

  it('that is frozen during a commit, nobody knows whether it was done, and answer and decision say so', async ({
    stricken,
  }) => {
    const { a, b, database } = stricken;
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => {});
    await client.connect();
    // A commit that changes a row takes half a second.
    await client.query(`
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON nv_auth_mock.objects DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.name = 'perhaps') EXECUTE FUNCTION slow()`);
    const writing = a.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'perhaps' } });
    const committing = `SELECT 1 FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'`;
    await expect.poll(async () => (await client.query(committing)).rowCount, { interval: 5 }).toBeGreaterThan(0);
    database.freeze();
    const answer = await writing;
    database.thaw();
    await client.end();
    await untilReady([a, b]);

    expect([answer.status, answer.body.detail]).toEqual([503, expect.stringMatching(/may or may not be stored/)]);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'outcome_unknown' });
    expect(answer.took).toBeLessThan(IN_TIME_MS);
    // Whatever became of it, both replicas say the same.
    expect(await countsAt(a)).toEqual(await countsAt(b));
  });
});
