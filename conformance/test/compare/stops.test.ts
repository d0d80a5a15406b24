/** A comparison with writes that ends early, because of a signal or an unreachable service. */
import { describe, expect, it } from 'vitest';
import { type Changes, changedMock } from '../../../test/support/changed-mock.ts';
import { listeningServer } from '../../../test/support/listening.ts';
import { type CompareOptions, compareSides } from '../../src/compare/compare.ts';
import { planFromDocument } from '../../src/compare/plan.ts';

const { url } = await listeningServer();
const otherMock = await listeningServer();
const cast = (await (await fetch(`${url}/_mock/cast`)).json()) as { runai: { users: [{ bearer: string }] } };
const token = cast.runai.users[0].bearer;
const document = await (await fetch(`${url}/openapi/runai.json`)).json();
const plan = planFromDocument(document, true);

const compareWith = async (to: string, changes: Changes, options: CompareOptions = {}, mock = url) => {
  const real = { url: await changedMock(to, token, changes), token };
  return compareSides('runai', plan, real, { url: mock, token, hasIds: true }, { document, ...options });
};
const readApps = async (server: string) => {
  const answer = await fetch(`${server}/api/v1/apps`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { id: string }[]).map(({ id }) => id);
};

/** Interrupts a comparison twice, at a request whose response never comes. */
const interruptTwiceAt = (request: string) => {
  const [stop, abandon] = [new AbortController(), new AbortController()];
  const changes: Changes = {
    [request]: () => {
      stop.abort();
      abandon.abort();
      return new Promise<never>(() => {});
    },
  };
  return compareWith(otherMock.url, changes, { stop: stop.signal, abandon: abandon.signal });
};

describe('a comparison', () => {
  it('that is interrupted sends no further requests, deletes what it created, and reports what it has compared', async () => {
    const before = await readApps(otherMock.url);
    const stop = new AbortController();
    const sent: string[] = [];
    const changes: Changes = new Proxy(
      {},
      {
        get: (_, request) => (answer: object) => {
          sent.push(String(request));
          if (request === 'POST /api/v1/apps') stop.abort();
          return answer;
        },
      },
    );
    const report = await compareWith(otherMock.url, changes, { stop: stop.signal });
    const [deletion] = sent.slice(sent.indexOf('POST /api/v1/apps') + 1);

    expect(deletion).toMatch(/^DELETE \/api\/v1\/apps\/[0-9a-f-]{36}$/);
    expect(sent.filter((line) => line.startsWith('DELETE')).length).toBe(sent.length - sent.indexOf(String(deletion)));
    expect(await readApps(otherMock.url)).toEqual(before);
    expect(report).toMatchObject({ stopped: 'interrupted', leftBehind: [] });
    const at = plan.requests.findIndex(({ name }) => name === 'POST /api/v1/apps');
    expect(report.requests).toBeGreaterThan(0);
    expect(report.requests).toBeLessThanOrEqual(at + 1);
    expect(report.notCompared.filter(({ reason }) => reason === 'interrupted').map(({ request }) => request)).toEqual(
      plan.requests.slice(at + 1).map(({ name }) => name),
    );
  });

  it('that is interrupted twice does not wait for the response of a creation, and reports the request', async () => {
    const { leftBehind, stopped } = await interruptTwiceAt('POST /api/v1/apps');

    expect(stopped).toBe('interrupted');
    expect(leftBehind).toContain('anything created by POST /api/v1/apps, which got no response');
  });

  it('that is interrupted twice during its first request has compared nothing', async () => {
    const first = plan.requests.find(({ method, credential }) => method === 'GET' && credential === 'valid');
    const report = await interruptTwiceAt(`GET ${first?.url}`);

    expect(report).toMatchObject({ requests: 0, stopped: 'interrupted', leftBehind: [] });
  });

  it('that is interrupted while it waits for a write to become visible reports no difference', async () => {
    const stop = new AbortController();
    const late: Changes = {
      'GET /api/v1/users/count': () => {
        stop.abort();
        return { status: 404, body: {} };
      },
    };
    const get = (path: string) =>
      ({ name: path, method: 'GET', url: path, credential: 'valid', mediaType: null, body: '' }) as const;
    const make = { ...get('/api/v1/apps'), method: 'POST', mediaType: 'application/json', body: '{"name":"late"}' };
    const requests = [get('/api/v1/users'), make, get('/api/v1/users/count')];
    const real = { url: await changedMock(otherMock.url, token, late), token };
    const { differences, notCompared } = await compareSides(
      ...(['runai', { ...plan, requests }, real, { url, token, hasIds: true }] as const),
      { document, patience: 60_000, stop: stop.signal },
    );

    expect(differences).toEqual([]);
    expect(notCompared).toContainEqual(
      expect.objectContaining({ request: '/api/v1/users/count', reason: 'interrupted' }),
    );
  });
});

describe('a comparison with a service that becomes unreachable', () => {
  it('reports what it has compared, and the created objects that it could not delete', async () => {
    const third = await listeningServer();
    const created: string[] = [];
    // The mock gets each request after the real service, so the object was created there.
    const mock = await changedMock(url, token, {
      'POST /api/v1/apps': async (answer) => {
        created.push(...(await readApps(third.url)));
        await third.close();
        return answer;
      },
    });
    const report = await compareSides(
      ...(['runai', plan, { url: third.url, token }, { url: mock, token, hasIds: true }] as const),
      { document },
    );

    expect(report.stopped).toMatch(`--against ${third.url} does not respond: `);
    expect(report.requests).toBeGreaterThan(0);
    const [deletion] = report.leftBehind.filter((line) => line.startsWith('DELETE /api/v1/apps/'));
    expect(created).toContain(deletion?.split('/').at(-1));
  });

  it('deletes what it created at the real service if the mock becomes unreachable', async () => {
    const before = await readApps(otherMock.url);
    const third = await listeningServer();
    const changes: Changes = {
      'POST /api/v1/apps': async (answer) => {
        await third.close();
        return answer;
      },
    };
    const { stopped, leftBehind } = await compareWith(otherMock.url, changes, {}, third.url);

    expect(stopped).toMatch(`--url ${third.url} does not respond: `);
    expect(leftBehind).toEqual([]);
    expect(await readApps(otherMock.url)).toEqual(before);
  });
});
