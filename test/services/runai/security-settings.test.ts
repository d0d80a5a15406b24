/** Security settings of 2.24 and 3.0: read, changed, kept, and refused. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { adminBot, researcher } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { expectRefused, runaiServer, TENANT } from '../../support/runai.ts';
import { makeWorld, tokenOf } from '../../support/worlds.ts';

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
    ['logoutRedirectUri', { enabled: 'yes', idpAlias: null, idleTimeout: 0 }],
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
    ['browserSessionTimeout', {}, 'takes `{"idleTimeout": minutes}`'],
    ['browserSessionTimeout', { idleTimeout: 0 }, '`idleTimeout`'],
    ['browserSessionTimeout', { idleTimeout: '60' }, '`idleTimeout`'],
    ['browserSessionTimeout', { idleTimeout: 1.5 }, '`idleTimeout`'],
    ['browserSessionTimeout', { idleTimeout: 2 ** 31 }, '`idleTimeout`'],
    ['autoRedirectSSO', { enabled: 'no' }, '`enabled`'],
    ['autoRedirectSSO', { enabled: true, idpAlias: 1 }, '`idpAlias`'],
    ['autoRedirectSSO', { enabled: true, idpAlias: 'a'.repeat(256) }, '`idpAlias`'],
    ['logoutRedirectUri', [], 'body'],
  ])('refuse a value of another form, and stay: %s %j', async (key, value, named) => {
    expectRefused(await admin(`PUT ${SETTINGS}/${key}`, value), 400, named);
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
  });

  it('keep only the members of their own key', async () => {
    await admin(`PUT ${SETTINGS}/autoRedirectSSO`, { enabled: true, idleTimeout: 'never' });

    expect(await done(200, `GET ${SETTINGS}/autoRedirectSSO`)).toEqual({ enabled: true });
  });

  it('are of a world: one made of another has its own', async () => {
    await admin(`PUT ${SETTINGS}/browserSessionTimeout`, { idleTimeout: 5 });
    const fork = await makeWorld(server, { from: { world: 'default' }, credentials: 'cast' });
    const token = await tokenOf(fork.call, adminBot);
    await admin(`PUT ${SETTINGS}/browserSessionTimeout`, { idleTimeout: 7 });

    expect((await fork.call(`GET /api/v1/${SETTINGS}/browserSessionTimeout`, { token })).body).toEqual({
      idleTimeout: 5,
    });
  });

  it.runIf(hasDriver)('survive a restart', async () => {
    const config = { runai, data: join(await emptyFolder(), 'mock.db') };
    const first = await runaiServer(config);
    await first.done(200, `PUT ${SETTINGS}/logoutRedirectUri`, { uri: 'https://example.com/' });
    await first.close();
    const second = await runaiServer(config);

    expect(await second.done(200, `GET ${SETTINGS}/logoutRedirectUri`)).toEqual({ uri: 'https://example.com/' });
  });

  it('name the known keys, and the tenant', async () => {
    for (const key of ['autoredirectsso', 'constructor']) {
      const [read, changed] = [
        await admin(`GET ${SETTINGS}/${key}`),
        await admin(`PUT ${SETTINGS}/${key}`, { idleTimeout: '5' }),
      ];
      for (const answer of [read, changed]) for (const known of KEYS) expectRefused(answer, 404, known);
    }
    const one = `${SETTINGS}/autoRedirectSSO`;
    for (const request of [`GET ${SETTINGS}`, `GET ${one}`, `PUT ${one}`]) {
      const body = request.startsWith('PUT') ? { enabled: true } : undefined;
      expectRefused(await admin(`${request}?tenantId=1002`, body), 404, `Send the tenant id \`${TENANT}\``);
    }
    expect(await done(200, `GET ${SETTINGS}`)).toEqual(INITIAL);
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
