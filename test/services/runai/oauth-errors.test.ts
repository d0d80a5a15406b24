import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { identitiesIn } from '../../../src/services/runai/collections/identities.ts';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { DEFAULT_TOKEN_LIFETIMES } from '../../../src/services/runai/token-lifetimes.ts';
import { admin, adminBot, application, plainBot, researcher } from '../../support/cast.ts';
import { failuresOf } from '../../support/contract.ts';
import { listHints } from '../../support/hints.ts';
import {
  basic,
  CALLBACK,
  CHALLENGE,
  codeFields,
  codeOf,
  expectExplained,
  type Fields,
  formOf,
  INTROSPECTION,
  oauthError,
  otherVersions,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  REVOCATION,
  S256,
  sendWithToken,
  tokensOf,
  USERINFO,
  V2_TOKEN,
  VERIFIER,
} from '../../support/oauth.ts';
import { type Answer, resetTestServer, START, type TestServer, testServer } from '../../support/server.ts';
import { requestBytes, send } from '../../support/wire.ts';

const WRONG_SECRET = 'not-the-secret';
const CLIENT_CREDENTIALS = 'client_credentials';
const CODE_TTL = 60_000;
const REFRESH_TTL = 86_400_000;
const UNKNOWN_ID = 'nobody-has-this-id';

const { clientId: keyId, clientSecret: keySecret } = researcher.accessKey;
const keyFields = { client_id: keyId, client_secret: keySecret };
const userFields = { username: researcher.email, password: researcher.password };
const byKey = { grant_type: CLIENT_CREDENTIALS, ...keyFields };
const byPassword = { grant_type: 'password', client_id: PUBLIC_CLIENT, ...userFields };
const byApplication = { ...byKey, client_id: application.clientId, client_secret: application.secret };

const profiles: readonly Profile[] = ['2.19', '2.24', '3.0'];
const servers = Object.fromEntries(
  await Promise.all(profiles.map(async (runai) => [runai, await testServer({ runai })] as const)),
) as Record<Profile, TestServer>;
const server = servers['2.24'];
const clockServer = await testServer();
const shortLived = await testServer({ tokenLifetime: { ...DEFAULT_TOKEN_LIFETIMES, code: 5_000, refresh: 5_000 } });
const withDisabled = await testServer();
for (const { id } of [plainBot, researcher]) {
  await identitiesIn(withDisabled.world.store).edit(id, { enabled: false }, START);
}

/** The challenge of a 401 for a client that authenticated with Basic. */
const BASIC_CHALLENGE = 'Basic realm="acme"';

/** A request, and its expected refusal. */
interface Refusal {
  readonly fields?: Fields | string;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly error: string;
  /** The reason of the decision, if credentials are refused. */
  readonly reason?: string;
  /** Words of the description. */
  readonly names?: readonly string[];
}

async function expectRefusal(on: TestServer, path: string, refusal: Refusal) {
  const { fields = {}, headers = {}, status = 400, error, reason, names = [] } = refusal;
  const answer = await postForm(on, path, fields, headers);
  const description = oauthError(answer, status, error, fields);
  for (const name of names) expect(description).toContain(name);
  const isByHeader = Object.values(headers).some((value) => value.startsWith('Basic'));
  expect(answer.headers['www-authenticate']).toBe(status === 401 && isByHeader ? BASIC_CHALLENGE : undefined);
  if (reason === undefined) {
    expect(answer.decision).toBeNull();
    return;
  }
  const decision = await expectExplained(on, answer, reason);
  expect(JSON.stringify([description, decision])).not.toMatch(
    new RegExp(`${WRONG_SECRET}|${keySecret}|${userFields.password}`),
  );
}

/**
 * All versions share the code of an endpoint, and both endpoints read a request in the same way. One of them is therefore
 * sent every invalid request.
 */
const TOKEN_ENDPOINTS: [name: string, path: string][] = [
  ['POST /api/v2/token', V2_TOKEN],
  ['the token endpoint of the realm', REALM_TOKEN],
];

/** Creates a Basic header of any text. */
const basicHeader = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

/** The maximum length of each field, in characters. */
const MAX_LENGTHS = {
  client_id: 255,
  client_secret: 500,
  username: 255,
  password: 255,
  refresh_token: 4096,
  code: 2048,
  redirect_uri: 2048,
  code_verifier: 128,
  scope: 1000,
};

const invalidRequest = (names: readonly string[], fields: Fields | string, headers: Record<string, string> = {}) => {
  return { fields, headers, error: 'invalid_request', names };
};
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Invalid and ambiguous requests (RFC 6749, 3.2 and 5.2). */
const INVALID_REQUESTS: [what: string, refusal: Refusal][] = [
  ['an empty body', invalidRequest(['`grant_type`'], '')],
  ['an empty grant', invalidRequest(['`grant_type`'], { ...byKey, grant_type: '' })],
  ['a repeated unknown field', invalidRequest(['`audience`', 'twice'], `${formOf(byKey)}&audience=one&audience=two`)],
  [
    'JSON',
    invalidRequest([`\`Content-Type: ${FORM_TYPE}\``], JSON.stringify(byKey), { 'content-type': 'application/json' }),
  ],
  [
    'a form in another encoding than UTF-8',
    invalidRequest([], byKey, { 'content-type': `${FORM_TYPE}; charset=utf-16` }),
  ],
  [
    'a secret by header and in the body',
    invalidRequest(['`Authorization`', '`client_secret`'], byKey, basic(keyId, keySecret)),
  ],
  [
    'another client in the body than in the header',
    invalidRequest(
      ['`client_id`', '`Authorization`'],
      { grant_type: CLIENT_CREDENTIALS, client_id: adminBot.clientId },
      basic(keyId, keySecret),
    ),
  ],
  [
    'an unknown scope',
    { fields: { ...byKey, scope: 'openid admin' }, error: 'invalid_scope', names: ['`scope`', 'openid', 'admin'] },
  ],
  [
    'a scope with invalid characters',
    { fields: { ...byKey, scope: 'openid "é\\' }, error: 'invalid_scope', names: ['`scope`'] },
  ],
  ['no password', invalidRequest(['`password`'], { ...byPassword, password: '' })],
  ['no refresh token', invalidRequest(['`refresh_token`'], { grant_type: 'refresh_token' })],
  ...['code', 'client_id', 'redirect_uri'].map((name): [string, Refusal] => [
    `a code without ${name}`,
    invalidRequest([`\`${name}\``], { ...codeFields('x'.repeat(43)), [name]: undefined }),
  ]),
  ...Object.entries(MAX_LENGTHS).map(([name, max]): [string, Refusal] => [
    `more than ${max} characters of ${name}`,
    invalidRequest([`\`${name}\``, String(max)], { ...byKey, [name]: 'x'.repeat(max + 1) }),
  ]),
];

/** Credentials that are rejected with `invalid_client`. */
const invalidClient = (reason: string, fields: Fields, headers: Record<string, string> = {}): Refusal => {
  return { fields, headers, status: 401, error: 'invalid_client', reason };
};

const BY_HEADER = { grant_type: CLIENT_CREDENTIALS };

/** Credentials that are rejected (RFC 6749, 5.2). `wrong-grants.test.ts` has the grants of other kinds of clients. */
const INVALID_CREDENTIALS: [what: string, refusal: Refusal][] = [
  ...['no-colon', '', 'id:%zz', 'id:%ff'].map((text): [string, Refusal] => [
    `a Basic header of "${text}"`,
    { ...invalidClient('malformed_basic', BY_HEADER, basicHeader(text)), names: ['`Authorization`'] },
  ]),
  ['a Basic header that is not Base64', invalidClient('malformed_basic', BY_HEADER, { authorization: 'Basic *no*' })],
  ['a wrong secret by header', invalidClient('wrong_secret', BY_HEADER, basic(keyId, WRONG_SECRET))],
  ['a wrong secret in the body', invalidClient('wrong_secret', { ...byKey, client_secret: WRONG_SECRET })],
  ['an unknown client by header', invalidClient('unknown_client', BY_HEADER, basic(UNKNOWN_ID, WRONG_SECRET))],
  ['an unknown client in the body', invalidClient('unknown_client', { ...byKey, client_id: UNKNOWN_ID })],
  ['a password and an unknown client', invalidClient('unknown_client', { ...byPassword, client_id: UNKNOWN_ID })],
  [
    'a public client with a secret by header',
    invalidClient('public_client', { ...byPassword, client_id: undefined }, basic(PUBLIC_CLIENT, WRONG_SECRET)),
  ],
  [
    'a wrong password',
    { fields: { ...byPassword, password: WRONG_SECRET }, error: 'invalid_grant', reason: 'wrong_password' },
  ],
  [
    'an unknown user',
    { fields: { ...byPassword, username: 'nobody@acme.test' }, error: 'invalid_grant', reason: 'unknown_user' },
  ],
];

const refreshFields = (token: string, changes: Fields = {}): Fields => {
  return { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: token, ...changes };
};

/** Expects the realm to reject a grant with `invalid_grant`. */
const expectInvalidGrant = (reason: string, fields: Fields, on = server) =>
  expectRefusal(on, REALM_TOKEN, { fields, error: 'invalid_grant', reason });

describe('POST /api/v2/token', () => {
  it('rejects every invalid request with a description that names the error', async () => {
    expect(await failuresOf(INVALID_REQUESTS, (refusal) => expectRefusal(server, V2_TOKEN, refusal))).toEqual([]);
  });

  it('rejects all invalid credentials, and records the reason in the decision', async () => {
    expect(await failuresOf(INVALID_CREDENTIALS, (refusal) => expectRefusal(server, V2_TOKEN, refusal))).toEqual([]);
  });
});

describe.each(TOKEN_ENDPOINTS)('%s', (_name, path) => {
  it('rejects an invalid request and invalid credentials', async () => {
    const refusals = [...INVALID_REQUESTS.slice(-1), ...INVALID_CREDENTIALS.slice(-1)];
    expect(await failuresOf(refusals, (refusal) => expectRefusal(server, path, refusal))).toEqual([]);
  });

  it('rejects an unknown grant, and lists the supported grants', async () => {
    const answer = await postForm(server, path, {
      ...byKey,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    });

    expect(oauthError(answer, 400, 'unsupported_grant_type')).toMatch(/`grant_type`.*`client_credentials`, `password`/);
  });

  it('suggests a grant for a misspelt grant', async () => {
    for (const grantType of ['client_credential', 'clientCredentials', 'CLIENT-CREDENTIALS']) {
      const answer = await postForm(server, path, { ...byKey, grant_type: grantType });

      expect(oauthError(answer, 400, 'unsupported_grant_type'), grantType).toMatch(
        / one of `client_credentials`, .*\. Did you mean `client_credentials`\?$/,
      );
    }
  });

  it.each(['audience', 'resource'])('ignores `%s`, and reports one hint', async (name) => {
    await server.call('POST /_mock/reset');
    for (const value of ['https://api.acme.test', 'another']) {
      const { status, body } = await postForm(server, path, { ...byKey, [name]: value });
      expect(status).toBe(200);
      expect(decodeJwt(body.access_token)).not.toHaveProperty('aud');
    }
    expect((await postForm(server, path, { ...byKey, [name]: '' })).status).toBe(200);
    const hints = await listHints(server);

    const [hint, ...others] = hints.filter(({ code }: { code: string }) => code !== 'token_renewed_early');
    expect([hint.code, others]).toEqual(['undocumented_field', []]);
    expect(hint.text).toMatch(
      new RegExp(`^grant_\\w+ was called with the undocumented field \`${name}\`\\. It has no effect: `),
    );
    expect(hint.text).not.toContain('acme');
  });

  it('rejects another method with 405 and an `Allow` header', async () => {
    const answer = await server.call(`GET ${path}`);

    oauthError(answer, 405, 'invalid_request');
    expect(answer.headers['allow']).toBe('POST');
  });

  it('rejects disabled clients and users', async () => {
    for (const { clientId, clientSecret } of [plainBot, researcher.accessKey]) {
      const inBody = { ...BY_HEADER, client_id: clientId, client_secret: clientSecret };
      await expectRefusal(withDisabled, path, invalidClient('disabled', inBody));
      await expectRefusal(withDisabled, path, invalidClient('disabled', BY_HEADER, basic(clientId, clientSecret)));
    }
    await expectRefusal(withDisabled, path, { fields: byPassword, error: 'invalid_grant', reason: 'disabled' });
  });
});

it('a rejected grant does not change `lastLogin` of an application', async () => {
  const answers = [
    await postForm(server, V2_TOKEN, byApplication),
    await postForm(server, REALM_TOKEN, { ...byApplication, ...userFields, grant_type: 'password' }),
  ];
  for (const answer of answers) oauthError(answer, 400, 'unauthorized_client');
  const { body } = await server.call(`GET /api/v1/apps/${application.id}`, { token: await server.tokenOf(admin) });

  expect(body).toMatchObject({ clientId: application.clientId, lastLogin: null });
});

describe('a field without a value is ignored', () => {
  it('if it is `code_verifier` and the code has no challenge', async () => {
    const fields = codeFields(await codeOf(server), { code_verifier: '' });

    expect((await postForm(server, REALM_TOKEN, fields)).status).toBe(200);
  });

  it.each(['client_id', 'client_secret'])('if it is `%s` and the client authenticates with Basic', async (name) => {
    const fields = { grant_type: CLIENT_CREDENTIALS, [name]: '' };
    for (const path of [V2_TOKEN, REALM_TOKEN]) {
      expect((await postForm(server, path, fields, basic(keyId, keySecret))).status).toBe(200);
    }
  });
});

describe('a client that authenticates with Basic', () => {
  it('is accepted with any case of `Basic` and any number of spaces (RFC 7617)', async () => {
    const encoded = Buffer.from(`${keyId}:${keySecret}`).toString('base64');
    for (const authorization of [`Basic ${encoded}`, `basic ${encoded}`, `BASIC   ${encoded}`]) {
      const answer = await postForm(server, REALM_TOKEN, { grant_type: CLIENT_CREDENTIALS }, { authorization });
      expect(answer.status).toBe(200);
    }
  });

  it('may repeat its `client_id` in the body', async () => {
    const fields = { grant_type: CLIENT_CREDENTIALS, client_id: keyId };

    expect((await postForm(server, V2_TOKEN, fields, basic(keyId, keySecret))).status).toBe(200);
  });

  it('is rejected with a repeated `Authorization` header', async () => {
    const { port } = await server.listen('127.0.0.1', 0);
    const { authorization } = basic(keyId, keySecret);
    const headers = ['Host: localhost', 'Content-Type: application/x-www-form-urlencoded'];
    const twice = [...headers, `Authorization: ${authorization}`, `Authorization: ${authorization}`];
    const answer = await send(port, requestBytes(`POST ${REALM_TOKEN}`, twice, `grant_type=${CLIENT_CREDENTIALS}`));

    expect(oauthError(answer, 400, 'invalid_request')).toContain('more than one `Authorization` header');
  });
});

it('the token of a confidential client has the scopes of the request, as does the response', async () => {
  const { body } = await postForm(server, REALM_TOKEN, { ...byKey, scope: 'openid email' });

  expect([body.scope, decodeJwt(body.access_token)['scope']]).toEqual(['openid email', 'openid email']);
});

describe('the supported grants', () => {
  const UNSUPPORTED: [profile: Profile, path: string, grantType: string, versions: string][] = [
    ['2.24', V2_TOKEN, 'external_token_exchange', '3.0'],
    ['3.0', V2_TOKEN, 'authorization_code', '2.24'],
    ['3.0', V2_TOKEN, 'refresh_token', '2.24'],
  ];

  it.each(UNSUPPORTED)('of %s at %s exclude %s, and a hint names %s', async (profile, path, grantType, versions) => {
    const on = servers[profile];
    const answer = await postForm(on, path, { grant_type: grantType, client_id: PUBLIC_CLIENT });

    expect(oauthError(answer, 400, 'unsupported_grant_type')).not.toContain(grantType);
    const message = `POST requested the grant \`${grantType}\`, which this endpoint supports only in ${versions}`;
    expect(await otherVersions(on)).toContain(message);
  });

  it('of the realm do not include external_token_exchange in any version', async () => {
    for (const usedServer of Object.values(servers)) {
      const on = await resetTestServer(usedServer);
      const answer = await postForm(on, REALM_TOKEN, {
        grant_type: 'external_token_exchange',
        external_token: 'x.y.z',
      });

      oauthError(answer, 400, 'unsupported_grant_type');
      expect(await otherVersions(on)).toEqual([]);
    }
  });
});

it('POST /api/v2/token accepts codes and refresh tokens of the realm', async () => {
  const fields = codeFields(await codeOf(server, S256), { code_verifier: VERIFIER });
  const { status, body } = await postForm(server, V2_TOKEN, fields);
  const refreshed = await postForm(server, V2_TOKEN, refreshFields(body.refresh_token));

  expect([status, refreshed.status]).toEqual([200, 200]);
  await expectRefusal(server, V2_TOKEN, { fields, error: 'invalid_grant', reason: 'reused_code' });
});

describe('a code', () => {
  const path = REALM_TOKEN;
  const redeem = (fields: Fields, on = server) => postForm(on, path, fields);

  it('is exchanged for tokens', async () => {
    const code = await codeOf(server, S256);
    const answer = await redeem(codeFields(code, { code_verifier: VERIFIER }));

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, refresh_token: expect.any(String) });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
  });

  it('revokes all tokens of its login when it is used twice', async () => {
    const code = await codeOf(server);
    const first = await redeem(codeFields(code));
    const next = await redeem(refreshFields(first.body.refresh_token));
    await expectInvalidGrant('reused_code', codeFields(code));

    expect(await sendWithToken(server, first.body.access_token)).toEqual([401, 'revoked_token']);
    expect(await sendWithToken(server, next.body.access_token)).toEqual([401, 'revoked_token']);
    const fields = refreshFields(next.body.refresh_token);
    await expectInvalidGrant('revoked_refresh_token', fields);
  });

  const INVALID_REDEMPTIONS: [what: string, parameters: Fields, changes: Fields, reason: string, name: string][] = [
    ['with a wrong verifier', S256, { code_verifier: `${VERIFIER}x` }, 'wrong_verifier', '`code_verifier`'],
    ['with the challenge as the verifier', S256, { code_verifier: CHALLENGE }, 'wrong_verifier', '`code_verifier`'],
    ['without the verifier of its challenge', S256, {}, 'wrong_verifier', '`code_verifier`'],
    ['with a verifier and no challenge', {}, { code_verifier: VERIFIER }, 'wrong_verifier', '`code_verifier`'],
    ['with another redirect URI', {}, { redirect_uri: `${CALLBACK}/` }, 'wrong_redirect', '`redirect_uri`'],
    ['by another client', {}, { client_id: 'cli' }, 'code_of_other_client', '`client_id`'],
  ];

  it.each(INVALID_REDEMPTIONS)('is rejected and used up %s', async (_what, parameters, changes, reason, name) => {
    const code = await codeOf(server, parameters);
    await expectRefusal(server, path, {
      fields: codeFields(code, changes),
      error: 'invalid_grant',
      reason,
      names: [name],
    });
    const verifier = parameters === S256 ? { code_verifier: VERIFIER } : {};

    await expectInvalidGrant('reused_code', codeFields(code, verifier));
  });

  it.each([
    ['a minute', clockServer, CODE_TTL],
    ['as long as --token-lifetime sets', shortLived, 5_000],
  ])('is valid for %s', async (_what, on, lifetime) => {
    const ownServer = await resetTestServer(on);
    const ends = START + lifetime;
    const [inTime, late] = [await codeOf(ownServer), await codeOf(ownServer)];
    ownServer.clock.set(ends - 1);
    expect((await redeem(codeFields(inTime), ownServer)).status).toBe(200);
    ownServer.clock.set(ends);

    await expectInvalidGrant('expired_code', codeFields(late), ownServer);
  });

  it('is rejected if its user is disabled', async () => {
    const ownServer = await resetTestServer(clockServer);
    const code = await codeOf(ownServer);
    await identitiesIn(ownServer.world.store).edit(researcher.id, { enabled: false }, START);

    await expectInvalidGrant('disabled', codeFields(code), ownServer);
  });
});

describe('a refresh token', () => {
  const path = REALM_TOKEN;
  const logIn = async (on = server) => (await postForm(on, path, byPassword)).body;

  it('revokes the login and its access tokens when it is used twice', async () => {
    const first = await logIn();
    const { body: next } = await postForm(server, path, refreshFields(first.refresh_token));
    expect(await sendWithToken(server, next.access_token)).toEqual([200, undefined]);
    const replay = { fields: refreshFields(first.refresh_token), error: 'invalid_grant' };
    await expectRefusal(server, path, { ...replay, reason: 'reused_refresh_token' });

    expect(await sendWithToken(server, first.access_token)).toEqual([401, 'revoked_token']);
    expect(await sendWithToken(server, next.access_token)).toEqual([401, 'revoked_token']);
    await expectInvalidGrant('revoked_refresh_token', refreshFields(next.refresh_token));
  });

  it('is accepted from one of two concurrent requests', async () => {
    const { refresh_token: token } = await logIn();
    const answers = await Promise.all([1, 2].map(() => postForm(server, path, refreshFields(token))));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const loser = answers.find(({ status }) => status === 400);
    expect(loser?.decision.reason).toBe('reused_refresh_token');
  });

  const scopeOf = ({ body }: Answer) => decodeJwt(body.access_token)['scope'];

  it('is rejected with a scope that the login does not have, and remains valid', async () => {
    const { body } = await postForm(server, path, { ...byPassword, scope: 'openid' });
    await expectRefusal(server, path, {
      fields: refreshFields(body.refresh_token, { scope: 'openid email' }),
      error: 'invalid_scope',
      names: ['`scope`', 'email'],
    });

    expect(scopeOf(await postForm(server, path, refreshFields(body.refresh_token)))).toBe('openid');
  });

  it('can be used for fewer scopes, and for all scopes at the next refresh', async () => {
    const scope = 'openid email';
    const first = await postForm(server, path, { ...byPassword, scope });
    const fewer = await postForm(server, path, refreshFields(first.body.refresh_token, { scope: 'email' }));
    const all = await postForm(server, path, refreshFields(fewer.body.refresh_token));
    const explicit = await postForm(server, path, refreshFields(all.body.refresh_token, { scope }));

    const answers = [fewer, all, explicit];
    const scopes = ['email', scope, scope];
    expect(answers.map(scopeOf)).toEqual(scopes);
    expect(answers.map(({ body }) => body.scope)).toEqual(scopes);
  });

  it('is rejected from another client, and remains valid for its own client', async () => {
    const { refresh_token: token } = await logIn();
    await expectInvalidGrant('other_client', refreshFields(token, { client_id: 'cli' }));
    // A scope that the login does not have makes no difference.
    await expectInvalidGrant('other_client', refreshFields(token, { client_id: 'cli', scope: 'openid email profile' }));

    expect((await postForm(server, path, refreshFields(token))).status).toBe(200);
  });

  it.each([
    ['a day', clockServer, REFRESH_TTL],
    ['as long as --token-lifetime sets', shortLived, 5_000],
  ])('is valid for %s', async (_what, on, lifetime) => {
    const ownServer = await resetTestServer(on);
    const ends = START + lifetime;
    const [inTime, late] = [await logIn(ownServer), await logIn(ownServer)];
    ownServer.clock.set(ends - 1);
    expect((await postForm(ownServer, path, refreshFields(inTime.refresh_token))).status).toBe(200);
    ownServer.clock.set(ends);

    await expectInvalidGrant('expired_refresh_token', refreshFields(late.refresh_token), ownServer);
  });

  it('is rejected if its user is disabled', async () => {
    const ownServer = await resetTestServer(clockServer);
    const { refresh_token: token } = await logIn(ownServer);
    await identitiesIn(ownServer.world.store).edit(researcher.id, { enabled: false }, START);

    await expectInvalidGrant('disabled', refreshFields(token), ownServer);
  });
});

describe('a client assertion (RFC 7523, 2.2)', () => {
  const assertion = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjIn0.AAAA',
  };
  const refusal = {
    status: 401,
    error: 'invalid_client',
    reason: 'client_assertion',
    names: ['This mock does not support `private_key_jwt`; send `client_secret`.'],
  };

  it.each([V2_TOKEN, REALM_TOKEN])('is rejected at %s as not supported, for every grant', async (path) => {
    const refresh = { grant_type: 'refresh_token', refresh_token: 'x'.repeat(64), client_id: PUBLIC_CLIENT };
    for (const grant of [byKey, { ...byKey, client_id: undefined }, byPassword, refresh]) {
      const fields = { ...grant, client_secret: undefined, ...assertion };
      await expectRefusal(server, path, { fields, ...refusal });
    }
  });

  it.each([INTROSPECTION, REVOCATION])('is rejected at %s as not supported', (path) =>
    expectRefusal(server, path, { fields: { token: 'x.y.z', client_id: keyId, ...assertion }, ...refusal }),
  );

  it.each([
    ['client_assertion', 'client_credentials'],
    ['clientAssertion', 'client_credentials'],
    ['client_assertion', 'password'],
  ])('is rejected at /api/v1/token: `%s` with the grant %s', async (name, grantType) => {
    for (const [profile, on] of Object.entries(servers)) {
      const secret = profile === '2.19' ? 'appSecret' : 'clientSecret';
      const body = { grantType, ...userFields, clientId: keyId, [name]: assertion.client_assertion };
      const answer = await on.call('POST /api/v1/token', { body });
      const { fixes } = await expectExplained(on, answer, 'client_assertion');

      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).toContain(
        `This mock does not support \`private_key_jwt\`; send \`${secret}\`.`,
      );
      expect(JSON.stringify(fixes)).toContain('without `client_assertion`');
      expect(JSON.stringify(answer.body)).not.toContain('eyJ');
    }
  });

  it('is ignored if it is empty', async () => {
    expect((await postForm(server, REALM_TOKEN, { ...byKey, client_assertion: '' })).status).toBe(200);
  });
});

const CLIENT_ENDPOINTS: [name: string, path: string][] = [
  ['introspection', INTROSPECTION],
  ['revocation', REVOCATION],
];

describe.each(CLIENT_ENDPOINTS)('%s', (_name, path) => {
  const validFields = { token: 'not-a-token', ...keyFields };
  const REFUSALS: [what: string, refusal: Refusal][] = [
    ['no token', { fields: keyFields, error: 'invalid_request', names: ['`token`'] }],
    [
      'a token of more than 8192 characters',
      { fields: { ...validFields, token: 'x'.repeat(8193) }, error: 'invalid_request', names: ['`token`', '8192'] },
    ],
    ['no client', { ...invalidClient('no_client', { token: 'x.y.z' }), names: ['`client_id`'] }],
    ['a wrong secret by header', invalidClient('wrong_secret', { token: 'x.y.z' }, basic(keyId, WRONG_SECRET))],
    ['a wrong secret in the body', invalidClient('wrong_secret', { ...validFields, client_secret: WRONG_SECRET })],
    ['a confidential client without its secret', invalidClient('wrong_secret', { ...validFields, client_secret: '' })],
  ];

  it('rejects every invalid request and all invalid credentials', async () => {
    expect(await failuresOf(REFUSALS, (refusal) => expectRefusal(server, path, refusal))).toEqual([]);
  });
});

describe('introspection', () => {
  it('rejects public clients', () =>
    expectRefusal(server, INTROSPECTION, {
      fields: { token: 'x.y.z', client_id: PUBLIC_CLIENT },
      status: 401,
      error: 'invalid_client',
      reason: 'public_client',
    }));

  it('describes active tokens, and returns only `active: false` for others', async () => {
    const ownServer = await resetTestServer(clockServer);
    const { access_token: access, refresh_token: refresh, id_token: idToken } = await tokensOf(ownServer);
    const introspectAsApplication = async (token: string) => {
      const answer = await postForm(
        ownServer,
        INTROSPECTION,
        { token },
        basic(application.clientId, application.secret),
      );
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      return answer.body;
    };
    const inactive = { active: false };
    const login = { active: true, client_id: PUBLIC_CLIENT, username: researcher.email, sub: researcher.id };

    expect(await introspectAsApplication(access)).toEqual({
      ...login,
      token_type: 'Bearer',
      scope: 'openid',
      iss: 'http://localhost:6625/auth/realms/acme',
      iat: START / 1000,
      exp: START / 1000 + 3600,
      jti: expect.any(String),
      sid: expect.any(String),
    });
    expect(await introspectAsApplication(refresh)).toEqual({
      ...login,
      scope: 'openid',
      exp: (START + REFRESH_TTL) / 1000,
      sid: expect.any(String),
    });
    expect(await introspectAsApplication(idToken)).toEqual(inactive);
    expect(await introspectAsApplication('anything')).toEqual(inactive);
    ownServer.clock.set(START + 3_600_000);
    expect(await introspectAsApplication(access)).toEqual(inactive);
    expect(await introspectAsApplication(refresh)).toMatchObject({ active: true });
    ownServer.clock.set(START + REFRESH_TTL);
    expect(await introspectAsApplication(refresh)).toEqual(inactive);
  });
});

describe('revocation', () => {
  const revoke = (token: string, client: Fields = { client_id: PUBLIC_CLIENT }) =>
    postForm(server, REVOCATION, { token, ...client });

  it('of an access token does not revoke its refresh token', async () => {
    const { access_token: access, refresh_token: refresh } = await tokensOf(server);
    const answer = await revoke(access);
    const fields = refreshFields(refresh);

    expect([answer.status, answer.body]).toEqual([200, undefined]);
    expect(await sendWithToken(server, access)).toEqual([401, 'revoked_token']);
    expect((await postForm(server, REALM_TOKEN, fields)).status).toBe(200);
  });

  it('of a refresh token revokes all tokens of its login', async () => {
    const { access_token: access, refresh_token: refresh } = await tokensOf(server);
    expect((await revoke(refresh)).status).toBe(200);

    expect(await sendWithToken(server, access)).toEqual([401, 'revoked_token']);
    await expectInvalidGrant('revoked_refresh_token', refreshFields(refresh));
  });

  it('accepts a wrong `token_type_hint`', async () => {
    const { access_token: access } = await tokensOf(server);

    expect((await revoke(access, { client_id: PUBLIC_CLIENT, token_type_hint: 'refresh_token' })).status).toBe(200);
    expect(await sendWithToken(server, access)).toEqual([401, 'revoked_token']);
  });

  it('of an unknown or revoked token succeeds', async () => {
    const { refresh_token: refresh } = await tokensOf(server);

    for (const token of ['anything', refresh, refresh]) expect((await revoke(token)).status).toBe(200);
  });

  it.each([
    ['another public client', { client_id: 'cli' }],
    ['a confidential client that does not own the token', keyFields],
  ])('by %s is rejected', async (_what, client) => {
    const { access_token: access, refresh_token: refresh } = await tokensOf(server);
    for (const token of [access, refresh]) {
      const fields = { token, ...client };
      await expectRefusal(server, REVOCATION, { fields, error: 'invalid_grant', reason: 'other_client' });
    }

    expect(await sendWithToken(server, access)).toEqual([200, undefined]);
  });
});

describe('userinfo', () => {
  it('rejects a request with an error of OAuth', async () => {
    for (const [headers, reason, challenge] of [
      [{}, 'no_token', 'Bearer'],
      [{ authorization: 'Bearer garbage' }, 'malformed_token', 'Bearer error="invalid_token"'],
      [basic(keyId, keySecret), 'wrong_scheme', 'Bearer error="invalid_token"'],
    ] as const) {
      const answer = await server.call(`GET ${USERINFO}`, { headers });

      oauthError(answer, 401, 'invalid_token');
      expect(answer.headers['www-authenticate']).toBe(challenge);
      await expectExplained(server, answer, reason);
    }
  });

  it('returns the same claims for GET and POST', async () => {
    const { access_token: token } = await tokensOf(server);
    const [byGet, byPost] = [
      await server.call(`GET ${USERINFO}`, { token }),
      await server.call(`POST ${USERINFO}`, { token }),
    ];

    expect(byGet.body).toEqual({
      sub: researcher.id,
      preferred_username: researcher.email,
      email: researcher.email,
      email_verified: true,
    });
    expect(byPost.body).toEqual(byGet.body);
  });
});

it('an unknown realm is rejected with 404 at each endpoint', async () => {
  const inOtherRealm = (path: string) => path.replace('/realms/acme', '/realms/other');
  for (const path of [REALM_TOKEN, INTROSPECTION, REVOCATION]) {
    const answer = await postForm(server, inOtherRealm(path), { ...byKey, token: 'x.y.z' });
    expect(oauthError(answer, 404, 'invalid_request'), path).toContain('`acme`');
  }
  const token = await server.tokenOf(researcher);

  oauthError(await server.call(`GET ${inOtherRealm(USERINFO)}`, { token }), 404, 'invalid_request');
});
