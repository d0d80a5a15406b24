/** The comparison of two services: a mock, and a mock behind a proxy that adds differences. */
import { describe, expect, it } from 'vitest';
import { type Changes, changedMock } from '../../../test/support/changed-mock.ts';
import { listeningServer } from '../../../test/support/listening.ts';
import { compareSides } from '../../src/compare/compare.ts';
import type { Plan } from '../../src/compare/plan.ts';
import type { PlannedRequest } from '../../src/compare/types.ts';

const { url } = await listeningServer();
const second = await listeningServer();
const cast = (await (await fetch(`${url}/_mock/cast`)).json()) as { runai: { users: [{ bearer: string }] } };
const token = cast.runai.users[0].bearer;

const get = (path: string): PlannedRequest => ({
  name: `valid ${path}`,
  method: 'GET',
  url: path,
  credential: 'valid',
  mediaType: null,
  body: '',
});
const USERS = '/api/v1/users';
const USER = '/api/v1/users/0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001';
const RULES = '/api/v1/authorization/access-rules';
const PLAN: Plan = {
  requests: [USER, USERS, RULES, `${RULES}?limit=400`, '/api/v1/users/count'].map((path) => get(path)),
  writes: 0,
  harmful: 0,
  skipped: 0,
};
const document = await (await fetch(`${url}/openapi/runai.json`)).json();
const compareWith = async (changes: Changes, plan = PLAN) => {
  const real = { url: await changedMock(url, token, changes), token };
  const { differences } = await compareSides('runai', plan, real, { url, token }, { document, patience: 1000 });
  return differences.filter(({ kind }) => kind === 'behaviour');
};

describe('a comparison', () => {
  it('reports a refusal that may be late, and a rejected limit', async () => {
    const differences = await compareWith({
      // As if a right was granted a moment ago.
      [`GET ${RULES}`]: ({ headers }) => ({ status: 403, headers }),
      [`GET ${RULES}?limit=400`]: () => ({ status: 400 }),
    });
    expect(differences.map(({ request, real, class: name }) => [request, real, name])).toEqual([
      [`valid ${RULES}`, '403', 'status'],
      [`valid ${RULES}?limit=400`, '400', 'limit'],
    ]);
  });

  it('measures the time until a write becomes visible to reads', async () => {
    let reads = 0;
    const make = { ...get('/api/v1/apps'), name: 'make', method: 'POST', mediaType: 'application/json' };
    // The first read is answered as before the write.
    const late: Changes[string] = (answer) => (++reads <= 1 ? { status: 404 } : answer);
    const real = { url: await changedMock(second.url, token, { [`GET ${USER}`]: late }), token };
    const plan = { ...PLAN, requests: [get(USERS), { ...make, body: '{"name":"late"}' }, get(USER)] };
    const { differences } = await compareSides('runai', plan, real, { url, token }, { document, patience: 1000 });

    expect(differences).toEqual([
      {
        request: `valid ${USER}`,
        operation: 'get_user_by_id',
        class: 'propagation time',
        kind: 'behaviour',
        place: 'time',
        real: 'about 0.5 s',
        mock: 'at once',
      },
    ]);
  });

  it('does not compare responses with status 429', async () => {
    const changed = await changedMock(url, token, { 'GET /api/v1/users/count': () => ({ status: 429, body: {} }) });
    const { differences, notCompared } = await compareSides('runai', PLAN, { url: changed, token }, { url, token });
    expect(differences).toEqual([]);
    expect(notCompared).toContainEqual(expect.objectContaining({ reason: 'real service: too many requests (429)' }));
  });

  it('stops if the target cannot be reached', async () => {
    const unreachable = compareSides('runai', PLAN, { url: 'http://127.0.0.1:9', token }, { url, token });
    await expect(unreachable).rejects.toThrow('--against http://127.0.0.1:9 does not respond');
  });
});
