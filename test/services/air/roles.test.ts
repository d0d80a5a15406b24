import { describe, expect, it } from 'vitest';
import { AIR_SCOPES, type AirProfile, personalKey, serviceKey } from '../../support/air-requests.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const ACCESS = 'air:access';
const USER = [
  ACCESS,
  'air:simulation_read',
  'air:simulation_create',
  'air:simulation_edit',
  'air:simulation_delete',
  'air:simulation_start_stop',
  'air:image_read',
];
const DEMO_WRITE = 'air:marketplace_demo_write';
const DEMO_PUBLISH = 'air:marketplace_demo_publish';
/** The fourteen scopes of the page, and the others that operations of 2.0 need. */
const EVERY_SCOPE_OF_2_0 = [...AIR_SCOPES.slice(0, 14), 'air:sre', 'air:manifest_read', 'air:manifest_write'];

/** What every role of a profile brings: those of the page, and those of the later reference. */
const ROLES: Readonly<Record<AirProfile, Readonly<Record<string, readonly string[]>>>> = {
  '2.0': {
    air: USER,
    'air-admin': EVERY_SCOPE_OF_2_0,
    'air-demo-manager': ['air:marketplace_demo_read', DEMO_WRITE, DEMO_PUBLISH],
    'air-image-uploader': ['air:image_write'],
    'air-image-publisher': ['air:image_publish'],
    'air-image-sharer': ['air:image_sharing'],
    'air-instructor': ['air:training_instructor'],
  },
  dsx: {
    air_user: [...USER, DEMO_WRITE],
    air_org_admin: [...USER, DEMO_WRITE],
    air_demo_manager: [DEMO_WRITE, DEMO_PUBLISH],
    air_image_uploader: ['air:image_read', 'air:image_write'],
    air_image_publisher: ['air:image_read', 'air:image_write', 'air:image_publish'],
    air_image_sharer: ['air:image_sharing'],
    air_image_claimer: ['air:image_claiming'],
    air_instructor: ['air:training_instructor'],
    air_admin: ['air:admin'],
    air_sre: ['air:sre'],
    air_simengine_debugger: ['air:manifest_read'],
    air_simengine_developer: ['air:manifest_read', 'air:manifest_write'],
    air_trainee: [],
    user_admin: [],
  },
};

/** A request that changes nothing, and what it needs beside `air:access`: all of the scopes, or any of them. */
interface Probe {
  readonly request: string;
  readonly body?: unknown;
  readonly needs: readonly string[];
  /** One of them is enough. */
  readonly any?: true;
  /** Does in place of the scopes. */
  readonly orRole?: string;
}

/** As a decision tells it. */
interface Fix {
  readonly request?: { readonly path: string; readonly body: { readonly roles: readonly string[] } };
}

const NOBODY = '00000000-0000-4000-8000-000000000000';
const PARSED = { topology_data: '{"nodes":{}}', source_format: 'JSON', destination_format: 'JSON' };
const TRAINEE = { orRole: 'air_trainee' } as const;

/** One request for every scope. Those about an object that does not exist are answered 404 to whoever may. */
const COMMON: readonly Probe[] = [
  { request: 'GET /simulations/', needs: ['air:simulation_read'], ...TRAINEE },
  { request: 'POST /simulations/parse/', body: PARSED, needs: ['air:simulation_create'] },
  { request: `PATCH /simulations/${NOBODY}/`, body: {}, needs: ['air:simulation_edit'] },
  { request: `DELETE /simulations/${NOBODY}/`, needs: ['air:simulation_delete'] },
  { request: `PATCH /simulations/${NOBODY}/start/`, body: {}, needs: ['air:simulation_start_stop'], ...TRAINEE },
  { request: 'GET /images/', needs: ['air:image_read'] },
  { request: `DELETE /images/${NOBODY}/`, needs: ['air:image_write'] },
  { request: `PATCH /images/${NOBODY}/publish/`, body: {}, needs: ['air:image_publish'] },
  { request: 'GET /images/shares/', needs: ['air:image_sharing'] },
  { request: `DELETE /marketplace/demos/${NOBODY}/`, needs: [DEMO_WRITE] },
  { request: `PATCH /marketplace/demos/${NOBODY}/publish/`, body: {}, needs: [DEMO_PUBLISH] },
  { request: `DELETE /marketplace/demos/tags/${NOBODY}/`, needs: ['air:sre'] },
];
const PROBES: Readonly<Record<AirProfile, readonly Probe[]>> = {
  '2.0': [
    ...COMMON,
    { request: 'GET /resource-budgets/', needs: [] },
    { request: 'GET /marketplace/demos/', needs: ['air:marketplace_demo_read'] },
    { request: 'GET /trainings/', needs: ['air:training_instructor'] },
    { request: 'GET /manifests/', needs: ['air:manifest_read'] },
    { request: `DELETE /manifests/${NOBODY}/`, needs: ['air:manifest_write'] },
  ],
  dsx: [
    ...COMMON,
    { request: 'GET /resource-budgets/', needs: AIR_SCOPES, any: true },
    { request: 'GET /marketplace/demos/', needs: AIR_SCOPES, any: true },
    {
      request: 'POST /images/claim-image-share/',
      body: { image_share: NOBODY },
      needs: ['air:image_write', 'air:image_claiming'],
      any: true,
    },
    {
      request: `PATCH /marketplace/demos/${NOBODY}/manage/`,
      body: {},
      needs: ['air:sre', 'air:admin'],
      any: true,
    },
    { request: 'GET /manifests/plugin-images/', needs: ['air:manifest_read'] },
  ],
};

/** Whoever has these roles, and no others. */
function held(profile: AirProfile, roles: readonly string[]): readonly string[] {
  const scopes = roles.flatMap((role) => ROLES[profile][role] ?? []);
  return [...new Set(scopes)].sort();
}

/** Requests about objects of the cast that change nothing or may be changed. */
const OWN_IMAGE = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0002';
const ON_EXISTING: Readonly<Record<string, Pick<Probe, 'request' | 'body'>>> = {
  'air-admin': { request: 'GET /marketplace/demos/' },
  'air-demo-manager': { request: 'GET /marketplace/demos/' },
  'air-image-uploader': { request: `PATCH /images/${OWN_IMAGE}/`, body: { notes: 'changed' } },
  'air-image-publisher': { request: `PATCH /images/${OWN_IMAGE}/unpublish/`, body: {} },
};

/** What the caller lacks for a probe, in the order in which a refusal tells it. */
function missing(profile: AirProfile, { needs, any, orRole }: Probe, roles: readonly string[]): readonly string[] {
  if (profile === 'dsx' && orRole !== undefined && roles.includes(orRole)) return [];
  const scopes = held(profile, roles);
  if (any === true) return needs.some((scope) => scopes.includes(scope)) ? [] : needs;
  return (profile === '2.0' ? [ACCESS, ...needs] : needs).filter((scope) => !scopes.includes(scope));
}

function alone(profile: AirProfile): string[][] {
  return Object.keys(ROLES[profile]).map((role) => [role]);
}

/** Each role with the next one. */
function pairs(profile: AirProfile): string[][] {
  const names = Object.keys(ROLES[profile]);
  return names.slice(1).map((other, index) => [names[index] ?? '', other]);
}

async function ask(server: TestServer, { request, body }: Pick<Probe, 'request' | 'body'>, token: string) {
  const [method, path] = request.split(' ');
  return server.call(`${method} /api/v3${path}`, { token, ...(body !== undefined && { body }) });
}

/** What a key can do at all, by operation. */
async function effectsOf(
  server: TestServer,
  principal: string,
): Promise<readonly { effect: string; reason?: string }[]> {
  const { body } = await server.call('POST /_mock/decisions/simulate', {
    body: { principal, service: 'air', operations: '*' },
  });
  return body.operations.filter(({ operation }: { operation: string }) => operation !== 'uploads_put_part');
}

/** The scopes by which requests of a key are decided. */
async function scopesOf(server: TestServer, { id }: { readonly id: string }): Promise<readonly string[]> {
  const { body } = await server.call('POST /_mock/decisions/simulate', {
    body: { principal: id, method: 'GET', path: '/api/v3/simulations/' },
  });
  return body.held.toSorted();
}

/** Exactly what the roles bring, seen from outside: what is answered, and what a refusal says is missing. */
async function expectRights(server: TestServer, profile: AirProfile, token: string, roles: readonly string[]) {
  for (const probe of PROBES[profile]) {
    const { status, decision } = await ask(server, probe, token);
    const lacking = missing(profile, probe, roles);
    const named = `${roles.join(' and ') || 'no role'}; ${probe.request}`;
    if (lacking.length > 0) {
      const isChoice = probe.any === true && probe.needs.length > 1;
      const { id: _, certainty: __, ...reported } = decision;
      expect({ status, ...reported }, named).toEqual({
        ...{ status: 403, effect: 'deny', reason: 'missing_scope' },
        ...(isChoice ? { missingAnyOf: lacking } : { missing: lacking }),
      });
    } else expect(status, named).toBe(JSON.stringify(probe).includes(NOBODY) ? 404 : 200);
  }
}

describe.each(['2.0', 'dsx'] as const)('in profile %s a personal key with', async (profile) => {
  const server = await testServer({ air: profile });
  let people = 0;
  const keyOf = (roles: readonly string[]) => {
    people += 1;
    return personalKey(server, `person-${people}@acme.test`, roles);
  };

  it.each([[[]], ...[...alone(profile), ...pairs(profile), Object.keys(ROLES[profile])].map((roles) => [roles])])(
    'the roles %j has exactly their scopes together',
    async (roles) => {
      expect(await scopesOf(server, await keyOf(roles))).toEqual(held(profile, roles));
    },
  );

  it('every role is answered accordingly', async () => {
    const roles = Object.keys(ROLES[profile]);

    await expectRights(server, profile, (await keyOf(roles)).key, roles);
  });

  it('roles that are changed has what they bring at once, and no more what the old ones brought', async () => {
    const made = await keyOf([]);
    for (const roles of [...alone(profile), []]) {
      const { status, body } = await server.call(`PATCH /_mock/keys/${made.id}`, { body: { roles } });
      expect([status, body.roles]).toEqual([200, roles]);
      expect(await scopesOf(server, made)).toEqual(held(profile, roles));
    }
    await expectRights(server, profile, made.key, []);
  });

  it('every role opens nothing, where it was not made for Air', async () => {
    const roles = Object.keys(ROLES[profile]);
    const other = await personalKey(server, 'elsewhere@acme.test', roles, ['nvcf']);
    const service = await serviceKey(server, AIR_SCOPES, []);
    for (const { id, key } of [other, service]) {
      const reasons = (await effectsOf(server, id)).map(({ reason }) => reason);
      expect(new Set(reasons)).toEqual(new Set(['service_not_enabled']));
      const { status, body, decision } = await ask(server, { request: 'GET /simulations/' }, key);
      expect([status, decision.reason]).toEqual([403, 'service_not_enabled']);
      expect(body).toEqual({
        detail: 'You do not have permission to perform this action.',
        request_id: expect.any(String),
      });
    }
  });

  it('the service Air added to it is opened at once', async () => {
    const [role = '', scopes] = Object.entries(ROLES[profile])[0] ?? [];
    const made = await personalKey(server, 'late@acme.test', [role], ['nvcf']);
    const edited = await server.call(`PATCH /_mock/keys/${made.id}`, { body: { services: ['nvcf', 'air'] } });

    expect(edited.status).toBe(200);
    expect(scopes).toContain(ACCESS);
    await expectRights(server, profile, made.key, [role]);
  });

  it('a role of Cloud Functions or of the organisation alone has no scope of Air', async () => {
    expect(await scopesOf(server, await keyOf(['ORG_OWNER', 'Cloud Functions Admin']))).toEqual([]);
  });
});

describe('in profile 2.0', async () => {
  const server = await testServer();

  it('only `air` and `air-admin` open anything alone, as the others bring no `air:access`', async () => {
    const opened: string[] = [];
    for (const role of Object.keys(ROLES['2.0'])) {
      const { id } = await personalKey(server, `${role}@acme.test`, [role]);
      if ((await effectsOf(server, id)).some(({ effect }) => effect === 'allow')) opened.push(role);
    }

    expect(opened).toEqual(['air', 'air-admin']);
  });

  it('an ordinary user cannot view demos, and can do everything with simulations', async () => {
    const { key } = castKey('air-user');
    const demos = await server.call('GET /api/v3/marketplace/demos/', { token: key });
    const made = await server.call('POST /api/v3/simulations/', { token: key, body: { name: 'mine' } });
    const path = `/api/v3/simulations/${made.body.id}/`;
    const statuses = [];
    for (const [request, body] of [
      [`GET ${path}`, undefined],
      [`PATCH ${path}`, { name: 'changed' }],
      [`PATCH ${path}start/`, {}],
      [`PATCH ${path}shutdown/`, {}],
      [`DELETE ${path}`, undefined],
    ] as const) {
      statuses.push((await server.call(request, { token: key, ...(body !== undefined && { body }) })).status);
    }

    expect([demos.status, demos.decision.missing]).toEqual([403, ['air:marketplace_demo_read']]);
    expect([made.status, ...statuses]).toEqual([201, 200, 200, 200, 200, 204]);
  });

  it.each(Object.entries(ROLES['2.0']))('a refusal tells how %s is given, and that turns it', async (role, scopes) => {
    const before = role === 'air' ? [] : ['air'];
    const made = await personalKey(server, `wants-${role}@acme.test`, before);
    const probe = PROBES['2.0'].find(
      (one) => missing('2.0', one, before).length > 0 && one.needs.every((scope) => scopes.includes(scope)),
    );
    // A fix is told only where the object is there, so it is asked for a list, or for what needs no object.
    const request = ON_EXISTING[role] ?? probe ?? { request: '' };
    const { decision } = await ask(server, request, made.key);
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);
    const fix = body.fixes.find((one: Fix) => one.request?.body.roles.includes(role));

    expect(fix?.request).toEqual({
      method: 'PATCH',
      path: `/_mock/keys/${made.id}`,
      body: { roles: [...before, role] },
    });
    expect((await server.call(`PATCH ${fix.request.path}`, { body: fix.request.body })).status).toBe(200);
    expect((await ask(server, request, made.key)).decision.effect).toBe('allow');
  });

  it('a role of the later profile is not known, so no key is made with it', async () => {
    const { status, body } = await server.call('POST /_mock/keys', {
      body: { type: 'personal', name: 'later', services: ['air'], user: 'later@acme.test', roles: ['air_trainee'] },
    });

    expect([status, body.detail]).toEqual([400, expect.stringContaining('`air_trainee`')]);
  });
});

describe('in profile dsx', async () => {
  const server = await testServer({ air: 'dsx' });
  const refused = async (key: string) => {
    const { status, decision } = await server.call('GET /api/v3/trainings/', { token: key });
    expect([status, decision.reason]).toEqual([403, 'missing_role']);
    return (await server.call(`GET /_mock/decisions/${decision.id}`)).body;
  };

  it('a refusal for want of a role tells how it is given, and that turns it', async () => {
    const made = await personalKey(server, 'instructor@acme.test', ['air_instructor']);
    const { missing: lacking, fixes } = await refused(made.key);
    const [fix] = fixes as Fix[];

    expect(lacking).toEqual(['air_org_admin']);
    expect(fix?.request?.body.roles).toEqual(['air_instructor', 'air_org_admin']);
    await server.call(`PATCH ${fix?.request?.path}`, { body: fix?.request?.body });
    expect((await server.call('GET /api/v3/trainings/', { token: made.key })).status).toBe(200);
  });

  it('a service key, which has no roles, is told what to do instead', async () => {
    const { key } = await serviceKey(server, AIR_SCOPES);
    const { fixes } = await refused(key);

    expect(JSON.stringify(fixes)).toContain('personal key');
  });
});
