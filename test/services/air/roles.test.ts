import { describe, expect, it } from 'vitest';
import { AIR_SCOPES, type AirProfile, personalKey, serviceKey } from '../../support/air-requests.ts';
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

interface Sent {
  readonly request: string;
  readonly body?: unknown;
}

/** A fix of a decision. */
interface Fix {
  readonly request?: { readonly path: string; readonly body: { readonly roles: readonly string[] } };
}

/** The scopes of a user with these roles. */
function scopesOfRoles(profile: AirProfile, roles: readonly string[]): readonly string[] {
  const scopes = roles.flatMap((role) => ROLES[profile][role] ?? []);
  return [...new Set(scopes)].sort();
}

const OWN_IMAGE = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0002';

/** A request for each role of 2.0, which needs this role. A fix needs an existing object. */
const REQUESTS: Readonly<Record<string, Sent>> = {
  air: { request: 'GET /simulations/' },
  'air-admin': { request: 'GET /marketplace/demos/' },
  'air-demo-manager': { request: 'GET /marketplace/demos/' },
  'air-image-uploader': { request: `PATCH /images/${OWN_IMAGE}/`, body: { notes: 'changed' } },
  'air-image-publisher': { request: `PATCH /images/${OWN_IMAGE}/unpublish/`, body: {} },
  'air-image-sharer': { request: 'GET /images/shares/' },
  'air-instructor': { request: 'GET /trainings/' },
};

function listSingleRoles(profile: AirProfile): string[][] {
  return Object.keys(ROLES[profile]).map((role) => [role]);
}

async function send(server: TestServer, { request, body }: Sent, token: string) {
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

describe.each(['2.0', 'dsx'] as const)('a personal key in profile %s', async (profile) => {
  const server = await testServer({ air: profile });
  let people = 0;
  const createKeyWith = (roles: readonly string[]) => {
    people += 1;
    return personalKey(server, `person-${people}@acme.test`, roles);
  };

  it.each([[], ...listSingleRoles(profile), Object.keys(ROLES[profile])].map((roles) => [roles]))(
    'with the roles %j has exactly their combined scopes',
    async (roles) => {
      expect(await readScopes(server, await createKeyWith(roles))).toEqual(scopesOfRoles(profile, roles));
    },
  );

  it('can have the roles of the table; those of 2.0 are also in dsx', async () => {
    const { roles } = (await server.call('GET /_mock/tables/air')).body;
    const expected = new Set([...Object.keys(ROLES['2.0']), ...Object.keys(ROLES[profile])]);

    expect(roles.map(({ name }: { name: string }) => name).toSorted()).toEqual([...expected].toSorted());
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

  it.each(Object.keys(ROLES['2.0']))('a refusal suggests the role %s, which fixes it', async (role) => {
    const before = role === 'air' ? [] : ['air'];
    const key = await personalKey(server, `wants-${role}@acme.test`, before);
    const request = REQUESTS[role] ?? { request: '' };
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
  });

  it('a role of dsx is unknown, and a key with it is rejected', async () => {
    const body = {
      type: 'personal',
      name: 'later',
      services: ['air'],
      user: 'later@acme.test',
      roles: ['air_trainee'],
    };
    const answer = await server.call('POST /_mock/keys', { body });

    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('`air_trainee`')]);
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
