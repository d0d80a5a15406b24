import { describe, expect, it } from 'vitest';
import { admin, adminBot, application } from '../../support/cast.ts';
import { hintsOf } from '../../support/hints.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();
const oldest = await testServer({ runai: '2.19' });
const later = await testServer({ runai: '2.26' });
const newest = await testServer({ runai: '3.0' });
const { clientId, clientSecret, id: keyId } = admin.accessKey;
const V1 = 'POST /api/v1/token';
const V2 = 'POST /api/v2/token';
const REALM = 'POST /auth/realms/acme/protocol/openid-connect/token';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CLIENT = { clientId, clientSecret };
const APP = { AppId: clientId, AppSecret: clientSecret };
const APP_ID = { AppId: application.id, AppSecret: application.secret };
const REFRESH = { grantType: 'refresh_token', refresh_token: 'x' };
const byClient = (client: object) => ({ grantType: 'client_credentials', ...client });
const byApp = (client: object) => ({ grantType: 'app_token', ...client });
const SECRETS = [clientSecret, application.secret, admin.password];

describe('the hint for an unknown client id', () => {
  const changeLastCharacter = (text: string) => `${text.slice(0, -1)}${text.endsWith('x') ? 'y' : 'x'}`;

  it.each([
    ['at /api/v1/token', clientId],
    ['of a service account', adminBot.clientId],
  ])('suggests a similar client id: %s', async (_what, similar) => {
    const body = { grantType: 'client_credentials', clientId: changeLastCharacter(similar), clientSecret };
    const { codes, texts, answer } = await hintsOf(server.call, 'POST /api/v1/token', { body });

    expect(codes).toEqual(['client_id_misspelt']);
    expect(texts[0]).toBe(`The client id is unknown. Did you mean \`${similar}\`?`);
    // The response does not reveal the client ids.
    expect(JSON.stringify(answer.body)).not.toContain(similar);
  });

  it('is absent if no client id is similar', async () => {
    const body = { grantType: 'client_credentials', clientId: 'q'.repeat(16), clientSecret };

    expect((await hintsOf(server.call, 'POST /api/v1/token', { body })).codes).toEqual([]);
  });
});

describe('the hint for a token request with', () => {
  it.each<[what: string, on: typeof server, body: object, code: string, text: RegExp]>([
    ['one field in another spelling', server, REFRESH, 'field_spelling', /`refreshToken` in place of `refresh_token`/],
    ['the id of an application as `AppId`', server, byApp(APP_ID), 'key_id_for_client_id', /`id` of .*, application/],
    [
      '`app_token` with `clientId` in 3.0',
      newest,
      byApp(CLIENT),
      'app_id_since_2_24',
      /3\.0 removed the grant `app_token`/,
    ],
    [
      '`AppId` with `client_credentials` in 3.0',
      newest,
      byClient(APP),
      'app_id_since_2_24',
      /3\.0 has no applications/,
    ],
    [
      '`AppId` with `client_credentials` in 2.26',
      later,
      byClient(APP),
      'app_id_since_2_24',
      /2\.26 accepts `AppId` only/,
    ],
    [
      '`clientId` with `app_token` in 2.19',
      oldest,
      byApp(CLIENT),
      'client_id_before_2_24',
      /each client as an application/,
    ],
    ['`clientId` with `app_token`', server, byApp(CLIENT), 'client_id_with_app_token', /grant `client_credentials`/],
  ])('%s', async (_what, on, body, code, text) => {
    const { codes, texts } = await hintsOf(on.call, V1, { body });

    expect(codes[0]).toBe(code);
    expect(texts[0]).toMatch(text);
    for (const secret of SECRETS) expect(texts.join(' ')).not.toContain(secret);
  });

  it.each([
    ['at `/api/v2/token`', V2],
    ['at the realm', REALM],
  ])('`grantType` instead of `grant_type` %s', async (_where, request) => {
    const body = `grantType=client_credentials&clientId=${clientId}&clientSecret=${clientSecret}`;
    const { codes, texts } = await hintsOf(server.call, request, { headers: FORM, body });

    expect(codes).toEqual(['field_spelling']);
    expect(texts[0]).toMatch(/`grant_type` in place of `grantType`/);
  });

  it.each([
    ['the id of a key', REALM, `${keyId}:${clientSecret}`, ['key_id_for_client_id'], /may be the `id`/],
    ['`+`', REALM, `${clientId}:a+b`, ['basic_not_encoded'], /a `\+` that is read as a space.*`\+` is sent as `%2B`/],
    ['`%`', V2, `${clientId}:a%b`, ['basic_not_encoded'], /a `%` that is not followed by two hex digits.*`%` as `%25`/],
    ['an encoded `+`, which needs none,', REALM, `${clientId}:a%2Bb`, [], /^$/],
  ])('%s in a Basic header', async (_what, request, pair, expected, text) => {
    const headers = { ...FORM, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
    const { codes, texts } = await hintsOf(server.call, request, { headers, body: 'grant_type=client_credentials' });

    expect(codes).toEqual(expected);
    expect(texts[0] ?? '').toMatch(text);
  });

  it.each([
    ['/api/v1/token', V1, {}, 'grantType=client_credentials&clientId=', '&clientSecret=', 'in the body, as JSON.'],
    [
      'the realm',
      REALM,
      { headers: FORM, body: 'grant_type=client_credentials' },
      'client_id=',
      '&client_secret=',
      'Send `client_id`, `client_secret` in the body, as a form.',
    ],
  ])('credentials in the query at %s', async (_where, request, options, id, secret, text) => {
    const query = `${id}${clientId}${secret}${clientSecret}`;
    const { codes, texts } = await hintsOf(server.call, `${request}?${query}`, options);

    expect(codes[0]).toBe('credentials_in_query');
    expect(texts[0]).toContain(text);
    expect(texts.join(' ')).not.toContain(clientSecret);
  });

  it('a Basic header at /api/v1/token of 2.19 names the fields of 2.19', async () => {
    const basic = Buffer.from(`${application.clientId}:${application.secret}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    const { codes, texts } = await hintsOf(oldest.call, V1, { headers, body: { grantType: 'app_token' } });

    expect(codes).toEqual(['basic_at_v1']);
    expect(texts[0]).toMatch(/send `AppId` and `AppSecret` in the JSON body\. The realm accepts Basic\.$/);
  });

  it.each<[what: string, on: typeof server, body: object]>([
    ['a wrong secret', server, { grantType: 'client_credentials', clientId, clientSecret: 'wrong' }],
    ['a wrong password', server, { grantType: 'password', username: admin.email, password: 'wrong' }],
  ])('%s is absent', async (_what, on, body) => {
    expect((await hintsOf(on.call, V1, { body })).codes).toEqual([]);
  });
});

const login = await server.grant({ grantType: 'password', username: admin.email, password: admin.password });
const { refreshToken, idToken } = login.body;

it.each<[what: string, token: string, code: string, text: RegExp]>([
  ['a client secret', adminBot.clientSecret, 'secret_for_token', /has the form of a client secret/],
  ['a refresh token', refreshToken, 'refresh_token_for_token', /is a refresh token/],
  ['an ID token', idToken, 'id_token_for_token', /is an ID token/],
  ['an NGC key', castKey('air-reader').key, 'ngc_key_for_token', /access tokens/],
])('the hint for a bearer token that is %s', async (_what, token, code, text) => {
  const { codes, texts } = await hintsOf(server.call, 'GET /api/v1/access-keys', { token });

  expect(codes).toEqual([code]);
  expect(texts[0]).toMatch(text);
  expect(texts[0]).not.toContain(token);
});
