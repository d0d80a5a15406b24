import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { CLUSTER, expectRefused, NOTHING, type RunaiServer, runaiServer, UUID, VISION } from '../../support/runai.ts';

const PATHS = ['workspaces', 'trainings', 'distributed'] as const;
const SPEC = {
  command: '/bin/bash run.sh',
  image: 'nvcr.io/nvidia/nemo:25.04',
  compute: { gpuDevicesRequest: 8, largeShmRequest: true },
  storage: { pvc: [{ path: '/workspace', existingPvc: true, claimName: 'nemo' }] },
  environmentVariables: [{ name: 'A', value: 'b' }],
  furtherMember: null,
};
const createBody = (name: string, changes: object = {}) => ({
  name,
  projectId: VISION,
  clusterId: CLUSTER,
  spec: SPEC,
  ...changes,
});

const server = await runaiServer({ runai: '2.24' });

async function submit(path: string, name: string, changes: object = {}, on: RunaiServer = server) {
  const { status, body } = await on.admin(`POST workloads/${path}`, createBody(name, changes));
  expect(status, JSON.stringify(body)).toBe(202);
  return body;
}

const advance = (by: string, on: RunaiServer) => on.call('POST /_mock/clock/advance', { body: { by } });

/** Starts a server with changes to the Run:ai part of the built-in seed. */
async function startSeededServer(part: object): Promise<RunaiServer> {
  return runaiServer({ runai: '2.24' }, { seed: { extends: 'builtin', runai: part } });
}

describe.each(PATHS)('POST /api/v1/workloads/%s', (path) => {
  it('returns the submitted workload with its id and phases', async () => {
    const body = await submit(path, `new-${path}`);
    const read = await server.admin(`GET workloads/${path}/${body.workloadId}`);

    expect(body).toEqual({
      name: `new-${path}`,
      requestedName: `new-${path}`,
      projectId: VISION,
      clusterId: CLUSTER,
      spec: SPEC,
      workloadId: expect.stringMatching(UUID),
      departmentId: expect.any(String),
      deletedAt: null,
      createdBy: 'ci-bot',
      createdAt: expect.any(String),
      desiredPhase: 'Running',
      actualPhase: 'Pending',
    });
    expect(read).toMatchObject({ status: 200, body });
  });

  it('appends characters to the name with `useGivenNameAsPrefix`', async () => {
    const first = await submit(path, 'data-mover', { useGivenNameAsPrefix: true });
    const second = await submit(path, 'data-mover', { useGivenNameAsPrefix: true });

    expect(first.requestedName).toBe('data-mover');
    expect(first.name).toMatch(/^data-mover-[a-z0-9]+$/);
    expect(second.name).not.toBe(first.name);
  });

  it('rejects an invalid body with 400 and a message that names the error', async () => {
    await submit(path, `taken-${path}`);
    const invalidBodies: [changes: object, message: string][] = [
      [{ name: `taken-${path}` }, 'already exists in this project'],
      [{ name: 'Upper' }, 'lower case'],
      [{ name: '1st' }, 'alphabetic'],
      [{ name: 'a'.repeat(64) }, '63'],
      [{ name: 'a'.repeat(60), useGivenNameAsPrefix: true }, '63'],
      [{ projectId: '4700000' }, 'projectId'],
      [{ clusterId: NOTHING }, 'clusterId'],
      [{ templateId: NOTHING }, 'templateId'],
      [{ spec: { args: 'a'.repeat(10_001) } }, 'args'],
    ];
    for (const [changes, message] of invalidBodies) {
      expectRefused(await server.admin(`POST workloads/${path}`, createBody('fine', changes)), 400, message);
    }
  });

  it('accepts a body without `spec`, and a `spec` with members that are null', async () => {
    await submit(path, `no-spec-${path}`, { spec: undefined, templateId: null });
    await submit(path, `null-spec-${path}`, { spec: null });
    await submit(path, `nulls-${path}`, { spec: { command: null, args: null, image: 'busybox', storage: null } });
  });

  it('creates a workload that is listed only with `deleted=true` after its deletion', async () => {
    const { workloadId, name } = await submit(path, `brief-${path}`);
    const listNames = async (deleted: string) =>
      (await server.done(200, `GET workloads?limit=500${deleted}`)).workloads.map(
        (workload: { name: string }) => workload.name,
      );

    expect(await listNames('')).toContain(name);
    expect(await server.done(202, `DELETE workloads/${path}/${workloadId}`)).toEqual({
      code: 202,
      message: 'Request has been accepted.',
    });
    for (const request of [`GET workloads/${path}/`, `DELETE workloads/${path}/`, 'GET workloads/']) {
      expectRefused(await server.admin(`${request}${workloadId}`), 404);
    }
    expect(await listNames('')).not.toContain(name);
    expect(await listNames('&deleted=true')).toContain(name);
    expect((await submit(path, name)).name).toBe(name);
  });

  it('creates a workload that is not found at the path of another type', async () => {
    const { workloadId } = await submit(path, `typed-${path}`);
    for (const otherPath of PATHS.filter((candidate) => candidate !== path)) {
      expectRefused(await server.admin(`GET workloads/${otherPath}/${workloadId}`), 404);
      expectRefused(await server.admin(`DELETE workloads/${otherPath}/${workloadId}`), 404);
    }
    expectRefused(await server.admin(`GET workloads/${path}/${NOTHING}`), 404);
    expect((await server.done(200, `GET workloads/${workloadId}`)).name).toBe(`typed-${path}`);
  });
});

it('a deleted workload is listed with `deleted=true` for one day', async () => {
  const ownServer = await runaiServer({ runai: '2.24' });
  const { workloadId } = await submit('trainings', 'brief', {}, ownServer);
  await ownServer.done(202, `DELETE workloads/trainings/${workloadId}`);
  const countDeleted = async () => {
    const { status, body } = await ownServer.call('GET /api/v1/workloads?deleted=true', {
      token: await ownServer.tokenOf(admin),
    });
    expect(status).toBe(200);
    return body.workloads.length;
  };

  expect(await countDeleted()).toBe(1);
  await advance('23h59m', ownServer);
  expect(await countDeleted()).toBe(1);
  await advance('1m', ownServer);
  expect(await countDeleted()).toBe(0);
});

describe('the phases of a workload', () => {
  it.each([
    ['trainings', SPEC, ['Pending', 'Running', 'Completed']],
    ['workspaces', { image: 'jupyter' }, ['Pending', 'Running', 'Running']],
    ['workspaces', { command: 'sh -c', args: "'exit'" }, ['Pending', 'Running', 'Completed']],
  ] as const)('change with the clock: %s, case %$', async (path, spec, phases) => {
    const ownServer = await runaiServer({ runai: '2.24' });
    const { workloadId } = await submit(path, 'timed', { spec }, ownServer);
    const readPhases = async () => [
      (await ownServer.done(200, `GET workloads/${workloadId}`)).phase,
      (await ownServer.done(200, `GET workloads/${path}/${workloadId}`)).actualPhase,
    ];

    expect(await readPhases()).toEqual([phases[0], phases[0]]);
    await advance('4999ms', ownServer);
    expect(await readPhases()).toEqual([phases[0], phases[0]]);
    await advance('1ms', ownServer);
    expect(await readPhases()).toEqual([phases[1], phases[1]]);
    await advance('60s', ownServer);
    expect(await readPhases()).toEqual([phases[2], phases[2]]);
  });

  it('have the durations and failures of the seed', async () => {
    const workloadPhases = { pendingSeconds: 1, runningSeconds: 2, failing: ['bad-job'] };
    const id = 'AD0C5B1E-2F5A-4A43-9A53-0B5A3C1F0001';
    const failing = { id, name: 'broken', type: 'Training', fails: true, projectId: VISION };
    const ownServer = await startSeededServer({ workloadPhases, workloads: [failing] });
    const { workloadId } = await submit('trainings', 'bad-job', {}, ownServer);
    const successful = await submit('trainings', 'good-job', {}, ownServer);
    const readPhases = async () =>
      Promise.all(
        [id, workloadId, successful.workloadId].map(
          async (id) => (await ownServer.done(200, `GET workloads/${id}`)).phase as string,
        ),
      );

    expect(await readPhases()).toEqual(['Pending', 'Pending', 'Pending']);
    await advance('1s', ownServer);
    expect(await readPhases()).toEqual(['Running', 'Running', 'Running']);
    await advance('2s', ownServer);
    expect(await readPhases()).toEqual(['Failed', 'Failed', 'Completed']);
    const ended = await ownServer.done(200, 'GET workloads?filterBy=completedAt%3E%3D2026-01-15');
    expect(ended.workloads.map(({ name }: { name: string }) => name).sort()).toEqual(['bad-job', 'broken', 'good-job']);
    expect((await ownServer.done(200, 'GET workloads?filterBy=phase%3D%3DFailed')).workloads).toHaveLength(2);
  });

  it('are upcoming events of the clock', async () => {
    const ownServer = await runaiServer({ runai: '2.24' });
    const { workloadId } = await submit('trainings', 'watched', {}, ownServer);
    const { body: clock } = await ownServer.call('GET /_mock/clock');
    const { body } = await ownServer.call('POST /_mock/clock/advance', { body: { to: 'next-event' } });

    expect(clock.upcoming.flatMap(({ phase }: { phase?: string }) => phase ?? [])).toEqual(['Running', 'Completed']);
    expect(body.events).toMatchObject([{ kind: 'workload.phase', workloadId, phase: 'Running' }]);
  });

  it('do not change with the clock if the seed sets a phase', async () => {
    const ownServer = await runaiServer({ runai: '2.24' });
    const before = (await ownServer.done(200, 'GET workloads')).workloads;
    await advance('30m', ownServer);

    expect((await ownServer.done(200, 'GET workloads')).workloads).toEqual(before);
  });
});

it('2.19 returns 200 for a submission and 204 for a deletion', async () => {
  const ownServer = await runaiServer({ runai: '2.19' });
  const { status, body } = await ownServer.admin('POST workloads/trainings', createBody('old'));
  const deletion = await ownServer.admin(`DELETE workloads/trainings/${body.workloadId}`);

  expect(status).toBe(200);
  expect(body).not.toHaveProperty('deletedAt');
  expect(deletion.status).toBe(204);
});
