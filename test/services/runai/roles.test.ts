import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminBot, researcher } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import {
  EDITOR,
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
import { afresh, START } from '../../support/server.ts';

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
const roleOf = (name: string, permissionSets: readonly string[], description?: string) => ({
  name,
  ...(description !== undefined && { description }),
  permissionSets: permissionSets.map((set) => ({ id: sets[set] })),
});
const custom = (name: string, ...permissionSets: readonly string[]) =>
  done(201, `POST ${ROLES}`, roleOf(name, permissionSets));
/** Gives the researcher a role. */
const give = (roleId: number, scopeType = 'tenant', scopeId = TENANT) =>
  admin(`POST ${RULES}`, { subjectId: researcher.email, subjectType: 'user', roleId, scopeType, scopeId });

beforeAll(async () => {
  asResearcher = server.as(await server.tokenOf(researcher));
  const { permissionSets } = await done(200, `GET ${SETS}`);
  for (const { id, name } of permissionSets) sets[name] = id;
});
const begin = async () => {
  await afresh(server);
};

/** What 2.19 has, and what came later. */
const OLD_ROLES = [
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
const NEW_ROLES = [
  [14, 'AI practitioner'],
  [15, 'Data and storage administrator'],
  [16, 'Project administrator'],
] as const;
const rolesOf = (profile: RunaiProfile) =>
  [...OLD_ROLES, ...(profile === '2.19' ? [] : NEW_ROLES)].map(([id, name]) => ({ id, name }));
const byId = (one: Named, other: Named) => one.id - other.id;
const idAndName = (roles: readonly Named[]) => roles.map(({ id, name }) => ({ id, name })).sort(byId);

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

/** Ways to write 1 that are no id. */
const NO_IDS = ['0x1', '1.0', '1e0', '01', '%201'];

describe.each(['2.19', '2.24'] as const)('the first list of roles, in %s', (profile) => {
  const { done } = servers[profile];
  const list = () => done(200, 'GET authorization/roles');

  it('has the predefined ones', async () => {
    expect(idAndName(await list())).toEqual(rolesOf(profile).sort(byId));
  });

  it('shows each with every resource type, and what may be done to it', async () => {
    for (const { permissions } of await list()) {
      expect(permissions.map(({ resourceType }: { resourceType: string }) => resourceType).sort()).toEqual(
        [...TYPES[profile]].sort(),
      );
    }
    const viewer = await done(200, `GET authorization/roles/${VIEWER}`);
    expect(viewer).toEqual({
      ...{ id: VIEWER, name: 'Viewer', description: expect.stringMatching(/\w/), createdBy: 'Run:ai' },
      permissions: expect.arrayContaining([
        { resourceType: 'project', displayName: 'Projects', groupId: 'organization', actions: ['read'] },
        { resourceType: 'users', displayName: 'Users', groupId: 'iam', actions: [] },
      ]),
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: viewer.createdAt,
      ...(profile === '2.24' && { custom: false, enabled: true, effectiveEnabled: true }),
    });
  });

  it('has the roles that are read by their ids', async () => {
    for (const role of await list()) expect(await done(200, `GET authorization/roles/${role.id}`)).toEqual(role);
  });

  it.each(['999', 'Viewer', '-1', ...NO_IDS])('has no role %s', async (id) => {
    expectRefused(await servers[profile].admin(`GET authorization/roles/${id}`), 404);
  });

  it('is for who may see roles, in whichever scope', async () => {
    const [viewer, manager] = [
      await servers[profile].account({ roleId: VIEWER }),
      await servers[profile].account({ roleId: EDITOR, scopeType: 'project', scopeId: VISION }),
    ];
    for (const path of ['authorization/roles', 'authorization/roles/1', 'authorization/roles/999']) {
      const refused = await viewer.call(`GET ${path}`);
      expectRefused(refused, 403);
      expect(refused.decision).toMatchObject({ reason: 'missing_permission', missing: ['roles:read'] });
    }
    expect((await manager.call('GET authorization/roles')).status).toBe(200);
    expect((await manager.call('GET authorization/roles/1')).status).toBe(200);
  });
});

it('the first list has custom roles, too', async () => {
  await begin();
  const { id } = await custom('mine', 'usersReadAccess');
  const list = await done(200, 'GET authorization/roles');

  expect(list.at(-1)).toMatchObject({ id, name: 'mine', custom: true, enabled: true, effectiveEnabled: true });
  expect(list.at(-1)).not.toHaveProperty('permissionSets');
  expect(await done(200, `GET authorization/roles/${id}`)).toEqual(list.at(-1));
});

describe.each(['2.24', '3.0'] as const)('the second list of roles, in %s', (profile) => {
  beforeAll(begin);

  const { admin, done } = servers[profile];

  it('has the predefined ones, with their permission sets', async () => {
    const { roles, next } = await done(200, `GET ${ROLES}`);
    const viewer = roles.find(({ id }: Named) => id === VIEWER);

    expect(idAndName(roles)).toEqual(rolesOf(profile).sort(byId));
    expect(next).toBeNull();
    expect(viewer).toEqual({
      ...{ id: VIEWER, name: 'Viewer', description: expect.stringMatching(/\w/), createdBy: 'Run:ai' },
      permissions: expect.any(Array),
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: viewer.createdAt,
      ...{ custom: false, enabled: true, effectiveEnabled: true, deprecated: false },
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

  it('has the roles that are read by their ids', async () => {
    const { roles } = await done(200, `GET ${ROLES}`);
    for (const role of roles) expect(await done(200, `GET ${ROLES}/${role.id}`)).toEqual(role);
    expectRefused(await admin(`GET ${ROLES}/999`), 404);
  });

  it('says which roles newer ones are to replace', async () => {
    const { roles } = await done(200, `GET ${ROLES}`);

    expect(namesOf(roles.filter(({ deprecated }: { deprecated: boolean }) => deprecated)).sort()).toEqual([
      ...['L1 researcher', 'L2 researcher', 'ML engineer', 'Research manager'],
    ]);
  });
});

describe('the second list of roles', () => {
  beforeEach(begin);

  it.each([
    ['limit=5', 5, 5],
    ['limit=21', 21, null],
    ['limit=5&offset=15', 5, 20],
    ['limit=5&offset=20', 1, null],
    ['offset=21', 0, null],
    ['limit=1&search=cloud', 1, 1],
  ])('is cut into pages: %s', async (query, count, next) => {
    const page = await done(200, `GET ${ROLES}?${query}`);

    expect([page.roles.length, page.next]).toEqual([count, next]);
  });

  it.each([
    ['search=RESEARCHER', ['L1 researcher', 'L2 researcher']],
    ['search=cloud&sortBy=name', ['Cloud operator', 'Cloud support']],
    ['search=cloud&sortBy=name&sortOrder=desc', ['Cloud support', 'Cloud operator']],
    ['filterBy=name%3D%3DViewer', ['Viewer']],
    ['filterBy=custom%3D%3Dtrue', []],
    ['filterBy=enabled%3D%3Dfalse', []],
    ['filterBy=createdBy%3D%3DRun:ai,name%3D$viewer', ['Viewer', 'Department viewer']],
  ])('is narrowed and sorted: %s', async (query, names) => {
    expect(namesOf((await done(200, `GET ${ROLES}?${query}`)).roles)).toEqual(names);
  });

  it.each(['limit=0', 'limit=501', 'offset=-1', 'sortBy=id', 'sortOrder=up', 'filterBy=id%3D%3D1'])(
    'is not asked for by %s',
    async (query) => {
      expectRefused(await admin(`GET ${ROLES}?${query}`), 400, 'Query parameter');
    },
  );

  it('tells custom roles from predefined ones, and enabled from disabled ones', async () => {
    await custom('mine', 'usersReadAccess');
    const { id } = await custom('yours', 'usersReadAccess');
    await done(204, `POST ${ROLES}/${id}/disable`);
    const found = async (filterBy: string) =>
      namesOf((await done(200, `GET ${ROLES}?filterBy=${encodeURIComponent(filterBy)}`)).roles);

    expect(await found('custom==true')).toEqual(['mine', 'yours']);
    expect(await found('custom!=true')).toHaveLength(21);
    expect(await found('enabled==false')).toEqual(['yours']);
    expect(await found('custom==true,enabled==true')).toEqual(['mine']);
    expect(await found(`createdAt>=${now}`)).toEqual(['mine', 'yours']);
    expect(await found(`createdBy==${adminBot.name}`)).toEqual(['mine', 'yours']);
  });
});

describe.each(['2.24', '3.0'] as const)('permission sets, in %s', (profile) => {
  beforeAll(begin);

  const { admin, done } = servers[profile];

  it('are listed with what they bring, and read by their ids', async () => {
    const { permissionSets } = await done(200, `GET ${SETS}`);
    const users = permissionSets.find(({ name }: Named) => name === 'usersEditAccess');

    expect(users).toEqual({
      id: expect.stringMatching(UUID),
      name: 'usersEditAccess',
      description: expect.stringMatching(/\w/),
      permissions: [
        {
          ...{ resourceType: 'users', displayName: 'Users', groupId: 'iam' },
          actions: ['create', 'read', 'update', 'delete'],
        },
      ],
    });
    expect(new Set(permissionSets.map(({ id }: { id: string }) => id)).size).toBe(permissionSets.length);
    for (const set of permissionSets) expect(await done(200, `GET ${SETS}/${set.id}`)).toEqual(set);
    expect(await done(200, `GET ${SETS}/${users.id.toUpperCase()}`)).toEqual(users);
  });

  it('have those of applications only where there are applications', async () => {
    const names = namesOf((await done(200, `GET ${SETS}`)).permissionSets);

    expect(names.filter((name) => name.startsWith('applications'))).toHaveLength(profile === '2.24' ? 2 : 0);
  });

  it('are not there under another id', async () => {
    expectRefused(await admin(`GET ${SETS}/${NOTHING}`), 404);
    expectRefused(await admin(`GET ${SETS}/usersEditAccess`), 400, '`permissionSetId`');
  });

  it('are for who may see roles', async () => {
    const { call } = await servers[profile].account({ roleId: VIEWER });

    for (const path of [SETS, `${SETS}/${NOTHING}`]) {
      expect((await call(`GET ${path}`)).decision).toMatchObject({ missing: ['roles:read'] });
    }
  });
});

describe('a custom role', () => {
  beforeEach(begin);

  it('is made of permission sets, and shown whole', async () => {
    const order = roleOf('auditor', ['usersReadAccess', 'rolesReadAccess'], 'Looks at people.');
    const { status, body } = await admin(`POST ${ROLES}`, order);
    const held = body.permissions.filter(({ actions }: { actions: string[] }) => actions.length > 0);

    expect(status).toBe(201);
    expect(body).toEqual({
      ...{ id: 10_001, name: 'auditor', description: 'Looks at people.', createdBy: adminBot.name },
      permissions: expect.any(Array),
      ...{ createdAt: now, updatedAt: now, custom: true, enabled: true, effectiveEnabled: true, deprecated: false },
      permissionSets: [
        { id: sets['usersReadAccess'], name: 'usersReadAccess' },
        { id: sets['rolesReadAccess'], name: 'rolesReadAccess' },
      ],
    });
    expect(held).toEqual([
      { resourceType: 'users', displayName: 'Users', groupId: 'iam', actions: ['read'] },
      { resourceType: 'roles', displayName: 'Roles', groupId: 'iam', actions: ['read'] },
    ]);
    expect(await done(200, `GET ${ROLES}/${body.id}`)).toEqual(body);
  });

  it('needs no description', async () => {
    expect((await custom('plain', 'usersReadAccess')).description).toBe('');
  });

  it('has an id that no role had before', async () => {
    const { id } = await custom('first', 'usersReadAccess');
    await done(204, `DELETE ${ROLES}/${id}`);

    expect((await custom('first', 'usersReadAccess')).id).toBe(id + 1);
  });

  it('brings what its sets bring, in the scope that it is given in', async () => {
    const { id } = await custom('rules', 'accessRulesEditAccess');
    await give(id, 'project', VISION);
    const rule = { subjectId: 'g', subjectType: 'group', roleId: VIEWER };

    const there = await asResearcher(`POST ${RULES}`, { ...rule, scopeType: 'project', scopeId: VISION });
    const elsewhere = await asResearcher(`POST ${RULES}`, { ...rule, scopeType: 'tenant', scopeId: TENANT });
    expect(there.body).toMatchObject({ createdBy: researcher.email });
    expect(there.status).toBe(201);
    expect(elsewhere.decision.reason).toBe('resource_mismatch');
    expect((await done(200, `GET ${RULES}?roleId=${id}`)).accessRules[0]).toMatchObject({ roleName: 'rules' });
  });

  it('is replaced as a whole by PUT, but for who made it and when', async () => {
    const { id } = await done(201, `POST ${ROLES}`, roleOf('before', ['usersReadAccess'], 'Before.'));
    server.clock.set(START + 5000);
    const { status, body } = await admin(`PUT ${ROLES}/${id}`, roleOf('after', ['rolesReadAccess']));

    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ id, name: 'after', description: '', createdBy: adminBot.name, createdAt: now, custom: true, enabled: true },
      updatedAt: new Date(START + 5000).toISOString(),
      permissionSets: [{ name: 'rolesReadAccess' }],
    });
    expect(await done(200, `GET ${ROLES}/${id}`)).toEqual(body);
  });

  it('changes what it brings at once', async () => {
    const { id } = await custom('mine', 'usersReadAccess');
    await give(id);
    expect((await asResearcher('GET users')).status).toBe(200);
    await done(200, `PUT ${ROLES}/${id}`, roleOf('mine', ['rolesReadAccess']));

    expect((await asResearcher('GET users')).decision).toMatchObject({ missing: ['users:read'] });
    expect((await asResearcher(`GET ${ROLES}`)).status).toBe(200);
  });

  it('brings nothing while it is disabled, and the same as before once it is enabled', async () => {
    const { id } = await custom('mine', 'usersReadAccess');
    await give(id);
    await done(204, `POST ${ROLES}/${id}/disable`);

    expect((await asResearcher('GET users')).decision).toMatchObject({ missing: ['users:read'] });
    expect(await done(200, `GET ${ROLES}/${id}`)).toMatchObject({ enabled: false, effectiveEnabled: false });
    const mine = (await asResearcher('GET authorization/permissions')).body;
    expect(mine.map(({ resourceType }: { resourceType: string }) => resourceType)).not.toContain('users');
    await done(204, `POST ${ROLES}/${id}/enable`);
    expect((await asResearcher('GET users')).status).toBe(200);
    expect(await done(200, `GET ${ROLES}/${id}`)).toMatchObject({ enabled: true, effectiveEnabled: true });
  });

  it('stays disabled when it is changed, and may be disabled and enabled twice', async () => {
    const { id } = await custom('mine', 'usersReadAccess');
    for (let time = 0; time < 2; time++) await done(204, `POST ${ROLES}/${id}/disable`);
    const changed = await done(200, `PUT ${ROLES}/${id}`, roleOf('mine', ['rolesReadAccess']));
    for (let time = 0; time < 2; time++) await done(204, `POST ${ROLES}/${id}/enable`);

    expect(changed.enabled).toBe(false);
    expect((await done(200, `GET ${ROLES}/${id}`)).enabled).toBe(true);
  });

  it('cannot be given while it is disabled', async () => {
    const { id } = await custom('mine', 'usersReadAccess');
    await done(204, `POST ${ROLES}/${id}/disable`);

    expectRefused(await give(id), 400, 'Field `roleId`: role `mine` is disabled');
    await done(204, `POST ${ROLES}/${id}/enable`);
    expect((await give(id)).status).toBe(201);
  });

  it('cannot be deleted while an access rule uses it', async () => {
    const { id } = await custom('mine', 'usersReadAccess');
    const { body: rule } = await give(id);
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
    expectRefused(await give(id), 404, `role \`${id}\` does not exist`);
    await custom('mine', 'usersReadAccess');
  });

  it.each([
    ['of another custom role', 'taken'],
    ['of another custom role, in other letters', 'TAKEN'],
    ['of a predefined role', 'Viewer'],
    ['of a predefined role, in other letters', 'system ADMINISTRATOR'],
  ])('cannot have the name %s', async (_what, name) => {
    await custom('taken', 'usersReadAccess');
    const { id } = await custom('mine', 'usersReadAccess');
    for (const request of [`POST ${ROLES}`, `PUT ${ROLES}/${id}`]) {
      const refused = await admin(request, roleOf(name, ['usersReadAccess']));

      expectRefused(refused, 409, 'Resource with this name already exists', `\`${name}\``);
    }
    expect((await done(200, `GET ${ROLES}/${id}`)).name).toBe('mine');
  });

  it('can keep its name, in whatever case', async () => {
    const { id } = await custom('mine', 'usersReadAccess');

    expect((await done(200, `PUT ${ROLES}/${id}`, roleOf('Mine', ['usersReadAccess']))).name).toBe('Mine');
  });

  it('is one of many that are made with its name at once', async () => {
    const order = roleOf('race', ['usersReadAccess']);
    const answers = await Promise.all(Array.from({ length: 10 }, () => admin(`POST ${ROLES}`, order)));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });

  const set = () => ({ id: sets['usersReadAccess'] });
  const faults: [field: string, order: () => object, words: string][] = [
    ['name', () => ({ permissionSets: [set()] }), 'is missing'],
    ['name', () => ({ name: '', permissionSets: [set()] }), 'of 1 to 255 characters'],
    ['name', () => ({ name: 'x'.repeat(256), permissionSets: [set()] }), 'of 1 to 255 characters'],
    ['name', () => ({ name: 7, permissionSets: [set()] }), 'a string'],
    ['description', () => ({ ...roleOf('one', []), description: 'x'.repeat(1001), permissionSets: [set()] }), '1000'],
    ['permissionSets', () => ({ name: 'one' }), 'is missing'],
    ['permissionSets', () => ({ name: 'one', permissionSets: [] }), 'of 1 to 100 entries'],
    ['permissionSets', () => ({ name: 'one', permissionSets: Array.from({ length: 101 }, set) }), 'of 1 to 100'],
    ['permissionSets.0.id', () => ({ name: 'one', permissionSets: [{ name: 'usersReadAccess' }] }), 'is missing'],
    ['permissionSets.0.id', () => ({ name: 'one', permissionSets: [{ id: 'usersReadAccess' }] }), '`uuid`'],
    [
      'permissionSets',
      () => ({ name: 'one', permissionSets: [set(), { id: NOTHING }] }),
      `permission set \`${NOTHING}`,
    ],
  ];

  it.each(faults)('is refused for its `%s`', async (field, order, words) => {
    const { id } = await custom('mine', 'usersReadAccess');
    for (const request of [`POST ${ROLES}`, `PUT ${ROLES}/${id}`]) {
      expectRefused(await admin(request, order()), 400, `\`${field}\``, words);
    }
    expect((await done(200, `GET ${ROLES}?filterBy=custom%3D%3Dtrue`)).roles).toHaveLength(1);
  });

  const operations = [
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/enable'],
    ['POST', '/disable'],
  ] as const;

  it.each(operations)('is what can be changed, a predefined one is not: %s {role}%s', async (method, path) => {
    const body = method === 'PUT' ? roleOf('other', ['usersReadAccess']) : undefined;
    const refused = await admin(`${method} ${ROLES}/${VIEWER}${path}`, body);

    expectRefused(refused, 400, 'The role `Viewer` is predefined. Only custom roles can be changed');
    expect(await done(200, `GET ${ROLES}/${VIEWER}`)).toMatchObject({ name: 'Viewer', enabled: true });
  });

  it.each(operations)('that there is not is not found by %s {role}%s', async (method, path) => {
    const body = method === 'PUT' ? roleOf('other', ['usersReadAccess']) : undefined;

    expectRefused(await admin(`${method} ${ROLES}/10001${path}`, body), 404);
  });

  it('of applications is there only where applications are', async () => {
    const id = sets['applicationsReadAccess'];
    const order = { name: 'apps', permissionSets: [{ id }] };

    expect((await admin(`POST ${ROLES}`, order)).status).toBe(201);
    expectRefused(await servers['3.0'].admin(`POST ${ROLES}`, order), 400, `permission set \`${id}\` does not exist`);
  });

  it.runIf(hasDriver)('survives a restart, with whether it counts', async () => {
    const config = { data: join(await emptyFolder(), 'mock.db') };
    const first = await runaiServer(config, { seed: withoutCustomRoles });
    const on = await first.done(201, `POST ${ROLES}`, roleOf('on', ['usersReadAccess']));
    const off = await first.done(201, `POST ${ROLES}`, roleOf('off', ['rolesReadAccess']));
    await first.done(204, `POST ${ROLES}/${off.id}/disable`);
    const { name, secret } = await first.account({ roleId: on.id });
    await first.close();
    const second = await runaiServer(config, { seed: withoutCustomRoles });
    const { body } = await second.login(name, secret);

    expect(await second.done(200, `GET ${ROLES}/${on.id}`)).toEqual(on);
    expect(await second.done(200, `GET ${ROLES}/${off.id}`)).toMatchObject({ name: 'off', enabled: false });
    expect((await second.as(body.accessToken)('GET users')).status).toBe(200);
    expect((await second.done(201, `POST ${ROLES}`, roleOf('new', ['usersReadAccess']))).id).toBe(off.id + 1);
  });
});
