import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { adminBot, application, researcher } from '../../support/cast.ts';
import {
  CALLBACK,
  codeOf,
  expectExplained,
  otherVersions,
  PUBLIC_CLIENT,
  S256,
  sendWithToken,
  VERIFIER,
} from '../../support/oauth.ts';
import { runaiRefusal } from '../../support/refusal-shapes.ts';
import { CLUSTER } from '../../support/runai.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const APP_TOKEN = '/v1/k8s/auth/oauth/apptoken';
const CODE_EXCHANGE = '/v1/k8s/auth/token/exchange';
const REFRESH = '/v1/k8s/auth/oauth/tokens/refresh';
const WRONG_SECRET = 'not-the-secret';

const profiles: readonly Profile[] = ['2.19', '2.24', '3.0'];
const servers = Object.fromEntries(
  await Promise.all(profiles.map(async (runai) => [runai, await testServer({ runai })] as const)),
) as Record<Profile, TestServer>;
const oldest = servers['2.19'];
const middle = servers['2.24'];
const latest = servers['3.0'];

const { id: appId, name, clientId, secret } = application;

describe.each(['2.19', '2.24'] as const)('POST /v1/k8s/auth/oauth/apptoken of %s', (profile) => {
  const server = servers[profile];
  const requestToken = (body: unknown) => server.call(`POST ${APP_TOKEN}`, { body });

  it.each([
    ['its name', name],
    ['its client id', clientId],
  ])('returns an access token and an ID token for an application by %s', async (_what, id) => {
    const { status, body, headers } = await requestToken({ id, name, secret });

    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(Object.keys(body).sort()).toEqual(['access_token', 'id_token']);
    expect(decodeJwt(body.access_token)).toMatchObject({ sub: appId, azp: clientId, typ: 'Bearer' });
    expect(decodeJwt(body.id_token)).toMatchObject({ sub: appId, aud: clientId, typ: 'ID' });
    expect(await sendWithToken(server, body.access_token)).toEqual([200, undefined]);
    expect(await sendWithToken(server, body.id_token)).toEqual([401, 'malformed_token']);
  });

  it('ignores `name`', async () => {
    expect((await requestToken({ id: clientId, name: 'another', secret })).status).toBe(200);
  });

  it.each([
    ['an unknown application', { id: 'nobody' }, 'unknown_client'],
    ['a wrong secret', { secret: WRONG_SECRET }, 'wrong_secret'],
  ])('rejects %s', async (_what, changes, reason) => {
    const answer = await requestToken({ id: clientId, name, secret, ...changes });

    expect(answer.status).toBe(400);
    expect(runaiRefusal(answer)).toBe('The client id or the secret is not valid.');
    expect(await expectExplained(server, answer, reason)).toMatchObject({ operation: 'app_token' });
  });
});

describe('GET /v1/k8s/auth/token/exchange of 2.19', () => {
  const exchangeCode = (code: string, redirectUri = CALLBACK) =>
    oldest.call(`GET ${CODE_EXCHANGE}?${new URLSearchParams({ code, redirect_uri: redirectUri })}`);

  it.each([PUBLIC_CLIENT, 'cli'])('returns the tokens of a login through %s without a client id', async (client) => {
    const { status, body, headers } = await exchangeCode(await codeOf(oldest, { client_id: client, nonce: 'a-nonce' }));

    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(Object.keys(body).sort()).toEqual(['accessToken', 'idToken', 'refreshToken']);
    expect(decodeJwt(body.accessToken)).toMatchObject({ sub: researcher.id, azp: client });
    expect(decodeJwt(body.idToken)).toMatchObject({ sub: researcher.id, aud: client, nonce: 'a-nonce' });
  });

  it.each([
    ['another redirect URI', () => codeOf(oldest), `${CALLBACK}/other`, 'wrong_redirect', '`redirect_uri`'],
    ['an unknown code', async () => 'x'.repeat(43), CALLBACK, 'unknown_code', '`code`'],
  ] as const)('rejects %s with a message that names the parameter', async (_what, getCode, uri, reason, name) => {
    const answer = await exchangeCode(await getCode(), uri);

    expect(answer.status).toBe(400);
    expect(runaiRefusal(answer)).toContain(name);
    await expectExplained(oldest, answer, reason);
  });

  it('rejects a code with a PKCE challenge, because it accepts no verifier', async () => {
    const answer = await exchangeCode(await codeOf(oldest, S256));

    expect(answer.status).toBe(400);
    const { fixes } = await expectExplained(oldest, answer, 'wrong_verifier');
    expect(fixes[0].text).toContain('the token endpoint of the realm');
  });
});

describe('POST /v1/k8s/auth/oauth/tokens/refresh of 2.19', () => {
  const refreshLogin = (token: string) =>
    oldest.call(`POST ${REFRESH}?${new URLSearchParams({ refresh_token: token })}`);
  const logIn = async (client: Record<string, string> = {}) => {
    const { email: username, password } = researcher;
    return (await oldest.grant({ grantType: 'password', username, password, ...client })).body;
  };

  it.each([
    ['without a client', {}],
    ['through a client', { clientID: PUBLIC_CLIENT }],
  ])('returns the next tokens of a login %s', async (_what, client) => {
    const first = await logIn(client);
    const { status, body } = await refreshLogin(first.refreshToken);

    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['accessToken', 'idToken', 'refreshToken']);
    expect(body.refreshToken).not.toBe(first.refreshToken);
    expect(decodeJwt(body.accessToken)['azp']).toBe(decodeJwt(first.accessToken)['azp']);
    expect(decodeJwt(body.accessToken)['sid']).toBe(decodeJwt(first.accessToken)['sid']);
  });

  it('rejects an unknown token with a message that does not contain it', async () => {
    const answer = await refreshLogin('a-refresh-token-of-nobody');

    expect(answer.status).toBe(400);
    expect(runaiRefusal(answer)).not.toContain('a-refresh-token-of-nobody');
    await expectExplained(oldest, answer, 'unknown_refresh_token');
  });
});

describe.each(profiles)('exchange_token at POST /api/v1/token of %s', (profile) => {
  const server = servers[profile];
  const exchangeCode = (code: string, changes: Record<string, unknown> = {}) =>
    server.grant({ grantType: 'exchange_token', code, clientID: PUBLIC_CLIENT, redirectUri: CALLBACK, ...changes });

  it('returns the tokens of a login on the login page', async () => {
    const { status, body } = await exchangeCode(await codeOf(server, { nonce: 'a-nonce' }));

    expect(status).toBe(200);
    expect(decodeJwt(body.accessToken)).toMatchObject({ sub: researcher.id, azp: PUBLIC_CLIENT });
    expect(decodeJwt(body.idToken)).toMatchObject({ sub: researcher.id, aud: PUBLIC_CLIENT, nonce: 'a-nonce' });
    expect(await sendWithToken(server, body.accessToken)).toEqual([200, undefined]);
  });

  // All versions share the grant, so the other tests use only one.
  if (profile !== '3.0') return;

  const INVALID: [what: string, changes: Record<string, string>, reason: string, field: string][] = [
    ['another redirect URI', { redirectUri: `${CALLBACK}/` }, 'wrong_redirect', '`redirectUri`'],
    ['another client', { clientID: 'cli' }, 'code_of_other_client', '`clientId`'],
  ];

  it.each(INVALID)('rejects %s with a message that names the field', async (_what, changes, reason, field) => {
    const answer = await exchangeCode(await codeOf(server), changes);

    expect(answer.status).toBe(400);
    expect(runaiRefusal(answer)).toContain(field);
    await expectExplained(server, answer, reason);
  });

  it.each([
    ['code', 'code'],
    ['clientId', 'clientID'],
    ['redirectUri', 'redirectUri'],
  ])('rejects a request without `%s`', async (reported, field) => {
    for (const empty of [undefined, '']) {
      const answer = await exchangeCode('x'.repeat(43), { [field]: empty });

      expect(answer.status).toBe(400);
      expect(runaiRefusal(answer)).toContain(`\`${reported}\``);
      expect(answer.decision).toBeNull();
    }
  });

  it('ignores a verifier in any spelling, because its document has none', async () => {
    const spellings = ['codeVerifier', 'CodeVerifier', 'codeverifier', 'CODEVERIFIER', 'code_verifier'];
    const verifiers = Object.fromEntries(spellings.map((name) => [name, VERIFIER]));
    const answer = await exchangeCode(await codeOf(server, S256), verifiers);

    expect(answer.status).toBe(400);
    await expectExplained(server, answer, 'wrong_verifier');
  });
});

describe.each(profiles)('POST /api/v1/token of %s', (profile) => {
  const server = servers[profile];
  const lifetime = profile === '2.19' ? [] : ['expiresIn'];
  const readMembers = async (body: unknown) => {
    const answer = await server.grant(body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body.expiresIn).toBe(profile === '2.19' ? undefined : 3600);
    return Object.keys(answer.body).sort();
  };
  const withLogin = ['accessToken', ...lifetime, 'idToken', 'refreshToken'];
  const { email: username, password } = researcher;

  it('returns an access token, a refresh token and an ID token to users', async () => {
    const { body } = await server.grant({ grantType: 'password', username, password });

    expect(await readMembers({ grantType: 'password', username, password })).toEqual(withLogin);
    expect(await readMembers({ grantType: 'refresh_token', refreshToken: body.refreshToken })).toEqual(withLogin);
    const exchange = { grantType: 'exchange_token', clientID: PUBLIC_CLIENT, redirectUri: CALLBACK };
    expect(await readMembers({ ...exchange, code: await codeOf(server) })).toEqual(withLogin);
  });

  it('returns only an access token to confidential clients', async () => {
    const body =
      profile === '3.0'
        ? { grantType: 'client_credentials', clientID: adminBot.clientId, clientSecret: adminBot.clientSecret }
        : { grantType: 'app_token', appID: clientId, appSecret: secret };

    expect(await readMembers(body)).toEqual(['accessToken', ...lifetime]);
  });
});

it.each([
  ['2.19', 'client_credentials', '`--runai 2.24`'],
  ['3.0', 'app_token', '3.0 removed the grant `app_token`'],
] as const)('POST /api/v1/token of %s rejects the grant %s, and a hint says %s', async (profile, grantType, hint) => {
  const answer = await servers[profile].grant({ grantType, clientID: adminBot.clientId });

  expect(answer.status).toBe(400);
  expect(runaiRefusal(answer)).not.toContain(grantType);
  expect(answer.headers['x-mock-hint']).toContain(hint);
});

it('2.19 ignores `clientSecret` of a user, and reports a hint', async () => {
  const { email: username, password } = researcher;
  const body = { grantType: 'password', username, password, clientID: 'cli', clientSecret: WRONG_SECRET };

  expect((await oldest.grant(body)).status).toBe(200);
  expect(await otherVersions(oldest)).toContain(
    'grant_token was called with the field `clientSecret`, which only 2.24, 3.0 has. It has no effect.',
  );
});

it.each([
  ['GET /api/v1/apps', '2.19, 2.24', 'GET /api/v1/service-accounts'],
  [`POST ${APP_TOKEN}`, '2.19, 2.24', 'POST /api/v1/token'],
  [
    'DELETE /api/v1/administration/user-applications/1',
    '2.24',
    'DELETE /api/v1/administration/access-keys/{accessKeyId}',
  ],
])('3.0 returns 404 for %s with a hint that names its replacement', async (request, versions, replacement) => {
  const answer = await latest.call(request);

  expect([answer.status, answer.headers['x-mock-hint']]).toEqual([
    404,
    expect.stringContaining(`Start the mock with \`--runai 2.24\`, or use its replacement, \`${replacement}\`.`),
  ]);
  expect(answer.headers['x-mock-hint']).toContain(`exists in ${versions}, but`);
});

it.each([`GET /api/v1/clusters/${CLUSTER}/nodes`, 'GET /api/v1/org-unit/priorities'])(
  '3.0 returns 404 for %s, and the hint names no other version',
  async (request) => {
    const [older, newer] = [await middle.call(request), await latest.call(request)];
    const hint = newer.headers['x-mock-hint'];

    expect([older.status, newer.status]).toEqual([404, 404]);
    expect(older.headers['x-mock-hint'] ?? '').not.toContain('removed');
    expect(hint).toContain(
      '3.0 removed this operation (GET), and no version of the mock has it: use an operation of the running version',
    );
    expect(hint).not.toContain('--runai');
  },
);
