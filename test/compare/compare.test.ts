/** The answers of two services, compared: a mock, and a mock behind a proxy that plants differences. */
import { createServer } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { compare } from '../../src/compare/compare.ts';
import type { Plan } from '../../src/compare/plan.ts';
import type { PlannedRequest } from '../../src/compare/play.ts';
import { listeningServer } from '../support/listening.ts';

type Planted = { status?: number; headers?: Record<string, string>; body?: Record<string, unknown> };
type Change = (answer: Required<Planted>) => Planted;

const { url } = await listeningServer();
const mockUrl = url;
const cast = (await (await fetch(`${url}/_mock/cast`)).json()) as { runai: { users: [{ bearer: string }] } };
const token = cast.runai.users[0].bearer;

/** A mock behind a proxy that changes answers by the URL of the request. */
async function proxied(changes: Readonly<Record<string, Change>>): Promise<string> {
  const proxy = createServer(async (request, response) => {
    const { authorization } = request.headers;
    const answer = await fetch(`${mockUrl}${request.url}`, {
      method: request.method ?? 'GET',
      headers: authorization === undefined ? {} : { authorization },
      redirect: 'manual',
    });
    const sent = await answer.text();
    const body: Record<string, unknown> = sent === '' ? {} : JSON.parse(sent);
    const given = { status: answer.status, headers: Object.fromEntries(answer.headers), body };
    const key = `${authorization === undefined ? 'none ' : ''}${request.url}`;
    const { status, headers, body: text } = { ...given, ...changes[key]?.(given) };
    const { 'content-length': _, 'content-encoding': __, 'transfer-encoding': ___, ...kept } = headers;
    response.writeHead(status, kept).end(sent === '' ? '' : JSON.stringify(text));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  afterAll(() => void proxy.close());
  const address = proxy.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

const get = (path: string, credential: PlannedRequest['credential'] = 'valid'): PlannedRequest => ({
  ...{ name: `${credential} ${path}`, method: 'GET', url: path, credential, mediaType: null, body: '' },
});
const USERS = '/api/v1/users';
const USER = '/api/v1/users/0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001';
const UNKNOWN = '/api/v1/users/00000000-0000-4000-8000-000000000000';
const BOT = '/api/v1/service-accounts/e8a0f4d2-7d3b-4c1f-9c36-1f5a2b0e0001';
const RULES = '/api/v1/authorization/access-rules';
const ROLES = '/api/v1/authorization/roles';
const PLAN: Plan = {
  requests: [
    ...[USER, USERS, UNKNOWN, BOT, RULES, ROLES, `${RULES}/1`, `${RULES}?limit=400`].map((path) => get(path)),
    ...[
      get('/api/v1/access-keys'),
      get('/api/v1/users/count'),
      get(USER, 'none'),
      get('/api/v1/service-accounts', 'broken'),
    ],
  ],
  writes: 0,
  skipped: 0,
};
const without = (body: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(body).filter(([member]) => member !== name));

const document = await (await fetch(`${url}/openapi/runai.json`)).json();
const against = async (changes: Readonly<Record<string, Change>>, plan = PLAN) => {
  const real = { url: await proxied(changes), token };
  const { differences } = await compare('runai', plan, real, { url, token }, { document, patience: 1000 });
  return differences.filter(({ kind }) => kind === 'behaviour');
};

describe('A comparison', () => {
  it('tells nothing of two services that behave alike', async () => {
    expect(await against({})).toEqual([]);
  });

  it('tells each of ten planted differences, and nothing else', async () => {
    const found = await against({
      [USERS]: () => ({ status: 206 }),
      [UNKNOWN]: ({ body }) => ({ body: { ...body, message: 'gone' } }),
      '/api/v1/access-keys': ({ headers }) => ({ headers: { ...headers, 'retry-after': '5' } }),
      // A right was granted a moment ago.
      [RULES]: ({ headers }) => ({ status: 403, headers }),
      [`none ${USER}`]: () => ({ status: 404 }),
      [USER]: ({ body }) => ({ body: without(body, 'isLocal') }),
      [`${RULES}/1`]: ({ body }) => ({ body: { ...body, subjectType: 'person' } }),
      [BOT]: ({ body }) => ({ body: { ...body, enabled: false } }),
      [`${RULES}?limit=400`]: () => ({ status: 400 }),
      [ROLES]: ({ headers }) => ({ status: 302, headers: { ...headers, location: '/login' } }),
    });
    expect(found.map((one) => [one.request, one.place, one.real, one.class])).toEqual([
      [`valid ${USER}`, 'body.isLocal', '(missing)', 'missing field'],
      [`valid ${USERS}`, 'status', '206', 'status'],
      [`valid ${UNKNOWN}`, 'body.message', 'gone', 'error body'],
      [`valid ${BOT}`, 'body.enabled', 'false', 'value'],
      [`valid ${RULES}`, 'status', '403', 'status'],
      [`valid ${ROLES}`, 'status', '302', 'redirect'],
      [`valid ${ROLES}`, 'header location', '/login', 'redirect'],
      [`valid ${RULES}/1`, 'body.subjectType', 'person', 'enum'],
      [`valid ${RULES}?limit=400`, 'status', '400', 'limit'],
      ['valid /api/v1/access-keys', 'header retry-after', '5', 'header'],
      [`none ${USER}`, 'status', '404', 'order of checks'],
    ]);
  });

  it('measures how long what was written takes until it is read', async () => {
    let reads = 0;
    const logout = { ...get(`${USER}/logout`), name: 'logout', method: 'POST' };
    // The first read is answered as before the write.
    const late: Change = (answer) => (++reads <= 1 ? { status: 404 } : answer);
    const found = await against({ [USER]: late }, { ...PLAN, requests: [get(USERS), logout, get(USER)] });

    expect(found).toEqual([
      {
        ...{ request: `valid ${USER}`, operation: 'get_user_by_id', class: 'propagation time', kind: 'behaviour' },
        ...{ place: 'time', real: 'about 0.5 s', mock: 'at once' },
      },
    ]);
  });

  it('lists other data of an account apart', async () => {
    const url = await proxied({ '/api/v1/users/count': () => ({ body: { count: 1000 } }) });
    const { differences } = await compare('runai', PLAN, { url, token }, { url: mockUrl, token });
    expect(differences).toMatchObject([{ place: 'body.count', real: '1000', kind: 'data' }]);
  });

  it('says that the target is a mock', async () => {
    const { remark } = await compare('runai', PLAN, { url, token }, { url, token });
    expect(remark).toContain('is nv-auth-mock itself');
  });

  it('stops at once if the target refuses the credential, and never names it', async () => {
    const refused = compare('runai', PLAN, { url, token: 'wrong-secret' }, { url, token });
    await expect(refused).rejects.toThrow(/refuses the credential of the environment \(401\)/);
    await expect(refused).rejects.not.toThrow('wrong-secret');
  });

  it('stops if the target cannot be reached', async () => {
    const unreachable = compare('runai', PLAN, { url: 'http://127.0.0.1:9', token }, { url, token });
    await expect(unreachable).rejects.toThrow('--against http://127.0.0.1:9 does not answer');
  });
});
