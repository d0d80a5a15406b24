import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { identitiesIn } from '../../../src/services/runai/collections/identities.ts';
import { DEFAULT_TOKEN_LIFETIMES } from '../../../src/services/runai/token-lifetimes.ts';
import { admin, application, researcher } from '../../support/cast.ts';
import {
  AUTHORIZATION,
  authorizationPath,
  CALLBACK,
  CHALLENGE,
  codeFields,
  codeOf,
  expectExplained,
  type Fields,
  formOf,
  LOGIN_ACTION,
  LOGOUT,
  locationOf,
  logIn,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  S256,
  sendWithToken,
  shownForm,
  tokensOf,
  VERIFIER,
} from '../../support/oauth.ts';
import { withoutRetired } from '../../support/seeds.ts';
import { type Answer, resetTestServer, START, type TestServer, testServer } from '../../support/server.ts';

const ISSUER = 'http://localhost:6625/auth/realms/acme';
const ORIGIN_CALLBACK = 'http://localhost:6625/login/callback';
const ADMIN_UI = 'runai-admin-ui';
const WRONG_PASSWORD = 'not-the-password';
const SCRIPT = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&quot;`;

const server = await testServer({}, { seed: withoutRetired });
const clockServer = await testServer({}, { seed: withoutRetired });
const openPage = (parameters: Fields = {}, on = server) => on.call(`GET ${authorizationPath(parameters)}`);
const openPageByPost = (parameters: Fields = {}) =>
  postForm(server, AUTHORIZATION, new URL(authorizationPath(parameters), ISSUER).search.slice(1));

/** Expects a page of the mock that loads no resources, runs no scripts, and can be neither cached nor framed. */
function expectPage({ status, body, headers, decision }: Answer, expected: number): string {
  expect(status, String(body)).toBe(expected);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  const policy = String(headers['content-security-policy']).split(/; */);
  expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]));
  expect(policy.join()).not.toMatch(/script-src|unsafe-eval|https?:|\*/);
  expect(headers).not.toHaveProperty('location');
  expect(body).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(findUnexpectedMarkup(body)).toEqual([]);
  if (expected !== 401) expect(decision).toBeNull();
  return body;
}

const ALLOWED_ELEMENTS =
  'html head meta title style body main div h1 h2 p code strong span ul li form input label button'.split(' ');

/** Finds elements and event handlers that no page of the mock has. Quoted values and text are ignored. */
function findUnexpectedMarkup(html: string): string[] {
  const markup = html.replaceAll(/"[^"]*"/g, '""');
  const elements = [...markup.matchAll(/<([a-z][^\s/>]*)/gi)].map(([, name = '']) => name);
  const tags = [...markup.matchAll(/<[^>]*>/g)].join('');
  const handlers = [...tags.matchAll(/\s(on\w+)\s*=/gi)].map(([, name = '']) => name);
  return [...elements.filter((name) => !ALLOWED_ELEMENTS.includes(name)), ...handlers];
}

/** Reads the error message of a page. */
const readErrorMessage = (html: string) =>
  /<p class="fault" role="alert">(.*?)<\/p>/.exec(html)?.[1]?.replaceAll(/<\/?code>/g, '`');

describe('the authorization endpoint', () => {
  it.each([
    ['GET', openPage],
    ['POST', openPageByPost],
  ])('returns a login page for %s', async (_method, request) => {
    const html = expectPage(await request({ nonce: 'a-nonce', ...S256, response_mode: 'query' }), 200);

    expect(shownForm(html)).toEqual({
      action: LOGIN_ACTION,
      fields: {
        response_type: 'code',
        client_id: PUBLIC_CLIENT,
        redirect_uri: CALLBACK,
        scope: 'openid',
        state: 'a-state',
        nonce: 'a-nonce',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        response_mode: 'query',
        username: '',
        password: '',
      },
    });
    expect(html).toContain(PUBLIC_CLIENT);
    expect(readErrorMessage(html)).toBeUndefined();
  });

  it.each<Fields>([
    { request: '' },
    { request_uri: '' },
    { response_mode: '' },
    { code_challenge_method: '' },
    { code_challenge: '', code_challenge_method: '' },
  ])('ignores a parameter without a value: %j', async (parameters) => {
    for (const request of [openPage, openPageByPost]) {
      expect(shownForm(expectPage(await request(parameters), 200)).fields).toEqual(
        shownForm((await openPage()).body).fields,
      );
    }
  });

  it('returns the login page again after a login, because a browser has no session', async () => {
    await logIn(server, authorizationPath());
    const answer = await openPage();

    expectPage(answer, 200);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it.each(['state', 'nonce', 'login_hint'])('escapes a script in `%s`', async (name) => {
    const { fields } = shownForm(expectPage(await openPage({ [name]: SCRIPT }), 200));

    expect(fields[name === 'login_hint' ? 'username' : name]).toBe(SCRIPT);
  });

  it('escapes a script in a redirect URI', async () => {
    const redirectUri = `${CALLBACK}?next=${SCRIPT.replaceAll(' ', '')}`;

    expect(shownForm(expectPage(await openPage({ redirect_uri: redirectUri }), 200)).fields['redirect_uri']).toBe(
      redirectUri,
    );
  });
});

describe('a page with status 400 or 404, and no redirect, is the response to', () => {
  const UNSAFE: [what: string, parameters: Fields, name: string][] = [
    ['no client', { client_id: undefined }, '`client_id`'],
    ['an unknown client', { client_id: 'nobody' }, '`client_id`'],
    ['a script as the client', { client_id: SCRIPT }, '`client_id`'],
    ['an access key as the client', { client_id: researcher.accessKey.clientId }, '`client_id`'],
    ['no redirect URI', { redirect_uri: undefined }, '`redirect_uri`'],
    ['a relative redirect URI', { redirect_uri: 'callback' }, '`redirect_uri`'],
    ['a script as the redirect URI', { redirect_uri: `javascript:${SCRIPT}` }, '`redirect_uri`'],
    ['a redirect URI on another host', { redirect_uri: `https://evil.test/?${SCRIPT}` }, '`redirect_uri`'],
    [
      'an empty response type and a redirect URI on another host',
      { response_type: '', redirect_uri: 'https://evil.test/' },
      'redirect',
    ],
    ['a state of more than 4096 characters', { state: 'x'.repeat(4097) }, '`state`'],
  ];

  it.each(UNSAFE)('%s', async (_what, parameters, name) => {
    for (const request of [openPage, openPageByPost])
      expect(readErrorMessage(expectPage(await request(parameters), 400))).toContain(name);
  });

  it('a submitted form with a changed client or redirect URI', async () => {
    const { fields } = shownForm((await openPage()).body);
    const credentials = { username: researcher.email, password: researcher.password };
    for (const change of [{ redirect_uri: 'https://evil.test/' }, { client_id: 'nobody' }]) {
      expectPage(await postForm(server, LOGIN_ACTION, { ...fields, ...credentials, ...change }), 400);
    }
  });

  it('a repeated parameter', async () => {
    expect(readErrorMessage(expectPage(await server.call(`GET ${authorizationPath()}&state=another`), 400))).toContain(
      '`state`',
    );
    const body = `${new URL(authorizationPath(), ISSUER).search.slice(1)}&client_id=cli`;
    expect(readErrorMessage(expectPage(await postForm(server, AUTHORIZATION, body), 400))).toContain('`client_id`');
  });

  it.each([
    ['GET', AUTHORIZATION],
    ['GET', LOGOUT],
    ['POST', AUTHORIZATION],
    ['POST', LOGIN_ACTION],
    ['POST', LOGOUT],
  ])('%s %s of an unknown realm', async (method, path) => {
    for (const realm of ['other', encodeURIComponent(SCRIPT).replaceAll('%2F', '-')]) {
      const url = path.replace('/acme/', `/${realm}/`);
      const answer = method === 'GET' ? await server.call(`GET ${url}`) : await postForm(server, url, {});

      expect(readErrorMessage(expectPage(answer, 404))).toContain('`acme`');
    }
  });
});

it('another method is rejected on a page with status 405 and an `Allow` header', async () => {
  const answer = await server.call(`GET ${LOGIN_ACTION}`);

  expectPage(answer, 405);
  expect(answer.headers['allow']).toBe('POST');
});

describe('the client is redirected with an error for', () => {
  const ERRORS: [what: string, parameters: Fields, error: string, name: string][] = [
    ['no response type', { response_type: undefined }, 'invalid_request', 'response_type'],
    [
      'the response type of the implicit flow',
      { response_type: 'token' },
      'unsupported_response_type',
      'response_type',
    ],
    ['an unknown response mode', { response_mode: 'jwt' }, 'invalid_request', 'response_mode'],
    [
      'a plain challenge',
      { code_challenge: VERIFIER, code_challenge_method: 'plain' },
      'invalid_request',
      'code_challenge_method',
    ],
    ['a challenge without its method', { code_challenge: CHALLENGE }, 'invalid_request', 'code_challenge_method'],
    ['a method without a challenge', { code_challenge_method: 'S256' }, 'invalid_request', 'code_challenge'],
    ['a challenge with padding', { ...S256, code_challenge: `${CHALLENGE}=` }, 'invalid_request', 'code_challenge'],
    ['a challenge that is too short', { ...S256, code_challenge: 'x'.repeat(42) }, 'invalid_request', 'code_challenge'],
    ['`prompt=none`', { prompt: 'none' }, 'login_required', 'prompt'],
    ['a request object', { request: 'x.y.z' }, 'request_not_supported', 'request'],
    ['the URI of a request object', { request_uri: 'https://x.test' }, 'request_uri_not_supported', 'request_uri'],
    ['an unknown scope', { scope: 'openid admin' }, 'invalid_scope', 'admin'],
    ['a scope with invalid characters', { scope: 'openid "é\\' }, 'invalid_scope', 'scope'],
    ['a long unknown scope', { scope: 'x'.repeat(900) }, 'invalid_scope', 'a longer value'],
  ];

  it.each(ERRORS)('%s', async (_what, parameters, error, name) => {
    for (const request of [openPage, openPageByPost]) {
      const answer = await request(parameters);
      const { origin, pathname, searchParams } = locationOf(answer);

      expect(origin + pathname).toBe(CALLBACK);
      expect(Object.fromEntries(searchParams)).toEqual({
        error,
        error_description: expect.stringContaining(name),
        state: 'a-state',
        iss: ISSUER,
      });
      expect(searchParams.get('error_description')).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,200}$/);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it('an invalid field of the submitted form, before the password is checked', async () => {
    const { fields } = shownForm((await openPage()).body);
    const answer = await postForm(server, LOGIN_ACTION, { ...fields, response_mode: 'jwt', password: WRONG_PASSWORD });

    expect(locationOf(answer).searchParams.get('error')).toBe('invalid_request');
    expect(answer.decision).toBeNull();
  });

  it('a request with or without a state, and the state is unchanged', async () => {
    const state = `ä +&=%20 ${SCRIPT}`;
    const [withoutState, withState] = [
      await openPage({ state: undefined, prompt: 'none' }),
      await openPage({ state, prompt: 'none' }),
    ];

    expect(locationOf(withoutState).searchParams.has('state')).toBe(false);
    expect(locationOf(withState).searchParams.get('state')).toBe(state);
  });
});

describe('a login', () => {
  it('redirects to the client with `code`, `session_state`, `state` and `iss`', async () => {
    const answer = await logIn(server, authorizationPath());
    const { origin, pathname, searchParams } = locationOf(answer);

    expect(origin + pathname).toBe(CALLBACK);
    expect(Object.fromEntries(searchParams)).toEqual({
      code: expect.stringMatching(/^\w{43}$/),
      session_state: expect.stringMatching(/^[0-9a-f-]{36}$/),
      state: 'a-state',
      iss: ISSUER,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.decision).toBeNull();
  });

  it('appends its parameters to the query of the redirect URI without re-encoding it', async () => {
    const redirectUri = `${CALLBACK}?a=b%20c&flag&d=%7e`;
    const path = authorizationPath({ redirect_uri: redirectUri });
    const answers = [await logIn(server, path), await server.call(`GET ${path}&prompt=none`)];
    const [code, error] = answers.map(({ headers }) => String(headers['location']).split(redirectUri));

    expect(code).toEqual(['', expect.stringMatching(/^&code=\w{43}&session_state=[0-9a-f-]{36}&state=a-state&iss=/)]);
    expect(error).toEqual(['', expect.stringMatching(/^&error=login_required&/)]);
  });

  it('is described by the claims of the ID token', async () => {
    const ownServer = await resetTestServer(clockServer);
    const code = await codeOf(ownServer, { nonce: 'a-nonce' });
    ownServer.clock.set(START + 5_000);
    const { body } = await postForm(ownServer, REALM_TOKEN, codeFields(code));
    const digest = createHash('sha256').update(body.access_token).digest();

    expect(decodeJwt(body.id_token)).toEqual({
      iss: ISSUER,
      sub: researcher.id,
      aud: PUBLIC_CLIENT,
      azp: PUBLIC_CLIENT,
      typ: 'ID',
      email: researcher.email,
      email_verified: true,
      preferred_username: researcher.email,
      nonce: 'a-nonce',
      auth_time: START / 1000,
      iat: START / 1000 + 5,
      exp: START / 1000 + 3605,
      at_hash: digest.subarray(0, 16).toString('base64url'),
      jti: expect.any(String),
      sid: decodeJwt(body.access_token)['sid'],
    });
    expect(await sendWithToken(ownServer, body.id_token)).toEqual([401, 'malformed_token']);
  });

  it('returns no ID token without the scope openid', async () => {
    const { body } = await postForm(server, REALM_TOKEN, codeFields(await codeOf(server, { scope: 'profile' })));

    expect(body).toMatchObject({ scope: 'profile', refresh_token: expect.any(String) });
    expect(body).not.toHaveProperty('id_token');
  });

  const REJECTED: [what: string, email: string, reason: string][] = [
    ['a wrong password', admin.email, 'wrong_password'],
    ['an unknown user', 'nobody@acme.test', 'unknown_user'],
    ['a script as the user name', SCRIPT, 'unknown_user'],
  ];

  it.each(REJECTED)('with %s is rejected on the page with 401, and recorded', async (_what, email, reason) => {
    const answer = await logIn(server, authorizationPath({ ...S256, nonce: 'a-nonce' }), {
      email,
      password: WRONG_PASSWORD,
    });
    const html = expectPage(answer, 401);
    const { fields } = shownForm(html);
    const decision = await expectExplained(server, answer, reason);

    expect(readErrorMessage(html)).toBe('The user name or the password is not valid.');
    expect(fields).toMatchObject({ username: email, password: '', state: 'a-state', nonce: 'a-nonce', ...S256 });
    expect(decision).toMatchObject({ operation: 'log_in', request: { method: 'POST', path: LOGIN_ACTION } });
    expect(html + JSON.stringify(decision)).not.toContain(WRONG_PASSWORD);
  });

  it('can be repeated on the page that rejects it', async () => {
    const { email, password } = researcher;
    const { body } = await logIn(server, authorizationPath(), { email, password: WRONG_PASSWORD });
    const { action, fields } = shownForm(body);

    expect(locationOf(await postForm(server, action, { ...fields, password })).searchParams.has('code')).toBe(true);
  });
});

/** Reads the users of a page, with their descriptions. */
const readUsers = (html: string) =>
  [
    ...html.matchAll(/<button name="user" value="([^"]*)"[^>]*>([^<]*)<\/button>\n<span id="[^"]*">([^<]*)<\/span>/g),
  ].map(([, id = '', name = '', description = '']) => ({ id, name, description }));

/** Opens the page, and clicks a user. */
async function clickUser(on: TestServer, user: string, parameters: Fields = {}, headers: Record<string, string> = {}) {
  const { action, fields } = shownForm((await openPage(parameters, on)).body);
  const { username: _, password: __, ...hidden } = fields;
  return postForm(on, action, { ...hidden, user }, headers);
}

/** Starts a server with more users and other members of the Run:ai seed. */
const startServerWithUsers = (users: readonly object[], runai: object = {}) =>
  testServer({}, { seed: { extends: 'builtin', runai: { users, ...runai } } });

describe('the users on the login page', () => {
  it('are the users who can log in, each with their roles and number of permissions', async () => {
    const html = expectPage(await openPage(), 200);

    expect(readUsers(html)).toEqual([
      {
        id: admin.id,
        name: admin.email,
        description: expect.stringMatching(
          /^System administrator in tenant acme\. May do everything\. \d+ permissions, \d+ of them with write access\.$/,
        ),
      },
      {
        id: researcher.id,
        name: researcher.email,
        description: 'L1 researcher in tenant acme. Runs workloads. 11 permissions, 4 of them with write access.',
      },
    ]);
    expect(html).not.toContain(admin.password);
    expect(html).not.toContain(researcher.password);
  });

  it('are logged in by a click, with the challenge of the client', async () => {
    const answer = await clickUser(server, researcher.id, S256);
    const { origin, pathname, searchParams } = locationOf(answer);
    const fields = codeFields(String(searchParams.get('code')), { code_verifier: VERIFIER });
    const { body } = await postForm(server, REALM_TOKEN, fields);

    expect(origin + pathname).toBe(CALLBACK);
    expect(searchParams.get('state')).toBe('a-state');
    expect(answer.decision).toBeNull();
    expect(decodeJwt(body.id_token)).toMatchObject({ sub: researcher.id, aud: PUBLIC_CLIENT });
  });

  it('are recorded by a click as by a password', async () => {
    const ownServer = await resetTestServer(clockServer);
    await logIn(ownServer, authorizationPath());
    await clickUser(ownServer, researcher.id);
    const { requests } = (await ownServer.call('GET /_mock/requests?operation=log_in')).body;
    const reported = requests.map(({ status, principal, decision, done }: Record<string, unknown>) => {
      return { status, principal, decision, done };
    });

    expect(reported).toEqual([reported[1], reported[1]]);
    expect(reported[0]).toMatchObject({ status: 302, done: true });
  });

  it('are logged in by a click after their password was changed', async () => {
    const ownServer = await resetTestServer(clockServer);
    await identitiesIn(ownServer.world.store).edit(researcher.id, { passwordHash: 'of another' }, START);

    expect(locationOf(await clickUser(ownServer, researcher.id)).searchParams.has('code')).toBe(true);
  });

  it('do not include users who cannot log in', async () => {
    const ownServer = await resetTestServer(clockServer);
    await identitiesIn(ownServer.world.store).edit(researcher.id, { enabled: false }, START);
    await identitiesIn(ownServer.world.store).edit(admin.id, { passwordHash: null }, START);
    const html = expectPage(await openPage({}, ownServer), 200);

    expect(readUsers(html)).toEqual([]);
    expect(html).toContain('No user of this world can log in with a password.');
  });

  it.each([
    ['disabled', { enabled: false }],
    ['external_user', { passwordHash: null }],
  ] as const)('are rejected by a click for the same reason as by a password: %s', async (reason, edit) => {
    const ownServer = await resetTestServer(clockServer);
    await identitiesIn(ownServer.world.store).edit(researcher.id, edit, START);
    const answer = await clickUser(ownServer, researcher.id);

    expectPage(answer, 401);
    expect(answer.headers).not.toHaveProperty('location');
    await expectExplained(ownServer, answer, reason);
  });

  it.each(['nobody', researcher.email, researcher.accessKey.id, application.id, SCRIPT])(
    'do not include %s',
    async (user) => {
      const answer = await clickUser(server, user);

      expect(readErrorMessage(expectPage(answer, 401))).toBe('The user does not exist.');
      await expectExplained(server, answer, 'unknown_user');
    },
  );

  it('are rejected if a password is sent with the click', async () => {
    const { action, fields } = shownForm((await openPage()).body);
    for (const password of [researcher.password, WRONG_PASSWORD]) {
      const answer = await postForm(server, action, { ...fields, password, user: researcher.id });

      expect(readErrorMessage(expectPage(answer, 401))).toContain('`user`');
    }
  });

  it('have a description of up to three access rules of their own and of their groups', async () => {
    const createRule = (role: string, scopeType: string, scopeId: string) => {
      return { subjectType: 'user', subjectId: 'many@acme.test', role, scopeType, scopeId };
    };
    const ownServer = await startServerWithUsers(
      [
        { email: 'none@acme.test', role: null },
        { email: 'many@acme.test', role: 'Viewer', groups: ['ml-team'] },
      ],
      {
        accessRules: [
          createRule('Research manager', 'project', '4600001'),
          createRule('ML engineer', 'department', '4500001'),
          createRule('Template administrator', 'cluster', '3f6d2c10-8a54-4b7e-9d21-5e0a7c4f0001'),
        ],
      },
    );
    const users = readUsers(expectPage(await openPage({}, ownServer), 200));
    const descriptionOf = (email: string) => users.find(({ name }) => name === email)?.description;

    expect(descriptionOf('none@acme.test')).toBe('No role: may use only operations that need no permission.');
    expect(descriptionOf('many@acme.test')).toBe(
      'Viewer in tenant acme; Research manager in project vision; ML engineer in department research and 2 more. 16 permissions, 7 of them with write access.',
    );
  });

  it('are limited to twenty, followed by the number of others', async () => {
    const users = Array.from({ length: 19 }, (_, index) => ({
      email: `user-${index}@acme.test`,
      password: 'x',
      role: null,
    }));
    const html = expectPage(await openPage({}, await startServerWithUsers(users)), 200);

    expect(readUsers(html)).toHaveLength(20);
    expect(html).toContain('There are 2 more users who can');
  });

  it('have their names escaped and shortened', async () => {
    const ownServer = await startServerWithUsers([
      { email: `${SCRIPT}@acme.test`, role: null },
      { email: `${'long'.repeat(15_000)}@acme.test`, role: null },
    ]);
    const html = expectPage(await openPage({}, ownServer), 200);

    expect(html).toContain('&lt;script&gt;');
    expect(html.length).toBeLessThan(12_000);
    for (const { id } of readUsers(html)) {
      expect(locationOf(await clickUser(ownServer, id)).searchParams.has('code')).toBe(true);
    }
  });

  describe('are not listed for a caller who may not read the cast', () => {
    const MESSAGE = 'does not allow logins without a password';

    it('with an admin token', async () => {
      const ownServer = await testServer({ adminToken: 'open-sesame' });
      expect(readUsers(expectPage(await openPage({}, ownServer), 200))).toEqual([]);
      const answer = await clickUser(ownServer, researcher.id);

      expect(readErrorMessage(expectPage(answer, 401))).toContain(MESSAGE);
      expect(answer.decision).toBeNull();
      expect(locationOf(await logIn(ownServer, authorizationPath())).searchParams.has('code')).toBe(true);
    });

    it('under an unknown host name', async () => {
      const host = 'acme.elsewhere.test';
      const answer = await server.call(`GET ${authorizationPath()}`, { headers: { host } });
      expect(readUsers(expectPage(answer, 200))).toEqual([]);

      expect(readErrorMessage(expectPage(await clickUser(server, researcher.id, {}, { host }), 401))).toContain(
        MESSAGE,
      );
    });

    it.each(['https://evil.test', 'null', 'http://localhost:9999'])('from a page of %s', async (origin) => {
      expect((await clickUser(server, researcher.id, {}, { origin })).status).toBe(403);
    });
  });

  it('are listed under a production host name', async () => {
    const answer = await server.call(`GET ${authorizationPath()}`, { headers: { host: 'acme.run.ai' } });

    expect(readUsers(expectPage(answer, 200)).length).toBeGreaterThan(0);
  });
});

describe('the list of clients on an error page', () => {
  const readClientIds = (html: string) => [...html.matchAll(/<li><strong><code>([^<]*)<\/code>/g)].map(([, id]) => id);

  it('contains all clients and their redirect URIs if the client is unknown', async () => {
    for (const parameters of [{ client_id: 'nobody' }, { client_id: undefined }]) {
      const html = expectPage(await openPage(parameters), 400);

      expect(readClientIds(html)).toEqual([ADMIN_UI, PUBLIC_CLIENT, 'cli', 'runai']);
      expect(html).toContain(`<code>${ORIGIN_CALLBACK}</code>`);
      expect(html).toContain('<code>http://localhost:*</code> <span class="quiet">any port and path</span>');
    }
  });

  it.each([
    ['http://localhost.test:5173/cb', '--redirect-uri runai-admin-ui=http://localhost.test:5173/cb'],
    ['https://app.test/?a=1', '--redirect-uri &#39;runai-admin-ui=https://app.test/?a=1&#39;'],
    ['/callback', 'It must be an absolute URL'],
  ])('follows a message that explains how to allow the redirect URI %s', async (redirect_uri, advice) => {
    const message = readErrorMessage(expectPage(await openPage({ redirect_uri, client_id: ADMIN_UI }), 400));

    expect(message).toContain(`\`${redirect_uri}\`, which is not a redirect URI of \`${ADMIN_UI}\``);
    expect(message).toContain(advice);
  });

  it('is limited to 20 clients, followed by the number of others', async () => {
    const uris = Array.from({ length: 9 }, (_, index) => `https://${index}.test/`);
    const clients = Array.from({ length: 40 }, (_, index) => ({ clientId: `c-${index}`, redirectUris: uris }));
    const ownServer = await testServer({}, { seed: { extends: 'builtin', runai: { clients } } });
    const html = expectPage(await openPage({ client_id: 'nobody' }, ownServer), 400);

    expect(readClientIds(html)).toHaveLength(20);
    expect(html).toContain('and 24 more clients');
    expect(html).toContain('and 4 more');
  });
});

describe('a redirect URI', () => {
  const isAccepted = async (client_id: string, redirect_uri: string, on = server) => {
    const { status } = await openPage({ client_id, redirect_uri }, on);
    return status === 200;
  };

  it.each([
    [ADMIN_UI, ORIGIN_CALLBACK],
    [PUBLIC_CLIENT, 'http://127.0.0.1:4711/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1:51234/any/other/path?and=query'],
    [PUBLIC_CLIENT, 'http://localhost:1'],
    ['runai', 'http://localhost:18000/'],
    [PUBLIC_CLIENT, 'http://[::1]'],
  ])('of the client `%s` is accepted: %s', async (client, uri) => {
    expect(await isAccepted(client, uri)).toBe(true);
  });

  it.each([
    [ADMIN_UI, '/login/callback'],
    [ADMIN_UI, `${ORIGIN_CALLBACK}?a=b`],
    [ADMIN_UI, 'http://localhost:6625.evil.test/login/callback'],
    [PUBLIC_CLIENT, 'https://127.0.0.1:4711/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.2:4711/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1:70000/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1:*'],
    [PUBLIC_CLIENT, 'http://127.0.0.1.evil.test/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1@evil.test/callback'],
    [PUBLIC_CLIENT, 'http://user:pw@127.0.0.1:1/cb'],
    [PUBLIC_CLIENT, 'http:\\\\127.0.0.1\\cb'],
    [PUBLIC_CLIENT, ' http://127.0.0.1/cb'],
    [PUBLIC_CLIENT, 'http://127.0.\t0.1/cb'],
    [PUBLIC_CLIENT, 'http://evil.test\\@127.0.0.1/callback'],
    [PUBLIC_CLIENT, `${CALLBACK}#fragment`],
  ])('of the client `%s` is rejected: %s', async (client, uri) => {
    expect(await isAccepted(client, uri)).toBe(false);
  });

  it('that is registered as a path matches with and without the default port', async () => {
    const host = 'mock:80';
    for (const origin of ['http://mock', 'http://mock:80']) {
      const path = authorizationPath({ client_id: ADMIN_UI, redirect_uri: `${origin}/login/callback` });
      expectPage(await server.call(`GET ${path}`, { headers: { host } }), 200);
    }
    const path = authorizationPath({ client_id: ADMIN_UI, redirect_uri: 'http://evil@mock:80/login/callback' });
    expectPage(await server.call(`GET ${path}`, { headers: { host } }), 400);
  });

  it('that is registered as a path is resolved against the public URL if one is set', async () => {
    const secure = await testServer({ publicUrl: 'https://mock.test' });

    expect(await isAccepted(ADMIN_UI, 'https://mock.test/login/callback', secure)).toBe(true);
    expect(await isAccepted(ADMIN_UI, ORIGIN_CALLBACK, secure)).toBe(false);
  });
});

describe('a loopback redirect URI that is registered without a port (RFC 8252, 7.3)', async () => {
  const native = await testServer({
    redirectUri: [
      ...['by-v4=http://127.0.0.1/callback', 'by-v6=http://[::1]/callback?app=1', 'by-name=http://localhost/callback'],
      ...['with-port=http://127.0.0.1:8000/callback', 'no-path=http://127.0.0.1', 'tls=https://127.0.0.1/callback'],
      ...['other=http://127.0.0.2/callback', 'longer=http://localhost.test/callback'],
    ],
  });
  const readStatus = async (client_id: string, redirect_uri: string) =>
    (await openPage({ client_id, redirect_uri }, native)).status;

  it.each([
    ['by-v4', 'http://127.0.0.1:51234/callback'],
    ['by-v4', 'http://[::1]:51234/callback'],
    ['by-v6', 'http://[::1]:51234/callback?app=1'],
    ['by-v6', 'http://127.0.0.1:51234/callback?app=1'],
    ['by-name', 'http://localhost:51234/callback'],
    ['with-port', 'http://127.0.0.1:8000/callback'],
    ['no-path', 'http://127.0.0.1:51234'],
    ['tls', 'https://127.0.0.1/callback'],
  ])('of the client `%s` is accepted: %s', async (client, uri) => {
    expect(await readStatus(client, uri)).toBe(200);
  });

  it.each([
    ['by-v4', 'http://127.0.0.1:51234/callback/'],
    ['by-v4', 'http://127.0.0.1:51234/callback?app=1'],
    ['by-v4', 'http://localhost:51234/callback'],
    ['by-v4', 'https://127.0.0.1:51234/callback'],
    ['by-v6', 'http://[::1]:51234/callback'],
    ['by-name', 'http://127.0.0.1:51234/callback'],
    ['with-port', 'http://127.0.0.1:8001/callback'],
    ['no-path', 'http://127.0.0.1:51234/'],
    ['tls', 'https://127.0.0.1:51234/callback'],
    ['other', 'http://127.0.0.2:51234/callback'],
    ['longer', 'http://localhost.test:51234/callback'],
  ])('of the client `%s` is rejected: %s', async (client, uri) => {
    expect(await readStatus(client, uri)).toBe(400);
  });

  it('is matched in the same way at logout', async () => {
    const logOutAt = (uri: string) =>
      native.call(`GET ${LOGOUT}?${formOf({ client_id: 'by-v4', post_logout_redirect_uri: uri })}`);

    expect(locationOf(await logOutAt('http://[::1]:51234/callback')).href).toBe('http://[::1]:51234/callback');
    expect((await logOutAt('http://[::1]:51234/bye')).status).toBe(400);
  });
});

describe('a logout', () => {
  const logOut = (fields: Fields) => server.call(`GET ${LOGOUT}?${formOf(fields)}`);
  const refresh = (refreshToken: string) => {
    const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: refreshToken };
    return postForm(server, REALM_TOKEN, fields);
  };

  it('by an ID token revokes the tokens of its login only', async () => {
    const [ended, active] = [await tokensOf(server), await tokensOf(server)];
    expectPage(await logOut({ id_token_hint: ended.id_token }), 200);
    const rejected = await refresh(ended.refresh_token);

    expect(await sendWithToken(server, ended.access_token)).toEqual([401, 'revoked_token']);
    expect([rejected.status, rejected.body.error]).toEqual([400, 'invalid_grant']);
    await expectExplained(server, rejected, 'revoked_refresh_token');
    expect(await sendWithToken(server, active.access_token)).toEqual([200, undefined]);
  });

  it('by an ID token of a client other than `client_id` is rejected', async () => {
    const tokens = await tokensOf(server);
    for (const post_logout_redirect_uri of [undefined, CALLBACK]) {
      const fields = { id_token_hint: tokens.id_token, client_id: 'cli', post_logout_redirect_uri };
      expect(readErrorMessage(expectPage(await logOut(fields), 400))).toContain('`client_id`');
    }

    expect(await sendWithToken(server, tokens.access_token)).toEqual([200, undefined]);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('redirects to `post_logout_redirect_uri` with the state', async () => {
    const { id_token: hint } = await tokensOf(server);
    const target = { post_logout_redirect_uri: `${CALLBACK}?bye=b%20c`, state: 'a & state' };
    const byHint = locationOf(await logOut({ id_token_hint: hint, ...target }));
    const byClientId = locationOf(await logOut({ client_id: PUBLIC_CLIENT, ...target, state: undefined }));
    const byPost = locationOf(await postForm(server, LOGOUT, { id_token_hint: hint, ...target }));

    expect(byHint.href).toBe(`${CALLBACK}?bye=b%20c&state=a+%26+state`);
    expect(byClientId.href).toBe(`${CALLBACK}?bye=b%20c`);
    expect(byPost.href).toBe(byHint.href);
  });

  it.each([
    ['on another host', { client_id: PUBLIC_CLIENT, post_logout_redirect_uri: 'https://evil.test/' }],
    ['of another client', { client_id: ADMIN_UI, post_logout_redirect_uri: CALLBACK }],
    ['without a client', { post_logout_redirect_uri: CALLBACK }],
    ['of an unknown client', { client_id: 'nobody', post_logout_redirect_uri: CALLBACK }],
    ['with a fragment', { client_id: PUBLIC_CLIENT, post_logout_redirect_uri: `${CALLBACK}#x` }],
    ['with a script', { client_id: PUBLIC_CLIENT, post_logout_redirect_uri: `javascript:${SCRIPT}` }],
  ])('does not redirect to a URI %s', async (_what, fields) => {
    expect(readErrorMessage(expectPage(await logOut(fields), 400))).toContain('`post_logout_redirect_uri`');
    expect(readErrorMessage(expectPage(await postForm(server, LOGOUT, fields), 400))).toContain(
      '`post_logout_redirect_uri`',
    );
  });

  it('by a refresh token revokes the tokens of its login, and returns 204', async () => {
    const tokens = await tokensOf(server);
    const answer = await postForm(server, LOGOUT, { client_id: PUBLIC_CLIENT, refresh_token: tokens.refresh_token });

    expect([answer.status, answer.body]).toEqual([204, undefined]);
    expect(await sendWithToken(server, tokens.access_token)).toEqual([401, 'revoked_token']);
    expect((await refresh(tokens.refresh_token)).decision.reason).toBe('revoked_refresh_token');
  });

  it('by a refresh token is also accepted by GET', async () => {
    const tokens = await tokensOf(server);
    const answer = await logOut({ client_id: PUBLIC_CLIENT, refresh_token: tokens.refresh_token });

    expect([answer.status, answer.body]).toEqual([204, undefined]);
    expect(await sendWithToken(server, tokens.access_token)).toEqual([401, 'revoked_token']);
  });

  describe('by a refresh token', () => {
    const logOutWith = (on: TestServer, refresh_token: string, client_id = PUBLIC_CLIENT) =>
      postForm(on, LOGOUT, { client_id, refresh_token });

    it('that was used before revokes all tokens of its login', async () => {
      const first = await tokensOf(server);
      const second = (await refresh(first.refresh_token)).body;
      const third = (await refresh(second.refresh_token)).body;
      expect((await logOutWith(server, first.refresh_token)).status).toBe(204);

      for (const { access_token } of [first, second, third]) {
        expect(await sendWithToken(server, access_token)).toEqual([401, 'revoked_token']);
      }
      expect((await refresh(third.refresh_token)).decision.reason).toBe('revoked_refresh_token');
    });

    it('that has expired revokes the access tokens of its login', async () => {
      const ownServer = await testServer({ tokenLifetime: { ...DEFAULT_TOKEN_LIFETIMES, refresh: 60_000 } });
      const tokens = await tokensOf(ownServer);
      ownServer.clock.set(START + 60_000);
      expect(await sendWithToken(ownServer, tokens.access_token)).toEqual([200, undefined]);
      expect((await logOutWith(ownServer, tokens.refresh_token)).status).toBe(204);

      expect(await sendWithToken(ownServer, tokens.access_token)).toEqual([401, 'revoked_token']);
    });

    it('that is unknown succeeds, and revokes nothing', async () => {
      const tokens = await tokensOf(server);
      for (const unknown of ['nothing', 'A'.repeat(64)]) expect((await logOutWith(server, unknown)).status).toBe(204);

      expect(await sendWithToken(server, tokens.access_token)).toEqual([200, undefined]);
    });
  });

  it('by an invalid or incomplete token revokes nothing', async () => {
    const tokens = await tokensOf(server);
    const [header = '', payload = ''] = tokens.id_token.split('.');
    for (const id_token_hint of [tokens.access_token, tokens.refresh_token, 'garbage', `${header}.${payload}.AAAA`]) {
      expectPage(await logOut({ id_token_hint }), 200);
    }
    for (const client_id of ['cli', undefined]) {
      await postForm(server, LOGOUT, { client_id, refresh_token: tokens.refresh_token });
    }

    expect(await sendWithToken(server, tokens.access_token)).toEqual([200, undefined]);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it.each(['id_token_hint', 'refresh_token', 'post_logout_redirect_uri'])(
    'with an empty `%s` returns the same page',
    async (name) => {
      expect(expectPage(await logOut({ [name]: '' }), 200)).toContain('Logged out');
      expect(expectPage(await postForm(server, LOGOUT, { [name]: '' }), 200)).toContain('Logged out');
    },
  );
});
