/** Features of the realm that Keycloak's clients need: response modes, refresh tokens as JWTs, and session frames. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import {
  authorizationPath,
  CALLBACK,
  codeFields,
  ISSUER_PATH,
  LOGOUT,
  locationOf,
  logIn,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  shownForm,
} from '../../support/oauth.ts';
import { START, testServer } from '../../support/server.ts';

const ISSUER = `http://localhost:6625${ISSUER_PATH}`;
const FRAMES = `${ISSUER_PATH}/protocol/openid-connect`;
const PASSWORD = {
  grant_type: 'password',
  client_id: PUBLIC_CLIENT,
  username: researcher.email,
  password: researcher.password,
};
const server = await testServer();

describe('the authorization response', () => {
  it('is in the URL fragment with `response_mode=fragment`', async () => {
    const { hash, search } = locationOf(await logIn(server, authorizationPath({ response_mode: 'fragment' })));
    const fields = new URLSearchParams(hash.slice(1));

    expect(search).toBe('');
    expect([...fields.keys()]).toEqual(['code', 'session_state', 'state', 'iss']);
    expect((await postForm(server, REALM_TOKEN, codeFields(String(fields.get('code'))))).status).toBe(200);
  });

  it('is a form that the browser submits with `response_mode=form_post`', async () => {
    const { status, body, headers } = await logIn(server, authorizationPath({ response_mode: 'form_post' }));
    const { action, fields } = shownForm(body);

    expect([status, action]).toEqual([200, CALLBACK]);
    expect(Object.keys(fields)).toEqual(['code', 'session_state', 'state', 'iss']);
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'.*script-src 'sha256-.*frame-ancestors 'none'/,
    );
    expect((await postForm(server, REALM_TOKEN, codeFields(String(fields['code'])))).status).toBe(200);
  });

  it.each(['fragment', 'form_post'])('contains an error in the same place with `response_mode=%s`', async (mode) => {
    const answer = await server.call(`GET ${authorizationPath({ response_mode: mode, prompt: 'none' })}`);
    const fields =
      mode === 'fragment'
        ? Object.fromEntries(new URLSearchParams(locationOf(answer).hash.slice(1)))
        : shownForm(answer.body).fields;

    expect(fields).toMatchObject({ error: 'login_required', state: 'a-state', iss: ISSUER });
  });

  it('has the modes that the discovery document lists', async () => {
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

  it('is rejected as unknown in another encoding of the same bytes, and its login remains valid', async () => {
    const { body } = await postForm(server, REALM_TOKEN, PASSWORD);
    const token: string = body.refresh_token;
    // The last character of 64 bytes in base64url has four bits that are not used.
    const reencoded = `${token.slice(0, -1)}${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[token.slice(-1)]}`;

    for (const variant of [`${token} `, `${token}\n`, token.replace('.', ' .'), token.replace('.', '=.'), reencoded]) {
      const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: variant };
      const answer = await postForm(server, REALM_TOKEN, fields);
      expect([answer.status, answer.decision.reason]).toEqual([400, 'unknown_refresh_token']);
    }
    const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: token };
    expect((await postForm(server, REALM_TOKEN, fields)).status).toBe(200);
  });
});

describe('the realm in the frames of keycloak-js', () => {
  const frameHeaders = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };

  it('returns login_required for a request with prompt=none', async () => {
    const path = authorizationPath({ prompt: 'none', response_mode: 'fragment' });
    const answer = await server.call(`GET ${path}`, { headers: frameHeaders });

    expect(answer.status).toBe(302);
    expect(locationOf(answer).hash).toMatch(/^#error=login_required&/);
  });

  it.each(['3p-cookies/step1.html', '3p-cookies/step2.html', 'login-status-iframe.html'])(
    'allows any site to frame %s, which may only run its own script',
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
  ])('returns %i for the client %s at the origin %s', async (expected, client, origin) => {
    const query = new URLSearchParams({ client_id: client, origin });

    expect((await server.call(`GET ${FRAMES}/login-status-iframe.html/init?${query}`)).status).toBe(expected);
  });

  it('stores the logins of the browser in a cookie', async () => {
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
    const logoutOfOne = await server.call(`GET ${logout}`, { headers: { cookie: `KEYCLOAK_SESSION=${next}/${sid}` } });
    expect(String(logoutOfOne.headers['set-cookie'])).toContain(`KEYCLOAK_SESSION=${sid};`);
    const logoutOfAll = await server.call(`GET ${LOGOUT}`, { headers: { cookie: `KEYCLOAK_SESSION=${sid}` } });
    expect(String(logoutOfAll.headers['set-cookie'])).toContain('KEYCLOAK_SESSION=; Path=');
    expect(String(logoutOfAll.headers['set-cookie'])).toContain('Max-Age=0');
  });

  it('keeps at most seven well-formed ids of a forged cookie', async () => {
    const { action, fields } = shownForm((await server.call(`GET ${authorizationPath()}`)).body);
    const form = { ...fields, username: researcher.email, password: researcher.password };
    const cookie = `KEYCLOAK_SESSION=${'a/'.repeat(50)}"><script>;x=1`;
    const answer = await postForm(server, action, form, { cookie });

    expect(String(answer.headers['set-cookie'])).toMatch(/^KEYCLOAK_SESSION=[0-9a-f-]{36}(?:\/a){7}; Path=/);
  });
});
