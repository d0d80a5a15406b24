/** What Keycloak's own clients need of the realm: response modes, refresh tokens that are JWTs, and session frames. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import {
  authorizationPath,
  CALLBACK,
  codeFields,
  INTROSPECTION,
  ISSUER_PATH,
  LOGOUT,
  locationOf,
  logIn,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  shownForm,
  V2_TOKEN,
} from '../../support/oauth.ts';
import { START, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const ISSUER = `http://localhost:6625${ISSUER_PATH}`;
const FRAMES = `${ISSUER_PATH}/protocol/openid-connect`;
const PASSWORD = {
  grant_type: 'password',
  client_id: PUBLIC_CLIENT,
  username: researcher.email,
  password: researcher.password,
};
const server = await testServer();

describe('an answer to the client', () => {
  it('is in the fragment, which no server sees', async () => {
    const { hash, search } = locationOf(await logIn(server, authorizationPath({ response_mode: 'fragment' })));
    const fields = new URLSearchParams(hash.slice(1));

    expect(search).toBe('');
    expect([...fields.keys()]).toEqual(['code', 'session_state', 'state', 'iss']);
    expect((await postForm(server, REALM_TOKEN, codeFields(String(fields.get('code'))))).status).toBe(200);
  });

  it('is a form that the browser sends', async () => {
    const { status, body, headers } = await logIn(server, authorizationPath({ response_mode: 'form_post' }));
    const { action, fields } = shownForm(body);

    expect([status, action]).toEqual([200, CALLBACK]);
    expect(Object.keys(fields)).toEqual(['code', 'session_state', 'state', 'iss']);
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'.*script-src 'sha256-.*frame-ancestors 'none'/,
    );
    expect((await postForm(server, REALM_TOKEN, codeFields(String(fields['code'])))).status).toBe(200);
  });

  it.each(['fragment', 'form_post'])('is an error in the same way: %s', async (mode) => {
    const answer = await server.call(`GET ${authorizationPath({ response_mode: mode, prompt: 'none' })}`);
    const fields =
      mode === 'fragment'
        ? Object.fromEntries(new URLSearchParams(locationOf(answer).hash.slice(1)))
        : shownForm(answer.body).fields;

    expect(fields).toMatchObject({ error: 'login_required', state: 'a-state', iss: ISSUER });
  });

  it('is of one of the modes that discovery lists', async () => {
    const { body } = await server.call(`GET ${ISSUER_PATH}/.well-known/openid-configuration`);

    expect(body).toMatchObject({
      response_modes_supported: ['query', 'fragment', 'form_post'],
      check_session_iframe: `${ISSUER}/protocol/openid-connect/login-status-iframe.html`,
    });
  });
});

describe('a refresh token', () => {
  it('is a JWT with the claims of its login', async () => {
    const { body } = await postForm(server, REALM_TOKEN, { ...PASSWORD, scope: 'openid email' });

    expect(decodeProtectedHeader(body.refresh_token)).toEqual({ alg: 'HS512', typ: 'JWT' });
    expect(decodeJwt(body.refresh_token)).toEqual({
      exp: (START + 86_400_000) / 1000,
      iat: START / 1000,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iss: ISSUER,
      aud: ISSUER,
      sub: researcher.id,
      typ: 'Refresh',
      azp: PUBLIC_CLIENT,
      sid: decodeJwt(body.access_token)['sid'],
      scope: 'openid email',
    });
  });

  it.each<[where: string, request: () => Promise<string>]>([
    ['/api/v2/token', async () => (await postForm(server, V2_TOKEN, PASSWORD)).body.refresh_token],
    [
      '/api/v1/token',
      async () => {
        const { email: username, password } = researcher;
        return (await server.grant({ grantType: 'password', username, password })).body.refreshToken;
      },
    ],
  ])('is one at %s, too', async (_where, request) => {
    expect(decodeJwt(await request())).toMatchObject({ typ: 'Refresh', sub: researcher.id, iss: ISSUER });
  });

  it('of which a part was changed is unknown, and ends nothing', async () => {
    const { body } = await postForm(server, REALM_TOKEN, PASSWORD);
    const refresh = (token: string) =>
      postForm(server, REALM_TOKEN, { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: token });
    const [header, payload, signature] = body.refresh_token.split('.');
    const claims = { ...decodeJwt(body.refresh_token), jti: '00000000-0000-4000-8000-000000000000' };
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');

    for (const token of [
      `${header}.${forged}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      'x.y.z',
    ]) {
      const answer = await refresh(token);
      expect([answer.status, answer.decision.reason]).toEqual([400, 'unknown_refresh_token']);
    }
    expect((await refresh(body.refresh_token)).status).toBe(200);
  });

  it('in another spelling of the same bytes is unknown, and ends nothing', async () => {
    const { body } = await postForm(server, REALM_TOKEN, PASSWORD);
    const token: string = body.refresh_token;
    // The last character of 64 bytes in base64url has four bits that are not used.
    const spelled = `${token.slice(0, -1)}${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[token.slice(-1)]}`;

    for (const other of [`${token} `, `${token}\n`, token.replace('.', ' .'), token.replace('.', '=.'), spelled]) {
      const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: other };
      const answer = await postForm(server, REALM_TOKEN, fields);
      expect([answer.status, answer.decision.reason]).toEqual([400, 'unknown_refresh_token']);
    }
    const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: token };
    expect((await postForm(server, REALM_TOKEN, fields)).status).toBe(200);
  });

  it('is still looked up: a second use ends its login', async () => {
    const { body } = await postForm(server, REALM_TOKEN, PASSWORD);
    const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: body.refresh_token };
    const next = await postForm(server, REALM_TOKEN, fields);
    const reused = await postForm(server, REALM_TOKEN, fields);
    const last = await postForm(server, REALM_TOKEN, { ...fields, refresh_token: next.body.refresh_token });

    expect([next.status, reused.decision.reason, last.decision.reason]).toEqual([
      200,
      'reused_refresh_token',
      'revoked_refresh_token',
    ]);
  });

  it('leads to its world', async () => {
    const one = await makeWorld(server, { id: 'refreshing' });
    const { email: username, password } = one.cast.runai.users[1];
    const granted = await one.call('POST /api/v1/token', { body: { grantType: 'password', username, password } });
    const body = { grantType: 'refresh_token', refreshToken: granted.body.refreshToken };

    // Without the prefix of the world.
    expect((await server.call('POST /api/v1/token', { body })).status).toBe(200);
  });
});

describe('the frames of keycloak-js', () => {
  const framed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };

  it('learn that nobody is logged in, from a request with prompt=none', async () => {
    const path = authorizationPath({ prompt: 'none', response_mode: 'fragment' });
    const answer = await server.call(`GET ${path}`, { headers: framed });

    expect(answer.status).toBe(302);
    expect(locationOf(answer).hash).toMatch(/^#error=login_required&/);
  });

  it('never show the login page', async () => {
    const { headers } = await server.call(`GET ${authorizationPath()}`, { headers: framed });

    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it.each(['3p-cookies/step1.html', '3p-cookies/step2.html', 'login-status-iframe.html'])(
    '%s may be framed by any site, and only runs its script',
    async (name) => {
      const { status, headers, body } = await server.call(`GET ${FRAMES}/${name}`);
      const policy = String(headers['content-security-policy']);

      expect(status).toBe(200);
      expect(policy).not.toContain('frame-ancestors');
      expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[\w+/=]+'; connect-src 'self'; base-uri 'none'$/);
      expect(headers['x-frame-options']).toBeUndefined();
      expect(body).toContain('<script>');
    },
  );

  it.each([
    [204, PUBLIC_CLIENT, 'http://127.0.0.1:4711'],
    [204, PUBLIC_CLIENT, 'http://localhost:3000'],
    [204, 'runai-admin-ui', 'http://localhost:6625'],
    [403, 'runai-admin-ui', 'http://localhost:3000'],
    [403, PUBLIC_CLIENT, 'https://elsewhere.test'],
    [403, PUBLIC_CLIENT, 'null'],
    [403, 'nobody', 'http://localhost:3000'],
  ])('%i to %s at %s', async (expected, client, origin) => {
    const query = new URLSearchParams({ client_id: client, origin });

    expect((await server.call(`GET ${FRAMES}/login-status-iframe.html/init?${query}`)).status).toBe(expected);
  });

  it('read the logins of the browser from a cookie', async () => {
    const first = await logIn(server, authorizationPath());
    const sid = String(locationOf(first).searchParams.get('session_state'));
    const cookie = String(first.headers['set-cookie']);
    expect(cookie).toBe(`KEYCLOAK_SESSION=${sid}; Path=${ISSUER_PATH}/; SameSite=None; Secure`);

    const { action, fields } = shownForm((await server.call(`GET ${authorizationPath()}`)).body);
    const form = { ...fields, username: researcher.email, password: researcher.password };
    const second = await postForm(server, action, form, { cookie: `other=1; KEYCLOAK_SESSION=${sid}` });
    const next = String(locationOf(second).searchParams.get('session_state'));
    expect(String(second.headers['set-cookie'])).toContain(`KEYCLOAK_SESSION=${next}/${sid};`);

    const { body } = await postForm(
      server,
      REALM_TOKEN,
      codeFields(String(locationOf(second).searchParams.get('code'))),
    );
    const logout = `${LOGOUT}?${new URLSearchParams({ id_token_hint: body.id_token })}`;
    const out = await server.call(`GET ${logout}`, { headers: { cookie: `KEYCLOAK_SESSION=${next}/${sid}` } });
    expect(String(out.headers['set-cookie'])).toContain(`KEYCLOAK_SESSION=${sid};`);
    const all = await server.call(`GET ${LOGOUT}`, { headers: { cookie: `KEYCLOAK_SESSION=${sid}` } });
    expect(String(all.headers['set-cookie'])).toContain('KEYCLOAK_SESSION=; Path=');
    expect(String(all.headers['set-cookie'])).toContain('Max-Age=0');
  });

  it('whose cookie is forged or long is a short one of well-formed ids', async () => {
    const { action, fields } = shownForm((await server.call(`GET ${authorizationPath()}`)).body);
    const form = { ...fields, username: researcher.email, password: researcher.password };
    const cookie = `KEYCLOAK_SESSION=${'a/'.repeat(50)}"><script>;x=1`;
    const answer = await postForm(server, action, form, { cookie });

    expect(String(answer.headers['set-cookie'])).toMatch(/^KEYCLOAK_SESSION=[0-9a-f-]{36}(?:\/a){7}; Path=/);
  });
});

it('introspection knows a refresh token', async () => {
  const { body } = await postForm(server, REALM_TOKEN, PASSWORD);
  const { clientId, clientSecret } = researcher.accessKey;
  const fields = { token: body.refresh_token, client_id: clientId, client_secret: clientSecret };

  expect((await postForm(server, INTROSPECTION, fields)).body).toMatchObject({
    active: true,
    sid: decodeJwt(body.refresh_token)['sid'],
  });
});
