import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/lib/log.ts';
import { castFunction, castKey, ngcCast } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Answer, START, type TestServer, testServer } from '../../support/server.ts';

const [echo] = castFunction('echo');
const ECHO = echo?.functionId ?? '';
/** Formats the time so many milliseconds after the start. */
const formatTime = (milliseconds: number) => new Date(START + milliseconds).toISOString();

const log: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => createLineLog('debug', false, clock, (line) => void log.push(line)) },
);
const limited = await testServer();

const postKey = (body: unknown, on: TestServer = server) => on.call('POST /_mock/keys', { body });
const read = async (id: string, on: TestServer = server) => (await on.call(`GET /_mock/keys/${id}`)).body;
const patch = (id: string, body: unknown, on: TestServer = server) => on.call(`PATCH /_mock/keys/${id}`, { body });
const listFunctions = (token: string, on: TestServer = server) => on.call('GET /v2/nvcf/functions', { token });

const buildServiceKey = (fields: Record<string, unknown> = {}) => ({
  type: 'service',
  name: 'ci',
  services: ['nvcf'],
  scopes: ['list_functions'],
  resource: { type: 'All Functions' },
  ...fields,
});
const buildPersonalKey = (fields: Record<string, unknown> = {}) => ({
  type: 'personal',
  name: 'ada',
  services: ['nvcf'],
  user: 'ada@acme.test',
  roles: ['Cloud Functions User'],
  ...fields,
});
const createKey = async (body: unknown, on: TestServer = server) => {
  const answer = await postKey(body, on);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};

/** Expects status 400 and returns the problem document as text. */
const readRefusal = (answer: Answer): string => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(400);
  return problemDocument(answer);
};

describe('a new service key', () => {
  it('is returned with status 201 and every documented member', async () => {
    const { status, body } = await postKey(buildServiceKey({ expiresAt: formatTime(60_000) }));
    const first = {
      version: 1,
      recordedAt: formatTime(0),
      effectiveAt: formatTime(0),
      scopes: ['list_functions'],
      resource: { type: 'All Functions' },
    };

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9-]+$/),
      org: 'acme',
      name: 'ci',
      type: 'service',
      services: ['nvcf'],
      status: 'active',
      createdAt: formatTime(0),
      expiresAt: formatTime(60_000),
      policy: first,
      pending: [],
      history: [first],
      key: expect.stringMatching(/^nvapi-[A-Za-z0-9_-]{64}$/),
    });
  });

  it.each<[title: string, fields: Record<string, unknown>, scopes: string[], resource: unknown]>([
    ['labels', { scopes: ['List Functions'] }, ['list_functions'], { type: 'All Functions' }],
    ['no resource', { resource: undefined }, ['list_functions'], null],
    ['no scopes', { scopes: undefined }, [], { type: 'All Functions' }],
  ])('accepts %s', async (_title, fields, scopes, resource) => {
    const { id, policy } = await createKey(buildServiceKey(fields));

    expect(policy).toMatchObject({ scopes, resource });
    expect((await read(id)).history).toEqual([policy]);
  });

  it('belongs to the first organisation unless `org` is sent', async () => {
    const acmeKey = await createKey(buildServiceKey());
    const globexKey = await createKey(buildServiceKey({ org: 'globex' }));
    const listOwners = async (token: string) =>
      (await server.call('GET /v2/nvcf/functions?visibility=private', { token })).body.functions.map(
        ({ ncaId }: { ncaId: string }) => ncaId,
      );

    expect(acmeKey.org).toBe('acme');
    expect(globexKey.org).toBe('globex');
    expect(await listOwners(acmeKey.key)).toContain(ngcCast.ncaId);
    expect(await listOwners(globexKey.key)).not.toContain(ngcCast.ncaId);
  });
});

describe('a new personal key', () => {
  it('is returned with its user and roles, and without a policy', async () => {
    const { status, body } = await postKey(buildPersonalKey());

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      org: 'acme',
      name: 'ada',
      type: 'personal',
      services: ['nvcf'],
      status: 'active',
      createdAt: formatTime(0),
      expiresAt: null,
      user: 'ada@acme.test',
      roles: ['Cloud Functions User'],
      policy: null,
      pending: [],
      history: [],
      key: expect.stringMatching(/^nvapi-/),
    });
    expect((await listFunctions(body.key)).status).toBe(200);
  });

  it('of a known user has the roles of that user', async () => {
    const { roles, user } = await createKey(buildPersonalKey({ user: 'nvcf-admin@acme.test', roles: undefined }));

    expect(user).toBe('nvcf-admin@acme.test');
    expect(roles).toEqual(['Cloud Functions Admin']);
  });

  it('with roles but no user gets a new user', async () => {
    const { user, roles, key } = await createKey(buildPersonalKey({ name: 'Just Roles', user: undefined, roles: [] }));

    expect(user).toMatch(/@acme\.test$/);
    expect(roles).toEqual([]);
    expect((await listFunctions(key)).decision.reason).toBe('missing_scope');
  });

  it('of the same user in another organisation has separate roles', async () => {
    const { roles } = await createKey(buildPersonalKey({ org: 'globex', roles: ['Cloud Functions Admin'] }));

    expect(roles).toEqual(['Cloud Functions Admin']);
  });

  it('with other roles than those of its user is rejected with 409 and not stored', async () => {
    const before = (await server.call('GET /_mock/keys?limit=1000')).body.keys.length;
    const answer = await postKey(buildPersonalKey({ user: 'nvcf-user@acme.test', roles: ['ORG_OWNER'] }));

    expect(answer.status).toBe(409);
    expect(problemDocument(answer)).toMatch(/`roles`/);
    expect((await server.call('GET /_mock/keys?limit=1000')).body.keys).toHaveLength(before);
  });
});

describe('the fields of a key', async () => {
  const { key: _, ...edited } = await createKey(buildServiceKey(), limited);
  const ADMIN_OF_ACME = { user: 'nvcf-admin@acme.test', roles: undefined };
  const forceable: [title: string, fields: Record<string, unknown>, message: RegExp][] = [
    ['a scope for All Entity', { scopes: ['manage_telemetries'] }, /`scopes`.*`manage_telemetries`.*`All Entity`/],
  ];
  const unforceable: [title: string, fields: Record<string, unknown>, message: RegExp][] = [
    ['an unknown scope', { scopes: ['list_functions', 'fly'] }, /`scopes`.*`fly`.*`list_functions`/],
    ['an unknown service', { services: ['nvcf', 'no-such-service'] }, /`services`.*`no-such-service`.*`nvcf`/],
    ['an unknown organisation', { org: 'initech' }, /`org`.*`acme`.*`globex`/],
    ['an expiry at the current time', { expiresAt: formatTime(0) }, /`expiresAt`/],
    ['an expiry after the latest supported time', { expiresAt: '9999-06-01T00:00:00Z' }, /`expiresAt`/],
    ['a user', { user: 'ada@acme.test' }, /`user`/],
    ['roles', { roles: ['ORG_OWNER'] }, /`roles`/],
  ];
  const personalFaults: [title: string, fields: Record<string, unknown>, message: RegExp][] = [
    ['an unknown role', { roles: ['Emperor'] }, /`roles`.*`Emperor`.*The roles of `nvcf` are `Cloud Functions Admin`/],
    ['an unknown user', { user: 'nobody@acme.test', roles: undefined }, /`user`.*`acme`.*`roles`/],
    ['a user of another organisation', { ...ADMIN_OF_ACME, org: 'globex' }, /`user`.*`globex`/],
    ['neither user nor roles', { user: undefined, roles: undefined }, /`user`.*`roles`/],
    [
      'scopes',
      { scopes: ['list_functions'] },
      /`scopes` is not allowed: only service keys have it; a personal key gets its rights from the `roles` of its user\./,
    ],
  ];
  const countKeys = async () => (await limited.call('GET /_mock/info')).body.counts.ngcKeys;

  it.each(forceable)('a service key with %s is rejected unless it has `force`', async (_title, fields, message) => {
    const before = await countKeys();
    const detail = readRefusal(await postKey(buildServiceKey(fields), limited));

    expect(detail).toMatch(message);
    expect(detail).toContain('"force": true');
    expect(await countKeys()).toBe(before);
    const { id } = await createKey(buildServiceKey({ ...fields, force: true }), limited);
    expect((await read(id, limited)).history).toHaveLength(1);
  });

  it.each([
    ...unforceable.map(
      ([title, fields, message]) => [`a service key with ${title}`, buildServiceKey(fields), message] as const,
    ),
    ...personalFaults.map(
      ([title, fields, message]) => [`a personal key with ${title}`, buildPersonalKey(fields), message] as const,
    ),
  ])('%s is rejected even with `force`', async (_title, body, message) => {
    const before = await countKeys();

    for (const fields of [body, { ...body, force: true }]) {
      const detail = readRefusal(await postKey(fields, limited));
      expect(detail).toMatch(message);
      expect(detail).not.toContain('"force": true');
    }
    expect(await countKeys()).toBe(before);
  });

  // An edit has the same checks as a new key, so one row for each set of members is enough.
  const patches = [
    ...new Map(
      [...forceable, ...unforceable]
        .filter(([, { org, user }]) => org === undefined && user === undefined)
        .map((row) => [Object.keys(row[1]).join(), row]),
    ).values(),
  ];

  it.each(patches)(
    'an edit of a service key with %s is rejected and stores nothing',
    async (_title, fields, message) => {
      const answer = await patch(edited.id, { name: 'half', status: 'disabled', ...fields }, limited);

      expect(readRefusal(answer)).toMatch(message);
      expect(await read(edited.id, limited)).toEqual(edited);
    },
  );

  it.each([
    ['an unknown role', { roles: ['Emperor'] }, /`roles`.*`Emperor`.*`Cloud Functions Admin`/],
    [
      'scopes',
      { scopes: ['list_functions'] },
      /`scopes` is not allowed: only service keys have it, and this key is personal; edit its `roles`\./,
    ],
  ])('an edit of a personal key with %s is rejected and stores nothing', async (_title, fields, message) => {
    const { id } = castKey('nvcf-user');
    const before = await read(id, limited);
    const answer = await patch(id, { name: 'half', status: 'disabled', roles: ['ORG_OWNER'], ...fields }, limited);

    expect(readRefusal(answer)).toMatch(message);
    expect(await read(id, limited)).toEqual(before);
  });
});

it('the edit `{}` changes nothing', async () => {
  const { key: _, ...before } = await createKey(buildServiceKey());

  expect(await patch(before.id, {})).toMatchObject({ status: 200, body: before });
  expect(await read(before.id)).toEqual(before);
});

describe('an edit of a service key', () => {
  it('replaces all scopes and keeps the resource', async () => {
    const { id } = await createKey(buildServiceKey({ scopes: ['list_functions', 'invoke_function'] }));
    const { status, body } = await patch(id, { scopes: ['Deploy Function'] });

    expect(status).toBe(200);
    expect(body.policy).toMatchObject({ version: 2, scopes: ['deploy_function'], resource: { type: 'All Functions' } });
    expect(body.history.map(({ version }: { version: number }) => version)).toEqual([1, 2]);
    expect(body.history[0].scopes).toEqual(['list_functions', 'invoke_function']);
    expect(body).not.toHaveProperty('key');
  });

  it('to an empty list of resources removes the resource', async () => {
    const { id } = await createKey(buildServiceKey());
    const { body } = await patch(id, { resource: [] });

    expect(body.policy.resource).toBeNull();
  });

  it('of scopes or of the resource alone is validated against the other one', async () => {
    const { id } = await createKey(
      buildServiceKey({ scopes: ['manage_telemetries'], resource: { type: 'All Entity' } }),
    );

    expect(readRefusal(await patch(id, { resource: { type: 'All Functions' } }))).toMatch(/`manage_telemetries`/);
    const { id: second } = await createKey(buildServiceKey());
    expect(readRefusal(await patch(second, { scopes: ['manage_telemetries'] }))).toMatch(/`All Entity`/);
    expect((await read(id)).history).toHaveLength(1);
    expect((await read(second)).history).toHaveLength(1);
  });

  it('of everything but the policy adds no version to it', async () => {
    const { id, key: _, ...before } = await createKey(buildServiceKey({ expiresAt: formatTime(60_000) }));
    const edit = { name: 'renamed', expiresAt: null, status: 'disabled', services: ['nvcf', 'air'] };

    expect((await patch(id, edit)).body).toEqual({ id, ...before, ...edit });
  });

  it('to the same scopes adds a version', async () => {
    const { id } = await createKey(buildServiceKey());
    await patch(id, { scopes: ['list_functions'] });

    expect((await read(id)).history).toHaveLength(2);
  });

  it.each([
    ['scopes', 'resource'],
    ['resource', 'scopes'],
  ] as const)('of %s is kept if an edit of %s runs concurrently', async (...parts) => {
    const fields = { scopes: ['invoke_function'], resource: { type: 'Function', ids: [ECHO] } };
    const { id } = await createKey(buildServiceKey());
    await Promise.all(parts.map((part) => patch(id, { [part]: fields[part] })));

    expect((await read(id)).policy).toMatchObject({ version: 3, ...fields });
  });
});

describe('a disabled key', () => {
  it('is rejected immediately, and accepted again as soon as it is active', async () => {
    const { id, key } = await createKey(buildServiceKey());
    expect((await listFunctions(key)).status).toBe(200);
    expect((await patch(id, { status: 'disabled' })).body.status).toBe('disabled');
    const refused = await listFunctions(key);
    await patch(id, { status: 'active' });

    expect(refused.status).toBe(403);
    expect(refused.body.detail).toBe('Authorization failed');
    expect(refused.decision.reason).toBe('disabled_key');
    expect((await listFunctions(key)).status).toBe(200);
  });
});

describe('an edit of the roles of a personal key', () => {
  it('takes effect immediately for every key of its user', async () => {
    const first = await createKey(buildPersonalKey({ name: 'one', user: 'two-keys@acme.test', roles: [] }));
    const second = await createKey(buildPersonalKey({ name: 'two', user: 'two-keys@acme.test', roles: undefined }));
    const unrelated = await createKey(buildPersonalKey({ name: 'three', user: 'other@acme.test', roles: [] }));
    const readStatuses = async () =>
      Promise.all([first, second, unrelated].map(async ({ key }) => (await listFunctions(key)).status));
    expect(await readStatuses()).toEqual([403, 403, 403]);
    const { body } = await patch(first.id, { roles: ['Cloud Functions User'] });

    expect(body.roles).toEqual(['Cloud Functions User']);
    expect((await read(second.id)).roles).toEqual(['Cloud Functions User']);
    expect(await readStatuses()).toEqual([200, 200, 403]);
    await patch(second.id, { roles: [] });
    expect(await readStatuses()).toEqual([403, 403, 403]);
    expect(body.history).toEqual([]);
  });
});

describe('a rotated key', () => {
  it('has a new secret, and its old secret is rejected immediately', async () => {
    const { id, key, ...before } = await createKey(buildServiceKey());
    await listFunctions(key);
    const { status, body } = await server.call(`POST /_mock/keys/${id}/rotate`);
    const old = await listFunctions(key);

    expect(status).toBe(200);
    expect(body).toEqual({ id, ...before, key: expect.stringMatching(/^nvapi-[A-Za-z0-9_-]{64}$/) });
    expect(body.key).not.toBe(key);
    expect(old.status).toBe(403);
    expect(old.decision.reason).toBe('unknown_key');
    expect((await listFunctions(body.key)).status).toBe(200);
  });
});

describe('a deleted key', () => {
  it('is rejected immediately and is no longer listed', async () => {
    const { id, key } = await createKey(buildServiceKey());
    await listFunctions(key);
    const answer = await server.call(`DELETE /_mock/keys/${id}`);

    expect(answer.status).toBe(204);
    expect(answer.body).toBeUndefined();
    expect((await listFunctions(key)).decision.reason).toBe('unknown_key');
    expect(
      (await server.call('GET /_mock/keys?limit=1000')).body.keys.map((listed: { id: string }) => listed.id),
    ).not.toContain(id);
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/rotate'],
  ])('and an unknown key return 404 for %s %s', async (method, rest) => {
    const { id } = await createKey(buildServiceKey());
    await server.call(`DELETE /_mock/keys/${id}`);

    for (const missingId of [id, 'nothing', castKey('owner').id.toUpperCase()]) {
      const answer = await server.call(
        `${method} /_mock/keys/${missingId}${rest}`,
        method === 'PATCH' ? { body: {} } : {},
      );
      expect(answer.status).toBe(404);
      expect(problemDocument(answer)).toContain('GET /_mock/keys');
    }
  });
});

describe('a key with an expiry', () => {
  it('is accepted until its expiry on the clock and rejected from then on', async () => {
    const on = await testServer();
    const { id, key } = await createKey(buildServiceKey({ expiresAt: formatTime(60_000) }), on);
    on.clock.set(START + 59_999);
    const before = await listFunctions(key, on);
    on.clock.set(START + 60_000);
    const after = await listFunctions(key, on);

    expect(before.status).toBe(200);
    expect(after.status).toBe(403);
    expect(after.body.detail).toBe('Authorization failed');
    expect(after.decision.reason).toBe('expired_key');
    expect(await read(id, on)).toMatchObject({ status: 'expired', expiresAt: formatTime(60_000) });

    await patch(id, { expiresAt: formatTime(120_000) }, on);
    expect((await listFunctions(key, on)).status).toBe(200);
    expect(await read(id, on)).toMatchObject({ status: 'active' });
  });
});

describe('the list of keys', () => {
  it('contains the keys of the cast, oldest first, and then the new ones', async () => {
    const on = await testServer();
    const { id, key: _, ...rest } = await createKey(buildServiceKey(), on);
    const { body } = await on.call('GET /_mock/keys');

    expect(body.keys.map((listed: { name: string }) => listed.name)).toEqual([
      ...ngcCast.keys.map(({ name }) => name),
      'ci',
    ]);
    expect(body.keys.at(-1)).toEqual({ id, ...rest });
    for (const listed of body.keys) expect(listed).toEqual(await read(listed.id, on));
  });

  it('is filtered by organisation', async () => {
    const { keys } = (await limited.call('GET /_mock/keys?org=globex')).body;

    expect(keys).toHaveLength(ngcCast.keys.filter(({ org }) => org === 'globex').length);
  });
});

it('the secret of a key is only in the answer that creates or rotates it', async () => {
  const made = await createKey(buildServiceKey({ name: 'secret-one', scopes: [] }));
  const { body: rotated } = await server.call(`POST /_mock/keys/${made.id}/rotate`);
  const personal = await createKey(buildPersonalKey({ name: 'secret-two', user: 'secret@acme.test', roles: [] }));
  for (const key of [made.key, rotated.key, personal.key]) {
    await listFunctions(key);
    await server.call('GET /v3/orgs/acme/keys', { token: key });
    await server.call('GET /v2/nvcf/functions', { headers: { authorization: `Basic ${key}` } });
  }
  const pages = ['keys?limit=1000', `keys/${made.id}`, 'decisions?limit=2000', 'hints', 'info', 'cast', 'tables/nvcf'];
  const contents = await Promise.all(
    pages.map(async (page) => JSON.stringify((await server.call(`GET /_mock/${page}`)).body)),
  );
  const edited = await patch(made.id, { name: 'renamed' });
  const vendor = await server.call('GET /v3/orgs/acme/keys', { token: castKey('owner').key });
  const output = [...contents, JSON.stringify([edited.body, vendor.body]), ...log].join('\n');

  expect(log.join('')).toMatch(/403 GET \/v2\/nvcf\/functions/);
  for (const key of [made.key, rotated.key, personal.key]) {
    expect(output).not.toContain(key);
    expect(output).not.toContain(key.slice(10, 40));
  }
});
