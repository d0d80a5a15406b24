/** How a request finds its world, and what worlds share. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  authorizationPath,
  basic,
  CALLBACK,
  locationOf,
  logIn,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  V2_TOKEN,
} from '../support/oauth.ts';
import { START, testServer } from '../support/server.ts';
import { claimsOf, DOOR_NAMES, DOORS, makeWorld, orderWorld, tokenOf } from '../support/worlds.ts';

const server = await testServer({ alias: ['mock.test'] });
const a = await makeWorld(server, { id: 'a' });
const b = await makeWorld(server, { id: 'b' });

const resetAll = async () => {
  for (const { call } of [a, b, server]) await call('POST /_mock/reset');
};

/** What a world calls itself: only its own clock tells them apart from outside. */
const aheadOf = async (call: typeof server.call, parts = {}) => (await call('GET /_mock/clock', parts)).body.now;

describe('a request finds its world', () => {
  beforeEach(resetAll);

  it.each(DOOR_NAMES)('by %s', async (door) => {
    const into = DOORS[door](server, 'a');
    await into('POST /_mock/clock/advance', { body: { by: '2h' } });

    expect(await aheadOf(into)).toBe('2026-01-15T14:00:00.000Z');
    expect(await aheadOf(a.call)).toBe('2026-01-15T14:00:00.000Z');
    expect(await aheadOf(b.call)).toBe('2026-01-15T12:00:00.000Z');
    expect(await aheadOf(server.call)).toBe('2026-01-15T12:00:00.000Z');
  });

  it('by any name of the server with one label before it', async () => {
    await a.call('POST /_mock/clock/advance', { body: { by: '2h' } });

    expect(await aheadOf(server.call, { headers: { host: 'A.mock.test' } })).toBe('2026-01-15T14:00:00.000Z');
    expect(await aheadOf(server.call, { headers: { host: 'mock.test' } })).toBe('2026-01-15T12:00:00.000Z');
  });

  it('by the prefix first, then by the host, then by the header', async () => {
    await a.call('POST /_mock/clock/advance', { body: { by: '2h' } });
    const headers = { host: 'b.localhost', 'x-mock-world': 'default' };

    expect(await aheadOf(a.call, { headers })).toBe('2026-01-15T14:00:00.000Z');
    expect(await aheadOf(server.call, { headers: { host: 'a.localhost', 'x-mock-world': 'b' } })).toBe(
      '2026-01-15T14:00:00.000Z',
    );
  });

  it('the default one by its own name, too', async () => {
    const { status } = await server.call('GET /w/default/_mock/clock', { headers: { host: 'a.localhost' } });

    expect(status).toBe(200);
  });

  it('by the root of its prefix, with and without a slash', async () => {
    const [bare, slash] = await Promise.all(['GET /w/a', 'GET /w/a/'].map((request) => server.call(request)));

    expect(bare?.body).toContain('data-below="/w/a"');
    expect([bare?.status, slash?.body]).toEqual([200, bare?.body]);
  });
});

describe('by the credential alone, the world is that of', () => {
  beforeAll(resetAll);
  const { users, applications, serviceAccounts } = a.cast.runai;
  const [{ accessKey }] = users;
  const ofA = (token: string) => expect(claimsOf(token).sid).toMatch(/\.a$/);

  it('an access key, in JSON, in a form and by Basic', async () => {
    const { clientId: client_id, clientSecret: client_secret } = accessKey;
    const form = { grant_type: 'client_credentials', client_id, client_secret };
    ofA(await tokenOf(server.call, accessKey));
    ofA((await postForm(server, V2_TOKEN, form)).body.access_token);
    ofA((await postForm(server, REALM_TOKEN, form)).body.access_token);
    const byBasic = await postForm(
      server,
      REALM_TOKEN,
      { grant_type: 'client_credentials' },
      basic(client_id, client_secret),
    );
    ofA(byBasic.body.access_token);
  });

  it('an application, by its client id, and a service account', async () => {
    const [{ clientId: appID, secret: appSecret }] = applications;
    ofA((await server.grant({ grantType: 'app_token', appID, appSecret })).body.accessToken);
    ofA(await tokenOf(server.call, serviceAccounts[0]));
  });

  it('an application that was made in it, by its client id', async () => {
    const token = await tokenOf(a.call, accessKey);
    const { body: made } = await a.call('POST /api/v1/apps', { token, body: { name: 'only-in-a' } });
    const rule = { subjectType: 'app', subjectId: made.clientId, roleId: 1, scopeType: 'tenant', scopeId: '1001' };
    const { body: given } = await a.call('POST /api/v1/authorization/access-rules', { token, body: rule });
    const grant = { grantType: 'app_token', appID: made.clientId, appSecret: made.secret };
    ofA((await server.grant(grant)).body.accessToken);
    expect([made.clientId, given.subjectId]).toEqual(['only-in-a-a', 'only-in-a']);
  });

  it('an access key that was made in it', async () => {
    const token = await tokenOf(a.call, accessKey);
    const { body: made } = await a.call('POST /api/v1/access-keys', { token, body: { name: 'made' } });

    ofA(await tokenOf(server.call, made));
  });

  it('an access token, also of a request that no operation has', async () => {
    const token = await tokenOf(a.call, accessKey);
    const listed = await server.call('GET /api/v1/access-keys', { token });

    expect(listed.status).toBe(200);
    expect((await a.call(`GET /_mock/decisions/${listed.decision.id}`)).status).toBe(200);
    expect((await server.call(`GET /_mock/decisions/${listed.decision.id}`)).status).toBe(404);
  });

  it('a refresh token, and the next one of its login', async () => {
    const [{ email: username, password }] = users;
    const { body: first } = await a.call('POST /api/v1/token', { body: { grantType: 'password', username, password } });
    const again = (refreshToken: string) => server.grant({ grantType: 'refresh_token', refreshToken });
    const second = await again(first.refreshToken);
    const third = await again(second.body.refreshToken);
    const reused = await again(second.body.refreshToken);

    ofA(second.body.accessToken);
    ofA(third.body.accessToken);
    expect(reused.decision.reason).toBe('reused_refresh_token');
  });

  it.each([
    ['Air', 'air-admin', 'GET /api/v3/simulations/'],
    ['Cloud Functions', 'nvcf-deployer', 'GET /v2/nvcf/functions'],
    ['NGC', 'owner', 'GET /v3/orgs/acme/keys'],
  ])('a key of %s', async (_, name, request) => {
    const { key } = a.cast.ngc.keys.find((one: { name: string }) => one.name === name);
    const { status, decision } = await server.call(request, { token: key });

    expect(status).toBe(200);
    expect((await a.call(`GET /_mock/decisions/${decision.id}`)).status).toBe(200);
  });

  it('a key that was made in it, and its next text', async () => {
    const order = { type: 'service', name: 'made', services: ['air'], scopes: ['air:access', 'air:simulation_read'] };
    const { body: made } = await a.call('POST /_mock/keys', { body: order });
    const first = await server.call('GET /api/v3/simulations/', { token: made.key });
    const { body: rotated } = await a.call(`POST /_mock/keys/${made.id}/rotate`);
    const second = await server.call('GET /api/v3/simulations/', { token: rotated.key });
    const old = await server.call('GET /api/v3/simulations/', { token: made.key });

    expect([first.status, second.status, old.decision.reason]).toEqual([200, 200, 'unknown_key']);
    expect((await a.call(`GET /_mock/decisions/${old.decision.id}`)).status).toBe(200);
  });

  it('a key in the form of the call that asks whose it is', async () => {
    const { key } = a.cast.ngc.keys[0];
    const { status } = await postForm(server, '/v3/keys/get-caller-info', { credentials: key });

    expect(status).toBe(200);
  });

  it('a seed that no other world has, as it is written', async () => {
    const { key } = (
      await server.call('POST /_mock/keys', {
        body: { type: 'service', name: 'x', services: ['air'], scopes: ['air:access', 'air:simulation_read'] },
      })
    ).body;
    await server.call('POST /_mock/reset');
    const { ngc } = (await server.call('GET /_mock/cast')).body;
    const entry = {
      org: 'acme',
      name: 'mine',
      type: 'service',
      services: ['air'],
      scopes: ['air:access', 'air:simulation_read'],
      key,
    };
    const world = await makeWorld(server, { seed: { ngc: { ...ngc, keys: [entry] } }, credentials: 'cast' });
    const { status, decision } = await server.call('GET /api/v3/simulations/', { token: key });
    await server.call(`DELETE /_mock/worlds/${world.id}`);

    expect([status, decision.effect]).toEqual([200, 'allow']);
    expect(world.made.ambiguous).toBeUndefined();
  });
});

describe('a credential that several worlds have', () => {
  beforeEach(resetAll);

  it('is no other one’s because a world has an application of that name', async () => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const [{ clientId: appID, secret: appSecret }] = cast.runai.applications;
    const { status, body } = await server.grant({ grantType: 'app_token', appID, appSecret });

    expect(a.cast.runai.applications[0].name).toBe(appID);
    expect(status).toBe(200);
    expect(claimsOf(body.accessToken).sid).not.toContain('.');
  });

  it('counts in the default one where that had it first', async () => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const token = await tokenOf(server.call, cast.runai.users[0].accessKey);
    const { body: made } = await server.call('POST /api/v1/service-accounts', { token, body: { name: 'ci-bot-late' } });
    const late = await makeWorld(server, { id: 'late' });
    const first = await tokenOf(server.call, made);
    const shared = await makeWorld(server, { credentials: 'cast' });
    const there = await tokenOf(shared.call, shared.cast.runai.users[0].accessKey);
    const taken = await server.call('POST /api/v1/service-accounts', { token, body: { name: 'both' } });
    const both = await shared.call('POST /api/v1/service-accounts', { token: there, body: { name: 'both' } });
    const second = await tokenOf(server.call, taken.body);
    for (const { id } of [late, shared]) await server.call(`DELETE /_mock/worlds/${id}`);

    expect(late.cast.runai.serviceAccounts[0].clientId).toBe('ci-bot-late');
    expect(late.made.ambiguous).toEqual(['ci-bot-late']);
    expect(both.body.clientId).toBe('both');
    expect([first, second].map((one) => claimsOf(one).sid)).not.toContainEqual(expect.stringContaining('.'));
  });

  it('leads to none of them, counts in the one that was chosen otherwise, and is told when the world is made', async () => {
    const copy = await makeWorld(server, { credentials: 'cast' });
    const { accessKey } = copy.cast.runai.users[0];
    const plain = await tokenOf(server.call, accessKey);
    const there = await tokenOf(copy.call, accessKey);
    await server.call(`DELETE /_mock/worlds/${copy.id}`);

    expect(claimsOf(plain).sid).not.toContain('.');
    expect(claimsOf(there).sid).toMatch(new RegExp(`\\.${copy.id}$`));
    expect(copy.made.ambiguous).toContain(accessKey.clientId);
    expect(copy.made.ambiguous).toContain(copy.cast.ngc.keys[0].id);
  });
});

describe('a credential of another world is refused as unknown, and the decision says whose it is', () => {
  // The clocks are moved.
  afterEach(resetAll);
  const [{ accessKey }] = b.cast.runai.users;
  const airKey = b.cast.ngc.keys.find((one: { name: string }) => one.name === 'air-admin').key;
  const expectOther = async (answer: Awaited<ReturnType<typeof a.call>>, status: number) => {
    const { body } = await a.call(`GET /_mock/decisions/${answer.decision.id}`);
    expect([answer.status, answer.decision.reason, body.ofWorld]).toEqual([status, 'other_world', 'b']);
    expect(body.fixes[0].text).toContain('/w/b');
    expect(body.explanation).toContain('`b`');
  };

  it('an access key', async () => {
    const { clientId, clientSecret } = accessKey;
    const body = { grantType: 'client_credentials', clientId, clientSecret };
    await expectOther(await a.call('POST /api/v1/token', { body }), 400);
  });

  it('an access token', async () => {
    const token = await tokenOf(b.call, accessKey);
    await expectOther(await a.call('GET /api/v1/access-keys', { token }), 401);
  });

  it('an access token of the default world, and one of another in the default world', async () => {
    const token = await server.tokenOf((await server.call('GET /_mock/cast')).body.runai.users[0]);
    const { decision } = await a.call('GET /api/v1/access-keys', { token });
    const ofB = await tokenOf(b.call, accessKey);
    const there = await server.call('GET /w/default/api/v1/access-keys', { token: ofB });

    expect([decision.reason, there.decision.reason]).toEqual(['other_world', 'other_world']);
  });

  it('an access key and a key of the default world, which the documentation shows', async () => {
    // Of a server where no world ever had them as well.
    const other = await testServer();
    const { call } = await makeWorld(other, { id: 'own' });
    const { body: cast } = await other.call('GET /_mock/cast');
    const { clientId, clientSecret } = cast.runai.users[0].accessKey;
    const { key } = cast.ngc.keys.find((one: { name: string }) => one.name === 'air-admin');
    const body = { grantType: 'client_credentials', clientId, clientSecret };
    const answers = [
      await call('POST /api/v1/token', { body }),
      await call('GET /api/v3/simulations/', { token: key }),
      await call('GET /v2/nvcf/functions', { token: key }),
    ];

    for (const { decision } of answers) {
      expect(decision.reason).toBe('other_world');
      const { body: reported } = await call(`GET /_mock/decisions/${decision.id}`);
      expect(reported.ofWorld).toBe('default');
      expect(reported.fixes[0].text).toContain('`/w/default`');
    }
  });

  it('but a credential that no world has stays unknown', async () => {
    const body = { grantType: 'client_credentials', clientId: 'nobody', clientSecret: 'nothing' };
    const answers = [await a.call('POST /api/v1/token', { body }), await server.call('POST /api/v1/token', { body })];

    expect(answers.map(({ decision }) => decision.reason)).toEqual(['unknown_client', 'unknown_client']);
  });

  it('a refresh token', async () => {
    const [{ email: username, password }] = b.cast.runai.users;
    const { body } = await b.call('POST /api/v1/token', { body: { grantType: 'password', username, password } });
    const { refreshToken } = body;
    await expectOther(await a.call('POST /api/v1/token', { body: { grantType: 'refresh_token', refreshToken } }), 400);
  });

  it('a refresh token and a code of the default world', async () => {
    const [{ email: username, password }] = b.cast.runai.users;
    const { body } = await server.grant({ grantType: 'password', username, password });
    const { refreshToken } = body;
    const { code } = Object.fromEntries(locationOf(await logIn(server, authorizationPath())).searchParams);
    const exchange = { grant_type: 'authorization_code', code, client_id: PUBLIC_CLIENT, redirect_uri: CALLBACK };
    const answers = [
      await a.call('POST /api/v1/token', { body: { grantType: 'refresh_token', refreshToken } }),
      await postForm(a, REALM_TOKEN, exchange),
    ];
    const { body: decision } = await a.call(`GET /_mock/decisions/${answers[1]?.decision.id}`);

    expect(answers.map((answer) => answer.decision.reason)).toEqual(['other_world', 'other_world']);
    expect(decision.ofWorld).toBe('default');
  });

  it('a key', async () => {
    await expectOther(await a.call('GET /api/v3/simulations/', { token: airKey }), 403);
    await expectOther(await a.call('GET /v2/nvcf/functions', { token: airKey }), 403);
  });

  it.each([
    ['ahead of', '2d', '0ms'],
    ['behind', '0ms', '2d'],
  ])('whatever it is, while the clock of this world is %s the other one', async (_, ahead, otherAhead) => {
    await a.call('POST /_mock/clock/advance', { body: { by: ahead } });
    await b.call('POST /_mock/clock/advance', { body: { by: otherAhead } });
    const [{ email: username, password }] = b.cast.runai.users;
    const token = await tokenOf(b.call, accessKey);
    const { body } = await b.call('POST /api/v1/token', { body: { grantType: 'password', username, password } });
    const { refreshToken } = body;

    for (const _ of ['first', 'again']) await expectOther(await a.call('GET /api/v1/access-keys', { token }), 401);
    await expectOther(await a.call('POST /api/v1/token', { body: { grantType: 'refresh_token', refreshToken } }), 400);
    await expectOther(await a.call('GET /api/v3/simulations/', { token: airKey }), 403);
  });

  it('and what only a subject of introspection is stays inactive, as any other unknown token', async () => {
    const [{ clientId, clientSecret }] = a.cast.runai.serviceAccounts;
    const token = await tokenOf(b.call, accessKey);
    const answer = await postForm(server, `${REALM_TOKEN}/introspect`, { token }, basic(clientId, clientSecret));

    expect([answer.status, answer.body]).toEqual([200, { active: false }]);
  });
});

it('a decision of another world is not found, and its world is named', async () => {
  const { decision } = await a.call('GET /api/v1/access-keys');
  const [here, other, nowhere] = [
    await server.call(`GET /_mock/decisions/${decision.id}`),
    await b.call(`GET /_mock/decisions/${decision.id}`),
    await server.call('GET /_mock/decisions/000000-1'),
  ];

  for (const { status, body } of [here, other]) {
    expect([status, body.detail]).toEqual([
      404,
      `The decision belongs to the world \`a\`. Use \`GET /w/a/_mock/decisions/${decision.id}\`.`,
    ]);
  }
  expect(nowhere.body.detail).toMatch(/^No decision has this id/);
});

describe('a world that is not there', () => {
  it.each([
    ['by prefix', 'GET /w/nowhere/api/v1/access-keys', {}],
    ['by host', 'GET /api/v1/access-keys', { host: 'nowhere.localhost' }],
    ['by header', 'GET /api/v3/simulations/', { 'x-mock-world': 'nowhere' }],
    ['with an id that none can have', 'GET /w/No%2Fwhere/v2/nvcf/functions', {}],
    ['without an id', 'GET /w//_mock/cast', {}],
    ['by an empty header', 'GET /_mock/cast', { 'x-mock-world': '' }],
    ['where no operation is', 'GET /w/nowhere/nothing', {}],
    ['where the documents are', 'GET /w/nowhere/docs', {}],
    ['in a world', 'GET /w/a/w/b/_mock/cast', {}],
  ])('is a problem of the switchboard %s', async (_, request, headers) => {
    const { status, body, headers: sent } = await server.call(request, { headers });

    expect([status, sent['content-type']]).toEqual([404, expect.stringContaining('application/problem+json')]);
    expect(body.detail).toMatch(/POST \/_mock\/worlds|a-z, 0-9|remove the prefix/);
  });

  it.each([
    ['Team', 'No world can have the id `Team`; expected 1 to 32 characters of a-z, 0-9'],
    ['', 'The id of a world is empty; expected'],
    ['a, b', 'No world can have the id `a, b`'],
  ])('with an id that none can have is not told to be made: %j', async (id, said) => {
    const { status, body } = await server.call('GET /_mock/clock', { headers: { 'x-mock-world': id } });

    expect([status, body.detail]).toEqual([404, expect.stringContaining(said)]);
    expect(body.detail).not.toContain('POST');
  });

  it('names --alias where the host name may be one of the server', async () => {
    const { body } = await server.call('GET /_mock/cast', { headers: { host: 'nowhere.localhost' } });

    expect(body.detail).toContain('`--alias`');
  });
});

describe('worlds are deleted', () => {
  it('while requests run in them, which finish; later ones find them gone', async () => {
    const { id, cast, call } = await makeWorld(server);
    const token = cast.ngc.keys.find((one: { name: string }) => one.name === 'air-admin').key;
    const { url } = await server.listen('127.0.0.1', 0);
    const slow = request(`${url}/w/${id}/api/v3/simulations/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const running = once(slow, 'response') as Promise<[IncomingMessage]>;
    slow.write('{"name":');
    await vi.waitUntil(() => server.worlds.find(id)?.isHeld === true);
    expect((await server.call(`DELETE /_mock/worlds/${id}`)).status).toBe(204);
    const later = [
      await call('GET /api/v3/simulations/', { token }),
      await DOORS.host(server, id)('GET /api/v3/simulations/', { token }),
      await DOORS.header(server, id)('GET /api/v3/simulations/', { token }),
      await server.call('GET /api/v3/simulations/', { token }),
    ];
    slow.end('"finished"}');
    const [answer] = await running;
    const { name } = JSON.parse(await textOf(answer));

    expect([answer.statusCode, name]).toEqual([201, 'finished']);
    expect(later.map(({ status }) => status)).toEqual([404, 404, 404, 403]);
    expect(later[3]?.decision.reason).toBe('world_gone');
  });

  it('and their credentials are refused as unknown, because the world is gone', async () => {
    const gone = await makeWorld(server, { id: 'gone' });
    const [user] = gone.cast.runai.users;
    const token = await tokenOf(gone.call, user.accessKey);
    const login = { grantType: 'password', username: user.email, password: user.password };
    const { refreshToken } = (await gone.call('POST /api/v1/token', { body: login })).body;
    const { status } = await server.call('DELETE /_mock/worlds/gone');
    const { clientId, clientSecret } = user.accessKey;
    const answers = [
      await server.grant({ grantType: 'client_credentials', clientId, clientSecret }),
      await server.grant({ grantType: 'refresh_token', refreshToken }),
      await server.call('GET /api/v1/access-keys', { token }),
      await server.call('GET /api/v3/simulations/', { token: gone.cast.ngc.keys[0].key }),
    ];

    expect(status).toBe(204);
    expect(answers.map((answer) => [answer.status, answer.decision.reason])).toEqual([
      [400, 'world_gone'],
      [400, 'world_gone'],
      [401, 'world_gone'],
      [403, 'world_gone'],
    ]);
    const below = await gone.call('GET /_mock/clock');
    expect([below.status, below.body.detail]).toEqual([
      404,
      expect.stringContaining('The world `gone` no longer exists'),
    ]);
  });

  it('and made anew they have the same credentials', async () => {
    const first = await makeWorld(server, { id: 'again' });
    await server.call('DELETE /_mock/worlds/again');
    const second = await makeWorld(server, { id: 'again' });
    const token = await tokenOf(server.call, first.cast.runai.users[0].accessKey);
    await server.call('DELETE /_mock/worlds/again');

    expect(second.cast).toEqual(first.cast);
    expect(claimsOf(token).sid).toMatch(/\.again$/);
  });
});

describe('a world that is ordered badly is refused, with what to do', () => {
  it.each([
    [{ id: 'Upper' }, 400, 'a-z, 0-9'],
    [{ id: 'with/slash' }, 400, 'a-z, 0-9'],
    [{ id: '-edge' }, 400, 'a-z, 0-9'],
    [{ id: 'x'.repeat(33) }, 400, 'a-z, 0-9'],
    [{ id: '' }, 400, 'a-z, 0-9'],
    [{ id: 'a' }, 409, 'DELETE /_mock/worlds/a'],
    [{ id: 'default' }, 409, 'already'],
    [{ ttl: '0s' }, 400, 'ttl'],
    [{ ttl: 'soon' }, 400, 'ttl'],
    [{ ttl: '2000d' }, 400, 'a year'],
    [{ from: { world: 'nowhere' } }, 404, 'nowhere'],
    [{ from: { snapshot: 'nothing' } }, 404, 'nothing'],
    [{ from: { world: 'a' }, seed: 'none' }, 400, '`seed`'],
    [{ from: {} }, 400, '`from` is not valid; expected an object with `world` or an object with `snapshot`'],
    [{ from: { world: 'a', snapshot: 'b' } }, 400, 'an object with `world` or an object with `snapshot`'],
    [{ from: 'a' }, 400, 'an object with `world` or an object with `snapshot`, got a string'],
    [{ seed: null }, 400, '`seed` is not valid; expected a string or an object, got null'],
    [{ seed: [] }, 400, 'expected a string or an object, got an array'],
    [{ seed: './seed.yaml' }, 400, 'path'],
    [{ seed: { runai: { tenant: 'x' } } }, 400, 'runai.tenant'],
    [{ credentials: 'mine' }, 400, 'credentials'],
    [{ name: 'x' }, 400, 'name'],
  ])('%j', async (order, status, said) => {
    const answer = await orderWorld(server, order);

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.body.detail).toContain(said);
  });

  it('the one beyond the limit, which says which were unused longest', async () => {
    const small = await testServer({ maxWorlds: 2 });
    await makeWorld(small, { id: 'one' });
    small.clock.set(small.clock.now() + 60_000);
    await makeWorld(small, { id: 'two' });
    const { status, body } = await orderWorld(small, {});

    expect(status).toBe(409);
    expect(body.detail).toMatch(/--max-worlds.*`one` \(for 1m|PT1M\), `two`/);
  });

  it('a second of one id at the same time', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => orderWorld(server, { id: 'race' })));
    await server.call('DELETE /_mock/worlds/race');

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('and the default one cannot be deleted', async () => {
    const { status, body } = await server.call('DELETE /_mock/worlds/default');

    expect([status, body.detail]).toEqual([409, expect.stringContaining('/_mock/reset')]);
  });
});

describe('a world that nobody uses', () => {
  it('ends after its ttl, on the clock of the machine, and each request is use', async () => {
    const idle = await testServer();
    const world = await makeWorld(idle, { ttl: '10m' });
    const minutes = (count: number) => idle.clock.set(idle.clock.now() + count * 60_000);
    await world.call('POST /_mock/clock/advance', { body: { by: '1h' } });
    minutes(9);
    const used = await world.call('GET /_mock/clock');
    minutes(9);
    const usedAgain = await world.call('GET /_mock/clock');
    minutes(10);
    const ended = await world.call('GET /_mock/clock');

    expect([used.status, usedAgain.status, ended.status]).toEqual([200, 200, 404]);
    expect((await idle.call('GET /_mock/worlds')).body.worlds).toHaveLength(1);
  });

  it('tells when it ends: its ttl after its last use', async () => {
    const idle = await testServer();
    const world = await makeWorld(idle, { ttl: '10m' });
    idle.clock.set(START + 9 * 60_000);
    await world.call('GET /_mock/clock');
    const { body } = await idle.call(`GET /_mock/worlds/${world.made.id}`);

    expect(world.made.expiresAt).toBe('2026-01-15T12:10:00.000Z');
    expect([body.lastUsedAt, body.expiresAt]).toEqual(['2026-01-15T12:09:00.000Z', '2026-01-15T12:19:00.000Z']);
  });

  it('stays for good where its ttl is `never`', async () => {
    const idle = await testServer();
    const world = await makeWorld(idle, { ttl: 'never' });
    idle.clock.set(idle.clock.now() + 400 * 86_400_000);

    expect((await world.call('GET /_mock/clock')).status).toBe(200);
    expect([world.made.ttl, world.made.expiresAt]).toEqual(['never', null]);
  });
});

describe('the credentials of a world', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a cast, by member
  const parts = ({ runai, ngc }: any) => {
    const accounts = [...runai.applications, ...runai.serviceAccounts];
    const keys = runai.users.map((user: { accessKey: object }) => user.accessKey);
    return {
      own: [...keys, ...accounts]
        .flatMap(({ clientId, clientSecret, secret }) => [clientId, clientSecret ?? secret])
        .concat(ngc.keys.map((one: { key: string }) => one.key)),
      same: {
        people: runai.users.map((one: Record<string, unknown>) => [
          one['id'],
          one['email'],
          one['password'],
          one['role'],
        ]),
        ids: [...keys, ...accounts, ...ngc.keys].map(({ id, name }) => [id, name]),
        clients: runai.clients,
        tenant: runai.tenant,
      },
    };
  };

  it('are all its own, and what is no credential is the same in every world', async () => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const [ofServer, ofA, ofB] = [cast, a.cast, b.cast].map(parts);
    const all = [ofServer, ofA, ofB].flatMap((one) => one?.own ?? []);

    expect(all.length).toBeGreaterThan(50);
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((text) => typeof text === 'string' && text !== '')).toBe(true);
    expect([ofA?.same, ofB?.same]).toEqual([ofServer?.same, ofServer?.same]);
  });
});

it('simulates a request as it is copied from a log, with the prefix of its world', async () => {
  const ask = (path: string) =>
    a.call('POST /_mock/decisions/simulate', { body: { principal: 'air-admin', method: 'GET', path } });
  const answers = await Promise.all([ask('/api/v3/simulations/'), ask('/w/a/api/v3/simulations/')]);

  expect(answers.map(({ body }) => [body.effect, body.request.path])).toEqual([
    ['allow', '/api/v3/simulations/'],
    ['allow', '/api/v3/simulations/'],
  ]);
  expect((await ask('/w/b/api/v3/simulations/')).status).toBe(400);
});

it('tells every way into a world', async () => {
  const { body } = await server.call('GET /_mock/worlds/a');
  const byAddress = await server.call('GET /_mock/worlds/a', { headers: { host: '127.0.0.1:6625' } });
  const inside = await DOORS.host(server, 'b')('GET /_mock/worlds/a', {});

  expect(body).toMatchObject({
    url: 'http://localhost:6625/w/a',
    hostUrl: 'http://a.localhost:6625',
    header: { 'x-mock-world': 'a' },
    credentials: 'own',
    ttl: 'PT1H',
  });
  expect(byAddress.body).toMatchObject({ url: 'http://127.0.0.1:6625/w/a', hostUrl: 'http://a.localhost:6625' });
  expect(inside.body.url).toBe('http://localhost:6625/w/a');
});
