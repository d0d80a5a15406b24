import { beforeEach, describe, expect, it } from 'vitest';
import { expectRefused, runaiServer, TENANT } from '../../support/runai.ts';

const SETTINGS = 'security/settings';
const KEYS = ['autoRedirectSSO', 'browserSessionTimeout', 'logoutRedirectUri'];
const INITIAL = {
  autoRedirectSSO: { enabled: false },
  browserSessionTimeout: { idleTimeout: 60 },
  logoutRedirectUri: {},
};

describe.each(['2.24', '3.0'] as const)('security settings of %s', async (runai) => {
  const server = await runaiServer({ runai });
  const { admin, done } = server;

  beforeEach(async () => {
    await server.call('POST /_mock/reset');
  });

  it('have their initial values', async () => {
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
    expect(await done(200, `GET ${SETTINGS}/browserSessionTimeout`)).toEqual({ idleTimeout: 60 });
  });

  it.each([
    // From the published script that resets the administrator's password.
    ['autoRedirectSSO', { enabled: false, idpAlias: 'oidc' }],
    ['autoRedirectSSO', { enabled: null, idpAlias: null }],
    ['browserSessionTimeout', { idleTimeout: 1.5 }],
    ['browserSessionTimeout', { idleTimeout: null }],
    ['logoutRedirectUri', { uri: 'https://example.com:8443/logout?from=a' }],
    ['logoutRedirectUri', { uri: '' }],
    ['logoutRedirectUri', { uri: null }],
  ])('store %s with an empty response until a reset: %j', async (key, value) => {
    const answer = await admin(`PUT ${SETTINGS}/${key}`, value);

    expect([answer.status, answer.body]).toEqual([200, undefined]);
    expect(await done(200, `GET ${SETTINGS}/${key}`)).toEqual(value);
    expect(await done(200, `GET ${SETTINGS}`)).toEqual({ ...INITIAL, [key]: value });
    await server.call('POST /_mock/reset');
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
  });

  it.each([
    ['browserSessionTimeout', { idleTimeout: 0 }, 'must have the form `{"idleTimeout": minutes}`. Field `idleTimeout`'],
    ['autoRedirectSSO', { enabled: true, idpAlias: 'a'.repeat(256) }, '`idpAlias`'],
    ['autoRedirectSSO', { idpAlias: 'My IdP' }, '`idpAlias`'],
    ['logoutRedirectUri', { uri: 'localhost' }, '`uri`'],
    ['logoutRedirectUri', { uri: 'ftp://example.com/' }, '`uri`'],
    ['logoutRedirectUri', { uri: `https://example.com/${'a'.repeat(2048)}` }, '`uri`'],
  ])('reject an invalid value of %s with 400: case %$', async (key, value, message) => {
    expectRefused(await admin(`PUT ${SETTINGS}/${key}`, value), 400, message);
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
  });

  it.each([
    ['autoRedirectSSO', {}, { enabled: false }],
    ['autoRedirectSSO', { idpAlias: 'oidc' }, { enabled: false, idpAlias: 'oidc' }],
    ['logoutRedirectUri', {}, {}],
  ])('%s keeps the members that %j does not have', async (key, value, stored) => {
    await admin(`PUT ${SETTINGS}/${key}`, value);
    expect(await done(200, `GET ${SETTINGS}/${key}`)).toEqual(stored);
  });

  it('use the published default of a missing member', async () => {
    await admin(`PUT ${SETTINGS}/browserSessionTimeout`, { idleTimeout: 5 });
    await admin(`PUT ${SETTINGS}/browserSessionTimeout`, {});

    expect(await done(200, `GET ${SETTINGS}/browserSessionTimeout`)).toEqual({ idleTimeout: 60 });
  });

  it('ignore members of other keys', async () => {
    await admin(`PUT ${SETTINGS}/autoRedirectSSO`, { enabled: true, idleTimeout: 'never' });

    expect(await done(200, `GET ${SETTINGS}/autoRedirectSSO`)).toEqual({ enabled: true });
  });

  it('reject unknown keys with 404 and the known keys', async () => {
    for (const key of ['autoredirectsso', 'constructor']) {
      const [read, changed] = [
        await admin(`GET ${SETTINGS}/${key}`),
        await admin(`PUT ${SETTINGS}/${key}`, { idleTimeout: '5' }),
      ];
      for (const answer of [read, changed]) for (const known of KEYS) expectRefused(answer, 404, known);
    }
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
  });
});

it.each([
  ['2.24', 200],
  ['3.0', 404],
] as const)('%s returns %i for the security settings of another tenant', async (runai, status) => {
  const server = await runaiServer({ runai });
  const setting = `${SETTINGS}/autoRedirectSSO`;
  for (const request of [`GET ${SETTINGS}`, `GET ${setting}`, `PUT ${setting}`]) {
    const body = request.startsWith('PUT') ? { enabled: false } : undefined;
    expect((await server.admin(`${request}?tenantId=${TENANT}`, body)).status).toBe(200);
    const answer = await server.admin(`${request}?tenantId=1002`, body);

    expect(answer.status).toBe(status);
    if (status === 404) expectRefused(answer, 404, `Send the tenant id \`${TENANT}\``);
  }
});
