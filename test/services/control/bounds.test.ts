/** Limits of the control API. */
import { beforeEach, expect, it } from 'vitest';
import { application } from '../../support/cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();
const call = (line: string, body?: unknown) => server.call(line, body === undefined ? {} : { body });
const readDetail = async (line: string, body: unknown) => {
  const { status, body: problem } = await call(line, body);
  return [status, problem.detail];
};

beforeEach(async () => {
  await call('POST /_mock/reset');
});

it('a placeholder in a path must be a whole segment', async () => {
  await call(`GET /${'a'.repeat(90)}`);
  const path = `/${'{a}'.repeat(12)}!`;

  expect(await readDetail('POST /_mock/requests/verify', { match: { path } })).toEqual([
    400,
    expect.stringContaining('matches any whole segment'),
  ]);
});

it('an unknown method is rejected with the nearest one', async () => {
  expect(await readDetail('POST /_mock/requests/verify', { match: { method: 'GETT' } })).toEqual([
    400,
    expect.stringContaining('Did you mean `GET`?'),
  ]);
});

it('100 verifications may wait in a world, and another one returns 409', async () => {
  const verification = { match: { operation: 'get_users' }, times: 3, within: '1s' };
  const pending = Array.from({ length: 101 }, () => call('POST /_mock/requests/verify', verification));
  await call('GET /api/v1/users');
  const answers = await Promise.all(pending);

  expect(answers.filter(({ status }) => status === 409)).toHaveLength(1);
  for (const { body } of answers.filter(({ status }) => status === 200)) {
    expect([body.verified, body.count, body.matched.length]).toEqual([false, 1, 1]);
  }
});

it('a verification counts all requests and returns the newest 100', async () => {
  for (let number = 0; number < 101; number++) await call(`GET /api/v1/users?number=${number}`);
  const { body } = await call('POST /_mock/requests/verify', { match: { operation: 'get_users' }, times: 101 });

  expect([body.verified, body.count, body.matched.length]).toEqual([true, 101, 100]);
  expect(body.matched[0].query).toEqual({ number: '100' });
});

it('a fault and a verification match the same bodies', async () => {
  const match = { operation: 'grant_token', body: { AppId: application.clientId } };
  const credentials = { grantType: 'app_token', AppId: application.clientId, AppSecret: application.secret };
  await call('POST /_mock/faults', { match, do: { status: 503 } });

  expect((await call('POST /api/v1/token', credentials)).status).toBe(503);
  expect((await call('POST /_mock/requests/verify', { match, times: 1 })).body.verified).toBe(true);
});

const repeat = <Entry>(length: number, entry: (index: number) => Entry) =>
  Array.from({ length }, (_, index) => entry(index));

it('a body with very many unknown names is rejected within 3 seconds of CPU time', async () => {
  const before = process.cpuUsage();
  const buildSeed = (keys: object[]) => ({
    seed: {
      ngc: { org: 'acme', ncaId: 'n', organizations: [{ name: 'acme', ncaId: 'n', airSubscription: true }], keys },
    },
  });
  const seeded = { org: 'acme', type: 'service', services: ['nvcf'] };
  const scopes = repeat(990, (index) => `invoke_fn${index}`);
  const worlds = await Promise.all([
    readDetail('POST /_mock/worlds', buildSeed(repeat(60, (index) => ({ ...seeded, name: `k${index}`, scopes })))),
    readDetail('POST /_mock/worlds', buildSeed(repeat(9000, () => ({})))),
    readDetail('POST /_mock/worlds', { seed: Object.fromEntries(repeat(4990, (index) => [`ngc${index}`, 1])) }),
  ]);

  for (const [status, detail] of worlds)
    expect([status, detail]).toEqual([400, expect.stringContaining('the seed cannot be used')]);
  expect(worlds[0]?.[1]).toContain('and 59300 more');
  // A suggestion for each name would take half a minute.
  expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
});

it('a key in place of a name is redacted', async () => {
  const key = `nvapi-${'k'.repeat(64)}`;
  await call('POST /_mock/faults', { match: { principal: key }, do: { status: 503, offDocument: true } });
  await call(`GET /v1/${key}/x`);
  const reported = [
    await call('GET /_mock/faults'),
    await call('POST /_mock/requests/verify', { match: { path: '/v1/other', principal: key } }),
  ];

  expect(JSON.stringify(reported.map(({ body }) => body))).not.toContain(key);
});
