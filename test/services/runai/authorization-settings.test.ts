import { beforeEach, describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import { expectRefused, RULES, runaiServer, TENANT, VIEWER, VISION } from '../../support/runai.ts';

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
});

describe('a request for an authorization setting', () => {
  it.each([
    ['with another key', 'enableSomething'],
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
});
