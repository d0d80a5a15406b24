/** How a request selects its world, and what worlds share. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RESERVED_WORLD_IDS } from '../../src/lib/world-id.ts';
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

const resetWorlds = async () => {
  for (const { call } of [a, b, server]) await call('POST /_mock/reset');
};

/** The clock of a world, which tells worlds apart. */
const readTime = async (call: typeof server.call, parts = {}) => (await call('GET /_mock/clock', parts)).body.now;

describe('the id of a new world', () => {
  it.each(RESERVED_WORLD_IDS)(
    'is refused by the operation and its document if it is the host of a service: %s',
    async (id) => {
      const { status, body } = await orderWorld(server, { id });
      const { components } = JSON.parse(
        (await server.app.inject({ url: '/openapi/control.json', headers: { host: 'localhost' } })).body,
      );

      expect(status).toBe(400);
      expect(body.detail).toContain(`must not be \`${id}\``);
      expect(components.schemas.WorldOrder.properties.id.not.enum).toContain(id);
    },
  );
});

describe('a request selects its world', () => {
  beforeEach(resetWorlds);

  it.each(DOOR_NAMES)('by %s', async (door) => {
    const into = DOORS[door](server, 'a');
    await into('POST /_mock/clock/advance', { body: { by: '2h' } });

    expect(await readTime(into)).toBe('2026-01-15T14:00:00.000Z');
    expect(await readTime(a.call)).toBe('2026-01-15T14:00:00.000Z');
    expect(await readTime(b.call)).toBe('2026-01-15T12:00:00.000Z');
    expect(await readTime(server.call)).toBe('2026-01-15T12:00:00.000Z');
  });

  it('by each host name of the server with the world as its first label', async () => {
    await a.call('POST /_mock/clock/advance', { body: { by: '2h' } });

    expect(await readTime(server.call, { headers: { host: 'A.mock.test' } })).toBe('2026-01-15T14:00:00.000Z');
    expect(await readTime(server.call, { headers: { host: 'mock.test' } })).toBe('2026-01-15T12:00:00.000Z');
  });

  it('by the path prefix first, then by the host, then by the header', async () => {
    await a.call('POST /_mock/clock/advance', { body: { by: '2h' } });
    const headers = { host: 'b.localhost', 'x-mock-world': 'default' };

    expect(await readTime(a.call, { headers })).toBe('2026-01-15T14:00:00.000Z');
    expect(await readTime(server.call, { headers: { host: 'a.localhost', 'x-mock-world': 'b' } })).toBe(
      '2026-01-15T14:00:00.000Z',
    );
  });

  it('by the root of its prefix, with and without a trailing slash', async () => {
    const [bare, slash] = await Promise.all(['GET /w/a', 'GET /w/a/'].map((request) => server.call(request)));

    expect(bare?.body).toContain('data-below="/w/a"');
    expect([bare?.status, slash?.body]).toEqual([200, bare?.body]);
  });
});

describe('a credential alone selects the world of', () => {
  beforeAll(resetWorlds);
  const { users, applications, serviceAccounts } = a.cast.runai;
  const [{ accessKey }] = users;
  const expectWorldA = (token: string) => expect(claimsOf(token).sid).toMatch(/\.a$/);

  it('an access key in JSON, in a form and in a Basic header', async () => {
    const { clientId: client_id, clientSecret: client_secret } = accessKey;
    const form = { grant_type: 'client_credentials', client_id, client_secret };
    expectWorldA(await tokenOf(server.call, accessKey));
    expectWorldA((await postForm(server, V2_TOKEN, form)).body.access_token);
    expectWorldA((await postForm(server, REALM_TOKEN, form)).body.access_token);
    const byBasic = await postForm(
      server,
      REALM_TOKEN,
      { grant_type: 'client_credentials' },
      basic(client_id, client_secret),
    );
    expectWorldA(byBasic.body.access_token);
  });

  it('an application and a service account', async () => {
    const [{ clientId: appID, secret: appSecret }] = applications;
    expectWorldA((await server.grant({ grantType: 'app_token', appID, appSecret })).body.accessToken);
    expectWorldA(await tokenOf(server.call, serviceAccounts[0]));
  });

  it('a created application, by its client id', async () => {
    const token = await tokenOf(a.call, accessKey);
    const { body: created } = await a.call('POST /api/v1/apps', { token, body: { name: 'only-in-a' } });
    const rule = { subjectType: 'app', subjectId: created.clientId, roleId: 1, scopeType: 'tenant', scopeId: '1001' };
    const { body: createdRule } = await a.call('POST /api/v1/authorization/access-rules', { token, body: rule });
    const grant = { grantType: 'app_token', appID: created.clientId, appSecret: created.secret };
    expectWorldA((await server.grant(grant)).body.accessToken);
    expect([created.clientId, createdRule.subjectId]).toEqual(['only-in-a-a', 'only-in-a']);
  });

  it('an access token', async () => {
    const token = await tokenOf(a.call, accessKey);
    const listed = await server.call('GET /api/v1/access-keys', { token });

    expect(listed.status).toBe(200);
    expect((await a.call(`GET /_mock/decisions/${listed.decision.id}`)).status).toBe(200);
    expect((await server.call(`GET /_mock/decisions/${listed.decision.id}`)).status).toBe(404);
  });

  it('a refresh token and its successor', async () => {
    const [{ email: username, password }] = users;
    const { body: first } = await a.call('POST /api/v1/token', { body: { grantType: 'password', username, password } });
    const refresh = (refreshToken: string) => server.grant({ grantType: 'refresh_token', refreshToken });
    const second = await refresh(first.refreshToken);
    const third = await refresh(second.body.refreshToken);
    const reused = await refresh(second.body.refreshToken);

    expectWorldA(second.body.accessToken);
    expectWorldA(third.body.accessToken);
    expect(reused.decision.reason).toBe('reused_refresh_token');
  });

  it.each([
    ['Air', 'air-admin', 'GET /api/v3/simulations/'],
    ['Cloud Functions', 'nvcf-deployer', 'GET /v2/nvcf/functions'],
    ['NGC', 'owner', 'GET /v3/orgs/acme/keys'],
  ])('a key of %s', async (_, name, request) => {
    const { key } = a.cast.ngc.keys.find((entry: { name: string }) => entry.name === name);
    const { status, decision } = await server.call(request, { token: key });

    expect(status).toBe(200);
    expect((await a.call(`GET /_mock/decisions/${decision.id}`)).status).toBe(200);
  });

  it('a created key and its rotated value', async () => {
    const order = { type: 'service', name: 'made', services: ['air'], scopes: ['air:access', 'air:simulation_read'] };
    const { body: created } = await a.call('POST /_mock/keys', { body: order });
    const first = await server.call('GET /api/v3/simulations/', { token: created.key });
    const { body: rotated } = await a.call(`POST /_mock/keys/${created.id}/rotate`);
    const second = await server.call('GET /api/v3/simulations/', { token: rotated.key });
    const old = await server.call('GET /api/v3/simulations/', { token: created.key });

    expect([first.status, second.status, old.decision.reason]).toEqual([200, 200, 'unknown_key']);
    expect((await a.call(`GET /_mock/decisions/${old.decision.id}`)).status).toBe(200);
  });

  it('a key in the form of get-caller-info', async () => {
    const { key } = a.cast.ngc.keys[0];
    const { status } = await postForm(server, '/v3/keys/get-caller-info', { credentials: key });

    expect(status).toBe(200);
  });
});

describe('a credential that several worlds have', () => {
  beforeEach(resetWorlds);

  it('selects the default world unless the request names another, and is reported as ambiguous', async () => {
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

describe('a credential of another world is rejected as unknown, with that world in the decision:', () => {
  // The clocks are moved.
  afterEach(resetWorlds);
  const [{ accessKey }] = b.cast.runai.users;
  const airKey = b.cast.ngc.keys.find((entry: { name: string }) => entry.name === 'air-admin').key;
  const expectOtherWorld = async (answer: Awaited<ReturnType<typeof a.call>>, status: number) => {
    const { body } = await a.call(`GET /_mock/decisions/${answer.decision.id}`);
    expect([answer.status, answer.decision.reason, body.ofWorld]).toEqual([status, 'other_world', 'b']);
    expect(body.fixes[0].text).toContain('/w/b');
    expect(body.explanation).toContain('`b`');
  };

  it('an access key', async () => {
    const { clientId, clientSecret } = accessKey;
    const body = { grantType: 'client_credentials', clientId, clientSecret };
    await expectOtherWorld(await a.call('POST /api/v1/token', { body }), 400);
  });

  it('an access key and an API key of the default world', async () => {
    // On a server where no other world has them.
    const other = await testServer();
    const { call } = await makeWorld(other, { id: 'own' });
    const { body: cast } = await other.call('GET /_mock/cast');
    const { clientId, clientSecret } = cast.runai.users[0].accessKey;
    const { key } = cast.ngc.keys.find((entry: { name: string }) => entry.name === 'air-admin');
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

  it('but not a credential that no world has', async () => {
    const body = { grantType: 'client_credentials', clientId: 'nobody', clientSecret: 'nothing' };
    const answers = [await a.call('POST /api/v1/token', { body }), await server.call('POST /api/v1/token', { body })];

    expect(answers.map(({ decision }) => decision.reason)).toEqual(['unknown_client', 'unknown_client']);
  });

  it('a refresh token and an authorization code of the default world', async () => {
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

  it.each([
    ['ahead of', '2d', '0ms'],
    ['behind', '0ms', '2d'],
  ])('any credential, with the clock of this world %s the clock of the other world', async (_, ahead, otherAhead) => {
    await a.call('POST /_mock/clock/advance', { body: { by: ahead } });
    await b.call('POST /_mock/clock/advance', { body: { by: otherAhead } });
    const [{ email: username, password }] = b.cast.runai.users;
    const token = await tokenOf(b.call, accessKey);
    const { body } = await b.call('POST /api/v1/token', { body: { grantType: 'password', username, password } });
    const { refreshToken } = body;

    for (const _ of ['first', 'again']) await expectOtherWorld(await a.call('GET /api/v1/access-keys', { token }), 401);
    await expectOtherWorld(
      await a.call('POST /api/v1/token', { body: { grantType: 'refresh_token', refreshToken } }),
      400,
    );
    await expectOtherWorld(await a.call('GET /api/v3/simulations/', { token: airKey }), 403);
  });

  it('but introspection reports a token of another world as inactive', async () => {
    const [{ clientId, clientSecret }] = a.cast.runai.serviceAccounts;
    const token = await tokenOf(b.call, accessKey);
    const answer = await postForm(server, `${REALM_TOKEN}/introspect`, { token }, basic(clientId, clientSecret));

    expect([answer.status, answer.body]).toEqual([200, { active: false }]);
  });
});

it('a decision of another world returns 404 and names that world', async () => {
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

describe('a world that does not exist', () => {
  it.each([
    ['by prefix', 'GET /w/nowhere/api/v1/access-keys', {}],
    ['by host', 'GET /api/v1/access-keys', { host: 'nowhere.localhost' }],
    ['by header', 'GET /api/v3/simulations/', { 'x-mock-world': 'nowhere' }],
    ['with an invalid id', 'GET /w/No%2Fwhere/v2/nvcf/functions', {}],
    ['without an id', 'GET /w//_mock/cast', {}],
    ['by an empty header', 'GET /_mock/cast', { 'x-mock-world': '' }],
    ['below the prefix of another world', 'GET /w/a/w/b/_mock/cast', {}],
  ])('returns a problem document of the control API %s', async (_, request, headers) => {
    const { status, body, headers: sent } = await server.call(request, { headers });

    expect([status, sent['content-type']]).toEqual([404, expect.stringContaining('application/problem+json')]);
    expect(body.detail).toMatch(/POST \/_mock\/worlds|a-z, 0-9|remove the prefix/);
  });
});

describe('deleting a world', () => {
  it('lets running requests finish and rejects later requests', async () => {
    const { id, cast, call } = await makeWorld(server);
    const token = cast.ngc.keys.find((entry: { name: string }) => entry.name === 'air-admin').key;
    const { url } = await server.listen('127.0.0.1', 0);
    const slow = request(`${url}/w/${id}/api/v3/simulations/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const running = once(slow, 'response') as Promise<[IncomingMessage]>;
    slow.write('{"name":');
    await expect.poll(() => server.worlds.find(id)?.isHeld).toBe(true);
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

  it('rejects its credentials with the reason `world_gone`', async () => {
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

  it('keeps its credentials for a new world with the same id', async () => {
    const first = await makeWorld(server, { id: 'again' });
    await server.call('DELETE /_mock/worlds/again');
    const second = await makeWorld(server, { id: 'again' });
    const token = await tokenOf(server.call, first.cast.runai.users[0].accessKey);
    await server.call('DELETE /_mock/worlds/again');

    expect(second.cast).toEqual(first.cast);
    expect(claimsOf(token).sid).toMatch(/\.again$/);
  });
});

describe('creating a world is rejected', () => {
  it.each([
    [{ id: 'Upper' }, 400, 'a-z, 0-9'],
    [{ id: 'x'.repeat(33) }, 400, 'a-z, 0-9'],
    [{ id: 'a' }, 409, 'DELETE /_mock/worlds/a'],
    [{ id: 'default' }, 409, 'already'],
    [{ ttl: 'soon' }, 400, 'ttl'],
    [{ ttl: '2000d' }, 400, 'a year'],
    [{ from: { world: 'nowhere' } }, 404, 'nowhere'],
    [{ from: { snapshot: 'nothing' } }, 404, 'nothing'],
    [{ from: { world: 'a' }, seed: 'none' }, 400, '`seed`'],
    [{ from: { world: 'a', snapshot: 'b' } }, 400, 'an object with `world` or an object with `snapshot`'],
    [{ seed: null }, 400, '`seed` is not valid; expected a string or an object, got null'],
    [{ seed: './seed.yaml' }, 400, 'path'],
    [{ seed: { runai: { tenant: 'x' } } }, 400, 'runai.tenant'],
    [{ credentials: 'mine' }, 400, 'credentials'],
    [{ name: 'x' }, 400, 'name'],
  ])('%j', async (order, status, expected) => {
    const answer = await orderWorld(server, order);

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.body.detail).toContain(expected);
  });

  it('above the limit, with the worlds that were unused longest and are not in use', async () => {
    const small = await testServer({ maxWorlds: 2 });
    await makeWorld(small, { id: 'one' });
    small.clock.set(small.clock.now() + 60_000);
    await makeWorld(small, { id: 'two' });
    const { status, body } = await orderWorld(small, {});

    expect(status).toBe(409);
    expect(body.detail).toContain('`--max-worlds`');
    expect(body.detail).toContain('Unused longest: `one` (for PT1M), `two` (for PT0S).');
    small.worlds.find('one')?.hold();
    expect((await orderWorld(small, {})).body.detail).toContain('Unused longest: `two` (for PT0S).');
  });

  it('while another request creates the same id', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => orderWorld(server, { id: 'race' })));
    await server.call('DELETE /_mock/worlds/race');

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('and so is deleting the default world', async () => {
    const { status, body } = await server.call('DELETE /_mock/worlds/default');

    expect([status, body.detail]).toEqual([409, expect.stringContaining('/_mock/reset')]);
  });
});

describe('an unused world', () => {
  it('expires after its ttl on the clock of the machine, and each request extends it', async () => {
    const idle = await testServer();
    const world = await makeWorld(idle, { ttl: '10m' });
    const advanceMinutes = (count: number) => idle.clock.set(idle.clock.now() + count * 60_000);
    await world.call('POST /_mock/clock/advance', { body: { by: '1h' } });
    advanceMinutes(9);
    const used = await world.call('GET /_mock/clock');
    advanceMinutes(9);
    const usedAgain = await world.call('GET /_mock/clock');
    advanceMinutes(10);
    const ended = await world.call('GET /_mock/clock');

    expect([used.status, usedAgain.status, ended.status]).toEqual([200, 200, 404]);
    expect((await idle.call('GET /_mock/worlds')).body.worlds).toHaveLength(1);
  });

  it('reports its expiry, its ttl after its last use', async () => {
    const idle = await testServer();
    const world = await makeWorld(idle, { ttl: '10m' });
    idle.clock.set(START + 9 * 60_000);
    await world.call('GET /_mock/clock');
    const { body } = await idle.call(`GET /_mock/worlds/${world.made.id}`);

    expect(world.made.expiresAt).toBe('2026-01-15T12:10:00.000Z');
    expect([body.lastUsedAt, body.expiresAt]).toEqual(['2026-01-15T12:09:00.000Z', '2026-01-15T12:19:00.000Z']);
  });

  it('does not expire with the ttl `never`', async () => {
    const idle = await testServer();
    const world = await makeWorld(idle, { ttl: 'never' });
    idle.clock.set(idle.clock.now() + 400 * 86_400_000);

    expect((await world.call('GET /_mock/clock')).status).toBe(200);
    expect([world.made.ttl, world.made.expiresAt]).toEqual(['never', null]);
  });
});

describe('the credentials of a world', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a cast, by member
  const splitCast = ({ runai, ngc }: any) => {
    const accounts = [...runai.applications, ...runai.serviceAccounts];
    const keys = runai.users.map((user: { accessKey: object }) => user.accessKey);
    return {
      own: [...keys, ...accounts]
        .flatMap(({ clientId, clientSecret, secret }) => [clientId, clientSecret ?? secret])
        .concat(ngc.keys.map((entry: { key: string }) => entry.key)),
      same: {
        people: runai.users.map((entry: Record<string, unknown>) => [
          entry['id'],
          entry['email'],
          entry['password'],
          entry['role'],
        ]),
        ids: [...keys, ...accounts, ...ngc.keys].map(({ id, name }) => [id, name]),
        clients: runai.clients,
        tenant: runai.tenant,
      },
    };
  };

  it('are unique, and everything else is the same in every world', async () => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const [ofServer, expectWorldA, ofB] = [cast, a.cast, b.cast].map(splitCast);
    const all = [ofServer, expectWorldA, ofB].flatMap((entry) => entry?.own ?? []);

    expect(all.length).toBeGreaterThan(50);
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((text) => typeof text === 'string' && text !== '')).toBe(true);
    expect([expectWorldA?.same, ofB?.same]).toEqual([ofServer?.same, ofServer?.same]);
  });
});

it('the simulation of a request accepts the path prefix of its world', async () => {
  const simulate = (path: string) =>
    a.call('POST /_mock/decisions/simulate', { body: { principal: 'air-admin', method: 'GET', path } });
  const answers = await Promise.all([simulate('/api/v3/simulations/'), simulate('/w/a/api/v3/simulations/')]);

  expect(answers.map(({ body }) => [body.effect, body.request.path])).toEqual([
    ['allow', '/api/v3/simulations/'],
    ['allow', '/api/v3/simulations/'],
  ]);
  expect((await simulate('/w/b/api/v3/simulations/')).status).toBe(400);
});

it('a world lists every way to address it', async () => {
  const { body } = await server.call('GET /_mock/worlds/a');
  const byAddress = await server.call('GET /_mock/worlds/a', { headers: { host: '127.0.0.1:6625' } });
  const atVendorHost = await server.call('GET /_mock/worlds/a', { headers: { host: 'acme.run.ai' } });
  const inNetwork = await server.call('GET /_mock/worlds/a', { headers: { host: '10.0.0.1:6625' } });
  const inside = await DOORS.host(server, 'b')('GET /_mock/worlds/a', {});

  expect(body).toMatchObject({
    url: 'http://localhost:6625/w/a',
    hostUrl: 'http://a.localhost:6625',
    header: { 'x-mock-world': 'a' },
    credentials: 'own',
    ttl: 'PT1H',
  });
  expect(byAddress.body).toMatchObject({ url: 'http://127.0.0.1:6625/w/a', hostUrl: 'http://a.localhost:6625' });
  expect(atVendorHost.body.hostUrl).toBe('http://a.acme.run.ai');
  // Only names have subdomains.
  expect(inNetwork.body).toMatchObject({ url: 'http://10.0.0.1:6625/w/a', hostUrl: null });
  expect(inside.body.url).toBe('http://localhost:6625/w/a');
});
