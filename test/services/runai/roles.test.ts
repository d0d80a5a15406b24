import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminBot, researcher } from '../../support/cast.ts';
import {
  expectRefused,
  NOTHING,
  RULES,
  type RunaiCaller,
  type RunaiProfile,
  type RunaiServer,
  runaiServer,
  TENANT,
  UUID,
  VIEWER,
  VISION,
} from '../../support/runai.ts';
import { withoutCustomRoles } from '../../support/seeds.ts';
import { resetTestServer, START } from '../../support/server.ts';

const ROLES = '/api/v2/authorization/roles';
const SETS = 'authorization/permission-sets';
const now = new Date(START).toISOString();
const servers: Readonly<Record<RunaiProfile, RunaiServer>> = {
  '2.19': await runaiServer({ runai: '2.19' }, { seed: withoutCustomRoles }),
  '2.24': await runaiServer({}, { seed: withoutCustomRoles }),
  '3.0': await runaiServer({ runai: '3.0' }, { seed: withoutCustomRoles }),
};
const server = servers['2.24'];
const { admin, done } = server;
/** Ids of permission sets, by their names. */
const sets: Record<string, string> = {};
let asResearcher: RunaiCaller;

interface Named {
  readonly id: number;
  readonly name: string;
}
const namesOf = (roles: readonly Named[]) => roles.map(({ name }) => name);
const createRoleBody = (name: string, permissionSets: readonly string[], description?: string) => ({
  name,
  ...(description !== undefined && { description }),
  permissionSets: permissionSets.map((set) => ({ id: sets[set] })),
});
const createRole = (name: string, ...permissionSets: readonly string[]) =>
  done(201, `POST ${ROLES}`, createRoleBody(name, permissionSets));
/** Creates an access rule that gives the researcher a role. */
const assignRole = (roleId: number, scopeType = 'tenant', scopeId = TENANT) =>
  admin(`POST ${RULES}`, { subjectId: researcher.email, subjectType: 'user', roleId, scopeType, scopeId });

beforeAll(async () => {
  asResearcher = server.as(await server.tokenOf(researcher));
  const { permissionSets } = await done(200, `GET ${SETS}`);
  for (const { id, name } of permissionSets) sets[name] = id;
});
const resetServer = async () => {
  await resetTestServer(server);
};

/** The predefined roles of 2.19, and the roles that 2.24 adds. */
const ROLES_OF_2_19 = [
  [1, 'System administrator'],
  [3, 'Editor'],
  [4, 'Research manager'],
  [5, 'L1 researcher'],
  [6, 'ML engineer'],
  [7, 'Viewer'],
  [8, 'L2 researcher'],
  [9, 'Environment administrator'],
  [10, 'Data source administrator'],
  [11, 'Compute resource administrator'],
  [12, 'Template administrator'],
  [13, 'Department viewer'],
  [373, 'Credentials administrator'],
  [1708, 'Application administrator'],
  [1709, 'Cloud support'],
  [1710, 'Department administrator'],
  [1711, 'Cloud operator'],
  [2256, 'Data volume administrator'],
] as const;
const ROLES_ADDED_BY_2_24 = [
  [14, 'AI practitioner'],
  [15, 'Data and storage administrator'],
  [16, 'Project administrator'],
] as const;
const listPredefinedRoles = (profile: RunaiProfile) =>
  [...ROLES_OF_2_19, ...(profile === '2.19' ? [] : ROLES_ADDED_BY_2_24)].map(([id, name]) => ({ id, name }));
const byId = (a: Named, b: Named) => a.id - b.id;
const selectIdAndName = (roles: readonly Named[]) => roles.map(({ id, name }) => ({ id, name })).sort(byId);

const COMMON_TYPES = [
  'tenant',
  'settings',
  'events-history',
  'department',
  'project',
  'cluster',
  'users',
  'access_rules',
];
const WORKLOADS = ['workloads', 'workspaces', 'trainings'];
const TYPES: Readonly<Record<RunaiProfile, readonly string[]>> = {
  '2.19': [...COMMON_TYPES, 'roles', ...WORKLOADS, 'groups', 'apps'],
  '2.24': [
    ...[...COMMON_TYPES, 'roles', ...WORKLOADS, 'apps'],
    ...['service-account', 'access-keys', 'security-settings', 'branding-settings'],
  ],
  '3.0': [
    ...[...COMMON_TYPES, 'roles', ...WORKLOADS],
    ...['service-account', 'access-keys', 'security-settings', 'branding-settings'],
  ],
};

/** Spellings of the number 1 that are not ids. */
const INVALID_IDS = ['0x1', '1.0', '1e0', '01', '%201'];

describe.each(['2.19', '2.24'] as const)('the list of roles of API v1 in %s', (profile) => {
  const { done } = servers[profile];
  const listRoles = () => done(200, 'GET authorization/roles');

  it('contains the predefined roles', async () => {
    expect(selectIdAndName(await listRoles())).toEqual(listPredefinedRoles(profile).sort(byId));
  });

  it('contains all resource types in each role, with their actions', async () => {
    for (const { permissions } of await listRoles()) {
      expect(permissions.map(({ resourceType }: { resourceType: string }) => resourceType).sort()).toEqual(
        [...TYPES[profile]].sort(),
      );
    }
    const viewer = await done(200, `GET authorization/roles/${VIEWER}`);
    expect(viewer).toEqual({
      id: VIEWER,
      name: 'Viewer',
      description: expect.stringMatching(/\w/),
      createdBy: 'Run:ai',
      permissions: expect.arrayContaining([
        { resourceType: 'project', displayName: 'Projects', groupId: 'organization', actions: ['read'] },
        { resourceType: 'users', displayName: 'Users', groupId: 'iam', actions: [] },
      ]),
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: viewer.createdAt,
      ...(profile === '2.24' && { custom: false, enabled: true, effectiveEnabled: true }),
    });
  });

  it('contains the same roles as are read by id', async () => {
    for (const role of await listRoles()) expect(await done(200, `GET authorization/roles/${role.id}`)).toEqual(role);
  });

  it.each(['999', 'Viewer', '-1', ...INVALID_IDS])('has no role with the id %s: 404', async (id) => {
    expectRefused(await servers[profile].admin(`GET authorization/roles/${id}`), 404);
  });
});

it('the list of roles of API v1 also contains custom roles', async () => {
  await resetServer();
  const { id } = await createRole('mine', 'usersReadAccess');
  const list = await done(200, 'GET authorization/roles');

  expect(list.at(-1)).toMatchObject({ id, name: 'mine', custom: true, enabled: true, effectiveEnabled: true });
  expect(list.at(-1)).not.toHaveProperty('permissionSets');
  expect(await done(200, `GET authorization/roles/${id}`)).toEqual(list.at(-1));
});

describe.each(['2.24', '3.0'] as const)('the list of roles of API v2 in %s', (profile) => {
  beforeAll(resetServer);

  const { admin, done } = servers[profile];

  it('contains the predefined roles with their permission sets', async () => {
    const { roles, next } = await done(200, `GET ${ROLES}`);
    const viewer = roles.find(({ id }: Named) => id === VIEWER);

    expect(selectIdAndName(roles)).toEqual(listPredefinedRoles(profile).sort(byId));
    expect(next).toBeNull();
    expect(viewer).toEqual({
      id: VIEWER,
      name: 'Viewer',
      description: expect.stringMatching(/\w/),
      createdBy: 'Run:ai',
      permissions: expect.any(Array),
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: viewer.createdAt,
      custom: false,
      enabled: true,
      effectiveEnabled: true,
      deprecated: false,
      permissionSets: expect.any(Array),
    });
    expect(namesOf(viewer.permissionSets)).toEqual([
      ...['accountReadAccess', 'departmentsReadAccess', 'projectsReadAccess'],
      ...['clustersReadAccess', 'workloadReadAccess'],
    ]);
    expect(viewer.permissions.map(({ resourceType }: { resourceType: string }) => resourceType).sort()).toEqual(
      [...TYPES[profile]].sort(),
    );
  });

  it('contains the same roles as are read by id', async () => {
    const { roles } = await done(200, `GET ${ROLES}`);
    for (const role of roles) expect(await done(200, `GET ${ROLES}/${role.id}`)).toEqual(role);
    expectRefused(await admin(`GET ${ROLES}/999`), 404);
  });

  it('marks the deprecated roles', async () => {
    const { roles } = await done(200, `GET ${ROLES}`);

    expect(namesOf(roles.filter(({ deprecated }: { deprecated: boolean }) => deprecated)).sort()).toEqual([
      ...['L1 researcher', 'L2 researcher', 'ML engineer', 'Research manager'],
    ]);
  });
});

describe('the list of roles of API v2', () => {
  beforeEach(resetServer);

  it.each([
    ['limit=5', 5, 5],
    ['limit=21', 21, null],
    ['offset=21', 0, null],
  ])('is paged by %s', async (query, count, next) => {
    const page = await done(200, `GET ${ROLES}?${query}`);

    expect([page.roles.length, page.next]).toEqual([count, next]);
  });

  it.each([
    ['search=RESEARCHER', ['L1 researcher', 'L2 researcher']],
    ['search=cloud&sortBy=name&sortOrder=desc', ['Cloud support', 'Cloud operator']],
    ['filterBy=createdBy%3D%3DRun:ai,name%3D$viewer', ['Viewer', 'Department viewer']],
  ])('is filtered and sorted by %s', async (query, names) => {
    expect(namesOf((await done(200, `GET ${ROLES}?${query}`)).roles)).toEqual(names);
  });

  it('can be filtered by `enabled` and by creation', async () => {
    await createRole('mine', 'usersReadAccess');
    const { id } = await createRole('yours', 'usersReadAccess');
    await done(204, `POST ${ROLES}/${id}/disable`);
    const filterNames = async (filterBy: string) =>
      namesOf((await done(200, `GET ${ROLES}?filterBy=${encodeURIComponent(filterBy)}`)).roles);

    expect(await filterNames('enabled==false')).toEqual(['yours']);
    expect(await filterNames(`createdAt>=${now}`)).toEqual(['mine', 'yours']);
    expect(await filterNames(`createdBy==${adminBot.name}`)).toEqual(['mine', 'yours']);
  });
});

describe.each(['2.24', '3.0'] as const)('permission sets in %s', (profile) => {
  beforeAll(resetServer);

  const { admin, done } = servers[profile];

  it('are listed with their permissions, and can be read by id', async () => {
    const { permissionSets } = await done(200, `GET ${SETS}`);
    const users = permissionSets.find(({ name }: Named) => name === 'usersEditAccess');

    expect(users).toEqual({
      id: expect.stringMatching(UUID),
      name: 'usersEditAccess',
      description: expect.stringMatching(/\w/),
      permissions: [
        {
          resourceType: 'users',
          displayName: 'Users',
          groupId: 'iam',
          actions: ['create', 'read', 'update', 'delete'],
        },
      ],
    });
    expect(new Set(permissionSets.map(({ id }: { id: string }) => id)).size).toBe(permissionSets.length);
    for (const set of permissionSets) expect(await done(200, `GET ${SETS}/${set.id}`)).toEqual(set);
    expect(await done(200, `GET ${SETS}/${users.id.toUpperCase()}`)).toEqual(users);
  });

  it('are not found by an unknown id (404) or by a name (400)', async () => {
    expectRefused(await admin(`GET ${SETS}/${NOTHING}`), 404);
    expectRefused(await admin(`GET ${SETS}/usersEditAccess`), 400, '`permissionSetId`');
  });
});

describe('a custom role', () => {
  beforeEach(resetServer);

  it('is created from permission sets, and the response contains all its members', async () => {
    const role = createRoleBody('auditor', ['usersReadAccess', 'rolesReadAccess'], 'Looks at people.');
    const { status, body } = await admin(`POST ${ROLES}`, role);
    const granted = body.permissions.filter(({ actions }: { actions: string[] }) => actions.length > 0);

    expect(status).toBe(201);
    expect(body).toEqual({
      id: 10_001,
      name: 'auditor',
      description: 'Looks at people.',
      createdBy: adminBot.name,
      permissions: expect.any(Array),
      createdAt: now,
      updatedAt: now,
      custom: true,
      enabled: true,
      effectiveEnabled: true,
      deprecated: false,
      permissionSets: [
        { id: sets['usersReadAccess'], name: 'usersReadAccess' },
        { id: sets['rolesReadAccess'], name: 'rolesReadAccess' },
      ],
    });
    expect(granted).toEqual([
      { resourceType: 'users', displayName: 'Users', groupId: 'iam', actions: ['read'] },
      { resourceType: 'roles', displayName: 'Roles', groupId: 'iam', actions: ['read'] },
    ]);
    expect(await done(200, `GET ${ROLES}/${body.id}`)).toEqual(body);
  });

  it('does not reuse the id of a deleted role', async () => {
    const { id } = await createRole('first', 'usersReadAccess');
    await done(204, `DELETE ${ROLES}/${id}`);

    expect((await createRole('first', 'usersReadAccess')).id).toBe(id + 1);
  });

  it('grants the permissions of its sets in the scope of the access rule', async () => {
    const { id } = await createRole('rules', 'accessRulesEditAccess');
    await assignRole(id, 'project', VISION);
    const rule = { subjectId: 'g', subjectType: 'group', roleId: VIEWER };

    const inScope = await asResearcher(`POST ${RULES}`, { ...rule, scopeType: 'project', scopeId: VISION });
    const outOfScope = await asResearcher(`POST ${RULES}`, { ...rule, scopeType: 'tenant', scopeId: TENANT });
    expect(inScope.body).toMatchObject({ createdBy: researcher.email });
    expect(inScope.status).toBe(201);
    expect(outOfScope.decision.reason).toBe('resource_mismatch');
    expect((await done(200, `GET ${RULES}?roleId=${id}`)).accessRules[0]).toMatchObject({ roleName: 'rules' });
  });

  it('is replaced by PUT, except for `createdBy` and `createdAt`', async () => {
    const { id } = await done(201, `POST ${ROLES}`, createRoleBody('before', ['usersReadAccess'], 'Before.'));
    server.clock.set(START + 5000);
    const { status, body } = await admin(`PUT ${ROLES}/${id}`, createRoleBody('after', ['rolesReadAccess']));

    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      name: 'after',
      description: '',
      createdBy: adminBot.name,
      createdAt: now,
      custom: true,
      enabled: true,
      updatedAt: new Date(START + 5000).toISOString(),
      permissionSets: [{ name: 'rolesReadAccess' }],
    });
    expect(await done(200, `GET ${ROLES}/${id}`)).toEqual(body);
  });

  it('grants its new permissions immediately after a change', async () => {
    const { id } = await createRole('mine', 'usersReadAccess');
    await assignRole(id);
    expect((await asResearcher('GET users')).status).toBe(200);
    await done(200, `PUT ${ROLES}/${id}`, createRoleBody('mine', ['rolesReadAccess']));

    expect((await asResearcher('GET users')).decision).toMatchObject({ missing: ['users:read'] });
    expect((await asResearcher(`GET ${ROLES}`)).status).toBe(200);
  });

  it('grants no permissions while it is disabled', async () => {
    const { id } = await createRole('mine', 'usersReadAccess');
    await assignRole(id);
    await done(204, `POST ${ROLES}/${id}/disable`);

    expect((await asResearcher('GET users')).decision).toMatchObject({ missing: ['users:read'] });
    expect(await done(200, `GET ${ROLES}/${id}`)).toMatchObject({ enabled: false, effectiveEnabled: false });
    const permissions = (await asResearcher('GET authorization/permissions')).body;
    expect(permissions.map(({ resourceType }: { resourceType: string }) => resourceType)).not.toContain('users');
    await done(204, `POST ${ROLES}/${id}/enable`);
    expect((await asResearcher('GET users')).status).toBe(200);
    expect(await done(200, `GET ${ROLES}/${id}`)).toMatchObject({ enabled: true, effectiveEnabled: true });
  });

  it('stays disabled when it is changed, and can be disabled and enabled twice', async () => {
    const { id } = await createRole('mine', 'usersReadAccess');
    for (let attempt = 0; attempt < 2; attempt++) await done(204, `POST ${ROLES}/${id}/disable`);
    const changed = await done(200, `PUT ${ROLES}/${id}`, createRoleBody('mine', ['rolesReadAccess']));
    for (let attempt = 0; attempt < 2; attempt++) await done(204, `POST ${ROLES}/${id}/enable`);

    expect(changed.enabled).toBe(false);
    expect((await done(200, `GET ${ROLES}/${id}`)).enabled).toBe(true);
  });

  it('cannot be assigned while it is disabled', async () => {
    const { id } = await createRole('mine', 'usersReadAccess');
    await done(204, `POST ${ROLES}/${id}/disable`);

    expectRefused(await assignRole(id), 400, 'Field `roleId`: role `mine` is disabled');
    await done(204, `POST ${ROLES}/${id}/enable`);
    expect((await assignRole(id)).status).toBe(201);
  });

  it('cannot be deleted while an access rule uses it', async () => {
    const { id } = await createRole('mine', 'usersReadAccess');
    const { body: rule } = await assignRole(id);
    expectRefused(
      await admin(`DELETE ${ROLES}/${id}`),
      400,
      'The role `mine` is in use. Delete its access rules first',
    );
    expect((await asResearcher('GET users')).status).toBe(200);
    await done(204, `DELETE ${RULES}/${rule.id}`);
    const removed = await admin(`DELETE ${ROLES}/${id}`);

    expect(removed.status).toBe(204);
    expect(removed.body).toBeUndefined();
    expectRefused(await admin(`GET ${ROLES}/${id}`), 404);
    expectRefused(await assignRole(id), 404, `role \`${id}\` does not exist`);
    await createRole('mine', 'usersReadAccess');
  });

  it.each([
    ['of another custom role in another case', 'TAKEN'],
    ['of a predefined role in another case', 'system ADMINISTRATOR'],
  ])('cannot have the name %s: 409', async (_what, name) => {
    await createRole('taken', 'usersReadAccess');
    const { id } = await createRole('mine', 'usersReadAccess');
    for (const request of [`POST ${ROLES}`, `PUT ${ROLES}/${id}`]) {
      const answer = await admin(request, createRoleBody(name, ['usersReadAccess']));

      expectRefused(answer, 409, 'Resource with this name already exists', `\`${name}\``);
    }
    expect((await done(200, `GET ${ROLES}/${id}`)).name).toBe('mine');
  });

  it('can change the case of its name', async () => {
    const { id } = await createRole('mine', 'usersReadAccess');

    expect((await done(200, `PUT ${ROLES}/${id}`, createRoleBody('Mine', ['usersReadAccess']))).name).toBe('Mine');
  });

  it('is created once by 10 concurrent requests with the same name', async () => {
    const role = createRoleBody('race', ['usersReadAccess']);
    const answers = await Promise.all(Array.from({ length: 10 }, () => admin(`POST ${ROLES}`, role)));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });

  const createSet = () => ({ id: sets['usersReadAccess'] });
  const invalidRoles: [field: string, createBody: () => object, problem: string][] = [
    ['name', () => ({ name: 'x'.repeat(256), permissionSets: [createSet()] }), 'of 1 to 255 characters'],
    [
      'permissionSets',
      () => ({ name: 'invalid', permissionSets: Array.from({ length: 101 }, createSet) }),
      'of 1 to 100',
    ],
    [
      'permissionSets',
      () => ({ name: 'invalid', permissionSets: [createSet(), { id: NOTHING }] }),
      `permission set \`${NOTHING}`,
    ],
  ];

  it.each(invalidRoles)('is rejected with 400 for `%s`, case %$', async (field, createBody, problem) => {
    const { id } = await createRole('mine', 'usersReadAccess');
    for (const request of [`POST ${ROLES}`, `PUT ${ROLES}/${id}`]) {
      expectRefused(await admin(request, createBody()), 400, `\`${field}\``, problem);
    }
    expect((await done(200, `GET ${ROLES}?filterBy=custom%3D%3Dtrue`)).roles).toHaveLength(1);
  });

  const operations = [
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/enable'],
    ['POST', '/disable'],
  ] as const;

  it.each(operations)('can be changed by %s {role}%s, and a predefined role cannot', async (method, path) => {
    const body = method === 'PUT' ? createRoleBody('other', ['usersReadAccess']) : undefined;
    const answer = await admin(`${method} ${ROLES}/${VIEWER}${path}`, body);

    expectRefused(answer, 400, 'The role `Viewer` is predefined. Only custom roles can be changed');
    expect(await done(200, `GET ${ROLES}/${VIEWER}`)).toMatchObject({ name: 'Viewer', enabled: true });
  });

  it.each(operations)('is not found by %s {role}%s with an unknown id', async (method, path) => {
    const body = method === 'PUT' ? createRoleBody('other', ['usersReadAccess']) : undefined;

    expectRefused(await admin(`${method} ${ROLES}/10001${path}`, body), 404);
  });

  it('can have permission sets of applications only if the version has applications', async () => {
    const id = sets['applicationsReadAccess'];
    const role = { name: 'apps', permissionSets: [{ id }] };

    expect((await admin(`POST ${ROLES}`, role)).status).toBe(201);
    expectRefused(await servers['3.0'].admin(`POST ${ROLES}`, role), 400, `permission set \`${id}\` does not exist`);
  });
});
