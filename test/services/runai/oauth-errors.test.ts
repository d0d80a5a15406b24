import { readFileSync } from 'node:fs';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { identitiesIn } from '../../../src/services/runai/collections/identities.ts';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { DEFAULT_TOKEN_LIFETIMES } from '../../../src/services/runai/token-lifetimes.ts';
import { admin, adminBot, application, plainBot, researcher } from '../../support/cast.ts';
import { failuresOf } from '../../support/contract.ts';
import {
  basic,
  CALLBACK,
  CHALLENGE,
  codeFields,
  codeOf,
  explained,
  type Fields,
  formOf,
  INTROSPECTION,
  judged,
  oauthError,
  otherVersions,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  REVOCATION,
  S256,
  tokensOf,
  USERINFO,
  V2_TOKEN,
  VERIFIER,
} from '../../support/oauth.ts';
import { type Answer, afresh, START, type TestServer, testServer } from '../../support/server.ts';
import { requestBytes, send } from '../../support/wire.ts';

const WRONG = 'not-the-secret';
const CLIENT_CREDENTIALS = 'client_credentials';
const CODE_TTL = 60_000;
const REFRESH_TTL = 86_400_000;
const UNKNOWN_ID = 'nobody-has-this-id';

const { clientId: keyId, clientSecret: keySecret } = researcher.accessKey;
const key = { client_id: keyId, client_secret: keySecret };
const bot = { client_id: adminBot.clientId, client_secret: adminBot.clientSecret };
const person = { username: researcher.email, password: researcher.password };
const byKey = { grant_type: CLIENT_CREDENTIALS, ...key };
const byPassword = { grant_type: 'password', client_id: PUBLIC_CLIENT, ...person };
const byApplication = { ...byKey, client_id: application.clientId, client_secret: application.secret };

const profiles: readonly Profile[] = ['2.19', '2.24', '3.0'];
const servers = Object.fromEntries(
  await Promise.all(profiles.map(async (runai) => [runai, await testServer({ runai })] as const)),
) as Record<Profile, TestServer>;
const server = servers['2.24'];
const other = await testServer();
const short = await testServer({ tokenTtl: { ...DEFAULT_TOKEN_LIFETIMES, code: 5_000, refresh: 5_000 } });
const withDisabled = await testServer();
for (const { id } of [plainBot, researcher]) {
  await identitiesIn(withDisabled.world.store).edit(id, { enabled: false }, START);
}

/** A client that authenticated by header is told how it should have. */
const CHALLENGED = 'Basic realm="acme"';

/** What is refused, and how. */
interface Refused {
  readonly fields?: Fields | string;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly error: string;
  /** Of credentials: why, for whoever looks at the decision. */
  readonly reason?: string;
  /** What the description names. */
  readonly names?: readonly string[];
}

async function expectRefusal(on: TestServer, path: string, refused: Refused) {
  const { fields = {}, headers = {}, status = 400, error, reason, names = [] } = refused;
  const answer = await postForm(on, path, fields, headers);
  const said = oauthError(answer, status, error, fields);
  for (const name of names) expect(said).toContain(name);
  const isByHeader = Object.values(headers).some((value) => value.startsWith('Basic'));
  expect(answer.headers['www-authenticate']).toBe(status === 401 && isByHeader ? CHALLENGED : undefined);
  if (reason === undefined) {
    expect(answer.decision).toBeNull();
    return;
  }
  const remembered = await explained(on, answer, reason);
  expect(JSON.stringify([said, remembered])).not.toMatch(new RegExp(`${WRONG}|${keySecret}|${person.password}`));
}

/**
 * The code of an endpoint is one for all versions; the document of each version is compared below. Both read a request alike,
 * so one of them is sent every mistake.
 */
const TOKEN_ENDPOINTS: [what: string, path: string][] = [
  ['POST /api/v2/token', V2_TOKEN],
  ['the token endpoint of the realm', REALM_TOKEN],
];

/** The forms of token requests in the document of a version. */
function tokenFormsOf(profile: Profile): { properties: Record<string, { maxLength?: number }> }[] {
  const url = new URL(`../../../dist/openapi/runai.${profile}.json`, import.meta.url);
  const { schemas } = JSON.parse(readFileSync(url, 'utf8')).components;
  return ['OAuthTokenRequest', 'RealmTokenRequest'].flatMap((name) => schemas[name] ?? []);
}

/** A header of Basic that holds any text. */
const pair = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

/** How many characters a field may have. */
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

/** Requests that cannot be read one way only (RFC 6749, 3.2 and 5.2). */
const UNREADABLE: [what: string, refused: Refused][] = [
  ['an empty body', { fields: '', error: 'invalid_request', names: ['`grant_type`'] }],
  ['no grant', { fields: key, error: 'invalid_request', names: ['`grant_type`'] }],
  ['an empty grant', { fields: { ...byKey, grant_type: '' }, error: 'invalid_request', names: ['`grant_type`'] }],
  [
    'a grant that is there twice',
    { fields: `${formOf(byKey)}&grant_type=password`, error: 'invalid_request', names: ['`grant_type`', 'twice'] },
  ],
  [
    'a client that is there twice, with the same id',
    { fields: `${formOf(byKey)}&client_id=${keyId}`, error: 'invalid_request', names: ['`client_id`', 'twice'] },
  ],
  [
    'a field twice that nothing is known of',
    { fields: `${formOf(byKey)}&audience=one&audience=two`, error: 'invalid_request', names: ['`audience`', 'twice'] },
  ],
  [
    'JSON',
    {
      fields: JSON.stringify(byKey),
      headers: { 'content-type': 'application/json' },
      error: 'invalid_request',
      names: ['`Content-Type: application/x-www-form-urlencoded`'],
    },
  ],
  [
    'a form in parts',
    {
      fields: 'grant_type=client_credentials',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      error: 'invalid_request',
      names: ['`Content-Type: application/x-www-form-urlencoded`'],
    },
  ],
  [
    'a form in another encoding than UTF-8',
    {
      fields: byKey,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' },
      error: 'invalid_request',
    },
  ],
  [
    'a secret by header and in the body',
    {
      fields: byKey,
      headers: basic(keyId, keySecret),
      error: 'invalid_request',
      names: ['`Authorization`', '`client_secret`'],
    },
  ],
  [
    'another client in the body than in the header',
    {
      fields: { grant_type: CLIENT_CREDENTIALS, client_id: adminBot.clientId },
      headers: basic(keyId, keySecret),
      error: 'invalid_request',
      names: ['`client_id`', '`Authorization`'],
    },
  ],
  [
    'a scope that there is not',
    { fields: { ...byKey, scope: 'openid admin' }, error: 'invalid_scope', names: ['`scope`', 'openid', 'admin'] },
  ],
  [
    'a scope that is no scope',
    { fields: { ...byKey, scope: 'openid "é\\' }, error: 'invalid_scope', names: ['`scope`'] },
  ],
  ['no password', { fields: { ...byPassword, password: '' }, error: 'invalid_request', names: ['`password`'] }],
  ['no user', { fields: { ...byPassword, username: undefined }, error: 'invalid_request', names: ['`username`'] }],
  ...Object.entries(MAX_LENGTHS).map(([name, max]): [string, Refused] => [
    `more than ${max} characters of ${name}`,
    {
      fields: { ...byKey, [name]: 'x'.repeat(max + 1) },
      error: 'invalid_request',
      names: [`\`${name}\``, String(max)],
    },
  ]),
];

/** Credentials that are not accepted (RFC 6749, 5.2). */
const UNACCEPTED: [what: string, refused: Refused][] = [
  ...['no-colon', '', 'id:%zz', 'id:%ff'].map((text): [string, Refused] => [
    `a header that holds "${text}"`,
    {
      fields: { grant_type: CLIENT_CREDENTIALS },
      headers: pair(text),
      status: 401,
      error: 'invalid_client',
      reason: 'malformed_basic',
      names: ['`Authorization`'],
    },
  ]),
  [
    'a header that is no Base64',
    {
      fields: { grant_type: CLIENT_CREDENTIALS },
      headers: { authorization: 'Basic *not base64*' },
      status: 401,
      error: 'invalid_client',
      reason: 'malformed_basic',
      names: ['`Authorization`'],
    },
  ],
  [
    'a wrong secret by header',
    {
      fields: { grant_type: CLIENT_CREDENTIALS },
      headers: basic(keyId, WRONG),
      status: 401,
      error: 'invalid_client',
      reason: 'wrong_secret',
    },
  ],
  [
    'a wrong secret in the body',
    { fields: { ...byKey, client_secret: WRONG }, status: 401, error: 'invalid_client', reason: 'wrong_secret' },
  ],
  [
    'the secret of another client',
    {
      fields: { ...byKey, client_secret: admin.accessKey.clientSecret },
      status: 401,
      error: 'invalid_client',
      reason: 'wrong_secret',
    },
  ],
  [
    'an unknown client by header',
    {
      fields: { grant_type: CLIENT_CREDENTIALS },
      headers: basic(UNKNOWN_ID, WRONG),
      status: 401,
      error: 'invalid_client',
      reason: 'unknown_client',
    },
  ],
  [
    'an unknown client in the body',
    { fields: { ...byKey, client_id: UNKNOWN_ID }, status: 401, error: 'invalid_client', reason: 'unknown_client' },
  ],
  [
    'an unknown client of a user',
    {
      fields: { ...byPassword, client_id: UNKNOWN_ID },
      status: 401,
      error: 'invalid_client',
      reason: 'unknown_client',
    },
  ],
  [
    'a client without a secret that sends one',
    {
      fields: { ...byPassword, client_secret: WRONG },
      status: 401,
      error: 'invalid_client',
      reason: 'public_client',
    },
  ],
  [
    'the same by header',
    {
      fields: { ...byPassword, client_id: undefined },
      headers: basic(PUBLIC_CLIENT, WRONG),
      status: 401,
      error: 'invalid_client',
      reason: 'public_client',
    },
  ],
  [
    'an access key through which a user would log in',
    { fields: { ...byPassword, ...key }, error: 'unauthorized_client', reason: 'wrong_grant' },
  ],
  [
    'a service account through which a user would log in',
    { fields: { ...byPassword, ...bot }, error: 'unauthorized_client', reason: 'wrong_grant' },
  ],
  [
    'an access key through which a user would log in, with a wrong secret',
    {
      fields: { ...byPassword, ...key, client_secret: WRONG },
      status: 401,
      error: 'invalid_client',
      reason: 'wrong_secret',
    },
  ],
  [
    'an application through which a user would log in',
    {
      fields: { ...byApplication, ...person, grant_type: 'password' },
      error: 'unauthorized_client',
      reason: 'wrong_grant',
    },
  ],
  [
    'an application with a wrong secret',
    {
      fields: { ...byApplication, client_secret: WRONG },
      status: 401,
      error: 'invalid_client',
      reason: 'wrong_secret',
    },
  ],
  [
    'a wrong password',
    { fields: { ...byPassword, password: WRONG }, error: 'invalid_grant', reason: 'wrong_password' },
  ],
  [
    'an unknown user',
    { fields: { ...byPassword, username: 'nobody@acme.test' }, error: 'invalid_grant', reason: 'unknown_user' },
  ],
];

describe('POST /api/v2/token refuses', () => {
  it('every request that cannot be read, and names what is wrong with it', async () => {
    expect(await failuresOf(UNREADABLE, (refused) => expectRefusal(server, V2_TOKEN, refused))).toEqual([]);
  });

  it('every credential that does not count, and says why to whoever looks at the decision', async () => {
    expect(await failuresOf(UNACCEPTED, (refused) => expectRefusal(server, V2_TOKEN, refused))).toEqual([]);
  });
});

describe.each(TOKEN_ENDPOINTS)('%s refuses', (_what, path) => {
  it('a request that cannot be read, and a credential that does not count', async () => {
    const some = [...UNREADABLE.slice(-1), ...UNACCEPTED.slice(-1)];
    expect(await failuresOf(some, (refused) => expectRefusal(server, path, refused))).toEqual([]);
  });

  it('an unknown grant, and names those that it has', async () => {
    const answer = await postForm(server, path, {
      ...byKey,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    });

    expect(oauthError(answer, 400, 'unsupported_grant_type')).toMatch(/`grant_type`.*`client_credentials`, `password`/);
  });

  it('a misspelt grant, and says which was meant', async () => {
    for (const grantType of ['client_credential', 'clientCredentials', 'CLIENT-CREDENTIALS']) {
      const answer = await postForm(server, path, { ...byKey, grant_type: grantType });

      expect(oauthError(answer, 400, 'unsupported_grant_type'), grantType).toMatch(
        / one of `client_credentials`, .*\. Did you mean `client_credentials`\?$/,
      );
    }
  });

  it.each(['audience', 'resource'])('no `%s`, which it ignores: one finding says so', async (name) => {
    await server.call('POST /_mock/reset');
    for (const value of ['https://api.acme.test', 'another']) {
      const { status, body } = await postForm(server, path, { ...byKey, [name]: value });
      expect(status).toBe(200);
      expect(decodeJwt(body.access_token)).not.toHaveProperty('aud');
    }
    expect((await postForm(server, path, { ...byKey, [name]: '' })).status).toBe(200);
    const { findings } = (await server.call('GET /_mock/findings')).body;

    expect(findings).toMatchObject([{ kind: 'undocumented_field', count: 2, request: expect.any(String) }]);
    expect(findings[0].message).toMatch(
      new RegExp(`^grant_\\w+ was called with the undocumented field \`${name}\`\\. It has no effect: `),
    );
    expect(findings[0].message).not.toContain('acme');
  });

  it('a wrong secret and an unknown client in the same words', async () => {
    const refusals = [{ client_secret: WRONG }, { client_id: UNKNOWN_ID }].map(async (wrong) => {
      const answer = await postForm(server, path, { ...byKey, ...wrong });
      return oauthError(answer, 401, 'invalid_client');
    });
    const [wrongSecret, unknownClient] = await Promise.all(refusals);

    expect(wrongSecret).toBe(unknownClient);
  });

  it('other methods, and says which it has', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await server.call(`${method} ${path}`);

      oauthError(answer, 405, 'invalid_request');
      expect(answer.headers['allow']).toBe('POST');
    }
  });

  it('whoever is disabled', async () => {
    const noClient = { grant_type: CLIENT_CREDENTIALS };
    const refused = { status: 401, error: 'invalid_client', reason: 'disabled' };
    for (const client of [plainBot, researcher.accessKey]) {
      const fields = { ...noClient, client_id: client.clientId, client_secret: client.clientSecret };
      await expectRefusal(withDisabled, path, { fields, ...refused });
      const headers = basic(client.clientId, client.clientSecret);
      await expectRefusal(withDisabled, path, { fields: noClient, headers, ...refused });
    }
    await expectRefusal(withDisabled, path, { fields: byPassword, error: 'invalid_grant', reason: 'disabled' });
  });
});

describe('in every version', () => {
  const ENDPOINTS: [what: string, on: TestServer, path: string][] = [
    ['POST /api/v2/token of 3.0', servers['3.0'], V2_TOKEN],
    ['the token endpoint of the realm, in 2.19', servers['2.19'], REALM_TOKEN],
    ['the token endpoint of the realm, in 3.0', servers['3.0'], REALM_TOKEN],
  ];

  it.each(ENDPOINTS)('%s refuses in the same way', async (_what, on, path) => {
    const fields = { grant_type: CLIENT_CREDENTIALS };
    await expectRefusal(on, path, { fields: '', error: 'invalid_request', names: ['`grant_type`'] });
    await expectRefusal(on, path, {
      fields,
      headers: basic(keyId, WRONG),
      status: 401,
      error: 'invalid_client',
      reason: 'wrong_secret',
    });
    const wrongPassword = { ...byPassword, password: WRONG };
    await expectRefusal(on, path, { fields: wrongPassword, error: 'invalid_grant', reason: 'wrong_password' });
    const unknown = await postForm(on, path, { ...byKey, grant_type: 'device_code' });
    expect(oauthError(unknown, 400, 'unsupported_grant_type')).toContain('`client_credentials`, `password`');
  });

  it('the document limits the fields of a token request alike', () => {
    const limits = profiles.flatMap((profile) => tokenFormsOf(profile).map(({ properties }) => properties));

    expect(limits).toHaveLength(5);
    for (const properties of limits) {
      const known = Object.entries(MAX_LENGTHS).filter(([name]) => name in properties);
      const found = known.map(([name]) => [name, properties[name]?.maxLength]);
      expect(found).toEqual(known);
      expect(known.length).toBeGreaterThan(4);
    }
  });
});

it('an application that is refused its grant has not logged in', async () => {
  const refused = [
    await postForm(server, V2_TOKEN, byApplication),
    await postForm(server, REALM_TOKEN, { ...byApplication, ...person, grant_type: 'password' }),
  ];
  for (const answer of refused) oauthError(answer, 400, 'unauthorized_client');
  const { body } = await server.call(`GET /api/v1/apps/${application.id}`, { token: await server.tokenOf(admin) });

  expect(body).toMatchObject({ clientId: application.clientId, lastLogin: null });
});

describe('a field without a value counts as left out:', () => {
  it('`code_verifier`, where the code has no challenge', async () => {
    const fields = codeFields(await codeOf(server), { code_verifier: '' });

    expect((await postForm(server, REALM_TOKEN, fields)).status).toBe(200);
  });

  it.each(['client_id', 'client_secret'])('`%s` beside a client by header', async (name) => {
    const fields = { grant_type: CLIENT_CREDENTIALS, [name]: '' };
    for (const path of [V2_TOKEN, REALM_TOKEN]) {
      expect((await postForm(server, path, fields, basic(keyId, keySecret))).status).toBe(200);
    }
  });
});

describe('a client by header', () => {
  it('is read as RFC 7617 and RFC 6749 have it', async () => {
    const encoded = Buffer.from(`${keyId}:${keySecret}`).toString('base64');
    for (const authorization of [`Basic ${encoded}`, `basic ${encoded}`, `BASIC   ${encoded}`]) {
      const answer = await postForm(server, REALM_TOKEN, { grant_type: CLIENT_CREDENTIALS }, { authorization });
      expect(answer.status).toBe(200);
    }
  });

  it('may be named in the body, too', async () => {
    const fields = { grant_type: CLIENT_CREDENTIALS, client_id: keyId };

    expect((await postForm(server, V2_TOKEN, fields, basic(keyId, keySecret))).status).toBe(200);
  });

  it.each(['Basic', 'Basic bm8tY29sb24='])('that says "%s" is told how it is written', async (authorization) => {
    const fields = { grant_type: CLIENT_CREDENTIALS };
    const answer = await postForm(server, REALM_TOKEN, fields, { authorization });
    const { fixes } = await explained(server, answer, 'malformed_basic');

    expect(fixes[0].text).toContain('`Authorization: Basic`');
  });

  it('is not there twice', async () => {
    const { port } = await server.listen('127.0.0.1', 0);
    const { authorization } = basic(keyId, keySecret);
    const headers = ['Host: localhost', 'Content-Type: application/x-www-form-urlencoded'];
    const twice = [...headers, `Authorization: ${authorization}`, `Authorization: ${authorization}`];
    const answer = await send(port, requestBytes(`POST ${REALM_TOKEN}`, twice, `grant_type=${CLIENT_CREDENTIALS}`));

    expect(oauthError(answer, 400, 'invalid_request')).toContain('more than one `Authorization` header');
  });
});

it('the scopes that a client with a secret asks for are in its token as in the answer', async () => {
  const { body } = await postForm(server, REALM_TOKEN, { ...byKey, scope: 'openid email' });

  expect([body.scope, decodeJwt(body.access_token)['scope']]).toEqual(['openid email', 'openid email']);
});

describe('which grants there are', () => {
  const OTHERS: [on: Profile, path: string, grantType: string, versions: string][] = [
    ['2.24', V2_TOKEN, 'external_token_exchange', '3.0'],
    ['3.0', V2_TOKEN, 'authorization_code', '2.24'],
    ['3.0', V2_TOKEN, 'refresh_token', '2.24'],
  ];

  it.each(OTHERS)('in %s POST %s has no %s, and a finding names %s', async (profile, path, grantType, versions) => {
    const on = servers[profile];
    const answer = await postForm(on, path, { grant_type: grantType, client_id: PUBLIC_CLIENT });

    expect(oauthError(answer, 400, 'unsupported_grant_type')).not.toContain(grantType);
    const message = `POST requested the grant \`${grantType}\`, which this endpoint supports only in ${versions}`;
    expect(await otherVersions(on)).toContain(message);
  });

  it('in no version the realm exchanges tokens of an identity provider', async () => {
    for (const used of Object.values(servers)) {
      const on = await afresh(used);
      const answer = await postForm(on, REALM_TOKEN, {
        grant_type: 'external_token_exchange',
        external_token: 'x.y.z',
      });

      oauthError(answer, 400, 'unsupported_grant_type');
      expect(await otherVersions(on)).toEqual([]);
    }
  });

  it('2.19 has no POST /api/v2/token at all, and a finding names who has', async () => {
    const answer = await postForm(servers['2.19'], V2_TOKEN, byKey);

    oauthError(answer, 404, 'invalid_request');
    expect(await otherVersions(servers['2.19'])).toContain('POST /api/v2/token was called, which only 2.24, 3.0 has');
  });
});

it('POST /api/v2/token knows the codes and the refresh tokens of the realm, and uses them up alike', async () => {
  const code = await codeOf(server, S256);
  const redeemed = codeFields(code, { code_verifier: VERIFIER });
  const { status, body } = await postForm(server, V2_TOKEN, redeemed);
  expect(status).toBe(200);
  await expectRefusal(server, V2_TOKEN, { fields: redeemed, error: 'invalid_grant', reason: 'reused_code' });
  const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: body.refresh_token };

  await expectRefusal(server, V2_TOKEN, { fields, error: 'invalid_grant', reason: 'revoked_refresh_token' });
  const login = (await postForm(server, V2_TOKEN, byPassword)).body;
  const refresh = { ...fields, refresh_token: login.refresh_token };
  const next = await postForm(server, V2_TOKEN, refresh);
  expect(next.status).toBe(200);
  await expectRefusal(server, V2_TOKEN, { fields: refresh, error: 'invalid_grant', reason: 'reused_refresh_token' });
  expect(await judged(server, next.body.access_token)).toEqual([401, 'revoked_token']);
});

it('POST /api/v2/token asks for every field of a login, also for the client that a password does without', async () => {
  const forms: Fields[] = [codeFields('x'.repeat(43)), { grant_type: 'refresh_token', refresh_token: 'x'.repeat(64) }];
  const without = forms.flatMap((form) =>
    Object.keys(form)
      .filter((name) => name !== 'grant_type')
      .map((name) => [`\`${name}\` of ${form['grant_type']}`, { form, name }] as const),
  );
  const failures = await failuresOf(without, ({ form, name }) =>
    expectRefusal(server, V2_TOKEN, {
      fields: { ...form, [name]: undefined },
      error: 'invalid_request',
      names: [`\`${name}\``],
    }),
  );

  expect(failures).toEqual([]);
});

describe('a code', () => {
  const path = REALM_TOKEN;
  const redeem = (fields: Fields, on = server) => postForm(on, path, fields);

  it('gets tokens, once', async () => {
    const code = await codeOf(server, S256);
    const answer = await redeem(codeFields(code, { code_verifier: VERIFIER }));

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, refresh_token: expect.any(String) });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
  });

  it('used twice ends all that came of it', async () => {
    const code = await codeOf(server);
    const first = await redeem(codeFields(code));
    const next = await redeem({
      grant_type: 'refresh_token',
      client_id: PUBLIC_CLIENT,
      refresh_token: first.body.refresh_token,
    });
    await expectRefusal(server, path, { fields: codeFields(code), error: 'invalid_grant', reason: 'reused_code' });

    expect(await judged(server, first.body.access_token)).toEqual([401, 'revoked_token']);
    expect(await judged(server, next.body.access_token)).toEqual([401, 'revoked_token']);
    const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: next.body.refresh_token };
    await expectRefusal(server, path, { fields, error: 'invalid_grant', reason: 'revoked_refresh_token' });
  });

  it('of two that redeem it at once, one wins, and loses again', async () => {
    const code = await codeOf(server);
    const answers = await Promise.all([redeem(codeFields(code)), redeem(codeFields(code))]);
    const winner = answers.find(({ status }) => status === 200);

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(await judged(server, winner?.body.access_token)).toEqual([401, 'revoked_token']);
  });

  const WRONGLY_REDEEMED: [what: string, asked: Fields, given: Fields, reason: string, names: string][] = [
    ['with a wrong verifier', S256, { code_verifier: `${VERIFIER}x` }, 'wrong_verifier', '`code_verifier`'],
    ['with the challenge for a verifier', S256, { code_verifier: CHALLENGE }, 'wrong_verifier', '`code_verifier`'],
    ['without the verifier of its challenge', S256, {}, 'wrong_verifier', '`code_verifier`'],
    ['with a verifier and no challenge', {}, { code_verifier: VERIFIER }, 'wrong_verifier', '`code_verifier`'],
    ['with another redirect URI', {}, { redirect_uri: `${CALLBACK}/` }, 'wrong_redirect', '`redirect_uri`'],
    ['by another client', {}, { client_id: 'cli' }, 'code_of_other_client', '`client_id`'],
  ];

  it.each(WRONGLY_REDEEMED)('%s is refused, and used up', async (_case, asked, given, reason, name) => {
    const code = await codeOf(server, asked);
    await expectRefusal(server, path, {
      fields: codeFields(code, given),
      error: 'invalid_grant',
      reason,
      names: [name],
    });
    const right = asked === S256 ? { code_verifier: VERIFIER } : {};

    await expectRefusal(server, path, {
      fields: codeFields(code, right),
      error: 'invalid_grant',
      reason: 'reused_code',
    });
  });

  it.each(['code', 'redirect_uri', 'client_id'])('is asked for with `%s`', async (name) => {
    const fields = codeFields('x'.repeat(43), { [name]: undefined });

    await expectRefusal(server, path, { fields, error: 'invalid_request', names: [`\`${name}\``] });
  });

  it('that nobody issued is refused', () =>
    expectRefusal(server, path, {
      fields: codeFields('x'.repeat(43)),
      error: 'invalid_grant',
      reason: 'unknown_code',
      names: ['`code`'],
    }));

  it('cannot be redeemed by an access key', () =>
    expectRefusal(server, path, {
      fields: codeFields('x'.repeat(43), key),
      error: 'unauthorized_client',
      reason: 'wrong_grant',
    }));

  it.each([
    ['a minute', other, CODE_TTL],
    ['as long as --token-ttl says', short, 5_000],
  ])('counts for %s', async (_case, on, lifetime) => {
    const own = await afresh(on);
    const ends = START + lifetime;
    const [inTime, late] = [await codeOf(own), await codeOf(own)];
    own.clock.set(ends - 1);
    expect((await redeem(codeFields(inTime), own)).status).toBe(200);
    own.clock.set(ends);

    await expectRefusal(own, path, { fields: codeFields(late), error: 'invalid_grant', reason: 'expired_code' });
  });

  it('of somebody who was disabled meanwhile is refused', async () => {
    const own = await afresh(other);
    const code = await codeOf(own);
    await identitiesIn(own.world.store).edit(researcher.id, { enabled: false }, START);

    await expectRefusal(own, path, { fields: codeFields(code), error: 'invalid_grant', reason: 'disabled' });
  });
});

describe('a refresh token', () => {
  const path = REALM_TOKEN;
  const refreshFields = (token: string, given: Fields = {}): Fields => {
    return { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: token, ...given };
  };
  const login = async (on = server) => (await postForm(on, path, byPassword)).body;

  it('used twice ends the login, with its access tokens', async () => {
    const first = await login();
    const { body: next } = await postForm(server, path, refreshFields(first.refresh_token));
    expect(await judged(server, next.access_token)).toEqual([200, undefined]);
    const replay = { fields: refreshFields(first.refresh_token), error: 'invalid_grant' };
    await expectRefusal(server, path, { ...replay, reason: 'reused_refresh_token' });

    expect(await judged(server, first.access_token)).toEqual([401, 'revoked_token']);
    expect(await judged(server, next.access_token)).toEqual([401, 'revoked_token']);
    await expectRefusal(server, path, {
      fields: refreshFields(next.refresh_token),
      error: 'invalid_grant',
      reason: 'revoked_refresh_token',
    });
  });

  it('leaves other logins of the same user alone', async () => {
    const [one, other] = [await login(), await login()];
    await postForm(server, path, refreshFields(one.refresh_token));
    await postForm(server, path, refreshFields(one.refresh_token));

    expect(await judged(server, other.access_token)).toEqual([200, undefined]);
    expect((await postForm(server, path, refreshFields(other.refresh_token))).status).toBe(200);
  });

  it('of two that use it at once, one wins', async () => {
    const { refresh_token: token } = await login();
    const answers = await Promise.all([1, 2].map(() => postForm(server, path, refreshFields(token))));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const loser = answers.find(({ status }) => status === 400);
    expect(loser?.decision.reason).toBe('reused_refresh_token');
  });

  const scopeOf = ({ body }: Answer) => decodeJwt(body.access_token)['scope'];

  it('gets no more scopes than the login has, and stays good', async () => {
    const { body } = await postForm(server, path, { ...byPassword, scope: 'openid' });
    await expectRefusal(server, path, {
      fields: refreshFields(body.refresh_token, { scope: 'openid email' }),
      error: 'invalid_scope',
      names: ['`scope`', 'email'],
    });

    expect(scopeOf(await postForm(server, path, refreshFields(body.refresh_token)))).toBe('openid');
  });

  it('gets fewer scopes, and all of them at the next time', async () => {
    const scope = 'openid email';
    const first = await postForm(server, path, { ...byPassword, scope });
    const fewer = await postForm(server, path, refreshFields(first.body.refresh_token, { scope: 'email' }));
    const all = await postForm(server, path, refreshFields(fewer.body.refresh_token));
    const asked = await postForm(server, path, refreshFields(all.body.refresh_token, { scope }));

    const answers = [fewer, all, asked];
    const scopes = ['email', scope, scope];
    expect(answers.map(scopeOf)).toEqual(scopes);
    expect(answers.map(({ body }) => body.scope)).toEqual(scopes);
  });

  it('of another client is refused, and stays good for its own', async () => {
    const { refresh_token: token } = await login();
    await expectRefusal(server, path, {
      fields: refreshFields(token, { client_id: 'cli' }),
      error: 'invalid_grant',
      reason: 'other_client',
    });
    // Nor is told that it asks for more than the login has.
    await expectRefusal(server, path, {
      fields: refreshFields(token, { client_id: 'cli', scope: 'openid email profile' }),
      error: 'invalid_grant',
      reason: 'other_client',
    });

    expect((await postForm(server, path, refreshFields(token))).status).toBe(200);
  });

  it('cannot be used by an access key', async () => {
    const { refresh_token: token } = await login();

    await expectRefusal(server, path, {
      fields: refreshFields(token, key),
      error: 'unauthorized_client',
      reason: 'wrong_grant',
    });
  });

  it('that nobody issued is refused', () =>
    expectRefusal(server, path, {
      fields: refreshFields('x'.repeat(64)),
      error: 'invalid_grant',
      reason: 'unknown_refresh_token',
    }));

  it('has to be there', () =>
    expectRefusal(server, path, {
      fields: refreshFields('', {}),
      error: 'invalid_request',
      names: ['`refresh_token`'],
    }));

  it.each([
    ['a day', other, REFRESH_TTL],
    ['as long as --token-ttl says', short, 5_000],
  ])('counts for %s', async (_case, on, lifetime) => {
    const own = await afresh(on);
    const ends = START + lifetime;
    const [inTime, late] = [await login(own), await login(own)];
    own.clock.set(ends - 1);
    expect((await postForm(own, path, refreshFields(inTime.refresh_token))).status).toBe(200);
    own.clock.set(ends);

    await expectRefusal(own, path, {
      fields: refreshFields(late.refresh_token),
      error: 'invalid_grant',
      reason: 'expired_refresh_token',
    });
  });

  it('of somebody who was disabled meanwhile is refused', async () => {
    const own = await afresh(other);
    const { refresh_token: token } = await login(own);
    await identitiesIn(own.world.store).edit(researcher.id, { enabled: false }, START);

    await expectRefusal(own, path, { fields: refreshFields(token), error: 'invalid_grant', reason: 'disabled' });
  });
});

describe('a client that authenticates with an assertion (RFC 7523, 2.2)', () => {
  const assertion = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjIn0.AAAA',
  };
  const refusal = {
    ...{ status: 401, error: 'invalid_client', reason: 'client_assertion' },
    names: ['This mock does not support `private_key_jwt`; send `client_secret`.'],
  };

  it.each([V2_TOKEN, REALM_TOKEN])('is told at %s that it is not supported', async (path) => {
    const refresh = { grant_type: 'refresh_token', refresh_token: 'x'.repeat(64), client_id: PUBLIC_CLIENT };
    for (const grant of [byKey, { ...byKey, client_id: undefined }, byPassword, refresh]) {
      const fields = { ...grant, client_secret: undefined, ...assertion };
      await expectRefusal(server, path, { fields, ...refusal });
    }
  });

  it.each([INTROSPECTION, REVOCATION])('is told at %s, too', (path) =>
    expectRefusal(server, path, { fields: { token: 'x.y.z', client_id: keyId, ...assertion }, ...refusal }),
  );

  it.each([
    ['client_assertion', 'client_credentials'],
    ['clientAssertion', 'client_credentials'],
    ['client_assertion', 'password'],
  ])('is told at /api/v1/token: %s of %s', async (name, grantType) => {
    for (const [profile, on] of Object.entries(servers)) {
      const secret = profile === '2.19' ? 'appSecret' : 'clientSecret';
      const body = { grantType, ...person, clientId: keyId, [name]: assertion.client_assertion };
      const answer = await on.call('POST /api/v1/token', { body });
      const { fixes } = await explained(on, answer, 'client_assertion');

      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).toContain(
        `This mock does not support \`private_key_jwt\`; send \`${secret}\`.`,
      );
      expect(JSON.stringify(fixes)).toContain('without `client_assertion`');
      expect(JSON.stringify(answer.body)).not.toContain('eyJ');
    }
  });

  it('counts as none if it is empty', async () => {
    expect((await postForm(server, REALM_TOKEN, { ...byKey, client_assertion: '' })).status).toBe(200);
  });
});

const QUESTIONS: [what: string, path: string][] = [
  ['introspection', INTROSPECTION],
  ['revocation', REVOCATION],
];

describe.each(QUESTIONS)('%s refuses', (_what, path) => {
  const asked = { token: 'a-token-that-is-none', ...key };
  const REFUSALS: [what: string, refused: Refused][] = [
    ['no token', { fields: key, error: 'invalid_request', names: ['`token`'] }],
    ['an empty token', { fields: { ...key, token: '' }, error: 'invalid_request', names: ['`token`'] }],
    [
      'an empty body',
      { fields: '', status: 401, error: 'invalid_client', names: ['`client_id`'], reason: 'no_client' },
    ],
    [
      'nobody',
      { fields: { token: 'x.y.z' }, status: 401, error: 'invalid_client', names: ['`client_id`'], reason: 'no_client' },
    ],
    [
      'a token that is there twice',
      { fields: `${formOf(asked)}&token=another-one`, error: 'invalid_request', names: ['`token`', 'twice'] },
    ],
    [
      'a token of more than 8192 characters',
      { fields: { ...asked, token: 'x'.repeat(8193) }, error: 'invalid_request', names: ['`token`', '8192'] },
    ],
    [
      'JSON',
      {
        fields: JSON.stringify(asked),
        headers: { 'content-type': 'application/json' },
        error: 'invalid_request',
        names: ['`Content-Type: application/x-www-form-urlencoded`'],
      },
    ],
    [
      'a secret by header and in the body',
      { fields: asked, headers: basic(keyId, keySecret), error: 'invalid_request', names: ['`client_secret`'] },
    ],
    [
      'another client in the body than in the header',
      {
        fields: { token: asked.token, client_id: PUBLIC_CLIENT },
        headers: basic(keyId, keySecret),
        error: 'invalid_request',
        names: ['`client_id`'],
      },
    ],
    [
      'a header that cannot be read',
      {
        fields: { token: asked.token },
        headers: pair('no-colon'),
        status: 401,
        error: 'invalid_client',
        reason: 'malformed_basic',
      },
    ],
    [
      'a wrong secret by header',
      {
        fields: { token: asked.token },
        headers: basic(keyId, WRONG),
        status: 401,
        error: 'invalid_client',
        reason: 'wrong_secret',
      },
    ],
    [
      'a wrong secret in the body',
      { fields: { ...asked, client_secret: WRONG }, status: 401, error: 'invalid_client', reason: 'wrong_secret' },
    ],
    [
      'an unknown client',
      { fields: { ...asked, client_id: UNKNOWN_ID }, status: 401, error: 'invalid_client', reason: 'unknown_client' },
    ],
    [
      'a client with a secret that keeps it back',
      { fields: { ...asked, client_secret: '' }, status: 401, error: 'invalid_client', reason: 'wrong_secret' },
    ],
  ];

  it('every request that cannot be read, and every client that does not count', async () => {
    expect(await failuresOf(REFUSALS, (refused) => expectRefusal(server, path, refused))).toEqual([]);
  });

  it('whoever is disabled', async () => {
    const disabled = { status: 401, error: 'invalid_client', reason: 'disabled' };

    for (const client of [plainBot, researcher.accessKey]) {
      const inBody = { client_id: client.clientId, client_secret: client.clientSecret };
      await expectRefusal(withDisabled, path, { fields: { token: asked.token, ...inBody }, ...disabled });
      const headers = basic(client.clientId, client.clientSecret);
      await expectRefusal(withDisabled, path, { fields: { token: asked.token }, headers, ...disabled });
    }
  });

  it('other methods, and says which it has', async () => {
    const answer = await server.call(`GET ${path}`);

    oauthError(answer, 405, 'invalid_request');
    expect(answer.headers['allow']).toBe('POST');
  });
});

describe('introspection', () => {
  const ask = (token: string, headers = basic(adminBot.clientId, adminBot.clientSecret)) =>
    postForm(server, INTROSPECTION, { token }, headers);

  it('is for clients with a secret', () =>
    expectRefusal(server, INTROSPECTION, {
      fields: { token: 'x.y.z', client_id: PUBLIC_CLIENT },
      status: 401,
      error: 'invalid_client',
      reason: 'public_client',
    }));

  it('says of a token what it is, and nothing of one that does not count', async () => {
    const own = await afresh(other);
    const { access_token: access, refresh_token: refresh, id_token: idToken } = await tokensOf(own);
    const askOwn = async (token: string) => {
      const answer = await postForm(own, INTROSPECTION, { token }, basic(application.clientId, application.secret));
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      return answer.body;
    };
    const inactive = { active: false };
    const login = { active: true, client_id: PUBLIC_CLIENT, username: researcher.email, sub: researcher.id };

    expect(await askOwn(access)).toEqual({
      ...login,
      token_type: 'Bearer',
      scope: 'openid',
      iss: 'http://localhost:6625/auth/realms/acme',
      iat: START / 1000,
      exp: START / 1000 + 3600,
      jti: expect.any(String),
      sid: expect.any(String),
    });
    expect(await askOwn(refresh)).toEqual({
      ...login,
      scope: 'openid',
      exp: (START + REFRESH_TTL) / 1000,
      sid: expect.any(String),
    });
    expect(await askOwn(idToken)).toEqual(inactive);
    expect(await askOwn('anything')).toEqual(inactive);
    own.clock.set(START + 3_600_000);
    expect(await askOwn(access)).toEqual(inactive);
    expect(await askOwn(refresh)).toMatchObject({ active: true });
    own.clock.set(START + REFRESH_TTL);
    expect(await askOwn(refresh)).toEqual(inactive);
  });

  it('leaves no decision behind about the token', async () => {
    expect((await ask('anything')).decision).toBeNull();
  });
});

describe('revocation', () => {
  const revoke = (token: string, client: Fields = { client_id: PUBLIC_CLIENT }) =>
    postForm(server, REVOCATION, { token, ...client });

  it('ends an access token by itself', async () => {
    const { access_token: access, refresh_token: refresh } = await tokensOf(server);
    const answer = await revoke(access);
    const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: refresh };

    expect([answer.status, answer.body]).toEqual([200, undefined]);
    expect(await judged(server, access)).toEqual([401, 'revoked_token']);
    expect((await postForm(server, REALM_TOKEN, fields)).status).toBe(200);
  });

  it('of an access token stays in force when another one is revoked', async () => {
    const [{ access_token: first }, { access_token: second }] = [await tokensOf(server), await tokensOf(server)];
    for (const token of [first, second]) expect((await revoke(token)).status).toBe(200);

    expect(await judged(server, first)).toEqual([401, 'revoked_token']);
  });

  it('ends with a refresh token all that came of its login', async () => {
    const { access_token: access, refresh_token: refresh } = await tokensOf(server);
    expect((await revoke(refresh)).status).toBe(200);

    expect(await judged(server, access)).toEqual([401, 'revoked_token']);
    await expectRefusal(server, REALM_TOKEN, {
      fields: { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: refresh },
      error: 'invalid_grant',
      reason: 'revoked_refresh_token',
    });
  });

  it('takes a hint, and finds the token whatever it says', async () => {
    const { access_token: access } = await tokensOf(server);

    expect((await revoke(access, { client_id: PUBLIC_CLIENT, token_type_hint: 'refresh_token' })).status).toBe(200);
    expect(await judged(server, access)).toEqual([401, 'revoked_token']);
  });

  it('of a token that never counted is done already, and so is a second one', async () => {
    const { refresh_token: refresh } = await tokensOf(server);

    for (const token of ['anything', refresh, refresh]) expect((await revoke(token)).status).toBe(200);
  });

  it.each([
    ['another public client', { client_id: 'cli' }],
    ['a client with a secret', key],
  ])('by %s than the one of the token is refused', async (_what, client) => {
    const { access_token: access, refresh_token: refresh } = await tokensOf(server);
    for (const token of [access, refresh]) {
      const fields = { token, ...client };
      await expectRefusal(server, REVOCATION, { fields, error: 'invalid_grant', reason: 'other_client' });
    }

    expect(await judged(server, access)).toEqual([200, undefined]);
  });
});

describe('userinfo', () => {
  it('is refused in the words of OAuth', async () => {
    for (const [headers, reason, challenge] of [
      [{}, 'no_token', 'Bearer'],
      [{ authorization: 'Bearer garbage' }, 'malformed_token', 'Bearer error="invalid_token"'],
      [basic(keyId, keySecret), 'wrong_scheme', 'Bearer error="invalid_token"'],
    ] as const) {
      const answer = await server.call(`GET ${USERINFO}`, { headers });

      oauthError(answer, 401, 'invalid_token');
      expect(answer.headers['www-authenticate']).toBe(challenge);
      await explained(server, answer, reason);
    }
  });

  it('answers by GET and by POST alike', async () => {
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

describe('a realm that there is not', () => {
  const elsewhere = (path: string) => path.replace('/realms/acme', '/realms/other');

  it.each([REALM_TOKEN, INTROSPECTION, REVOCATION])('has no %s', async (path) => {
    const answer = await postForm(server, elsewhere(path), { ...byKey, token: 'x.y.z' });

    expect(oauthError(answer, 404, 'invalid_request')).toContain('`acme`');
  });

  it('has no userinfo', async () => {
    const token = await server.tokenOf(researcher);

    oauthError(await server.call(`GET ${elsewhere(USERINFO)}`, { token }), 404, 'invalid_request');
  });
});
