import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { identitiesIn } from '../../../src/services/runai/collections/identities.ts';
import { DEFAULT_TOKEN_LIFETIMES } from '../../../src/services/runai/token-lifetimes.ts';
import { admin, researcher } from '../../support/cast.ts';
import {
  AUTHORIZATION,
  authorizationPath,
  CALLBACK,
  CHALLENGE,
  codeFields,
  codeOf,
  explained,
  type Fields,
  formOf,
  judged,
  LOGIN_ACTION,
  LOGOUT,
  locationOf,
  logIn,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  S256,
  shownForm,
  tokensOf,
  VERIFIER,
} from '../../support/oauth.ts';
import { withoutRetired } from '../../support/seeds.ts';
import { type Answer, afresh, START, type TestServer, testServer } from '../../support/server.ts';

const ISSUER = 'http://localhost:6625/auth/realms/acme';
const ORIGIN_CALLBACK = 'http://localhost:6625/login/callback';
const ADMIN_UI = 'runai-admin-ui';
const WRONG = 'not-the-password';
const SCRIPT = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&quot;`;

const server = await testServer({}, { seed: withoutRetired });
const other = await testServer({}, { seed: withoutRetired });
const open = (given: Fields = {}, on = server) => on.call(`GET ${authorizationPath(given)}`);
const openByPost = (given: Fields = {}) =>
  postForm(server, AUTHORIZATION, new URL(authorizationPath(given), ISSUER).search.slice(1));

/** Expects a page of ours: nothing is loaded, kept, framed or run. */
function page({ status, body, headers, decision }: Answer, expected: number): string {
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
  expect(strangersIn(body)).toEqual([]);
  if (expected !== 401) expect(decision).toBeNull();
  return body;
}

const ELEMENTS =
  'html head meta title style body main div h1 h2 p code strong span ul li form input label button'.split(' ');

/** Elements and attributes that no page of ours has; what stands in quotes or between tags is neither. */
function strangersIn(html: string): string[] {
  const markup = html.replaceAll(/"[^"]*"/g, '""');
  const elements = [...markup.matchAll(/<([a-z][^\s/>]*)/gi)].map(([, name = '']) => name);
  const tags = [...markup.matchAll(/<[^>]*>/g)].join('');
  const handlers = [...tags.matchAll(/\s(on\w+)\s*=/gi)].map(([, name = '']) => name);
  return [...elements.filter((name) => !ELEMENTS.includes(name)), ...handlers];
}

/** What a page says is wrong. */
const shownFault = (html: string) =>
  /<p class="fault" role="alert">(.*?)<\/p>/.exec(html)?.[1]?.replaceAll(/<\/?code>/g, '`');

describe('the authorization endpoint', () => {
  it.each([
    ['by GET', open],
    ['by POST', openByPost],
  ])('asked %s shows a page that asks who it is', async (_how, ask) => {
    const html = page(await ask({ nonce: 'a-nonce', ...S256, response_mode: 'query' }), 200);

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
    expect(shownFault(html)).toBeUndefined();
  });

  it.each<Fields>([
    { request: '' },
    { request_uri: '' },
    { response_mode: '' },
    { code_challenge_method: '' },
    { code_challenge: '', code_challenge_method: '' },
  ])('takes a parameter without a value as left out: %j', async (given) => {
    for (const ask of [open, openByPost]) {
      expect(shownForm(page(await ask(given), 200)).fields).toEqual(shownForm((await open()).body).fields);
    }
  });

  it('fills in who the client expects', async () => {
    const html = page(await open({ login_hint: researcher.email }), 200);

    expect(shownForm(html).fields['username']).toBe(researcher.email);
  });

  it('asks again although it was asked before: a browser has no session', async () => {
    await logIn(server, authorizationPath());
    const answer = await open();

    page(answer, 200);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it.each(['state', 'nonce', 'login_hint'])('shows a script in `%s` as the text that it is', async (name) => {
    const { fields } = shownForm(page(await open({ [name]: SCRIPT }), 200));

    expect(fields[name === 'login_hint' ? 'username' : name]).toBe(SCRIPT);
  });

  it('shows a script in a redirect URI as the text that it is', async () => {
    const redirectUri = `${CALLBACK}?next=${SCRIPT.replaceAll(' ', '')}`;

    expect(shownForm(page(await open({ redirect_uri: redirectUri }), 200)).fields['redirect_uri']).toBe(redirectUri);
  });
});

describe('nothing is sent to a place that is not known to be the client’s', () => {
  const UNSAFE: [what: string, given: Fields, names: string][] = [
    ['no client', { client_id: undefined }, '`client_id`'],
    ['an empty client', { client_id: '' }, '`client_id`'],
    ['an unknown client', { client_id: 'nobody' }, '`client_id`'],
    ['a script for a client', { client_id: SCRIPT }, '`client_id`'],
    ['an access key, which nobody logs in through', { client_id: researcher.accessKey.clientId }, '`client_id`'],
    ['no redirect URI', { redirect_uri: undefined }, '`redirect_uri`'],
    ['a redirect URI that is none', { redirect_uri: 'callback' }, '`redirect_uri`'],
    ['a script for a redirect URI', { redirect_uri: `javascript:${SCRIPT}` }, '`redirect_uri`'],
    ['a redirect URI of somebody else', { redirect_uri: `https://evil.test/?${SCRIPT}` }, '`redirect_uri`'],
    [
      'a fault and a redirect URI of somebody else',
      { response_type: '', redirect_uri: 'https://evil.test/' },
      'redirect',
    ],
    ['a prompt of none and an unknown client', { prompt: 'none', client_id: 'nobody' }, '`client_id`'],
    ['a state of more than 4096 characters', { state: 'x'.repeat(4097) }, '`state`'],
  ];

  it.each(UNSAFE)('%s', async (_what, given, name) => {
    for (const ask of [open, openByPost]) expect(shownFault(page(await ask(given), 400))).toContain(name);
  });

  it('not by the form either, whatever its hidden fields say', async () => {
    const { fields } = shownForm((await open()).body);
    const credentials = { username: researcher.email, password: researcher.password };
    for (const change of [{ redirect_uri: 'https://evil.test/' }, { client_id: 'nobody' }]) {
      page(await postForm(server, LOGIN_ACTION, { ...fields, ...credentials, ...change }), 400);
    }
  });

  it('a parameter that is there twice', async () => {
    expect(shownFault(page(await server.call(`GET ${authorizationPath()}&state=another`), 400))).toContain('`state`');
    const body = `${new URL(authorizationPath(), ISSUER).search.slice(1)}&client_id=cli`;
    expect(shownFault(page(await postForm(server, AUTHORIZATION, body), 400))).toContain('`client_id`');
  });

  it.each([
    ['GET', AUTHORIZATION],
    ['GET', LOGOUT],
    ['POST', AUTHORIZATION],
    ['POST', LOGIN_ACTION],
    ['POST', LOGOUT],
  ])('a realm that there is not: %s %s', async (method, path) => {
    for (const realm of ['other', encodeURIComponent(SCRIPT).replaceAll('%2F', '-')]) {
      const url = path.replace('/acme/', `/${realm}/`);
      const answer = method === 'GET' ? await server.call(`GET ${url}`) : await postForm(server, url, {});

      expect(shownFault(page(answer, 404))).toContain('`acme`');
    }
  });
});

it.each([
  ['DELETE', AUTHORIZATION, 'GET, HEAD, POST'],
  ['GET', LOGIN_ACTION, 'POST'],
  ['PUT', LOGOUT, 'GET, HEAD, POST'],
])('%s %s is told on a page, with the methods that there are', async (method, path, allow) => {
  const answer = await server.call(`${method} ${path}`);

  page(answer, 405);
  expect(answer.headers['allow']).toBe(allow);
});

describe('the client is told', () => {
  const FAULTS: [what: string, given: Fields, error: string, names: string][] = [
    ['no response type', { response_type: undefined }, 'invalid_request', 'response_type'],
    ['an empty response type', { response_type: '' }, 'invalid_request', 'response_type'],
    [
      'the response type of the implicit flow',
      { response_type: 'token' },
      'unsupported_response_type',
      'response_type',
    ],
    ['a hybrid response type', { response_type: 'code id_token' }, 'unsupported_response_type', 'response_type'],
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
    ['a challenge in plain Base64', { ...S256, code_challenge: '+'.repeat(43) }, 'invalid_request', 'code_challenge'],
    ['a challenge that is too short', { ...S256, code_challenge: 'x'.repeat(42) }, 'invalid_request', 'code_challenge'],
    ['that nobody may be asked', { prompt: 'none' }, 'login_required', 'prompt'],
    ['a request object', { request: 'x.y.z' }, 'request_not_supported', 'request'],
    ['where a request object is', { request_uri: 'https://x.test' }, 'request_uri_not_supported', 'request_uri'],
    ['an unknown scope', { scope: 'openid admin' }, 'invalid_scope', 'admin'],
    ['a scope that is no scope', { scope: 'openid "é\\' }, 'invalid_scope', 'scope'],
    ['an unknown scope of many characters', { scope: 'x'.repeat(900) }, 'invalid_scope', 'a longer value'],
  ];

  it.each(FAULTS)('%s', async (_what, given, error, name) => {
    for (const ask of [open, openByPost]) {
      const answer = await ask(given);
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

  it('the same by the form, before anybody is asked for a password', async () => {
    const { fields } = shownForm((await open()).body);
    const answer = await postForm(server, LOGIN_ACTION, { ...fields, response_mode: 'jwt', password: WRONG });

    expect(locationOf(answer).searchParams.get('error')).toBe('invalid_request');
    expect(answer.decision).toBeNull();
  });

  it('a state only if it sent one, unchanged', async () => {
    const state = `ä +&=%20 ${SCRIPT}`;
    const [without, kept] = [await open({ state: undefined, prompt: 'none' }), await open({ state, prompt: 'none' })];

    expect(locationOf(without).searchParams.has('state')).toBe(false);
    expect(locationOf(kept).searchParams.get('state')).toBe(state);
  });
});

describe('a login', () => {
  it('sends a code to the client, with its state and who answers', async () => {
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

  it('keeps the query that the redirect URI has', async () => {
    const redirectUri = `${CALLBACK}?tenant=a&next=%2Fhome`;
    const { searchParams } = locationOf(await logIn(server, authorizationPath({ redirect_uri: redirectUri })));
    const fields = codeFields(String(searchParams.get('code')), { redirect_uri: redirectUri });

    expect([...searchParams.keys()]).toEqual(['tenant', 'next', 'code', 'session_state', 'state', 'iss']);
    expect(searchParams.get('next')).toBe('/home');
    expect((await postForm(server, REALM_TOKEN, fields)).status).toBe(200);
  });

  it('keeps that query as it is written, and adds to it', async () => {
    const redirectUri = `${CALLBACK}?a=b%20c&flag&d=%7e`;
    const path = authorizationPath({ redirect_uri: redirectUri });
    const answers = [await logIn(server, path), await server.call(`GET ${path}&prompt=none`)];
    const [code, fault] = answers.map(({ headers }) => String(headers['location']).split(redirectUri));

    expect(code).toEqual(['', expect.stringMatching(/^&code=\w{43}&session_state=[0-9a-f-]{36}&state=a-state&iss=/)]);
    expect(fault).toEqual(['', expect.stringMatching(/^&error=login_required&/)]);
  });

  it('is told in the ID token', async () => {
    const own = await afresh(other);
    const code = await codeOf(own, { nonce: 'a-nonce' });
    own.clock.set(START + 5_000);
    const { body } = await postForm(own, REALM_TOKEN, codeFields(code));
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
    expect(await judged(own, body.id_token)).toEqual([401, 'malformed_token']);
  });

  it('without the scope openid gives no ID token', async () => {
    const { body } = await postForm(server, REALM_TOKEN, codeFields(await codeOf(server, { scope: 'profile' })));

    expect(body).toMatchObject({ scope: 'profile', refresh_token: expect.any(String) });
    expect(body).not.toHaveProperty('id_token');
  });

  it('finds the user in any spelling of the address', async () => {
    const spelled = { email: researcher.email.toUpperCase(), password: researcher.password };

    expect(locationOf(await logIn(server, authorizationPath(), spelled)).searchParams.has('code')).toBe(true);
  });

  const REFUSED: [what: string, email: string, reason: string][] = [
    ['a wrong password', admin.email, 'wrong_password'],
    ['an unknown user', 'nobody@acme.test', 'unknown_user'],
    ['a script for a user', SCRIPT, 'unknown_user'],
  ];

  it.each(REFUSED)('with %s asks again, and is a decision', async (_what, email, reason) => {
    const answer = await logIn(server, authorizationPath({ ...S256, nonce: 'a-nonce' }), { email, password: WRONG });
    const html = page(answer, 401);
    const { fields } = shownForm(html);
    const remembered = await explained(server, answer, reason);

    expect(shownFault(html)).toBe('The user name or the password is not valid.');
    expect(fields).toMatchObject({ username: email, password: '', state: 'a-state', nonce: 'a-nonce', ...S256 });
    expect(remembered).toMatchObject({ operation: 'log_in', request: { method: 'POST', path: LOGIN_ACTION } });
    expect(html + JSON.stringify(remembered)).not.toContain(WRONG);
  });

  it('can be tried again from the page that asks again', async () => {
    const { email, password } = researcher;
    const { body } = await logIn(server, authorizationPath(), { email, password: WRONG });
    const { action, fields } = shownForm(body);

    expect(locationOf(await postForm(server, action, { ...fields, password })).searchParams.has('code')).toBe(true);
  });

  it('of a user who is disabled does not come about', async () => {
    const own = await afresh(other);
    await identitiesIn(own.world.store).edit(researcher.id, { enabled: false }, START);
    const answer = await logIn(own, authorizationPath());

    page(answer, 401);
    await explained(own, answer, 'disabled');
  });

  it('of a user whom an identity provider vouches for does not come about', async () => {
    const own = await afresh(other);
    const identities = identitiesIn(own.world.store);
    const known = await identities.byId(researcher.id);
    if (known === null) throw new Error('the cast has no researcher');
    const email = 'external@acme.test';
    await identities.create({ ...known, id: 'external', name: email, passwordHash: null, isLocal: false });
    const answer = await logIn(own, authorizationPath(), { email, password: researcher.password });

    page(answer, 401);
    await explained(own, answer, 'external_user');
  });
});

/** The users that a page offers, each with what it says of them. */
const offered = (html: string) =>
  [
    ...html.matchAll(/<button name="user" value="([^"]*)"[^>]*>([^<]*)<\/button>\n<span id="[^"]*">([^<]*)<\/span>/g),
  ].map(([, id = '', name = '', may = '']) => ({ id, name, may }));

/** Opens the page, and clicks a user. */
async function choose(on: TestServer, user: string, given: Fields = {}, headers: Record<string, string> = {}) {
  const { action, fields } = shownForm((await open(given, on)).body);
  const { username: _, password: __, ...carried } = fields;
  return postForm(on, action, { ...carried, user }, headers);
}

/** A server on which an administrator may do everything, and somebody else very little. */
const withUsers = (users: readonly object[], more: object = {}) =>
  testServer({}, { seed: { extends: 'builtin', runai: { users, ...more } } });

describe('the users that the page offers', () => {
  it('are those who can log in, each with what they may do', async () => {
    const html = page(await open(), 200);

    expect(offered(html)).toEqual([
      {
        id: admin.id,
        name: admin.email,
        may: expect.stringMatching(
          /^System administrator in tenant acme\. May do everything\. \d+ permissions, \d+ of them with write access\.$/,
        ),
      },
      {
        id: researcher.id,
        name: researcher.email,
        may: 'L1 researcher in tenant acme. Runs workloads. 11 permissions, 4 of them with write access.',
      },
    ]);
    expect(html).not.toContain(admin.password);
    expect(html).not.toContain(researcher.password);
  });

  it('are logged in by a click', async () => {
    const answer = await choose(server, researcher.id);
    const { origin, pathname, searchParams } = locationOf(answer);
    const { body } = await postForm(server, REALM_TOKEN, codeFields(String(searchParams.get('code'))));

    expect(origin + pathname).toBe(CALLBACK);
    expect(searchParams.get('state')).toBe('a-state');
    expect(answer.decision).toBeNull();
    expect(decodeJwt(body.id_token)).toMatchObject({ sub: researcher.id, aud: PUBLIC_CLIENT });
  });

  it('leave the same behind as if they had typed their password', async () => {
    const own = await afresh(other);
    await logIn(own, authorizationPath());
    await choose(own, researcher.id);
    const { requests } = (await own.call('GET /_mock/requests?operation=log_in')).body;
    const reported = requests.map(({ status, principal, decision, done }: Record<string, unknown>) => {
      return { status, principal, decision, done };
    });

    expect(reported).toEqual([reported[1], reported[1]]);
    expect(reported[0]).toMatchObject({ status: 302, done: true });
  });

  it('bring along what the client asked for', async () => {
    const code = locationOf(await choose(server, researcher.id, S256)).searchParams.get('code');
    const fields = codeFields(String(code));

    expect((await postForm(server, REALM_TOKEN, { ...fields, code_verifier: VERIFIER })).status).toBe(200);
  });

  it('are logged in after their password was changed', async () => {
    const own = await afresh(other);
    await identitiesIn(own.world.store).edit(researcher.id, { passwordHash: 'of another' }, START);

    expect(locationOf(await choose(own, researcher.id)).searchParams.has('code')).toBe(true);
  });

  it('are also offered on the page that asks again', async () => {
    const { email } = researcher;

    expect(offered((await logIn(server, authorizationPath(), { email, password: WRONG })).body)).toHaveLength(2);
  });

  it('are not those who could not log in', async () => {
    const own = await afresh(other);
    await identitiesIn(own.world.store).edit(researcher.id, { enabled: false }, START);
    await identitiesIn(own.world.store).edit(admin.id, { passwordHash: null }, START);
    const html = page(await open({}, own), 200);

    expect(offered(html)).toEqual([]);
    expect(html).toContain('No user of this world can log in with a password.');
  });

  it.each([
    ['disabled', { enabled: false }],
    ['external_user', { passwordHash: null }],
  ] as const)('are refused by a click where they would be by a password: %s', async (reason, edit) => {
    const own = await afresh(other);
    await identitiesIn(own.world.store).edit(researcher.id, edit, START);
    const answer = await choose(own, researcher.id);

    page(answer, 401);
    expect(answer.headers).not.toHaveProperty('location');
    await explained(own, answer, reason);
  });

  it.each(['nobody', researcher.email, researcher.accessKey.id, SCRIPT])('do not include %s', async (user) => {
    const answer = await choose(server, user);

    expect(shownFault(page(answer, 401))).toBe('The user does not exist.');
    await explained(server, answer, 'unknown_user');
  });

  it('do not include an application', async () => {
    const [application] = await identitiesIn(server.world.store).all('application');
    const answer = await choose(server, String(application?.id));

    await explained(server, answer, 'unknown_user');
  });

  it('log in without a password, or not by a click', async () => {
    const { action, fields } = shownForm((await open()).body);
    for (const more of [{ password: researcher.password }, { password: WRONG }]) {
      const answer = await postForm(server, action, { ...fields, ...more, user: researcher.id });

      expect(shownFault(page(answer, 401))).toContain('`user`');
    }
  });

  it('are told with what each access rule and group brings, up to three', async () => {
    const rule = (role: string, scopeType: string, scopeId: string) => {
      return { subjectType: 'user', subjectId: 'many@acme.test', role, scopeType, scopeId };
    };
    const own = await withUsers(
      [
        { email: 'none@acme.test', role: null },
        { email: 'many@acme.test', role: 'Viewer', groups: ['ml-team'] },
      ],
      {
        accessRules: [
          rule('Research manager', 'project', '4600001'),
          rule('ML engineer', 'department', '4500001'),
          rule('Template administrator', 'cluster', '3f6d2c10-8a54-4b7e-9d21-5e0a7c4f0001'),
        ],
      },
    );
    const people = offered(page(await open({}, own), 200));
    const mayOf = (wanted: string) => people.find(({ name }) => name === wanted)?.may;

    expect(mayOf('none@acme.test')).toBe('No role: may use only operations that need no permission.');
    expect(mayOf('many@acme.test')).toBe(
      'Viewer in tenant acme; Research manager in project vision; ML engineer in department research and 2 more. 16 permissions, 7 of them with write access.',
    );
  });

  it('are twenty at most; the page says how many more there are', async () => {
    const users = Array.from({ length: 19 }, (_, index) => ({
      email: `user-${index}@acme.test`,
      password: 'x',
      role: null,
    }));
    const html = page(await open({}, await withUsers(users)), 200);

    expect(offered(html)).toHaveLength(20);
    expect(html).toContain('There are 2 more users who can');
  });

  it('come before the form for a name and a password', async () => {
    const html = page(await open(), 200);

    expect(html.indexOf('name="user"')).toBeGreaterThan(0);
    expect(html.indexOf('name="user"')).toBeLessThan(html.indexOf('name="password"'));
    expect(html).not.toContain('autofocus');
  });

  it('are shown as the text that they are, of any length', async () => {
    const own = await withUsers([
      { email: `${SCRIPT}@acme.test`, role: null },
      { email: `${'long'.repeat(15_000)}@acme.test`, role: null },
    ]);
    const html = page(await open({}, own), 200);

    expect(html).toContain('&lt;script&gt;');
    expect(html.length).toBeLessThan(12_000);
    for (const { id } of offered(html)) {
      expect(locationOf(await choose(own, id)).searchParams.has('code')).toBe(true);
    }
  });

  describe('are nobody’s business who may not read the cast:', () => {
    const REFUSED = 'does not allow logins without a password';

    it('with an admin token', async () => {
      const own = await testServer({ adminToken: 'open-sesame' });
      expect(offered(page(await open({}, own), 200))).toEqual([]);
      const answer = await choose(own, researcher.id);

      expect(shownFault(page(answer, 401))).toContain(REFUSED);
      expect(answer.decision).toBeNull();
      expect(locationOf(await logIn(own, authorizationPath())).searchParams.has('code')).toBe(true);
    });

    it('under a name that is not the server’s, by which programs may ask', async () => {
      const host = 'acme.elsewhere.test';
      const shown = await server.call(`GET ${authorizationPath()}`, { headers: { host } });
      expect(offered(page(shown, 200))).toEqual([]);

      expect(shownFault(page(await choose(server, researcher.id, {}, { host }), 401))).toContain(REFUSED);
    });

    it.each(['https://evil.test', 'null', 'http://localhost:9999'])('from a page of %s', async (origin) => {
      expect((await choose(server, researcher.id, {}, { origin })).status).toBe(403);
    });
  });

  it("are offered under a production name, which leads here only where somebody's resolver says so", async () => {
    const shown = await server.call(`GET ${authorizationPath()}`, { headers: { host: 'acme.run.ai' } });

    expect(offered(page(shown, 200)).length).toBeGreaterThan(0);
  });

  it('are those of the world that the page is of', async () => {
    const own = await afresh(other);
    const seed = {
      runai: {
        tenant: { id: 7, name: 'other', realm: 'other' },
        clients: [{ clientId: PUBLIC_CLIENT, redirectUris: ['http://127.0.0.1:*'] }],
        users: [{ email: 'eve@other.test', role: null }],
      },
    };
    const made = await own.call('POST /_mock/worlds', { body: { id: 'w', seed } });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const path = authorizationPath().replace('/acme/', '/other/');
    const html = (await own.call(`GET /w/w${path}`)).body;

    expect(html).toContain('eve@other.test');
    expect(html).not.toContain(researcher.email);
  });
});

describe('the clients that there are', () => {
  const clientsIn = (html: string) => [...html.matchAll(/<li><strong><code>([^<]*)<\/code>/g)].map(([, id]) => id);

  it('are named where one is unknown, with their redirect URIs', async () => {
    for (const given of [{ client_id: 'nobody' }, { client_id: undefined }]) {
      const html = page(await open(given), 400);

      expect(clientsIn(html)).toEqual([ADMIN_UI, PUBLIC_CLIENT, 'cli', 'runai']);
      expect(html).toContain(`<code>${ORIGIN_CALLBACK}</code>`);
      expect(html).toContain('<code>http://localhost:*</code> <span class="quiet">any port and path</span>');
    }
  });

  it('are only the one that was named, where its redirect URI is wrong', async () => {
    for (const given of [{ redirect_uri: 'https://evil.test/' }, { redirect_uri: undefined }]) {
      const html = page(await open({ ...given, client_id: ADMIN_UI }), 400);

      expect(clientsIn(html)).toEqual([ADMIN_UI]);
      expect(html).toContain(ORIGIN_CALLBACK);
    }
  });

  it.each([
    ['http://localhost.test:5173/cb', '--redirect-uri runai-admin-ui=http://localhost.test:5173/cb'],
    ['https://app.test/?a=1', '--redirect-uri &#39;runai-admin-ui=https://app.test/?a=1&#39;'],
    ['/callback', 'It must be an absolute URL'],
  ])('are refused another redirect URI, with the option that would allow it: %s', async (redirect_uri, advice) => {
    const fault = shownFault(page(await open({ redirect_uri, client_id: ADMIN_UI }), 400));

    expect(fault).toContain(`\`${redirect_uri}\`, which is not a redirect URI of \`${ADMIN_UI}\``);
    expect(fault).toContain(advice);
  });

  it('are not all named where there are very many', async () => {
    const uris = Array.from({ length: 9 }, (_, index) => `https://${index}.test/`);
    const clients = Array.from({ length: 40 }, (_, index) => ({ clientId: `c-${index}`, redirectUris: uris }));
    const own = await testServer({}, { seed: { extends: 'builtin', runai: { clients } } });
    const html = page(await open({ client_id: 'nobody' }, own), 400);

    expect(clientsIn(html)).toHaveLength(20);
    expect(html).toContain('and 24 more clients');
    expect(html).toContain('and 4 more');
  });

  it('may be none', async () => {
    const own = await testServer({}, { seed: { runai: { tenant: { id: 1001, name: 'acme', realm: 'acme' } } } });

    expect(page(await open({}, own), 400)).toContain('is not a client for user logins');
  });
});

describe('a redirect URI', () => {
  const isTaken = async (client_id: string, redirect_uri: string, on = server) => {
    const { status } = await open({ client_id, redirect_uri }, on);
    return status === 200;
  };

  it.each([
    [ADMIN_UI, ORIGIN_CALLBACK],
    [PUBLIC_CLIENT, 'http://127.0.0.1:4711/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1:51234/any/other/path?and=query'],
    [PUBLIC_CLIENT, 'http://127.0.0.1/'],
    [PUBLIC_CLIENT, 'http://127.0.0.1:43121/any/path?x=1'],
    [PUBLIC_CLIENT, 'http://localhost:1'],
    [PUBLIC_CLIENT, 'http://localhost'],
    ['cli', 'http://localhost:8080/callback'],
    ['cli', 'http://[::1]:51234/callback'],
    [PUBLIC_CLIENT, 'http://[::1]'],
  ])('of %s can be %s', async (client, uri) => {
    expect(await isTaken(client, uri)).toBe(true);
  });

  it.each([
    [ADMIN_UI, '/login/callback'],
    [ADMIN_UI, `${ORIGIN_CALLBACK}/`],
    [ADMIN_UI, `${ORIGIN_CALLBACK}?a=b`],
    [ADMIN_UI, 'http://localhost:6625/login/callback/../../elsewhere'],
    [ADMIN_UI, 'http://localhost:6625/login'],
    [ADMIN_UI, 'http://localhost:6626/login/callback'],
    [ADMIN_UI, 'https://localhost:6625/login/callback'],
    [ADMIN_UI, 'http://127.0.0.1:6625/login/callback'],
    [ADMIN_UI, 'http://localhost:6625.evil.test/login/callback'],
    [ADMIN_UI, CALLBACK],
    [PUBLIC_CLIENT, 'https://127.0.0.1:4711/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.2:4711/callback'],
    [PUBLIC_CLIENT, 'http://[::2]:4711/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1:70000/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1:*/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1:*'],
    [PUBLIC_CLIENT, 'http://127.0.0.1.evil.test/callback'],
    [PUBLIC_CLIENT, 'http://127.0.0.1@evil.test/callback'],
    [PUBLIC_CLIENT, 'http://user:pw@127.0.0.1:1/cb'],
    [PUBLIC_CLIENT, 'http://2130706433/cb'],
    [PUBLIC_CLIENT, 'http://127.1/'],
    [PUBLIC_CLIENT, 'http:/127.0.0.1/cb'],
    [PUBLIC_CLIENT, 'http:\\\\127.0.0.1\\cb'],
    [PUBLIC_CLIENT, ' http://127.0.0.1/cb'],
    [PUBLIC_CLIENT, 'http://127.0.\t0.1/cb'],
    [PUBLIC_CLIENT, 'http://localhost.evil.test/callback'],
    [PUBLIC_CLIENT, 'http://evil.test/?http://127.0.0.1:1'],
    [PUBLIC_CLIENT, 'http://evil.test\\@127.0.0.1/callback'],
    [PUBLIC_CLIENT, 'urn:ietf:wg:oauth:2.0:oob'],
    [PUBLIC_CLIENT, `${CALLBACK}#`],
    [PUBLIC_CLIENT, `${CALLBACK}#fragment`],
    [PUBLIC_CLIENT, '//127.0.0.1/callback'],
  ])('of %s cannot be %s', async (client, uri) => {
    expect(await isTaken(client, uri)).toBe(false);
  });

  it('that is a path is one of the name that the server was called by', async () => {
    const host = '127.0.0.1:6625';
    const uri = `http://${host}/login/callback`;
    const path = authorizationPath({ client_id: ADMIN_UI, redirect_uri: uri });

    page(await server.call(`GET ${path}`, { headers: { host } }), 200);
  });

  it('that is a path is also matched with the default port', async () => {
    const host = 'mock:80';
    for (const origin of ['http://mock', 'http://mock:80']) {
      const path = authorizationPath({ client_id: ADMIN_UI, redirect_uri: `${origin}/login/callback` });
      page(await server.call(`GET ${path}`, { headers: { host } }), 200);
    }
    const path = authorizationPath({ client_id: ADMIN_UI, redirect_uri: 'http://evil@mock:80/login/callback' });
    page(await server.call(`GET ${path}`, { headers: { host } }), 400);
  });

  it('that is a path is one of the public URL, where there is one', async () => {
    const secure = await testServer({ publicUrl: 'https://mock.test' });

    expect(await isTaken(ADMIN_UI, 'https://mock.test/login/callback', secure)).toBe(true);
    expect(await isTaken(ADMIN_UI, ORIGIN_CALLBACK, secure)).toBe(false);
  });
});

describe('a redirect URI of a native app, of a loopback address without a port (RFC 8252, 7.3)', async () => {
  const native = await testServer({
    redirectUri: [
      ...['by-v4=http://127.0.0.1/callback', 'by-v6=http://[::1]/callback?app=1', 'by-name=http://localhost/callback'],
      ...['with-port=http://127.0.0.1:8000/callback', 'no-path=http://127.0.0.1', 'tls=https://127.0.0.1/callback'],
      ...['other=http://127.0.0.2/callback', 'longer=http://localhost.test/callback'],
    ],
  });
  const statusOf = async (client_id: string, redirect_uri: string) =>
    (await open({ client_id, redirect_uri }, native)).status;

  it.each([
    ['by-v4', 'http://127.0.0.1:51234/callback'],
    ['by-v4', 'http://127.0.0.1/callback'],
    ['by-v4', 'http://[::1]:51234/callback'],
    ['by-v6', 'http://[::1]:51234/callback?app=1'],
    ['by-v6', 'http://127.0.0.1:51234/callback?app=1'],
    ['by-name', 'http://localhost:51234/callback'],
    ['by-name', 'http://localhost/callback'],
    ['with-port', 'http://127.0.0.1:8000/callback'],
    ['no-path', 'http://127.0.0.1:51234'],
    ['tls', 'https://127.0.0.1/callback'],
  ])('of `%s` can be %s', async (client, uri) => {
    expect(await statusOf(client, uri)).toBe(200);
  });

  it.each([
    ['by-v4', 'http://127.0.0.1:51234/callback/'],
    ['by-v4', 'http://127.0.0.1:51234/callback?app=1'],
    ['by-v4', 'http://127.0.0.1:51234/'],
    ['by-v4', 'http://localhost:51234/callback'],
    ['by-v4', 'https://127.0.0.1:51234/callback'],
    ['by-v4', 'http://127.0.0.1:99999/callback'],
    ['by-v4', 'http://127.0.0.1:51234@evil.test/callback'],
    ['by-v4', 'http://me@127.0.0.1:51234/callback'],
    ['by-v6', 'http://[::1]:51234/callback'],
    ['by-name', 'http://127.0.0.1:51234/callback'],
    ['by-name', 'http://[::1]:51234/callback'],
    ['with-port', 'http://127.0.0.1:8001/callback'],
    ['with-port', 'http://[::1]:8000/callback'],
    ['no-path', 'http://127.0.0.1:51234/'],
    ['tls', 'https://127.0.0.1:51234/callback'],
    ['other', 'http://127.0.0.2:51234/callback'],
    ['longer', 'http://localhost.test:51234/callback'],
  ])('of `%s` cannot be %s', async (client, uri) => {
    expect(await statusOf(client, uri)).toBe(400);
  });

  it('is one of a logout too', async () => {
    const logOutAt = (uri: string) =>
      native.call(`GET ${LOGOUT}?${formOf({ client_id: 'by-v4', post_logout_redirect_uri: uri })}`);

    expect(locationOf(await logOutAt('http://[::1]:51234/callback')).href).toBe('http://[::1]:51234/callback');
    expect((await logOutAt('http://[::1]:51234/bye')).status).toBe(400);
  });

  it('is redeemed with the port of the request', async () => {
    const redirect_uri = 'http://127.0.0.1:51234/callback';
    const path = authorizationPath({ client_id: 'by-v4', redirect_uri });
    const code = String(locationOf(await logIn(native, path)).searchParams.get('code'));
    const redeemed = (uri: string) =>
      postForm(native, REALM_TOKEN, codeFields(code, { client_id: 'by-v4', redirect_uri: uri }));

    expect((await redeemed(redirect_uri)).status).toBe(200);
  });

  it('is explained on the page that refuses another', async () => {
    const shown = async (client_id: string) =>
      page(await open({ client_id, redirect_uri: 'https://evil.test/' }, native), 400);

    expect(await shown('by-v4')).toContain(
      '<code>http://127.0.0.1/callback</code> <span class="quiet">any port, also of <code>[::1]</code></span>',
    );
    expect(await shown('by-name')).toContain(
      '<code>http://localhost/callback</code> <span class="quiet">any port</span>',
    );
    expect(await shown('with-port')).toContain('<code>http://127.0.0.1:8000/callback</code></span>');
  });
});

describe('a logout', () => {
  const logOut = (fields: Fields) => server.call(`GET ${LOGOUT}?${formOf(fields)}`);
  const refresh = (refreshToken: string) => {
    const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: refreshToken };
    return postForm(server, REALM_TOKEN, fields);
  };

  it('by an ID token ends the login that it is of', async () => {
    const [ended, other] = [await tokensOf(server), await tokensOf(server)];
    page(await logOut({ id_token_hint: ended.id_token }), 200);
    const refused = await refresh(ended.refresh_token);

    expect(await judged(server, ended.access_token)).toEqual([401, 'revoked_token']);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    await explained(server, refused, 'revoked_refresh_token');
    expect(await judged(server, other.access_token)).toEqual([200, undefined]);
  });

  it('by an ID token that has expired ends the login, too', async () => {
    const own = await afresh(other);
    const tokens = await tokensOf(own);
    own.clock.set(START + 7_200_000);
    page(await own.call(`GET ${LOGOUT}?id_token_hint=${tokens.id_token}`), 200);
    const fields = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT, refresh_token: tokens.refresh_token };

    expect((await postForm(own, REALM_TOKEN, fields)).decision.reason).toBe('revoked_refresh_token');
  });

  it('by an ID token of another client than the one that is named ends nothing', async () => {
    const tokens = await tokensOf(server);
    for (const post_logout_redirect_uri of [undefined, CALLBACK]) {
      const fields = { id_token_hint: tokens.id_token, client_id: 'cli', post_logout_redirect_uri };
      expect(shownFault(page(await logOut(fields), 400))).toContain('`client_id`');
    }

    expect(await judged(server, tokens.access_token)).toEqual([200, undefined]);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('goes where the client asks for, with its state', async () => {
    const { id_token: hint } = await tokensOf(server);
    const asked = { post_logout_redirect_uri: `${CALLBACK}?bye=b%20c`, state: 'a & state' };
    const byHint = locationOf(await logOut({ id_token_hint: hint, ...asked }));
    const byName = locationOf(await logOut({ client_id: PUBLIC_CLIENT, ...asked, state: undefined }));
    const byPost = locationOf(await postForm(server, LOGOUT, { id_token_hint: hint, ...asked }));

    expect(byHint.href).toBe(`${CALLBACK}?bye=b%20c&state=a+%26+state`);
    expect(byName.href).toBe(`${CALLBACK}?bye=b%20c`);
    expect(byPost.href).toBe(byHint.href);
  });

  it.each([
    ['of somebody else', { client_id: PUBLIC_CLIENT, post_logout_redirect_uri: 'https://evil.test/' }],
    ['of another client', { client_id: ADMIN_UI, post_logout_redirect_uri: CALLBACK }],
    ['of nobody', { post_logout_redirect_uri: CALLBACK }],
    ['of an unknown client', { client_id: 'nobody', post_logout_redirect_uri: CALLBACK }],
    ['with a fragment', { client_id: PUBLIC_CLIENT, post_logout_redirect_uri: `${CALLBACK}#x` }],
    ['that is a script', { client_id: PUBLIC_CLIENT, post_logout_redirect_uri: `javascript:${SCRIPT}` }],
  ])('does not go to a place %s', async (_what, fields) => {
    expect(shownFault(page(await logOut(fields), 400))).toContain('`post_logout_redirect_uri`');
    expect(shownFault(page(await postForm(server, LOGOUT, fields), 400))).toContain('`post_logout_redirect_uri`');
  });

  it('by a refresh token of the client ends its login, and shows no page', async () => {
    const tokens = await tokensOf(server);
    const answer = await postForm(server, LOGOUT, { client_id: PUBLIC_CLIENT, refresh_token: tokens.refresh_token });

    expect([answer.status, answer.body]).toEqual([204, undefined]);
    expect(await judged(server, tokens.access_token)).toEqual([401, 'revoked_token']);
    expect((await refresh(tokens.refresh_token)).decision.reason).toBe('revoked_refresh_token');
  });

  it('by a refresh token can be sent by GET, too', async () => {
    const tokens = await tokensOf(server);
    const answer = await logOut({ client_id: PUBLIC_CLIENT, refresh_token: tokens.refresh_token });

    expect([answer.status, answer.body]).toEqual([204, undefined]);
    expect(await judged(server, tokens.access_token)).toEqual([401, 'revoked_token']);
  });

  describe('by a refresh token', () => {
    const end = (on: TestServer, refresh_token: string, client_id = PUBLIC_CLIENT) =>
      postForm(on, LOGOUT, { client_id, refresh_token });

    it('that was used before ends the login that went on from it', async () => {
      const first = await tokensOf(server);
      const second = (await refresh(first.refresh_token)).body;
      const third = (await refresh(second.refresh_token)).body;
      expect((await end(server, first.refresh_token)).status).toBe(204);

      for (const { access_token } of [first, second, third]) {
        expect(await judged(server, access_token)).toEqual([401, 'revoked_token']);
      }
      expect((await refresh(third.refresh_token)).decision.reason).toBe('revoked_refresh_token');
    });

    it('that has expired ends the login, whose access tokens may count for longer', async () => {
      const own = await testServer({ tokenTtl: { ...DEFAULT_TOKEN_LIFETIMES, refresh: 60_000 } });
      const tokens = await tokensOf(own);
      own.clock.set(START + 60_000);
      expect(await judged(own, tokens.access_token)).toEqual([200, undefined]);
      expect((await end(own, tokens.refresh_token)).status).toBe(204);

      expect(await judged(own, tokens.access_token)).toEqual([401, 'revoked_token']);
    });

    it('of a login that was ended before is done already', async () => {
      const tokens = await tokensOf(server);
      for (let time = 0; time < 2; time++) expect((await end(server, tokens.refresh_token)).status).toBe(204);

      expect(await judged(server, tokens.access_token)).toEqual([401, 'revoked_token']);
    });

    it('that nobody knows is done already, and nothing else ends', async () => {
      const tokens = await tokensOf(server);
      for (const unknown of ['nothing', 'A'.repeat(64)]) expect((await end(server, unknown)).status).toBe(204);

      expect(await judged(server, tokens.access_token)).toEqual([200, undefined]);
    });

    it('that was used before, of another client, ends nothing', async () => {
      const first = await tokensOf(server);
      const second = (await refresh(first.refresh_token)).body;
      await end(server, first.refresh_token, 'cli');

      expect(await judged(server, second.access_token)).toEqual([200, undefined]);
      expect((await refresh(second.refresh_token)).status).toBe(200);
    });
  });

  it('by what is no token of the login ends nothing', async () => {
    const tokens = await tokensOf(server);
    const [header = '', payload = ''] = tokens.id_token.split('.');
    for (const id_token_hint of [tokens.access_token, tokens.refresh_token, 'garbage', `${header}.${payload}.AAAA`]) {
      page(await logOut({ id_token_hint }), 200);
    }
    for (const client_id of ['cli', undefined]) {
      await postForm(server, LOGOUT, { client_id, refresh_token: tokens.refresh_token });
    }

    expect(await judged(server, tokens.access_token)).toEqual([200, undefined]);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('without anything says that it is done', async () => {
    expect(page(await server.call(`GET ${LOGOUT}`), 200)).toContain('Logged out');
  });

  it.each(['id_token_hint', 'refresh_token', 'post_logout_redirect_uri'])(
    'with `%s`, but no value, says the same',
    async (name) => {
      expect(page(await logOut({ [name]: '' }), 200)).toContain('Logged out');
      expect(page(await postForm(server, LOGOUT, { [name]: '' }), 200)).toContain('Logged out');
    },
  );
});
