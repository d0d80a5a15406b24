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
const cast = (await (await fetch(`${url}/_mock/cast`)).json()) as { runai: { users: [{ bearer: string }] } };
const token = cast.runai.users[0].bearer;

/** A mock behind a proxy that changes answers by the URL of the request. */
async function proxied(changes: Readonly<Record<string, Change>>): Promise<string> {
  const proxy = createServer(async (request, response) => {
    const { authorization } = request.headers;
    const answer = await fetch(`${url}${request.url}`, {
      headers: authorization === undefined ? {} : { authorization },
      redirect: 'manual',
    });
    const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    const given = { status: answer.status, headers: Object.fromEntries(answer.headers), body };
    const key = `${authorization === undefined ? 'none ' : ''}${request.url}`;
    const { status, headers, body: text } = { ...given, ...changes[key]?.(given) };
    const { 'content-length': _, 'content-encoding': __, 'transfer-encoding': ___, ...kept } = headers;
    response.writeHead(status, kept).end(JSON.stringify(text));
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
const COUNT = `${USERS}/count`;
const PLAN: Plan = {
  requests: [
    ...[get(COUNT), get(USER), get(USERS), get(UNKNOWN), get('/api/v1/roles'), get('/api/v1/access-rules')],
    ...[get(USER, 'none'), get(COUNT, 'none'), get(USERS, 'broken'), get('/api/v1/applications')],
  ],
  writes: 0,
  skipped: 0,
};
const without = (body: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(body).filter(([member]) => member !== name));

const against = async (changes: Readonly<Record<string, Change>>) => {
  const real = { url: await proxied(changes), token };
  const { differences } = await compare('runai', PLAN, real, { url, token });
  return differences.filter(({ kind }) => kind === 'behaviour');
};

describe('A comparison', () => {
  it('tells nothing of two services that behave alike', async () => {
    expect(await against({})).toEqual([]);
  });

  it.each<[string, Record<string, Change>, string]>([
    ['a status', { '/api/v1/applications': () => ({ status: 206 }) }, 'status'],
    ['the message of an error', { [UNKNOWN]: ({ body }) => ({ body: { ...body, message: 'gone' } }) }, 'body.message'],
    [
      'a header',
      { '/api/v1/access-rules': ({ headers }) => ({ headers: { ...headers, 'retry-after': '5' } }) },
      'header retry-after',
    ],
    ['the order of checks', { [`none ${USER}`]: () => ({ status: 404 }) }, 'status'],
    ['a missing field', { [USER]: ({ body }) => ({ body: without(body, 'id') }) }, 'body.id'],
    ['a value of an enum', { [USER]: ({ body }) => ({ body: { ...body, type: 'other' } }) }, 'body.type'],
    ['a default', { [USER]: ({ body }) => ({ body: { ...body, resetPassword: true } }) }, 'body.resetPassword'],
    ['a limit', { [COUNT]: ({ body }) => ({ body: { ...body, count: 1000 } }) }, 'body.count'],
    ['a propagation time', { [USER]: () => ({ status: 403 }) }, 'status'],
    ['a redirect', { '/api/v1/roles': () => ({ status: 302, headers: { location: '/login' } }) }, 'status'],
  ])('tells %s, of no other request', async (_, changes, place) => {
    const found = await against(changes);
    expect(found.map((one) => one.place)).toContain(place);
    expect(new Set(found.map(({ request }) => request)).size).toBe(1);
    console.log(place, JSON.stringify(found));
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
