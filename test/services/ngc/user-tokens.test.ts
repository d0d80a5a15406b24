import { describe, expect, it } from 'vitest';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { type Request, testServer } from '../../support/server.ts';

const server = await testServer();
const owner = castKey('owner');
const airUser = castKey('air-user');
const deployer = castKey('nvcf-deployer');
const DEVICE = '0f2b6c1d4e5a69788b';
const HOUR = '1h';

type Server = Pick<typeof server, 'call'>;

const exchange = (key: string, target: Server = server) =>
  target.call('GET /token', { headers: { authorization: `ApiKey ${key}` } });

const startLogin = (target: Server = server, deviceId = DEVICE, email = airUser.user) =>
  target.call('POST /device/login', { body: { deviceId, email } });
const confirm = (principal: string | undefined, target: Server = server, deviceId = DEVICE) =>
  target.call(`POST /_mock/device-logins/${deviceId}/confirm`, { body: { principal } });
const redeem = (sessionKey: string, target: Server = server, deviceId: string | null = DEVICE) =>
  target.call('GET /token', { token: sessionKey, ...(deviceId !== null && { headers: { 'x-device-id': deviceId } }) });
const readNewestDecision = async (target: Server = server) =>
  (await target.call('GET /_mock/decisions?limit=1')).body.decisions[0];

/** Creates the token of a user through a device login. */
async function createToken(user: string | undefined, target: Server = server): Promise<string> {
  const { body } = await startLogin(target);
  await confirm(user, target);
  const answer = await redeem(body.sessionKey, target);
  expect(answer.status).toBe(200);
  return answer.body.token;
}

describe('GET /token with a key', () => {
  it('returns a token of the user for the user API and the keys of the user', async () => {
    const { status, body } = await exchange(owner.key);
    const me = await server.call('GET /v2/users/me', { token: body.token });
    const keys = await server.call(`GET /v3/orgs/${ngcCast.org}/keys`, { token: body.token });

    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['token']);
    expect(me.body.user).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: owner.user });
    expect(keys.status).toBe(200);
    expect(await readNewestDecision()).toMatchObject({
      effect: 'allow',
      principal: { kind: 'organization-user', user: owner.user },
    });
  });

  it.each(['ApiKey', 'apikey', 'APIKEY'])('accepts the scheme in any case: %s', async (scheme) => {
    expect((await server.call('GET /token', { headers: { authorization: `${scheme} ${owner.key}` } })).status).toBe(
      200,
    );
  });

  const refusals: [title: string, request: Request, reason: string][] = [
    ['no credentials', {}, 'no_token'],
    ['a key as a bearer', { token: owner.key }, 'key_as_session'],
    ['a service key', { headers: { authorization: `ApiKey ${deployer.key}` } }, 'key_without_user'],
    ['a malformed key', { headers: { authorization: 'ApiKey nvapi-short' } }, 'malformed_key'],
    ['an unknown key', { headers: { authorization: `ApiKey ${owner.key.slice(0, -2)}AA` } }, 'foreign_key'],
    ['`$oauthtoken`', { headers: { authorization: `Basic ${btoa(`$oauthtoken:${owner.key}`)}` } }, 'wrong_scheme'],
  ];

  it.each(refusals)('rejects %s', async (_, request, reason) => {
    const { status, body } = await server.call('GET /token', request);

    expect(status).toBe(401);
    expect(body.requestStatus).toMatchObject({ statusCode: 'UNAUTHORIZED' });
    expect(await readNewestDecision()).toMatchObject({ effect: 'deny', reason });
  });
});

describe('a device login', () => {
  it('results in a token that Air accepts for the organisation of the header', async () => {
    const started = await startLogin();
    const confirmed = await confirm(airUser.user);
    const { status, body } = await redeem(started.body.sessionKey);
    const headers = { 'nv-ngc-org': ngcCast.org };
    const list = await server.call('GET /api/v3/simulations/', { token: body.token, headers });
    const inAccount = { 'nv-ngc-org': ngcCast.ncaId };

    expect(started.status).toBe(200);
    expect(started.body.loginUrl).toMatch(new RegExp(`/device/login/${DEVICE}$`));
    expect(confirmed.body).toMatchObject({ deviceId: DEVICE, user: { email: airUser.user, org: ngcCast.org } });
    expect(status).toBe(200);
    expect(list.status).toBe(200);
    expect((await server.call('GET /api/v3/simulations/', { token: body.token, headers: inAccount })).status).toBe(200);
  });

  it('has the rights of the roles of its user, and a refusal suggests a further role', async () => {
    const token = await createToken(castKey('nvcf-user').user);
    const { status } = await server.call('GET /api/v3/simulations/', { token });
    const decision = await readNewestDecision();

    expect(status).toBe(403);
    expect(decision).toMatchObject({ reason: 'missing_scope', principal: { kind: 'organization-user' } });
    expect(decision.fixes).toEqual([
      expect.objectContaining({ kind: 'policy', text: expect.stringContaining('`air') }),
    ]);
  });

  it('is rejected before it is confirmed, for another device, after it expires and after it is replaced', async () => {
    const own = await testServer();
    const { sessionKey } = (await startLogin(own)).body;
    const reasonOf = async (response: Promise<{ status: number }>) => {
      expect((await response).status).toBe(401);
      return (await readNewestDecision(own)).reason;
    };

    expect(await reasonOf(redeem(sessionKey, own))).toBe('unconfirmed_login');
    await confirm(airUser.user, own);
    expect(await reasonOf(redeem(sessionKey, own, 'another'))).toBe('other_device');
    expect(await reasonOf(redeem(sessionKey, own, null))).toBe('other_device');
    expect((await redeem(sessionKey, own)).status).toBe(200);
    await startLogin(own);
    expect(await reasonOf(redeem(sessionKey, own))).toBe('unknown_session');
    const second = (await startLogin(own)).body.sessionKey;
    await own.call('POST /_mock/clock/advance', { body: { by: '15m' } });
    await startLogin(own, 'another');
    expect(await reasonOf(redeem(second, own))).toBe('expired_session');
    expect((await confirm(airUser.user, own)).status).toBe(404);
  });

  it('requires a valid device id and an e-mail address', async () => {
    const bodies = [{}, { deviceId: DEVICE }, { deviceId: '../x', email: 'a@b.c' }, { deviceId: '', email: 'a@b.c' }];
    for (const body of bodies) expect((await server.call('POST /device/login', { body })).status).toBe(400);
  });

  it('is confirmed by an e-mail address or by the name of a personal key', async () => {
    await startLogin();

    expect((await confirm(airUser.user)).status).toBe(200);
    expect((await confirm(airUser.name)).status).toBe(200);
    expect((await confirm(deployer.name)).status).toBe(400);
    await server.call(`PATCH /_mock/keys/${airUser.id}`, { body: { status: 'disabled' } });
    expect((await confirm(airUser.name)).status).toBe(200);
    await server.call(`PATCH /_mock/keys/${airUser.id}`, { body: { status: 'active' } });
    expect((await confirm('nobody')).status).toBe(400);
    expect((await confirm(airUser.user, server, 'no-such-device')).status).toBe(404);
  });
});

describe('the page of a device login', () => {
  const getPage = (target: Server, deviceId: string) => target.call(`GET /device/login/${deviceId}`);
  const choose = (target: Server, user: string, deviceId = DEVICE) =>
    target.call(`POST /device/login/${deviceId}`, {
      body: new URLSearchParams({ user }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  it('lists the users, starting with the user of the login, and confirms the login', async () => {
    const { sessionKey } = (await startLogin()).body;
    const { status, body: html } = await getPage(server, DEVICE);
    const [, first = ''] = /name="user" value="([^"]+)"[^>]*>([^<]+)</.exec(html) ?? [];
    const clicked = await choose(server, first);
    const { body } = await redeem(sessionKey);
    const me = await server.call('GET /v2/users/me', { token: body.token });

    expect(status).toBe(200);
    expect(clicked.status).toBe(200);
    expect(me.body.user).toMatchObject({ id: first, email: airUser.user });
  });

  it('returns 404 for an unknown login and 400 for an unknown user', async () => {
    await startLogin();

    expect((await getPage(server, 'unknown')).status).toBe(404);
    expect((await choose(server, owner.user ?? '', 'unknown')).status).toBe(404);
    expect((await choose(server, 'nobody')).status).toBe(400);
  });

  it('is available for the latest thousand logins', async () => {
    const own = await testServer();
    await startLogin(own, 'oldest');
    await own.call('POST /_mock/clock/advance', { body: { by: '1m' } });
    for (let device = 1; device <= 1000; device += 1) await startLogin(own, `device-${device}`);

    expect((await getPage(own, 'oldest')).status).toBe(404);
    for (const device of ['device-1', 'device-999', 'device-1000'])
      expect((await getPage(own, device)).status).toBe(200);
  });

  it('lists no users and rejects a confirmation without the admin token', async () => {
    const guarded = await testServer({ adminToken: 'admin-token-of-the-test' });
    await startLogin(guarded);
    const { status, body: html } = await getPage(guarded, DEVICE);

    expect(status).toBe(200);
    expect(html).not.toContain('name="user"');
    expect((await choose(guarded, airUser.user ?? '')).status).toBe(403);
  });
});

describe('the token of a user', () => {
  it('is rejected after an hour, with a changed signature and for an unknown organisation', async () => {
    const own = await testServer();
    const token = await createToken(airUser.user, own);
    const statusAndReasonOf = async (request: Request) => {
      const { status } = await own.call('GET /api/v3/simulations/', request);
      return [status, (await readNewestDecision(own)).reason];
    };

    expect(await statusAndReasonOf({ token: `${token.slice(0, -8)}AAAAAAAA` })).toEqual([403, 'bad_signature']);
    expect(await statusAndReasonOf({ token, headers: { 'nv-ngc-org': 'nowhere' } })).toEqual([403, 'not_a_member']);
    await own.call('POST /_mock/clock/advance', { body: { by: HOUR } });
    expect(await statusAndReasonOf({ token })).toEqual([403, 'expired_token']);
  });

  it('is rejected by Cloud Functions and by Run:ai', async () => {
    const token = await createToken(airUser.user);

    expect((await server.call('GET /v2/nvcf/functions', { token })).status).toBe(401);
    expect((await server.call('GET /api/v1/users', { token })).status).toBe(401);
    const decision = await readNewestDecision();
    expect(decision.reason).toBe('wrong_issuer');
    expect(decision.fixes[0].text).toContain('NGC user');
  });

  it('appears in the least privilege report with the roles of its user', async () => {
    const own = await testServer();
    const token = await createToken(owner.user, own);
    await own.call('GET /api/v3/simulations/', { token });
    const { body } = await own.call('GET /_mock/least-privilege');
    const [report] = body.principals;

    expect(report.principal).toMatchObject({ kind: 'organization-user', name: owner.user });
    expect(report.held.roles).toEqual(owner.roles);
    expect(report.smallest.roles).toEqual(['air']);
  });

  it('is rejected with two organisations in the header', async () => {
    const token = await createToken(airUser.user);
    const headers = { 'nv-ngc-org': `${ngcCast.org}, globex` };

    expect((await server.call('GET /v2/users/me', { token, headers })).status).toBe(401);
    expect(await readNewestDecision()).toMatchObject({ reason: 'not_a_member' });
  });

  it('identifies its world, and so does its session key', async () => {
    const { body: world } = await server.call('POST /_mock/worlds', { body: { id: 'logins' } });
    const callIn = (request: string, options: Request = {}) => {
      const [method, path] = request.split(' ');
      return server.call(`${method} /w/${world.id}${path}`, options);
    };
    const { sessionKey, loginUrl } = (await callIn('POST /device/login', { body: { deviceId: 'w', email: 'x@y' } }))
      .body;
    await callIn('POST /_mock/device-logins/w/confirm', { body: { principal: airUser.user } });
    const { status, body } = await redeem(sessionKey, server, 'w');

    expect(loginUrl).toContain('/w/logins/device/login/w');
    expect(status).toBe(200);
    expect((await server.call('GET /v2/users/me', { token: body.token })).body.user.email).toBe(airUser.user);
    expect((await callIn('GET /_mock/decisions?limit=1')).body.decisions[0]).toMatchObject({ effect: 'allow' });
  });

  it('does not appear in the request log, nor does its session key', async () => {
    const own = await testServer();
    const { sessionKey } = (await startLogin(own)).body;
    await confirm(airUser.user, own);
    const { token } = (await redeem(sessionKey, own)).body;
    await own.call('GET /v2/users/me', { token });
    const recorded = JSON.stringify((await own.call('GET /_mock/requests')).body);

    expect(recorded).not.toContain(sessionKey);
    expect(recorded).not.toContain(token);
  });
});

it('a service key has no user, and returns 403', async () => {
  expect((await server.call('GET /v2/users/me', { token: deployer.key })).status).toBe(403);
});
