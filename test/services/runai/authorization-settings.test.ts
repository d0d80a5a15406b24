/** Authorization settings of 3.0: read, changed, kept, and refused. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { adminBot, researcher } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { listeningServer } from '../../support/listening.ts';
import { expectRefused, RULES, runaiServer, TENANT, VIEWER, VISION } from '../../support/runai.ts';
import { makeWorld, tokenOf } from '../../support/worlds.ts';

const SETTINGS = 'authorization/settings';
const KEY = 'enableScopedAuthorization';
const ONE = `${SETTINGS}/${KEY}`;

const server = await runaiServer({ runai: '3.0' });
const { admin, done } = server;
const put = (body: unknown, path = ONE) => admin(`PUT ${path}`, body);

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

describe('an authorization setting', () => {
  it('is null until somebody sets it', async () => {
    expect(await done(200, `GET ${SETTINGS}`)).toEqual({ settings: [{ key: KEY, enabled: null }] });
    expect(await done(200, `GET ${ONE}`)).toEqual({ enabled: null });
  });

  it.each([true, false, null])('keeps the value %s, with an empty answer', async (enabled) => {
    await put({ enabled: enabled === false });
    const answer = await put({ enabled });

    expect([answer.status, answer.body]).toEqual([200, undefined]);
    expect(await done(200, `GET ${ONE}`)).toEqual({ enabled });
    expect(await done(200, `GET ${SETTINGS}`)).toEqual({ settings: [{ key: KEY, enabled }] });
  });

  it('takes the tenant of the caller as `tenantId`', async () => {
    await put({ enabled: true }, `${ONE}?tenantId=${TENANT}`);

    // The default of the page.
    expect(await done(200, `GET ${ONE}?tenantId=`)).toEqual({ enabled: true });

    expect(await done(200, `GET ${ONE}?tenantId=${TENANT}`)).toEqual({ enabled: true });
    expect((await done(200, `GET ${SETTINGS}?tenantId=${TENANT}`)).settings).toHaveLength(1);
  });

  it('changes no decision', async () => {
    const asked = ['GET users', 'GET org-unit/projects', `GET ${RULES}`];
    await done(201, `POST ${RULES}`, {
      ...{ subjectId: researcher.email, subjectType: 'user', roleId: VIEWER },
      ...{ scopeType: 'project', scopeId: VISION },
    });
    const asResearcher = server.as(await server.tokenOf(researcher));
    const answers = () => Promise.all(asked.map(async (request) => (await asResearcher(request)).body));
    const before = await answers();
    await put({ enabled: true });

    expect(await answers()).toEqual(before);
  });

  it('goes back with a reset', async () => {
    await put({ enabled: true });
    await server.call('POST /_mock/reset');

    expect(await done(200, `GET ${ONE}`)).toEqual({ enabled: null });
  });

  it('is in snapshots and in worlds made of others, each of which has its own', async () => {
    const enabledIn = async ({ call }: Pick<typeof server, 'call'>, token: string) =>
      (await call(`GET /api/v1/${ONE}`, { token })).body.enabled;
    const token = await tokenOf(server.call, adminBot);
    await put({ enabled: true });
    const { body: snapshot } = await server.call('POST /_mock/snapshots');
    const fork = await makeWorld(server, { from: { world: 'default' }, credentials: 'cast' });
    const ofFork = await tokenOf(fork.call, adminBot);
    await put({ enabled: false });

    expect([await enabledIn(fork, ofFork), await enabledIn(server, token)]).toEqual([true, false]);
    await fork.call(`PUT /api/v1/${ONE}`, { token: ofFork, body: { enabled: null } });
    await server.call(`POST /_mock/snapshots/${snapshot.id}/restore`);
    expect([await enabledIn(fork, ofFork), await enabledIn(server, token)]).toEqual([null, true]);
  });

  it.runIf(hasDriver)('survives a restart', async () => {
    const config = { runai: '3.0', data: join(await emptyFolder(), 'mock.db') } as const;
    const first = await runaiServer(config);
    await first.done(200, `PUT ${ONE}`, { enabled: true });
    await first.close();
    const second = await runaiServer(config);

    expect(await second.done(200, `GET ${ONE}`)).toEqual({ enabled: true });
  });

  it.runIf(hasDriver)('has the value of a change that was answered while the server stopped', async () => {
    const config = { runai: '3.0', data: join(await emptyFolder(), 'mock.db') } as const;
    const first = await listeningServer(config);
    const send = async (method: string, path: string, body: object, token = '') => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return fetch(`${first.url}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    };
    const { clientId, clientSecret } = adminBot;
    const granted = await send('POST', 'token', { grantType: 'client_credentials', clientId, clientSecret });
    const { accessToken } = (await granted.json()) as { readonly accessToken: string };
    const change = async (enabled: boolean) => (await send('PUT', ONE, { enabled }, accessToken)).status;
    await change(false);
    const changes = Array.from({ length: 10 }, () => change(true));
    // One of them has arrived; the others may be on their way.
    await Promise.race(changes);
    const [answers] = await Promise.all([Promise.allSettled(changes), first.close()]);
    const statuses = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const second = await runaiServer(config);

    // A server that stops answers 503 to what arrives too late.
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await second.done(200, `GET ${ONE}`)).toEqual({ enabled: true });
  });
});

describe('an authorization setting is refused', () => {
  it.each([
    ['with another key', 'enableSomething'],
    ['with its key in lower case', KEY.toLowerCase()],
    ['with a name that every object inherits', 'constructor'],
  ])('%s: 404 names the known one', async (_what, key) => {
    for (const answer of [await admin(`GET ${SETTINGS}/${key}`), await put({ enabled: true }, `${SETTINGS}/${key}`)]) {
      expectRefused(answer, 404, `\`${KEY}\``);
    }
  });

  it.each([
    ['a text', { enabled: 'true' }],
    ['a number', { enabled: 1 }],
    ['an object', { enabled: {} }],
  ])('with %s: 400 names the field', async (_what, body) => {
    expectRefused(await put(body), 400, '`enabled`');
    expect(await done(200, `GET ${ONE}`)).toEqual({ enabled: null });
  });

  it('without a value: nothing changes', async () => {
    await put({ enabled: true });
    await done(200, `PUT ${ONE}`, {});

    expect(await done(200, `GET ${ONE}`)).toEqual({ enabled: true });
  });

  it.each([[[true]], ['null'], [true]])('with %j as the body: 400', async (body) => {
    expectRefused(await put(body), 400);
  });

  it('for another tenant: 404 names the own one', async () => {
    for (const request of [`GET ${SETTINGS}`, `GET ${ONE}`, `PUT ${ONE}`]) {
      const body = request.startsWith('PUT') ? { enabled: true } : undefined;
      expectRefused(await admin(`${request}?tenantId=1002`, body), 404, `Send the tenant id \`${TENANT}\``);
      expectRefused(await admin(`${request}?tenantId=acme`, body), 404, `Send the tenant id \`${TENANT}\``);
    }
    expect(await done(200, `GET ${ONE}`)).toEqual({ enabled: null });
  });

  it('without a permission: 403 names it', async () => {
    const asResearcher = server.as(await server.tokenOf(researcher));
    const [read, changed] = [await asResearcher(`GET ${ONE}`), await asResearcher(`PUT ${ONE}`, { enabled: true })];

    expect([read.status, read.decision?.missing]).toEqual([403, ['roles:read']]);
    expect([changed.status, changed.decision?.missing]).toEqual([403, ['roles:update']]);
  });

  it('without a token: 401', async () => {
    expect((await server.call(`PUT /api/v1/${ONE}`, { body: { enabled: true } })).status).toBe(401);
  });

  it.each(['2.19', '2.24'] as const)('by %s: 404 says that only 3.0 has it', async (runai) => {
    const older = await runaiServer({ runai });
    for (const request of [`GET ${SETTINGS}`, `GET ${ONE}`, `PUT ${ONE}`]) {
      const answer = await older.admin(request, request.startsWith('PUT') ? { enabled: true } : undefined);

      expect([answer.status, answer.headers['x-mock-hint']]).toEqual([
        404,
        expect.stringMatching(/exists in 3\.0, .* Start the mock with `--runai 3\.0`/),
      ]);
    }
    expect(await older.findings('other_version')).toContain(`GET /api/v1/${ONE} was called, which only 3.0 has`);
  });
});

it('3.0 ignores the removed field `tenantIsCspManaged`, and a finding names it', async () => {
  expect((await put({ enabled: true, tenantIsCspManaged: true })).status).toBe(200);
  expect(await server.findings('other_version')).toContain(
    'update_authorization_setting_by_key was called with the field `tenantIsCspManaged`, which only 2.24 has. It has no effect.',
  );
});
