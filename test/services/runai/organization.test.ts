import { describe, expect, it } from 'vitest';
import { cast } from '../../support/cast.ts';
import {
  CLUSTER,
  EDITOR,
  expectRefused,
  NOTHING,
  PLATFORM,
  RESEARCH,
  type RunaiServer,
  runaiServer,
  SPEECH,
  SYSTEM_ADMINISTRATOR,
  TENANT,
  TOOLING,
  VIEWER,
  VISION,
} from '../../support/runai.ts';
import { START } from '../../support/server.ts';

const createdAt = new Date(START).toISOString();
/** The id of the cluster if there is none (RFC 9562, 5.9). */
const NIL = '00000000-0000-0000-0000-000000000000';
const DEPARTMENTS = 'org-unit/departments';
const PROJECTS = 'org-unit/projects';

const cluster = {
  uuid: CLUSTER,
  name: 'cluster-a',
  tenantId: Number(TENANT),
  createdAt,
  updatedAt: createdAt,
  deletedAt: null,
  deleteRequestedAt: null,
};
const noResources = { totalResources: { gpuQuota: 0, cpuQuota: 0, memoryQuota: 0 }, resources: [] };
const createDepartment = (id: string, name: string) => ({
  id,
  name,
  clusterId: CLUSTER,
  description: '',
  createdAt,
  updatedAt: createdAt,
  ...noResources,
});
const departments = [createDepartment(RESEARCH, 'research'), createDepartment(PLATFORM, 'platform')];
/** The members that the published document requires. Ids are strings. */
const createProject = (id: string, name: string, parentId: string) => ({
  ...createDepartment(id, name),
  parentId,
  status: { namespace: `runai-${name}`, phase: 'Ready' },
  requestedNamespace: null,
  effective: {},
  enforceRunaiScheduler: false,
});
const projects = [
  createProject(VISION, 'vision', RESEARCH),
  createProject(SPEECH, 'speech', RESEARCH),
  createProject(TOOLING, 'tooling', PLATFORM),
];
const createWorkload = (index: number, projectId: string, projectName: string, phase: string, runningPods: number) => ({
  id: `b2a5c7d0-1e3f-4c8a-8b6d-9f0e1d2c000${index}`,
  name: `train-${projectName}`,
  type: 'Training',
  phase,
  source: 'Other',
  category: 'Train',
  priority: null,
  priorityClassName: 'low',
  tenantId: Number(TENANT),
  clusterId: CLUSTER,
  departmentId: RESEARCH,
  departmentName: 'research',
  projectId,
  projectName,
  namespace: `runai-${projectName}`,
  k8sPhase: phase,
  conditions: [],
  runningPods,
  createdAt,
  updatedAt: createdAt,
  phaseUpdatedAt: createdAt,
  k8sPhaseUpdatedAt: createdAt,
  deletedAt: null,
});
const workloads = [
  createWorkload(1, VISION, 'vision', 'Running', 1),
  createWorkload(2, SPEECH, 'speech', 'Completed', 0),
];

/** The built-in world without its workspace and its distributed training. */
const ONLY_TRAININGS = {
  extends: 'builtin',
  runai: {
    workloads: [3, 4].map((index) => ({ id: `b2a5c7d0-1e3f-4c8a-8b6d-9f0e1d2c000${index}`, remove: true })),
  },
};

const servers: Readonly<Record<string, RunaiServer>> = {
  '2.19': await runaiServer({ runai: '2.19' }, { seed: ONLY_TRAININGS }),
  '2.24': await runaiServer({}, { seed: ONLY_TRAININGS }),
  '3.0': await runaiServer({ runai: '3.0' }, { seed: ONLY_TRAININGS }),
};
const server = servers['2.24'] as RunaiServer;
const { admin, done } = server;

const responses: [path: string, body: unknown][] = [
  ['tenants', [{ id: Number(TENANT), name: 'acme', displayName: 'acme', status: 'Ready' }]],
  ['clusters', [cluster]],
  ['clusters/minimal', [{ uuid: CLUSTER, name: 'cluster-a' }]],
  [`clusters/${CLUSTER}`, cluster],
  [DEPARTMENTS, { departments }],
  [`${DEPARTMENTS}/${PLATFORM}`, departments[1]],
  [PROJECTS, { projects }],
  [`${PROJECTS}/${TOOLING}`, projects[2]],
  ['workloads', { workloads }],
];

it.each(Object.keys(servers))('version %s returns the units and workloads of the cast', async (profile) => {
  for (const [path, body] of responses)
    expect(await (servers[profile] as RunaiServer).done(200, `GET ${path}`), path).toEqual(body);
});

it.each<[path: string, body: unknown]>([
  [`clusters/${CLUSTER.toUpperCase()}`, cluster],
  ['clusters?verbosity=metadata&includeRequestedForDelete=true', [cluster]],
  [`clusters/${CLUSTER}?verbosity=full`, cluster],
  [`${DEPARTMENTS}?verbosity=verbose`, { departments }],
  [`${DEPARTMENTS}/count`, { count: 2 }],
  [`${PROJECTS}/count`, { count: 3 }],
  ['workloads/count', { count: 2 }],
  [`${PROJECTS}/count?search=I`, { count: 2 }],
])('GET %s returns the units or their number', async (path, body) => {
  expect(await done(200, `GET ${path}`)).toEqual(body);
});

describe('paging', () => {
  const readPage = async (path: string) => {
    const { next, ...rest } = await done(200, `GET ${path}`);
    return [(Object.values(rest).flat() as { name: string }[]).map(({ name }) => name), next];
  };

  it.each([
    [`${DEPARTMENTS}?limit=1`, ['research'], 1],
    [`${DEPARTMENTS}?offset=2`, [], undefined],
    [`${PROJECTS}?search=i&sortBy=name&limit=1`, ['tooling'], 1],
    ['workloads?limit=1', ['train-vision'], 1],
  ])('of %s returns %j and the next offset', async (path, names, next) => {
    expect(await readPage(path)).toEqual([names, next]);
  });
});

describe('filterBy', () => {
  const DAY = createdAt.slice(0, 10);
  const filters: [list: string, filter: string, names: readonly string[]][] = [
    [DEPARTMENTS, `clusterId==${CLUSTER}`, ['research', 'platform']],
    [DEPARTMENTS, 'totalGpuQuota>=0.5', []],
    [DEPARTMENTS, 'name=@form,totalGpuQuota<=0', ['platform']],
    [DEPARTMENTS, `createdAt>=${DAY}`, ['research', 'platform']],
    [PROJECTS, `departmentId==${PLATFORM}`, ['tooling']],
    [PROJECTS, `parentId!=${PLATFORM}`, ['vision', 'speech']],
    [PROJECTS, 'parentName=$FORM', ['tooling']],
    [PROJECTS, 'phase==Ready', ['vision', 'speech', 'tooling']],
    [PROJECTS, `createdAt<=${createdAt},name=^sp`, ['speech']],
    ['workloads', 'phase==Running', ['train-vision']],
    ['workloads', `projectId==${SPEECH}`, ['train-speech']],
    ['workloads', `departmentId==${RESEARCH},type==Training`, ['train-vision', 'train-speech']],
    ['workloads', 'category==Train,priorityClassName==low', ['train-vision', 'train-speech']],
    ['workloads', `phaseUpdatedAt>=${DAY}`, ['train-vision', 'train-speech']],
  ];

  it.each(filters)('of %s finds and counts the matching objects: `%s`', async (list, filter, names) => {
    const query = `filterBy=${encodeURIComponent(filter)}`;
    const { next: _, ...body } = await done(200, `GET ${list}?${query}`);

    expect((Object.values(body).flat() as { name: string }[]).map(({ name }) => name)).toEqual(names);
    expect(await done(200, `GET ${list}/count?${query}`)).toEqual({ count: names.length });
  });

  const measures = ['24h', '7d', '30d'].flatMap((range) =>
    ['Allocation', 'Utilization', 'MemoryUtilization'].map((measure) => `avgGpu${measure}${range}`),
  );
  const fieldsWithoutValues = [
    ...[DEPARTMENTS, PROJECTS].flatMap((list) => [...measures, 'gpuAllocated'].map((field) => [list, field, '1.5'])),
    ...[
      'allocatedGPU',
      'idleGpus',
      'idleAllocatedGpus',
      'totalPendingTimeSeconds',
      'totalRunningTimeSeconds',
      'priority',
    ].map((field) => ['workloads', field, '0']),
    ...['deletedAt', 'completedAt', 'guaranteedRuntimeEndsAt'].map((field) => ['workloads', field, DAY]),
    ...['submittedBy', 'nodepool', 'distributedFramework', 'aiApplicationId', 'aiApplicationName'].map((field) => [
      'workloads',
      field,
      'x',
    ]),
  ] as [list: string, field: string, value: string][];

  it('accepts documented fields without values, and finds nothing by them', async () => {
    const count = async (list: string, filter: string) =>
      (await done(200, `GET ${list}/count?filterBy=${encodeURIComponent(filter)}`)).count;
    for (const [list, field, value] of fieldsWithoutValues) {
      expect(await count(list, `${field}==${value}`), `${list}: ${field}`).toBe(0);
      expect((await admin(`GET ${list}?sortBy=${field}`)).status, `${list}: ${field}`).toBe(200);
    }
  });

  it.each([['totalGpuQuota>=.5', 'the value of `totalGpuQuota` must be a number']])(
    '`%s` is rejected with 400',
    async (filter, problem) => {
      for (const list of [DEPARTMENTS, PROJECTS, `${DEPARTMENTS}/count`, `${PROJECTS}/count`]) {
        const answer = await admin(`GET ${list}?filterBy=${encodeURIComponent(filter)}`);
        expectRefused(answer, 400, '`filterBy`', problem);
      }
    },
  );
});

it.each([
  [PROJECTS, 'parentName', ['tooling', 'vision', 'speech']],
  [PROJECTS, 'phase', ['vision', 'speech', 'tooling']],
  [DEPARTMENTS, 'createdAt', ['research', 'platform']],
  ['workloads', 'name', ['train-speech', 'train-vision']],
])('sortBy of %s sorts by %s', async (list, field, names) => {
  const { next: _, ...body } = await done(200, `GET ${list}?sortBy=${field}`);

  expect((Object.values(body).flat() as { name: string }[]).map(({ name }) => name)).toEqual(names);
});

it.each([
  ['search=SPEECH', 1],
  ['search=research', 2],
  ['deleted=true', 0],
  ['deleted=false', 2],
])('workloads?%s returns %d workloads', async (query, count) => {
  expect((await done(200, `GET workloads?${query}`)).workloads).toHaveLength(count);
  expect(await done(200, `GET workloads/count?${query}`)).toEqual({ count });
});

describe('visibility', () => {
  const scopes = {
    platform: { scopeType: 'department', scopeId: PLATFORM },
    speech: { scopeType: 'project', scopeId: SPEECH },
  } as const;
  const selectNames = (rows: readonly { name: string }[]) => rows.map(({ name }) => name);

  it('with roles in several parts of the tenant: pages contain all of them', async () => {
    const { call } = await server.account(
      { roleId: VIEWER, ...scopes.speech },
      { roleId: EDITOR, ...scopes.platform },
      { roleId: SYSTEM_ADMINISTRATOR, ...scopes.speech },
    );
    const first = (await call(`GET ${PROJECTS}?limit=1`)).body;
    const second = (await call(`GET ${PROJECTS}?limit=1&offset=${first.next}`)).body;

    expect(selectNames(first.projects)).toEqual(['speech']);
    expect(first.next).toBe(1);
    expect(selectNames(second.projects)).toEqual(['tooling']);
    expect(second).not.toHaveProperty('next');
    expect(selectNames((await call(`GET ${DEPARTMENTS}`)).body.departments)).toEqual(['platform']);
  });

  it('only roles with the read permission of a unit make it visible', async () => {
    const { permissionSets } = await done(200, 'GET authorization/permission-sets');
    const set = permissionSets.find(({ name }: { name: string }) => name === 'departmentsReadAccess');
    const role = { name: 'departments-only', permissionSets: [{ id: set.id }] };
    const { id } = await done(201, 'POST /api/v2/authorization/roles', role);
    const { call } = await server.account({ roleId: id }, { roleId: VIEWER, ...scopes.speech });

    expect(selectNames((await call(`GET ${DEPARTMENTS}`)).body.departments)).toEqual(['research', 'platform']);
    expect(selectNames((await call(`GET ${PROJECTS}`)).body.projects)).toEqual(['speech']);
    expect((await call(`GET ${PROJECTS}/${VISION}`)).decision.reason).toBe('resource_mismatch');
  });

  it.each([
    `clusters/${NOTHING}`,
    `${DEPARTMENTS}/${VISION}`,
    `${DEPARTMENTS}/research`,
    `${PROJECTS}/${RESEARCH}`,
    `${PROJECTS}/0`,
  ])('GET %s returns 404 for every caller', async (path) => {
    const { call } = await server.account({ roleId: VIEWER, ...scopes.speech });
    for (const send of [admin, call]) {
      const answer = await send(`GET ${path}`);
      expectRefused(answer, 404);
      expect(answer.decision.reason).toBe('no_such_object');
    }
  });
});

it.each([
  ['Workspace', 'Build', 'high'],
  ['Distributed', 'Train', 'low'],
  ['Inference', 'Deploy', 'very-high'],
  ['DistributedInference', 'Deploy', 'very-high'],
  ['runai-job', '', ''],
])('a seeded workload has the defaults of its type: %s', async (type, category, priorityClassName) => {
  const seed = {
    tenant: cast.tenant,
    serviceAccounts: cast.serviceAccounts,
    projects: [{ id: VISION, name: 'vision' }],
    workloads: [{ id: NOTHING, name: 'example', type, phase: 'Pending', projectId: VISION }],
  };
  const { workloads: seeded } = await (await runaiServer({}, { seed: { runai: seed } })).done(200, 'GET workloads');

  expect(seeded).toMatchObject([
    { category, priorityClassName, clusterId: NIL, departmentId: '', departmentName: '', k8sPhase: 'Pending' },
  ]);
});

describe('seeded units without a cluster or department', () => {
  const parts = { departments: [{ id: RESEARCH, name: 'research' }], projects: [{ id: VISION, name: 'vision' }] };
  const tenant = { tenant: cast.tenant, serviceAccounts: cast.serviceAccounts };
  const startServer = (seed: object) => runaiServer({}, { seed: { runai: { ...tenant, ...parts, ...seed } } });

  it('belong to the first cluster', async () => {
    const world = await startServer({ clusters: [CLUSTER, NOTHING].map((id) => ({ id, name: id })) });

    for (const list of [DEPARTMENTS, PROJECTS]) {
      expect(await world.done(200, `GET ${list}/count?filterBy=clusterId==${CLUSTER}`)).toEqual({ count: 1 });
      const { call } = await world.account({ roleId: VIEWER, scopeType: 'cluster', scopeId: CLUSTER });
      const [visible] = Object.values((await call(`GET ${list}`)).body) as { clusterId: string }[][];
      expect(visible?.map(({ clusterId }) => clusterId)).toEqual([CLUSTER]);
    }
  });

  it('have the nil UUID as their cluster if there is none, and no parent', async () => {
    const world = await startServer({});

    expect(await world.done(200, `GET ${DEPARTMENTS}/${RESEARCH}`)).toMatchObject({ clusterId: NIL });
    expect(await world.done(200, `GET ${PROJECTS}/${VISION}`)).toMatchObject({ clusterId: NIL, parentId: '' });
    expect(await world.done(200, `GET ${PROJECTS}/count?filterBy=clusterId==${NIL}`)).toEqual({ count: 1 });
  });

  const workload = { id: NOTHING, name: 'example', type: 'Training', phase: 'Running', projectId: VISION };
  it.each([
    ['clusters[0].id', { clusters: [{ id: 'cluster-a', name: 'a' }] }],
    ['departments[0].clusterId', { departments: [{ id: RESEARCH, name: 'research', clusterId: 'cluster-a' }] }],
    ['workloads[0].id', { workloads: [{ ...workload, id: 'one' }] }],
    ['workloads[0].phase', { workloads: [{ ...workload, phase: 'running' }] }],
  ])('are rejected if %s does not match the document', async (path, seed) => {
    await expect(startServer(seed)).rejects.toThrow(`runai.${path}`);
  });
});

it('a seeded project without a cluster belongs to the cluster of its department', async () => {
  const seed = {
    tenant: cast.tenant,
    serviceAccounts: cast.serviceAccounts,
    clusters: [CLUSTER, NOTHING].map((id) => ({ id, name: id })),
    departments: [{ id: RESEARCH, name: 'research', clusterId: CLUSTER }],
    projects: [{ id: VISION, name: 'vision', departmentId: RESEARCH }],
  };
  const world = await runaiServer({}, { seed: { runai: seed } });
  const readVisible = async (scopeId: string) => {
    const { call } = await world.account({ roleId: VIEWER, scopeType: 'cluster', scopeId });
    const { projects: visible } = (await call(`GET ${PROJECTS}`)).body;
    expect(visible.map(({ clusterId }: { clusterId: string }) => clusterId)).toEqual(visible.map(() => CLUSTER));
    return [visible.map(({ name }: { name: string }) => name), (await call(`GET ${PROJECTS}/${VISION}`)).status];
  };

  expect(await readVisible(CLUSTER)).toEqual([['vision'], 200]);
  expect(await readVisible(NOTHING)).toEqual([[], 403]);
});
