/** What replicas answer while their database answers, and takes no changes. */
import pg from 'pg';
import { describe, expect } from 'vitest';
import { researcher } from '../support/cast.ts';
import { castKey } from '../support/ngc-cast.ts';
import { DEFINITION, FULL } from '../support/nvcf-client.ts';
import { describePostgres } from '../support/postgres.ts';
import { it, type Replica, soon } from '../support/replicas.ts';

const AIR = castKey('air-admin').key;

/** How a database comes to take nothing, and to take changes again. */
const TAKES_NOTHING: readonly [how: string, why: string, begin: readonly string[], end: readonly string[]][] = [
  [
    'read-only after a failover',
    'is read-only',
    ['ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()'],
    ['SET default_transaction_read_only = off', 'ALTER SYSTEM RESET ALL', 'SELECT pg_reload_conf()'],
  ],
  [
    'on a full disk',
    'its disk is full',
    [
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`,
      ...['objects', 'happenings'].map(
        (table) => `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON nv_auth_mock.${table}
          FOR EACH STATEMENT EXECUTE FUNCTION full_disk()`,
      ),
    ],
    ['DROP FUNCTION full_disk CASCADE'],
  ],
];

const readiness = async (at: Replica) => (await at.call('GET /_mock/health?ready')).status;

describePostgres('with a database', () => {
  describe.each(TAKES_NOTHING)('%s', (_how, why, begin, end) => {
    it('replicas are not ready, refuse writes as in an outage, go on reading, and lose no decision', async ({
      stricken,
    }) => {
      const { a, both, database } = stricken;
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      const token = await a.tokenOf(researcher.accessKey);
      const writes = [
        ['POST /api/v1/access-keys', { token, body: { name: 'lost' } }],
        ['POST /v2/nvcf/functions', { token: FULL, body: { ...DEFINITION, name: 'lost' } }],
        ['POST /api/v3/simulations/', { token: AIR, body: { name: 'lost' } }],
        ['POST /_mock/keys', { body: { type: 'service', name: 'lost', services: ['air'], scopes: ['air:access'] } }],
        ['POST /_mock/worlds', { body: { id: 'lost' } }],
      ] as const;

      for (const statement of begin) await client.query(statement);
      const decisions: string[] = [];
      for (const at of both) {
        for (const [request, sent] of writes) {
          const { status, body } = await at.call(request, sent);
          expect([request, status]).toEqual([request, 503]);
          expect(JSON.stringify(body)).toContain(why);
          expect(JSON.stringify(body)).not.toContain('Internal error of the mock');
        }
        expect(await readiness(at)).toBe(503);
        expect((await at.call('GET /_mock/health')).body).toMatchObject({ status: 'waiting' });
        expect((await at.call('GET /api/v1/access-keys', { token })).status).toBe(200);
        const refused = await at.call('GET /api/v1/users', {});
        expect(refused.status).toBe(401);
        decisions.push(JSON.parse(String(refused.headers['x-mock-decision'])).id);
      }

      for (const statement of end) await client.query(statement);
      await client.end();
      for (const at of both) {
        await expect.poll(() => readiness(at), { timeout: 5000, interval: 50 }).toBe(200);
        expect((await at.call('GET /api/v1/access-keys', { token })).status).toBe(200);
      }
      await soon(20);
      for (const at of both) {
        for (const id of decisions) expect((await at.call(`GET /_mock/decisions/${id}`)).status).toBe(200);
        expect((await at.call('GET /_mock/worlds')).body.worlds).toHaveLength(1);
        const { requests } = (await at.call('GET /_mock/requests')).body;
        expect(requests.filter(({ status }: { status: number }) => status === 503)).toHaveLength(6);
        expect(
          (await at.call('POST /api/v1/access-keys', { token, body: { name: at === a ? 'again-a' : 'again-b' } }))
            .status,
        ).toBe(201);
      }
    });
  });
});
