/** Reading and changing the authorization settings of 3.0. */
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
const SETTING = `${SETTINGS}/${KEY}`;

const server = await runaiServer({ runai: '3.0' });
const { admin, done } = server;
const putSetting = (body: unknown, path = SETTING) => admin(`PUT ${path}`, body);

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

describe('an authorization setting', () => {
  it('is null initially', async () => {
    expect(await done(200, `GET ${SETTINGS}`)).toEqual({ settings: [{ key: KEY, enabled: null }] });
    expect(await done(200, `GET ${SETTING}`)).toEqual({ enabled: null });
  });

  it.each([true, false, null])('can be set to %s, with an empty response', async (enabled) => {
    await putSetting({ enabled: enabled === false });
    const answer = await putSetting({ enabled });

    expect([answer.status, answer.body]).toEqual([200, undefined]);
    expect(await done(200, `GET ${SETTING}`)).toEqual({ enabled });
    expect(await done(200, `GET ${SETTINGS}`)).toEqual({ settings: [{ key: KEY, enabled }] });
  });

  it('accepts the tenant of the caller as `tenantId`', async () => {
    await putSetting({ enabled: true }, `${SETTING}?tenantId=${TENANT}`);

    // An empty value is the default of the published page.
    expect(await done(200, `GET ${SETTING}?tenantId=`)).toEqual({ enabled: true });

    expect(await done(200, `GET ${SETTING}?tenantId=${TENANT}`)).toEqual({ enabled: true });
    expect((await done(200, `GET ${SETTINGS}?tenantId=${TENANT}`)).settings).toHaveLength(1);
  });

  it('has no effect on decisions', async () => {
    const requests = ['GET users', 'GET org-unit/projects', `GET ${RULES}`];
    await done(201, `POST ${RULES}`, {
      subjectId: researcher.email,
      subjectType: 'user',
      roleId: VIEWER,
      scopeType: 'project',
      scopeId: VISION,
    });
    const asResearcher = server.as(await server.tokenOf(researcher));
    const readBodies = () => Promise.all(requests.map(async (request) => (await asResearcher(request)).body));
    const before = await readBodies();
    await putSetting({ enabled: true });

    expect(await readBodies()).toEqual(before);
  });

  it('is copied to snapshots and forked worlds, and then independent of them', async () => {
    const readEnabled = async ({ call }: Pick<typeof server, 'call'>, token: string) =>
      (await call(`GET /api/v1/${SETTING}`, { token })).body.enabled;
    const token = await tokenOf(server.call, adminBot);
    await putSetting({ enabled: true });
    const { body: snapshot } = await server.call('POST /_mock/snapshots');
    const fork = await makeWorld(server, { from: { world: 'default' }, credentials: 'cast' });
    const forkToken = await tokenOf(fork.call, adminBot);
    await putSetting({ enabled: false });

    expect([await readEnabled(fork, forkToken), await readEnabled(server, token)]).toEqual([true, false]);
    await fork.call(`PUT /api/v1/${SETTING}`, { token: forkToken, body: { enabled: null } });
    await server.call(`POST /_mock/snapshots/${snapshot.id}/restore`);
    expect([await readEnabled(fork, forkToken), await readEnabled(server, token)]).toEqual([null, true]);
  });

  it.runIf(hasDriver)('persists a change that succeeds while the server stops', async () => {
    const config = { runai: '3.0', data: join(await emptyFolder(), 'mock.db') } as const;
    const first = await listeningServer(config);
    const send = async (method: string, path: string, body: object, token = '') => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return fetch(`${first.url}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    };
    const { clientId, clientSecret } = adminBot;
    const granted = await send('POST', 'token', { grantType: 'client_credentials', clientId, clientSecret });
    const { accessToken } = (await granted.json()) as { readonly accessToken: string };
    const change = async (enabled: boolean) => (await send('PUT', SETTING, { enabled }, accessToken)).status;
    await change(false);
    const changes = Array.from({ length: 10 }, () => change(true));
    // One of the requests has completed; the others may still be sent.
    await Promise.race(changes);
    const [answers] = await Promise.all([Promise.allSettled(changes), first.close()]);
    const statuses = answers.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const second = await runaiServer(config);

    // A server that stops returns 503 for later requests.
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await second.done(200, `GET ${SETTING}`)).toEqual({ enabled: true });
  });
});

describe('a request for an authorization setting', () => {
  it.each([
    ['with another key', 'enableSomething'],
    ['with its key in lower case', KEY.toLowerCase()],
    ['with the name of an inherited property', 'constructor'],
  ])('is rejected %s: 404 with the known key', async (_what, key) => {
    for (const answer of [
      await admin(`GET ${SETTINGS}/${key}`),
      await putSetting({ enabled: true }, `${SETTINGS}/${key}`),
    ]) {
      expectRefused(answer, 404, `\`${KEY}\``);
    }
  });

  it('without a value changes nothing', async () => {
    await putSetting({ enabled: true });
    await done(200, `PUT ${SETTING}`, {});

    expect(await done(200, `GET ${SETTING}`)).toEqual({ enabled: true });
  });

  it('is rejected for another tenant: 404 with the tenant of the caller', async () => {
    for (const request of [`GET ${SETTINGS}`, `GET ${SETTING}`, `PUT ${SETTING}`]) {
      const body = request.startsWith('PUT') ? { enabled: true } : undefined;
      expectRefused(await admin(`${request}?tenantId=1002`, body), 404, `Send the tenant id \`${TENANT}\``);
      expectRefused(await admin(`${request}?tenantId=acme`, body), 404, `Send the tenant id \`${TENANT}\``);
    }
    expect(await done(200, `GET ${SETTING}`)).toEqual({ enabled: null });
  });

  it.each(['2.19', '2.24'] as const)('is rejected by %s: 404 with a hint that names 3.0', async (runai) => {
    const older = await runaiServer({ runai });
    for (const request of [`GET ${SETTINGS}`, `GET ${SETTING}`, `PUT ${SETTING}`]) {
      const answer = await older.admin(request, request.startsWith('PUT') ? { enabled: true } : undefined);

      expect([answer.status, answer.headers['x-mock-hint']]).toEqual([
        404,
        expect.stringMatching(/exists in 3\.0, .* Start the mock with `--runai 3\.0`/),
      ]);
    }
  });
});

it('3.0 ignores the removed field `tenantIsCspManaged`, and a hint names it', async () => {
  expect((await putSetting({ enabled: true, tenantIsCspManaged: true })).status).toBe(200);
  expect(await server.hints('other_version')).toContain(
    'update_authorization_setting_by_key was called with the field `tenantIsCspManaged`, which only 2.24 has. It has no effect.',
  );
});
