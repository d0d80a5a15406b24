/** Security settings of 2.24 and 3.0: read, changed, kept, and refused. */
import { beforeEach, describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
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

  it('are what they are at first, until somebody changes them', async () => {
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
    expect(await done(200, `GET ${SETTINGS}/browserSessionTimeout`)).toEqual({ idleTimeout: 60 });
  });

  it.each([
    // As the published script that resets the administrator's password says.
    ['autoRedirectSSO', { enabled: false, idpAlias: 'oidc' }],
    ['autoRedirectSSO', { enabled: true }],
    ['browserSessionTimeout', { idleTimeout: 5 }],
    ['logoutRedirectUri', { anything: ['of', { any: 'form' }] }],
  ])('keep %s as it was sent, with an empty answer, until a reset: %j', async (key, value) => {
    const answer = await admin(`PUT ${SETTINGS}/${key}`, value);

    expect([answer.status, answer.body]).toEqual([200, undefined]);
    expect(await done(200, `GET ${SETTINGS}/${key}`)).toEqual(value);
    expect(await done(200, `GET ${SETTINGS}?tenantId=${TENANT}`)).toEqual({ ...INITIAL, [key]: value });
    await server.call('POST /_mock/reset');
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
  });

  it.each([
    ['autoRedirectSSO', { idleTimeout: 5 }, '`enabled`'],
    ['browserSessionTimeout', { enabled: true }, '`idleTimeout`'],
    ['browserSessionTimeout', {}, 'Send, for example, `{"idleTimeout": 60}`'],
    ['browserSessionTimeout', { idleTimeout: 0 }, '`idleTimeout`'],
    ['browserSessionTimeout', { idleTimeout: '60' }, '`idleTimeout`'],
    ['autoRedirectSSO', { enabled: 'no' }, '`enabled`'],
    ['autoRedirectSSO', { enabled: true, idpAlias: 1 }, '`idpAlias`'],
    ['logoutRedirectUri', [], 'body'],
  ])('refuse a value of another form, and stay: %s %j', async (key, value, named) => {
    expectRefused(await admin(`PUT ${SETTINGS}/${key}`, value), 400, named);
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
  });

  it('name the known keys, and the tenant', async () => {
    for (const key of ['autoredirectsso', 'constructor']) {
      const [read, changed] = [await admin(`GET ${SETTINGS}/${key}`), await admin(`PUT ${SETTINGS}/${key}`, {})];
      for (const answer of [read, changed]) for (const known of KEYS) expectRefused(answer, 404, known);
    }
    expectRefused(await admin(`GET ${SETTINGS}?tenantId=1002`), 404, `Send the tenant id \`${TENANT}\``);
  });

  it('need a permission of the tenant, and a token', async () => {
    const asResearcher = server.as(await server.tokenOf(researcher));
    const [read, changed] = [
      await asResearcher(`GET ${SETTINGS}`),
      await asResearcher(`PUT ${SETTINGS}/autoRedirectSSO`, { enabled: true }),
    ];

    expect([read.status, read.decision?.missing]).toEqual([403, ['security-settings:read']]);
    expect([changed.status, changed.decision?.missing]).toEqual([403, ['security-settings:update']]);
    expect((await server.call(`GET /api/v1/${SETTINGS}`)).status).toBe(401);
  });
});

it('2.19 has no security settings, and says since when they are there', async () => {
  const older = await runaiServer({ runai: '2.19' });
  const answer = await older.admin(`GET ${SETTINGS}`);

  expect([answer.status, answer.headers['x-mock-hint']]).toEqual([
    404,
    expect.stringMatching(/is an operation of 2\.24/),
  ]);
});
