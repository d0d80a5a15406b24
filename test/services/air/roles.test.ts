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
/** The fourteen scopes of the documentation, and the others that operations of 2.0 require. */
const EVERY_SCOPE_OF_2_0 = [...AIR_SCOPES.slice(0, 14), 'air:sre', 'air:manifest_read', 'air:manifest_write'];

/** The scopes of every role of a profile, as the documentation of 2.0 and the reference of dsx list them. */
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

/** A request without side effects, and its required scopes in addition to `air:access`: all, or any of them. */
interface Probe {
  readonly request: string;
  readonly body?: unknown;
  readonly needs: readonly string[];
  /** Any of the scopes is enough. */
  readonly any?: true;
  /** A role that replaces the scopes. */
  readonly orRole?: string;
}

/** A fix of a decision. */
interface Fix {
  readonly request?: { readonly path: string; readonly body: { readonly roles: readonly string[] } };
}

const NO_ID = '00000000-0000-4000-8000-000000000000';
const PARSED = { topology_data: '{"nodes":{}}', source_format: 'JSON', destination_format: 'JSON' };
const TRAINEE = { orRole: 'air_trainee' } as const;

/** A request for each scope. Requests for an object that does not exist return 404 to a caller with access. */
const COMMON: readonly Probe[] = [
  { request: 'GET /simulations/', needs: ['air:simulation_read'], ...TRAINEE },
  { request: 'POST /simulations/parse/', body: PARSED, needs: ['air:simulation_create'] },
  { request: `PATCH /simulations/${NO_ID}/`, body: {}, needs: ['air:simulation_edit'] },
  { request: `DELETE /simulations/${NO_ID}/`, needs: ['air:simulation_delete'] },
  { request: `PATCH /simulations/${NO_ID}/start/`, body: {}, needs: ['air:simulation_start_stop'], ...TRAINEE },
  { request: 'GET /images/', needs: ['air:image_read'] },
  { request: `DELETE /images/${NO_ID}/`, needs: ['air:image_write'] },
  { request: `PATCH /images/${NO_ID}/publish/`, body: {}, needs: ['air:image_publish'] },
  { request: 'GET /images/shares/', needs: ['air:image_sharing'] },
  { request: `DELETE /marketplace/demos/${NO_ID}/`, needs: [DEMO_WRITE] },
  { request: `PATCH /marketplace/demos/${NO_ID}/publish/`, body: {}, needs: [DEMO_PUBLISH] },
  { request: `DELETE /marketplace/demos/tags/${NO_ID}/`, needs: ['air:sre'] },
];
const PROBES: Readonly<Record<AirProfile, readonly Probe[]>> = {
  '2.0': [
    ...COMMON,
    { request: 'GET /resource-budgets/', needs: [] },
    { request: 'GET /marketplace/demos/', needs: ['air:marketplace_demo_read'] },
    { request: 'GET /trainings/', needs: ['air:training_instructor'] },
    { request: 'GET /manifests/', needs: ['air:manifest_read'] },
    { request: `DELETE /manifests/${NO_ID}/`, needs: ['air:manifest_write'] },
  ],
  dsx: [
    ...COMMON,
    { request: 'GET /resource-budgets/', needs: AIR_SCOPES, any: true },
    { request: 'GET /marketplace/demos/', needs: AIR_SCOPES, any: true },
    {
      request: 'POST /images/claim-image-share/',
      body: { image_share: NO_ID },
      needs: ['air:image_write', 'air:image_claiming'],
      any: true,
    },
    {
      request: `PATCH /marketplace/demos/${NO_ID}/manage/`,
      body: {},
      needs: ['air:sre', 'air:admin'],
      any: true,
    },
    { request: 'GET /manifests/plugin-images/', needs: ['air:manifest_read'] },
  ],
};

/** The scopes of a user with these roles. */
function scopesOfRoles(profile: AirProfile, roles: readonly string[]): readonly string[] {
  const scopes = roles.flatMap((role) => ROLES[profile][role] ?? []);
  return [...new Set(scopes)].sort();
}

/** Requests for objects of the seed that have no side effects or may change the object. */
const OWN_IMAGE = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0002';
const ON_EXISTING: Readonly<Record<string, Pick<Probe, 'request' | 'body'>>> = {
  'air-admin': { request: 'GET /marketplace/demos/' },
  'air-demo-manager': { request: 'GET /marketplace/demos/' },
  'air-image-uploader': { request: `PATCH /images/${OWN_IMAGE}/`, body: { notes: 'changed' } },
  'air-image-publisher': { request: `PATCH /images/${OWN_IMAGE}/unpublish/`, body: {} },
};

/** The scopes that the caller lacks for a probe, in the order of the response. */
function findMissing(profile: AirProfile, { needs, any, orRole }: Probe, roles: readonly string[]): readonly string[] {
  if (profile === 'dsx' && orRole !== undefined && roles.includes(orRole)) return [];
  const scopes = scopesOfRoles(profile, roles);
  if (any === true) return needs.some((scope) => scopes.includes(scope)) ? [] : needs;
  return (profile === '2.0' ? [ACCESS, ...needs] : needs).filter((scope) => !scopes.includes(scope));
}

function listSingleRoles(profile: AirProfile): string[][] {
  return Object.keys(ROLES[profile]).map((role) => [role]);
}

/** Pairs of consecutive roles. */
function listRolePairs(profile: AirProfile): string[][] {
  const names = Object.keys(ROLES[profile]);
  return names.slice(1).map((next, index) => [names[index] ?? '', next]);
}

async function send(server: TestServer, { request, body }: Pick<Probe, 'request' | 'body'>, token: string) {
  const [method, path] = request.split(' ');
  return server.call(`${method} /api/v3${path}`, { token, ...(body !== undefined && { body }) });
}

/** The effect of every operation for a key. */
async function readEffects(
  server: TestServer,
  principal: string,
): Promise<readonly { effect: string; reason?: string }[]> {
  const { body } = await server.call('POST /_mock/decisions/simulate', {
    body: { principal, service: 'air', operations: '*' },
  });
  return body.operations.filter(({ operation }: { operation: string }) => operation !== 'uploads_put_part');
}

/** The scopes that apply to the requests of a key. */
async function readScopes(server: TestServer, { id }: { readonly id: string }): Promise<readonly string[]> {
  const { body } = await server.call('POST /_mock/decisions/simulate', {
    body: { principal: id, method: 'GET', path: '/api/v3/simulations/' },
  });
  return body.held.toSorted();
}

/** Expects exactly the rights of the roles, by the status and the missing scopes of each probe. */
async function expectRights(server: TestServer, profile: AirProfile, token: string, roles: readonly string[]) {
  for (const probe of PROBES[profile]) {
    const { status, decision } = await send(server, probe, token);
    const missing = findMissing(profile, probe, roles);
    const label = `${roles.join(' and ') || 'no role'}; ${probe.request}`;
    if (missing.length > 0) {
      const isChoice = probe.any === true && probe.needs.length > 1;
      const { id: _, certainty: __, ...reported } = decision;
      expect({ status, ...reported }, label).toEqual({
        status: 403,
        effect: 'deny',
        reason: 'missing_scope',
        ...(isChoice ? { missingAnyOf: missing } : { missing }),
      });
    } else expect(status, label).toBe(JSON.stringify(probe).includes(NO_ID) ? 404 : 200);
  }
}

describe.each(['2.0', 'dsx'] as const)('a personal key in profile %s', async (profile) => {
  const server = await testServer({ air: profile });
  let people = 0;
  const createKeyWith = (roles: readonly string[]) => {
    people += 1;
    return personalKey(server, `person-${people}@acme.test`, roles);
  };

  it.each([
    [[]],
    ...[...listSingleRoles(profile), ...listRolePairs(profile), Object.keys(ROLES[profile])].map((roles) => [roles]),
  ])('with the roles %j has exactly their combined scopes', async (roles) => {
    expect(await readScopes(server, await createKeyWith(roles))).toEqual(scopesOfRoles(profile, roles));
  });

  it('with every role has exactly their rights', async () => {
    const roles = Object.keys(ROLES[profile]);

    await expectRights(server, profile, (await createKeyWith(roles)).key, roles);
  });

  it('with changed roles has the rights of the new roles only, at once', async () => {
    const created = await createKeyWith([]);
    for (const roles of [...listSingleRoles(profile), []]) {
      const { status, body } = await server.call(`PATCH /_mock/keys/${created.id}`, { body: { roles } });
      expect([status, body.roles]).toEqual([200, roles]);
      expect(await readScopes(server, created)).toEqual(scopesOfRoles(profile, roles));
    }
    await expectRights(server, profile, created.key, []);
  });

  it('with every role has no access if it was created without the service `air`', async () => {
    const roles = Object.keys(ROLES[profile]);
    const keyOfNvcf = await personalKey(server, 'elsewhere@acme.test', roles, ['nvcf']);
    const service = await serviceKey(server, AIR_SCOPES, []);
    for (const { id, key } of [keyOfNvcf, service]) {
      const reasons = (await readEffects(server, id)).map(({ reason }) => reason);
      expect(new Set(reasons)).toEqual(new Set(['service_not_enabled']));
      const { status, body, decision } = await send(server, { request: 'GET /simulations/' }, key);
      expect([status, decision.reason]).toEqual([403, 'service_not_enabled']);
      expect(body).toEqual({
        detail: 'You do not have permission to perform this action.',
        request_id: expect.any(String),
      });
    }
  });

  it('with the service `air` added has access at once', async () => {
    const [role = '', scopes] = Object.entries(ROLES[profile])[0] ?? [];
    const created = await personalKey(server, 'late@acme.test', [role], ['nvcf']);
    const edited = await server.call(`PATCH /_mock/keys/${created.id}`, { body: { services: ['nvcf', 'air'] } });

    expect(edited.status).toBe(200);
    expect(scopes).toContain(ACCESS);
    await expectRights(server, profile, created.key, [role]);
  });

  it('with only a role of Cloud Functions or of the organisation has no scope of Air', async () => {
    expect(await readScopes(server, await createKeyWith(['ORG_OWNER', 'Cloud Functions Admin']))).toEqual([]);
  });
});

describe('profile 2.0', async () => {
  const server = await testServer();

  it('only `air` and `air-admin` allow any request alone, because other roles lack `air:access`', async () => {
    const opened: string[] = [];
    for (const role of Object.keys(ROLES['2.0'])) {
      const { id } = await personalKey(server, `${role}@acme.test`, [role]);
      if ((await readEffects(server, id)).some(({ effect }) => effect === 'allow')) opened.push(role);
    }

    expect(opened).toEqual(['air', 'air-admin']);
  });

  it('a user with the role `air` manages simulations but cannot read demos', async () => {
    const { key } = castKey('air-user');
    const demos = await server.call('GET /api/v3/marketplace/demos/', { token: key });
    const simulation = await server.call('POST /api/v3/simulations/', { token: key, body: { name: 'mine' } });
    const path = `/api/v3/simulations/${simulation.body.id}/`;
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
    expect([simulation.status, ...statuses]).toEqual([201, 200, 200, 200, 200, 204]);
  });

  it.each(Object.entries(ROLES['2.0']))(
    'a refusal suggests the role %s, and granting it fixes the refusal',
    async (role, scopes) => {
      const before = role === 'air' ? [] : ['air'];
      const key = await personalKey(server, `wants-${role}@acme.test`, before);
      const probe = PROBES['2.0'].find(
        (candidate) =>
          findMissing('2.0', candidate, before).length > 0 && candidate.needs.every((scope) => scopes.includes(scope)),
      );
      // A fix needs an existing object, so the request is for a list or for an object of the seed.
      const request = ON_EXISTING[role] ?? probe ?? { request: '' };
      const { decision } = await send(server, request, key.key);
      const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);
      const fix = body.fixes.find((entry: Fix) => entry.request?.body.roles.includes(role));

      expect(fix?.request).toEqual({
        method: 'PATCH',
        path: `/_mock/keys/${key.id}`,
        body: { roles: [...before, role] },
      });
      expect((await server.call(`PATCH ${fix.request.path}`, { body: fix.request.body })).status).toBe(200);
      expect((await send(server, request, key.key)).decision.effect).toBe('allow');
    },
  );

  it('a role of dsx is unknown, and a key with it is rejected', async () => {
    const { status, body } = await server.call('POST /_mock/keys', {
      body: { type: 'personal', name: 'later', services: ['air'], user: 'later@acme.test', roles: ['air_trainee'] },
    });

    expect([status, body.detail]).toEqual([400, expect.stringContaining('`air_trainee`')]);
  });
});

describe('profile dsx', async () => {
  const server = await testServer({ air: 'dsx' });
  const readRefusal = async (key: string) => {
    const { status, decision } = await server.call('GET /api/v3/trainings/', { token: key });
    expect([status, decision.reason]).toEqual([403, 'missing_role']);
    return (await server.call(`GET /_mock/decisions/${decision.id}`)).body;
  };

  it('a refusal suggests the missing role, and granting it fixes the refusal', async () => {
    const key = await personalKey(server, 'instructor@acme.test', ['air_instructor']);
    const { missing, fixes } = await readRefusal(key.key);
    const [fix] = fixes as Fix[];

    expect(missing).toEqual(['air_org_admin']);
    expect(fix?.request?.body.roles).toEqual(['air_instructor', 'air_org_admin']);
    await server.call(`PATCH ${fix?.request?.path}`, { body: fix?.request?.body });
    expect((await server.call('GET /api/v3/trainings/', { token: key.key })).status).toBe(200);
  });

  it('the refusal of a service key suggests a personal key', async () => {
    const { key } = await serviceKey(server, AIR_SCOPES);
    const { fixes } = await readRefusal(key);

    expect(JSON.stringify(fixes)).toContain('personal key');
  });
});
