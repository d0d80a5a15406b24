import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/diagnostics/log.ts';
import { castFunction, castKey, ngcCast } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Answer, START, type TestServer, testServer } from '../../support/server.ts';

const [echo] = castFunction('echo');
const ECHO = echo?.functionId ?? '';
const ECHO_VERSION = `${ECHO}/${echo?.versionId}`;
const at = (after: number) => new Date(START + after).toISOString();

const log: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => createLineLog('debug', false, clock, (line) => void log.push(line)) },
);
const limited = await testServer();

const create = (body: unknown, on: TestServer = server) => on.call('POST /_mock/keys', { body });
const read = async (id: string, on: TestServer = server) => (await on.call(`GET /_mock/keys/${id}`)).body;
const patch = (id: string, body: unknown, on: TestServer = server) => on.call(`PATCH /_mock/keys/${id}`, { body });
const listFunctions = (token: string, on: TestServer = server) => on.call('GET /v2/nvcf/functions', { token });

const service = (given: Record<string, unknown> = {}) => ({
  type: 'service',
  name: 'ci',
  services: ['nvcf'],
  scopes: ['list_functions'],
  resource: { type: 'All Functions' },
  ...given,
});
const personal = (given: Record<string, unknown> = {}) => ({
  type: 'personal',
  name: 'ada',
  services: ['nvcf'],
  user: 'ada@acme.test',
  roles: ['Cloud Functions User'],
  ...given,
});
const created = async (body: unknown, on: TestServer = server) => {
  const answer = await create(body, on);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};

/** Expects a refusal for what was sent, and gives what it says. */
const refusal = (answer: Answer): string => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(400);
  return problemDocument(answer);
};

describe('a new service key', () => {
  it('is answered with every member that scripts rely on', async () => {
    const { status, body } = await create(service({ expiresAt: at(60_000) }));
    const first = {
      version: 1,
      recordedAt: at(0),
      effectiveAt: at(0),
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
      createdAt: at(0),
      expiresAt: at(60_000),
      policy: first,
      pending: [],
      history: [first],
      key: expect.stringMatching(/^nvapi-[A-Za-z0-9_-]{64}$/),
    });
  });

  it('counts at once', async () => {
    const { key } = await created(service());

    expect((await listFunctions(key)).status).toBe(200);
  });

  const OBJECTS = { ids: ['list_functions', 'invoke_function'], labels: ['List Functions', 'Invoke Function'] };

  it.each<[what: string, given: Record<string, unknown>, scopes: string[], resource: unknown]>([
    ['ids', { scopes: OBJECTS.ids, resource: { type: 'account-functions' } }, OBJECTS.ids, { type: 'All Functions' }],
    ['labels', { scopes: OBJECTS.labels, resource: { type: 'All Functions' } }, OBJECTS.ids, { type: 'All Functions' }],
    ['labels in another case', { scopes: ['list functions'] }, ['list_functions'], { type: 'All Functions' }],
    [
      'one scope by both',
      { scopes: ['List Functions', 'list_functions'] },
      ['list_functions'],
      { type: 'All Functions' },
    ],
    [
      'a function',
      { resource: { type: 'Function', ids: [ECHO] } },
      OBJECTS.ids.slice(0, 1),
      { type: 'Function', ids: [ECHO] },
    ],
    [
      'a version',
      { resource: { type: 'Function Versions', ids: [ECHO_VERSION] } },
      OBJECTS.ids.slice(0, 1),
      { type: 'Function Versions', ids: [ECHO_VERSION] },
    ],
    [
      "the vendor's form of a function",
      { resource: { type: 'function', ids: [`${ECHO}/*`] } },
      OBJECTS.ids.slice(0, 1),
      { type: 'Function', ids: [ECHO] },
    ],
    [
      "the vendor's form of a version",
      { resource: { type: 'function', ids: [ECHO_VERSION] } },
      OBJECTS.ids.slice(0, 1),
      { type: 'Function Versions', ids: [ECHO_VERSION] },
    ],
    [
      "the vendor's two forms together",
      { resource: { type: 'function', ids: [`${ECHO}/*`, ECHO_VERSION] } },
      OBJECTS.ids.slice(0, 1),
      [
        { type: 'Function', ids: [ECHO] },
        { type: 'Function Versions', ids: [ECHO_VERSION] },
      ],
    ],
    [
      'an alias',
      { scopes: ['List Clusters'], resource: { type: 'All Cluster(s)' } },
      ['list_clusters'],
      { type: 'All Clusters' },
    ],
    [
      'a list',
      { resource: [{ type: 'All Functions' }, { type: 'authorized-functions' }] },
      OBJECTS.ids.slice(0, 1),
      [{ type: 'All Functions' }, { type: 'Authorized Functions' }],
    ],
    ['a list of one', { resource: [{ type: 'All Entity' }] }, OBJECTS.ids.slice(0, 1), { type: 'All Entity' }],
    [
      'two entries of one type',
      {
        resource: [
          { type: 'Function', ids: [ECHO] },
          { type: 'Function', ids: [ECHO, castFunction('slow')[0]?.functionId] },
        ],
      },
      OBJECTS.ids.slice(0, 1),
      { type: 'Function', ids: [ECHO, castFunction('slow')[0]?.functionId] },
    ],
    ['no resource', { resource: undefined }, OBJECTS.ids.slice(0, 1), null],
    ['no scopes', { scopes: undefined }, [], { type: 'All Functions' }],
  ])('is made by %s', async (_what, given, scopes, resource) => {
    const { id, policy } = await created(service(given));

    expect(policy).toMatchObject({ scopes, resource });
    expect((await read(id)).history).toEqual([policy]);
  });

  it('by labels may do the same as by ids', async () => {
    const byIds = await created(service({ scopes: ['list_functions'], resource: { type: 'account-functions' } }));
    const byLabels = await created(service({ scopes: ['List Functions'], resource: { type: 'All Functions' } }));

    expect(byLabels.policy).toEqual(byIds.policy);
    expect((await listFunctions(byLabels.key)).body).toEqual((await listFunctions(byIds.key)).body);
  });

  it('belongs to the first organisation, or to the one that is named', async () => {
    const first = await created(service());
    const other = await created(service({ org: 'globex' }));
    const names = async (token: string) =>
      (await server.call('GET /v2/nvcf/functions?visibility=private', { token })).body.functions.map(
        ({ ncaId }: { ncaId: string }) => ncaId,
      );

    expect(first.org).toBe('acme');
    expect(other.org).toBe('globex');
    expect(await names(first.key)).toContain(ngcCast.ncaId);
    expect(await names(other.key)).not.toContain(ngcCast.ncaId);
  });

  it('is refused everything of a service that it was not made for', async () => {
    const { key, services } = await created(service({ services: [] }));
    const answer = await listFunctions(key);

    expect(services).toEqual([]);
    expect(answer.status).toBe(403);
    expect(answer.decision.reason).toBe('service_not_enabled');
  });
});

describe('a new personal key', () => {
  it('is answered with its user and their roles, and without a policy', async () => {
    const { status, body } = await create(personal());

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      org: 'acme',
      name: 'ada',
      type: 'personal',
      services: ['nvcf'],
      status: 'active',
      createdAt: at(0),
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

  it('of a user who is known has their roles', async () => {
    const { roles, user } = await created(personal({ user: 'nvcf-admin@acme.test', roles: undefined }));

    expect(user).toBe('nvcf-admin@acme.test');
    expect(roles).toEqual(['Cloud Functions Admin']);
  });

  it('with roles alone is of a user of its own', async () => {
    const { user, roles, key } = await created(personal({ name: 'Just Roles', user: undefined, roles: [] }));

    expect(user).toMatch(/@acme\.test$/);
    expect(roles).toEqual([]);
    expect((await listFunctions(key)).decision.reason).toBe('missing_scope');
  });

  it('of the same user elsewhere has roles of its own', async () => {
    const { roles } = await created(personal({ org: 'globex', roles: ['Cloud Functions Admin'] }));

    expect(roles).toEqual(['Cloud Functions Admin']);
  });

  it('with other roles than its user has is a conflict, and no key is made', async () => {
    const before = (await server.call('GET /_mock/keys?limit=1000')).body.keys.length;
    const answer = await create(personal({ user: 'nvcf-user@acme.test', roles: ['ORG_OWNER'] }));

    expect(answer.status).toBe(409);
    expect(problemDocument(answer)).toMatch(/`roles`/);
    expect((await server.call('GET /_mock/keys?limit=1000')).body.keys).toHaveLength(before);
  });
});

describe('what nobody could mean is refused, with the field and what is allowed', async () => {
  const { key: _, ...edited } = await created(service(), limited);
  const forceable: [what: string, given: Record<string, unknown>, said: RegExp][] = [
    [
      'a scope for All Entity with another type',
      { scopes: ['manage_registry_credentials'] },
      /`scopes`.*`manage_registry_credentials`.*`All Entity`/,
    ],
    [
      'a scope for All Entity with a function',
      { scopes: ['Manage Telemetries'], resource: { type: 'Function', ids: [ECHO] } },
      /`scopes`.*`All Entity`/,
    ],
    [
      'a scope for GPU quotas on all clusters',
      { scopes: ['read_gpu_quota_rule'], resource: { type: 'All Clusters' } },
      /`scopes`.*`All Entity`/,
    ],
    ['a scope for GPU capacity on all functions', { scopes: ['gpu_capacity'] }, /`scopes`.*`All Entity`/],
    ...[
      { type: 'All Entity' },
      { type: 'All Clusters' },
      { type: 'Function', ids: [ECHO] },
      { type: 'Function Versions', ids: [ECHO_VERSION] },
    ].map((resource): [string, Record<string, unknown>, RegExp] => [
      `Authorize Clients with ${resource.type}`,
      { scopes: ['list_functions', 'Authorize Clients'], resource },
      /`scopes`.*`Authorize Clients` \(`authorize_clients`\).*`All Functions`/,
    ]),
    [
      'ids that are no UUIDs',
      { resource: { type: 'Function', ids: ['my-function'] } },
      /`resource\.ids`.*`my-function`.*`<functionId>`.*UUID/,
    ],
    [
      'one of several ids that is no UUID',
      { resource: { type: 'Function', ids: [ECHO, 'x'] } },
      /`resource\.ids`.*`x`/,
    ],
    [
      'a version without its function',
      { resource: { type: 'Function Versions', ids: [ECHO] } },
      /`resource\.ids`.*`<functionId>\/<versionId>`/,
    ],
    [
      'a function with a version',
      { resource: { type: 'Function', ids: [ECHO_VERSION] } },
      /`resource\.ids`.*`<functionId>`/,
    ],
    ['ids of All Functions', { resource: { type: 'All Functions', ids: [ECHO] } }, /`resource\.ids`.*`All Functions`/],
    ['ids of All Entity', { resource: { type: 'All Entity', ids: [ECHO] } }, /`resource\.ids`.*`All Entity`/],
    ['Function without ids', { resource: { type: 'Function' } }, /`resource\.ids`.*`<functionId>`/],
    ['Function with no ids', { resource: { type: 'Function', ids: [] } }, /`resource\.ids`.*`<functionId>`/],
    [
      'Function Versions without ids',
      { resource: { type: 'Function Versions' } },
      /`resource\.ids`.*`<functionId>\/<versionId>`/,
    ],
  ];
  const unforceable: [what: string, given: Record<string, unknown>, said: RegExp][] = [
    ['an unknown scope', { scopes: ['list_functions', 'fly'] }, /`scopes`.*`fly`.*`list_functions`/],
    ['an empty scope', { scopes: [''] }, /`scopes`.*`list_functions`/],
    [
      'an unknown resource type',
      { resource: { type: 'Galaxy' } },
      /`resource\.type`.*`Galaxy`.*`All Functions`.*`All Entity`/,
    ],
    [
      'one unknown type of several',
      { resource: [{ type: 'All Functions' }, { type: 'Galaxy' }] },
      /`resource\.type`.*`Galaxy`/,
    ],
    ['an unknown service', { services: ['nvcf', 'no-such-service'] }, /`services`.*`no-such-service`.*`nvcf`/],
    ['an unknown organisation', { org: 'initech' }, /`org`.*`acme`.*`globex`/],
    ['an organisation in another case', { org: 'ACME' }, /`org`.*`acme`/],
    ['a past expiry', { expiresAt: at(-1) }, /`expiresAt`/],
    ['an expiry now', { expiresAt: at(0) }, /`expiresAt`/],
    ['an expiry after the end of time', { expiresAt: '9999-06-01T00:00:00Z' }, /`expiresAt`/],
    ['an expiry at a leap second', { expiresAt: '2026-12-31T23:59:60Z' }, /`expiresAt`/],
    ['an expiry that is no time', { expiresAt: 'tomorrow' }, /`?expiresAt`?/],
    ['an expiry on a day that is none', { expiresAt: '2027-02-30T00:00:00Z' }, /`?expiresAt`?/],
    ["a personal key's user", { user: 'ada@acme.test' }, /`user`/],
    ["a personal key's roles", { roles: ['ORG_OWNER'] }, /`roles`/],
  ];
  const personalFaults: [what: string, given: Record<string, unknown>, said: RegExp][] = [
    ['an unknown role', { roles: ['Emperor'] }, /`roles`.*`Emperor`.*The roles of `nvcf` are `Cloud Functions Admin`/],
    ['a user whom nobody knows', { user: 'nobody@acme.test', roles: undefined }, /`user`.*`acme`.*`roles`/],
    [
      'a user of another organisation',
      { user: 'nvcf-admin@acme.test', roles: undefined, org: 'globex' },
      /`user`.*`globex`/,
    ],
    ['neither user nor roles', { user: undefined, roles: undefined }, /`user`.*`roles`/],
    [
      "a service key's scopes",
      { scopes: ['list_functions'] },
      /`scopes` is not allowed: only service keys have it; a personal key gets its rights from the `roles` of its user\./,
    ],
    ["a service key's resource", { resource: { type: 'All Functions' } }, /`resource`/],
    ['an unknown service', { services: ['no-such-service'] }, /`services`.*`nvcf`/],
    ['a past expiry', { expiresAt: at(-1) }, /`expiresAt`/],
  ];
  const count = async () => (await limited.call('GET /_mock/info')).body.counts.ngcKeys;

  it.each(forceable)('%s, unless with `force`, as the refusal says', async (_what, given, said) => {
    const before = await count();
    const detail = refusal(await create(service(given), limited));

    expect(detail).toMatch(said);
    expect(detail).toContain('"force": true');
    expect(await count()).toBe(before);
    const { id } = await created(service({ ...given, force: true }), limited);
    expect((await read(id, limited)).history).toHaveLength(1);
  });

  it.each([
    ...unforceable.map(([what, given, said]) => [what, service(given), said] as const),
    ...personalFaults.map(([what, given, said]) => [`of a personal key: ${what}`, personal(given), said] as const),
  ])('%s, with `force`, too', async (_what, order, said) => {
    const before = await count();

    for (const given of [order, { ...order, force: true }]) {
      const detail = refusal(await create(given, limited));
      expect(detail).toMatch(said);
      expect(detail).not.toContain('"force": true');
    }
    expect(await count()).toBe(before);
  });

  it('a forced unknown name beside something forceable is refused', async () => {
    const given = {
      scopes: ['manage_telemetries', 'fly'],
      resource: { type: 'All Functions', ids: ['x'] },
      force: true,
    };

    expect(refusal(await create(service(given), limited))).toContain('`fly`');
  });

  it('`force: false` forces nothing', async () => {
    expect(refusal(await create(service({ resource: { type: 'Function' }, force: false }), limited))).toContain('ids');
  });

  // One of each set of members: an edit is checked as an order is.
  const patches = [
    ...new Map(
      [...forceable, ...unforceable]
        .filter(([, { org, user }]) => org === undefined && user === undefined)
        .map((row) => [Object.keys(row[1]).join(), row]),
    ).values(),
  ];

  it.each(patches)('an edit to %s, and nothing of it is stored', async (_what, given, said) => {
    const answer = await patch(edited.id, { name: 'half', status: 'disabled', ...given }, limited);

    expect(refusal(answer)).toMatch(said);
    expect(await read(edited.id, limited)).toEqual(edited);
  });

  it.each([
    ['an unknown role', { roles: ['Emperor'] }, /`roles`.*`Emperor`.*`Cloud Functions Admin`/],
    [
      "a service key's scopes",
      { scopes: ['list_functions'] },
      /`scopes` is not allowed: only service keys have it, and this key is personal; edit its `roles`\./,
    ],
    ["a service key's resource", { resource: { type: 'All Functions' } }, /`resource`/],
    ['an unknown service', { services: ['no-such-service'] }, /`services`.*`nvcf`/],
  ])('an edit of a personal key to %s, and nothing of it is stored', async (_what, given, said) => {
    const { id } = castKey('nvcf-user');
    const before = await read(id, limited);
    const answer = await patch(id, { name: 'half', status: 'disabled', roles: ['ORG_OWNER'], ...given }, limited);

    expect(refusal(answer)).toMatch(said);
    expect(await read(id, limited)).toEqual(before);
  });
});

describe('JSON of the wrong type is refused, and nothing is stored', async () => {
  const { key: _, ...edited } = await created(service());
  const wrong: [member: string, value: unknown][] = [
    ...[5, '', 'n'.repeat(256)].map((value): [string, unknown] => ['name', value]),
    ...['nvcf', [5]].map((value): [string, unknown] => ['services', value]),
    ...['list_functions', [null]].map((value): [string, unknown] => ['scopes', value]),
    ...['All Functions', [5], {}, { ids: [ECHO] }, { type: '' }, { type: 'Function', ids: [5] }].map(
      (value): [string, unknown] => ['resource', value],
    ),
    ['expiresAt', 5],
    ['force', 'true'],
  ];
  const ofOrders: [member: string, value: unknown][] = [
    ['type', 'robot'],
    ['type', undefined],
    ['org', 5],
    ['name', undefined],
    ['services', undefined],
  ];

  it.each([...wrong, ...ofOrders])('a new key with %s %j', async (member, value) => {
    const detail = refusal(await create(service({ [member]: value })));

    expect(detail).toContain(member);
  });

  it.each([
    ['user', 5],
    ['user', ''],
    ['roles', 'ORG_OWNER'],
    ['roles', [5]],
  ])('a new personal key with %s %j', async (member, value) => {
    expect(refusal(await create(personal({ [member]: value })))).toContain(member);
  });

  it.each([...wrong, ['status', 'expired'] as const])('an edit with %s %j', async (member, value) => {
    expect(refusal(await patch(edited.id, { [member]: value }))).toContain(member);
    expect(await read(edited.id)).toEqual(edited);
  });

  it.each(['[]', '{', '', '{"__proto__":{}}'])('a new key that is %j', async (body) => {
    refusal(await create(body));
  });

  it('an edit without a body is refused, one of `{}` changes nothing', async () => {
    const { id, key: _, ...before } = await created(service());
    const empty = await patch(id, {});

    expect(empty.status).toBe(200);
    expect(empty.body).toEqual({ id, ...before });
  });

  it('no JSON is 415', async () => {
    const answer = await server.call('POST /_mock/keys', { body: 'a=b', headers: { 'content-type': 'text/plain' } });

    expect(answer.status).toBe(415);
  });
});

describe('an edit of a service key', () => {
  it('of scopes replaces the whole list, and leaves the resource', async () => {
    const { id } = await created(service({ scopes: ['list_functions', 'invoke_function'] }));
    const { status, body } = await patch(id, { scopes: ['Deploy Function'] });

    expect(status).toBe(200);
    expect(body.policy).toMatchObject({ version: 2, scopes: ['deploy_function'], resource: { type: 'All Functions' } });
    expect(body.history.map(({ version }: { version: number }) => version)).toEqual([1, 2]);
    expect(body.history[0].scopes).toEqual(['list_functions', 'invoke_function']);
    expect(body).not.toHaveProperty('key');
  });

  it('of the resource replaces the whole, and leaves the scopes', async () => {
    const slow = castFunction('slow')[0]?.functionId;
    const { id } = await created(service({ resource: { type: 'Function', ids: [ECHO] } }));
    const { body } = await patch(id, { resource: { type: 'Function', ids: [slow] } });

    expect(body.policy).toMatchObject({ scopes: ['list_functions'], resource: { type: 'Function', ids: [slow] } });
  });

  it('to no scopes takes everything away', async () => {
    const { id, key } = await created(service());
    await patch(id, { scopes: [] });

    expect((await listFunctions(key)).decision).toMatchObject({ effect: 'deny', reason: 'missing_scope' });
  });

  it('to an empty list of resources leaves none', async () => {
    const { id } = await created(service());
    const { body } = await patch(id, { resource: [] });

    expect(body.policy.resource).toBeNull();
  });

  it('of scopes is judged with the resource that stays, and the other way round', async () => {
    const { id } = await created(service({ scopes: ['manage_telemetries'], resource: { type: 'All Entity' } }));

    expect(refusal(await patch(id, { resource: { type: 'All Functions' } }))).toMatch(/`manage_telemetries`/);
    const { id: other } = await created(service());
    expect(refusal(await patch(other, { scopes: ['manage_telemetries'] }))).toMatch(/`All Entity`/);
    expect((await read(id)).history).toHaveLength(1);
    expect((await read(other)).history).toHaveLength(1);
  });

  it.each([
    ['name', { name: 'renamed' }],
    ['expiry', { expiresAt: at(5_000) }],
    ['expiry away', { expiresAt: null }],
    ['status', { status: 'disabled' }],
    ['services', { services: ['nvcf', 'air'] }],
    ['all of these', { name: 'renamed', expiresAt: at(5_000), status: 'disabled', services: ['nvcf', 'air'] }],
  ])('of %s appends no version', async (_what, edit) => {
    const { id, key: _, ...before } = await created(service({ expiresAt: at(60_000) }));
    const { body } = await patch(id, edit);

    expect(body).toEqual({ id, ...before, ...edit });
    expect(body.history).toHaveLength(1);
  });

  it('to the same scopes appends a version all the same', async () => {
    const { id } = await created(service());
    await patch(id, { scopes: ['list_functions'] });

    expect((await read(id)).history).toHaveLength(2);
  });

  it.each([
    ['scopes', 'resource'],
    ['resource', 'scopes'],
  ] as const)('of %s and one of %s at once lose neither', async (...parts) => {
    const given = { scopes: ['invoke_function'], resource: { type: 'Function', ids: [ECHO] } };
    const { id } = await created(service());
    await Promise.all(parts.map((part) => patch(id, { [part]: given[part] })));

    expect((await read(id)).policy).toMatchObject({ version: 3, ...given });
  });

  it('forced stores what the documents rule out', async () => {
    const { id } = await created(service());
    const { status, body } = await patch(id, { scopes: ['manage_telemetries'], force: true });

    expect(status).toBe(200);
    expect(body.policy.scopes).toEqual(['manage_telemetries']);
  });

  it('of roles is refused', async () => {
    const { id } = await created(service());

    expect(refusal(await patch(id, { roles: ['ORG_OWNER'] }))).toContain('`roles`');
  });
});

describe('a key that is switched off', () => {
  it.each([
    ['service', service()],
    ['personal', personal({ user: 'switched@acme.test' })],
  ])('is refused at once, and accepted at once when it is switched on again: %s', async (_type, order) => {
    const { id, key } = await created(order);
    expect((await listFunctions(key)).status).toBe(200);
    expect((await patch(id, { status: 'disabled' })).body.status).toBe('disabled');
    const off = await listFunctions(key);
    await patch(id, { status: 'active' });

    expect(off.status).toBe(403);
    expect(off.body.detail).toBe('Authorization failed');
    expect(off.decision.reason).toBe('disabled_key');
    expect((await listFunctions(key)).status).toBe(200);
  });
});

describe('roles of a personal key', () => {
  it('count at once for every key of that user', async () => {
    const one = await created(personal({ name: 'one', user: 'two-keys@acme.test', roles: [] }));
    const two = await created(personal({ name: 'two', user: 'two-keys@acme.test', roles: undefined }));
    const stranger = await created(personal({ name: 'three', user: 'other@acme.test', roles: [] }));
    const statuses = async () =>
      Promise.all([one, two, stranger].map(async ({ key }) => (await listFunctions(key)).status));
    expect(await statuses()).toEqual([403, 403, 403]);
    const { body } = await patch(one.id, { roles: ['Cloud Functions User'] });

    expect(body.roles).toEqual(['Cloud Functions User']);
    expect((await read(two.id)).roles).toEqual(['Cloud Functions User']);
    expect(await statuses()).toEqual([200, 200, 403]);
    await patch(two.id, { roles: [] });
    expect(await statuses()).toEqual([403, 403, 403]);
    expect(body.history).toEqual([]);
  });
});

describe('a rotated key', () => {
  it('has a new secret, and the old one is refused at once', async () => {
    const { id, key, ...before } = await created(service());
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
  it('is refused at once, and is nowhere any more', async () => {
    const { id, key } = await created(service());
    await listFunctions(key);
    const answer = await server.call(`DELETE /_mock/keys/${id}`);

    expect(answer.status).toBe(204);
    expect(answer.body).toBeUndefined();
    expect((await listFunctions(key)).decision.reason).toBe('unknown_key');
    expect(
      (await server.call('GET /_mock/keys?limit=1000')).body.keys.map((one: { id: string }) => one.id),
    ).not.toContain(id);
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/rotate'],
  ])('and one that never was are 404 for %s %s', async (method, rest) => {
    const { id } = await created(service());
    await server.call(`DELETE /_mock/keys/${id}`);

    for (const missing of [id, 'nothing', castKey('owner').id.toUpperCase()]) {
      const answer = await server.call(
        `${method} /_mock/keys/${missing}${rest}`,
        method === 'PATCH' ? { body: {} } : {},
      );
      expect(answer.status).toBe(404);
      expect(problemDocument(answer)).toContain('GET /_mock/keys');
    }
  });
});

describe('a key that expires', () => {
  it('is accepted up to that moment and refused from it on, by the clock', async () => {
    const on = await testServer();
    const { id, key } = await created(service({ expiresAt: at(60_000) }), on);
    on.clock.set(START + 59_999);
    const before = await listFunctions(key, on);
    on.clock.set(START + 60_000);
    const after = await listFunctions(key, on);

    expect(before.status).toBe(200);
    expect(after.status).toBe(403);
    expect(after.body.detail).toBe('Authorization failed');
    expect(after.decision.reason).toBe('expired_key');
    expect(await read(id, on)).toMatchObject({ status: 'expired', expiresAt: at(60_000) });

    await patch(id, { expiresAt: at(120_000) }, on);
    expect((await listFunctions(key, on)).status).toBe(200);
    expect(await read(id, on)).toMatchObject({ status: 'active' });
  });

  it('with an offset means the same moment', async () => {
    const { expiresAt } = await created(service({ expiresAt: '2030-01-01T02:30:00+02:30' }));

    expect(expiresAt).toBe('2030-01-01T00:00:00.000Z');
  });
});

describe('the list of keys', () => {
  it('shows the cast, oldest first, and what was made since', async () => {
    const on = await testServer();
    const { id, key: _, ...rest } = await created(service(), on);
    const { body } = await on.call('GET /_mock/keys');

    expect(body.keys.map((one: { name: string }) => one.name)).toEqual([...ngcCast.keys.map(({ name }) => name), 'ci']);
    expect(body.keys.at(-1)).toEqual({ id, ...rest });
    for (const shown of body.keys) expect(shown).toEqual(await read(shown.id, on));
  });

  it.each([
    ['?org=globex', ngcCast.keys.filter(({ org }) => org === 'globex').length],
    ['?org=nobody', 0],
    ['?limit=1', 1],
    ['?org=acme&limit=2', 2],
  ])('is narrowed by %s', async (query, count) => {
    const on = await testServer();

    expect((await on.call(`GET /_mock/keys${query}`)).body.keys).toHaveLength(count);
  });

  it.each(['?limit=0', '?limit=1001', '?limit=many'])('is not narrowed by %s', async (query) => {
    expect(refusal(await server.call(`GET /_mock/keys${query}`))).toContain('`limit`');
  });
});

it('the text of a key is in the answers that make it, and nowhere else', async () => {
  const made = await created(service({ name: 'secret-one', scopes: [] }));
  const { body: rotated } = await server.call(`POST /_mock/keys/${made.id}/rotate`);
  const shared = await created(personal({ name: 'secret-two', user: 'secret@acme.test', roles: [] }));
  for (const key of [made.key, rotated.key, shared.key]) {
    await listFunctions(key);
    await server.call('GET /v3/orgs/acme/keys', { token: key });
    await server.call('GET /v2/nvcf/functions', { headers: { authorization: `Basic ${key}` } });
  }
  const pages = [
    'keys?limit=1000',
    `keys/${made.id}`,
    'decisions?limit=2000',
    'findings',
    'info',
    'cast',
    'tables/nvcf',
  ];
  const shown = await Promise.all(
    pages.map(async (page) => JSON.stringify((await server.call(`GET /_mock/${page}`)).body)),
  );
  const edited = await patch(made.id, { name: 'renamed' });
  const vendor = await server.call('GET /v3/orgs/acme/keys', { token: castKey('owner').key });
  const everything = [...shown, JSON.stringify([edited.body, vendor.body]), ...log].join('\n');

  expect(log.join('')).toMatch(/403 GET \/v2\/nvcf\/functions/);
  for (const key of [made.key, rotated.key, shared.key]) {
    expect(everything).not.toContain(key);
    expect(everything).not.toContain(key.slice(10, 40));
  }
});

describe('an edit of a key that was stored with `force`', () => {
  const FORCED = { resource: { type: 'Function', ids: ['ball', ECHO_VERSION] }, scopes: ['manage_telemetries'] };

  it.each([
    ['other scopes', { scopes: ['manage_telemetries', 'list_functions'] }],
    ['the resource as it is shown', { resource: FORCED.resource }],
    ['one more id', { resource: { type: 'Function', ids: [...FORCED.resource.ids, ECHO] } }],
  ])('needs it no more for what stays: %s', async (_what, edit) => {
    const { id } = await created(service({ ...FORCED, force: true }));
    const { status, body } = await patch(id, edit);

    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.policy).toMatchObject({ ...FORCED, ...edit });
  });

  it('changes nothing else with it', async () => {
    const { id } = await created(service({ ...FORCED, force: true }));
    const { body } = await patch(id, { scopes: ['list_functions'], force: true });

    expect(body.policy.resource).toEqual(FORCED.resource);
  });

  it('needs it for what is new', async () => {
    const { id } = await created(service({ ...FORCED, scopes: ['list_functions'], force: true }));

    expect(refusal(await patch(id, { resource: { type: 'Function', ids: ['ball', 'doll'] } }))).toContain('`doll`');
    expect(refusal(await patch(id, { scopes: ['manage_telemetries'] }))).toContain('`scopes`');
  });
});
