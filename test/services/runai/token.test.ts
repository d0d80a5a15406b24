import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TOKEN_LIFETIMES } from '../../../src/services/runai/token-lifetimes.ts';
import { admin, adminBot, application, cast, plainBot, researcher } from '../../support/cast.ts';
import { START, testServer } from '../../support/server.ts';

const server = await testServer();
const { clientId, clientSecret } = researcher.accessKey;

const asClient = (id: string, secret: string) => ({
  grantType: 'client_credentials',
  clientId: id,
  clientSecret: secret,
});
const asApp = (id: string, secret: string) => ({ grantType: 'app_token', AppId: id, AppSecret: secret });
const byPassword = { grantType: 'password', username: admin.email, password: admin.password };

describe('POST /api/v1/token returns a token', () => {
  const requests: [what: string, body: Record<string, string>, name: string][] = [
    ['the documented call of 2.24', asClient(clientId, clientSecret), researcher.email],
    ['the documented call of 2.19', asApp(application.name, application.secret), application.name],
    [
      'the spelling of the OpenAPI document',
      { grantType: 'client_credentials', clientID: clientId, clientSecret },
      researcher.email,
    ],
    [
      'any other spelling',
      { GRANTTYPE: 'client_credentials', clientid: clientId, CLIENTSECRET: clientSecret },
      researcher.email,
    ],
    ['a service account', asClient(adminBot.clientId, adminBot.clientSecret), adminBot.name],
    ['an application by its client id', asApp(application.clientId, application.secret), application.name],
    ['an access key with the grant app_token', asApp(clientId, clientSecret), researcher.email],
    ['a service account with the grant app_token', asApp(plainBot.clientId, plainBot.clientSecret), plainBot.name],
    ['a user by password', byPassword, admin.email],
    ['a user and a client', { ...byPassword, username: admin.email.toUpperCase(), clientID: 'cli' }, admin.email],
  ];

  it.each(requests)('for %s', async (_what, body, name) => {
    const answer = await server.grant(body);

    expect(answer.status).toBe(200);
    expect(answer.body.expiresIn).toBe(3600);
    expect([answer.headers['cache-control'], answer.decision]).toEqual(['no-store', null]);
    expect(decodeJwt(answer.body.accessToken)['preferred_username']).toBe(name);
    expect('refreshToken' in answer.body).toBe(body['grantType'] === 'password');
  });
});

describe('the access token', () => {
  it('contains the subject, the issuer and the expiry', async () => {
    const token = await server.tokenOf(researcher);

    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) });
    expect(decodeJwt(token)).toEqual({
      iss: 'http://localhost:6625/auth/realms/acme',
      sub: researcher.id,
      email: researcher.email,
      email_verified: true,
      preferred_username: researcher.email,
      tenant_id: cast.tenant.id,
      azp: clientId,
      typ: 'Bearer',
      iat: START / 1000,
      exp: START / 1000 + 3600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('has no email address for a service account', async () => {
    const { body } = await server.grant(asClient(adminBot.clientId, adminBot.clientSecret));

    expect(decodeJwt(body.accessToken)).not.toHaveProperty('email');
  });

  it('has a payload that is valid in plain Base64, too', async () => {
    const { body } = await server.grant(asClient(clientId, clientSecret));

    expect(body.accessToken.split('.')[1]).not.toMatch(/[-_]/);
  });

  it('expires after the time of --token-lifetime', async () => {
    const shortLived = await testServer({ tokenLifetime: { ...DEFAULT_TOKEN_LIFETIMES, access: 90_000 } });
    const { body } = await shortLived.grant(asClient(clientId, clientSecret));
    const { iat = 0, exp = 0 } = decodeJwt(body.accessToken);

    expect(body.expiresIn).toBe(90);
    expect(exp - iat).toBe(90);
  });
});

describe('POST /api/v1/token rejects', () => {
  const WRONG_SECRET = 'not-the-secret';
  const refusals: [what: string, body: Record<string, string>, reason: string][] = [
    ['an unknown client', asClient('nobody', clientSecret), 'unknown_client'],
    ['a wrong secret', asClient(clientId, WRONG_SECRET), 'wrong_secret'],
    ['an unknown user', { ...byPassword, username: 'nobody@acme.test', password: WRONG_SECRET }, 'unknown_user'],
    ['a wrong password', { ...byPassword, password: WRONG_SECRET }, 'wrong_password'],
    ['a user with an unknown client', { ...byPassword, clientID: 'nobody' }, 'unknown_client'],
    ['an unknown refresh token', { grantType: 'refresh_token', refreshToken: WRONG_SECRET }, 'unknown_refresh_token'],
  ];

  it.each(refusals)('%s', async (_what, body, reason) => {
    const answer = await server.grant(body);
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ code: 400, message: expect.any(String) });
    expect(answer.decision).toMatchObject({ effect: 'deny', reason });
    expect(decision).toMatchObject({ operation: 'grant_token', principal: null, reason });
    expect(decision.fixes.filter(({ kind }: { kind: string }) => kind !== 'hint')).toHaveLength(1);
    expect(JSON.stringify([answer.body, decision])).not.toContain(WRONG_SECRET);
  });

  it('a wrong secret, and records the owner of the client in the decision', async () => {
    const answer = await server.grant(asClient(clientId, WRONG_SECRET));
    const { body } = await server.call(`GET /_mock/decisions?principal=${clientId}&effect=deny&limit=1`);

    expect(body.decisions[0]).toMatchObject({
      id: answer.decision.id,
      principal: null,
      claimed: { kind: 'user', id: researcher.id, name: researcher.email, clientId },
    });
    expect(body.decisions[0].explanation).toContain(researcher.email);
  });

  it('wrong credentials with 401 and a challenge if --runai-bad-credentials is 401', async () => {
    const strict = await testServer({ runaiBadCredentials: 401 });
    const answer = await strict.grant(asClient(clientId, WRONG_SECRET));

    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    ['clientSecret', { grantType: 'client_credentials', clientId }],
    ['clientId', { grantType: 'client_credentials', clientId: '', clientSecret }],
    ['appId', { grantType: 'app_token', clientId, clientSecret }],
    ['password', { grantType: 'password', username: admin.email }],
    ['refreshToken', { grantType: 'refresh_token' }],
    ['grantType', { clientId, clientSecret }],
    ['grantType', { grantType: 'authorization_code' }],
  ])('a request with a missing or invalid `%s`, case %$', async (field, body) => {
    const answer = await server.grant(body);

    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(`\`${field}\``);
    expect(answer.decision).toBeNull();
  });

  it('a field in two spellings with a message that names both', async () => {
    const answer = await server.grant({ grantType: 'client_credentials', clientId, CLIENTID: 'x', clientSecret });

    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('`clientId`');
    expect(answer.body.message).toContain('`CLIENTID`');
  });
});

it('a refresh token is accepted only from the client of the login', async () => {
  const { refreshToken } = (await server.grant({ ...byPassword, clientID: 'cli' })).body;
  const refreshLogin = (fields = {}) => server.grant({ grantType: 'refresh_token', refreshToken, ...fields });

  expect((await refreshLogin()).decision.reason).toBe('other_client');
  expect((await refreshLogin({ clientId: 'runai-cli' })).decision.reason).toBe('other_client');
  expect((await refreshLogin({ clientId: 'cli' })).status).toBe(200);
});

describe('a field in the spelling of another endpoint', () => {
  const { clientId, clientSecret } = admin.accessKey;

  it.each([
    ['grant_type', { grant_type: 'client_credentials', clientId, clientSecret }, 'grantType'],
    ['client_id', { grantType: 'client_credentials', client_id: clientId, clientSecret }, 'clientId'],
    ['refresh_token', { grantType: 'refresh_token', refresh_token: 'x' }, 'refreshToken'],
  ])('is named in the message with the correct spelling: %s', async (sent, body, expected) => {
    const answer = await server.grant(body);

    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(`\`${expected}\``);
    expect(answer.body.message).toContain(`\`${sent}\``);
    expect(answer.body.message).not.toContain(clientSecret);
  });

  it('is not named if no field is similar', async () => {
    expect((await server.grant({ clientId, clientSecret })).body.message).toMatch(
      /^Field `grantType` is missing[^,]*\.$/,
    );
  });
});
