import { describe, expect, it } from 'vitest';
import { listHints } from '../../support/hints.ts';
import {
  ACME,
  type Caller,
  DEFINITION,
  deploy,
  environment,
  expectInvalid,
  expectProblem,
  inPath,
  mediaTypeOf,
  NOBODY,
  nvcfServer,
  type Place,
  SPECIFICATION,
} from '../../support/nvcf-client.ts';
import { resetTestServer, START } from '../../support/server.ts';

const MINUTE = 60_000;
const NOW = new Date(START).toISOString();
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const server = await nvcfServer();
/** A server that tests reset to the built-in cast. */
const resettable = await nvcfServer();
const { acme, globex, create, deployed } = server;

const readStatus = async (place: Place, caller: Caller = acme) =>
  (await caller(`GET ${inPath(place)}`)).body.function.status;
const readDeployment = async (place: Place) => (await acme(`GET deployments/${inPath(place)}`)).body.deployment;
const TOO_FEW = "Invalid request: 'minInstances' must be lesser than or equal to 'maxInstances'";
const HELM = { containerImage: undefined, helmChart: 'chart.tgz', helmChartServiceName: 'entry' };
const SCALING = {
  scaleUpDetails: {
    metric: 'utilization',
    factor: 1.5,
    threshold: 80,
    stickiness: { size: 'PT30M', threshold: 'PT5M' },
  },
  scaleDownDetails: { factor: 0.5, threshold: 20 },
};
const specify = (...items: readonly object[]) => ({ deploymentSpecifications: items });
const notDeployed = ({ functionId, versionId }: Place) =>
  `Function id '${functionId}', version '${versionId}': Deployment not found`;

describe('deploying', () => {
  it('changes the status of a version to ACTIVE immediately', async () => {
    const place = await create({ name: 'up' });
    expect(await readStatus(place)).toBe('INACTIVE');
    const { status, body, headers } = await acme(`POST deployments/${inPath(place)}`, specify(SPECIFICATION));

    expect(status).toBe(200);
    expect(mediaTypeOf({ headers })).toBe('application/json');
    expect(body).toEqual({
      deployment: {
        functionId: place.functionId,
        functionVersionId: place.versionId,
        deploymentId: expect.stringMatching(UUID),
        functionName: 'up',
        ncaId: ACME,
        functionStatus: 'ACTIVE',
        deploymentSpecifications: [{ ...SPECIFICATION, gpuSpecificationId: expect.stringMatching(UUID) }],
        createdAt: NOW,
        lastUpdatedAt: NOW,
      },
    });
    expect(await readStatus(place)).toBe('ACTIVE');
    expect(await readDeployment(place)).toEqual(body.deployment);
  });

  it('stores every documented member of a specification, but no unknown members', async () => {
    const place = await create(HELM);
    const specification = {
      ...SPECIFICATION,
      clusters: ['acme-1'],
      regions: ['us-west-1'],
      attributes: ['fast'],
      availabilityZones: ['a'],
      maxRequestConcurrency: 16_384,
      configuration: { replicas: 2 },
      cpuArch: 'arm64',
      os: 'linux',
      driverVersion: '550',
      storage: '80G',
      systemMemory: '64G',
      gpuMemory: '48G',
      autoscalingConfiguration: SCALING,
      helmValidationPolicy: {
        name: 'Unrestricted',
        extraKubernetesTypes: [{ group: 'apps', version: 'v1', kind: 'DaemonSet' }],
      },
    };
    const sent = {
      ...specification,
      color: 'red',
      autoscalingConfiguration: { ...SCALING, speed: 'high' },
      helmValidationPolicy: { ...specification.helmValidationPolicy, mood: 'good' },
    };
    const { body } = await acme(
      `POST deployments/${inPath(place)}`,
      specify(sent, { ...SPECIFICATION, gpu: 'H100', minInstances: 0, backend: 'acme-1' }),
    );
    const [first, second] = body.deployment.deploymentSpecifications;

    expect(first).toEqual({ ...specification, gpuSpecificationId: expect.stringMatching(UUID) });
    expect(second).toMatchObject({ gpu: 'H100', minInstances: 0, backend: 'acme-1' });
    expect(first.gpuSpecificationId).not.toBe(second.gpuSpecificationId);
  });

  it.each([
    ['`minInstances` above `maxInstances`', { minInstances: 3 }, TOO_FEW],
    ['a maximum of 0 instances', { minInstances: 0, maxInstances: 0 }, 'maxInstances'],
    ['a negative number', { minInstances: -1 }, 'minInstances'],
  ])('rejects %s, also in the second specification', async (_what, members, word) => {
    const place = await create();
    const request = `POST deployments/${inPath(place)}`;
    const invalid = { ...SPECIFICATION, ...members };

    for (const body of [specify(invalid), specify(SPECIFICATION, invalid)]) {
      expectInvalid(await acme(request, body), request, word);
    }
    expect(await readStatus(place)).toBe('INACTIVE');
  });

  it('is rejected for a deployed version, with the request that changes its deployment', async () => {
    const place = await deployed();
    const { deploymentId } = await readDeployment(place);
    const request = `POST deployments/${inPath(place)}`;
    const answer = await acme(request, specify(SPECIFICATION));

    expectProblem(answer, request, 400, expect.stringContaining(`'${place.versionId}'`));
    expect(answer.body.detail).toContain(`PATCH /v2/nvcf/deployments/${deploymentId}/gpu-specifications/`);
  });

  it('succeeds for only one of several concurrent requests', async () => {
    const place = await create();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => acme(`POST deployments/${inPath(place)}`, specify(SPECIFICATION))),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
  });
});

describe('a deploy time', () => {
  it('is the exact time that a version is DEPLOYING', async () => {
    const world = await resetTestServer(resettable);
    const place = await world.create(environment({ NV_AUTH_MOCK_DEPLOY_TIME: '2m' }));
    const { body } = await deploy(world.acme, place);

    expect(body.deployment.functionStatus).toBe('DEPLOYING');
    world.clock.set(START + 2 * MINUTE - 1);
    expect(await readStatus(place, world.acme)).toBe('DEPLOYING');
    expect((await world.acme(`GET deployments/${inPath(place)}`)).body.deployment.functionStatus).toBe('DEPLOYING');
    world.clock.set(START + 2 * MINUTE);
    expect(await readStatus(place, world.acme)).toBe('ACTIVE');
    expect((await world.acme(`GET deployments/${inPath(place)}`)).body.deployment.functionStatus).toBe('ACTIVE');
  });

  it('causes one event when the clock is advanced past it', async () => {
    const world = await resetTestServer(resettable);
    const place = await world.create(environment({ NV_AUTH_MOCK_DEPLOY_TIME: 'PT2M' }));
    await deploy(world.acme, place);
    const advance = async (by: string) =>
      (await world.call('POST /_mock/clock/advance', { body: { by } })).body.events.filter(
        ({ kind }: { kind: string }) => kind === 'function.deployed',
      );

    expect(await advance('119s')).toEqual([]);
    expect(await advance('1s')).toEqual([
      { at: new Date(START + 2 * MINUTE).toISOString(), kind: 'function.deployed', ...place, name: 'made' },
    ]);
    expect(await advance('1h')).toEqual([]);
  });

  it.each(['1000000d', '4000000000d', `P${'9'.repeat(30)}D`])('of %s is accepted or rejected', async (text) => {
    const { status, body } = await acme('POST functions', {
      ...DEFINITION,
      ...environment({ NV_AUTH_MOCK_DEPLOY_TIME: text }),
    });
    if (status === 400) return;
    const place = { functionId: body.function.id, versionId: body.function.versionId };
    await deploy(acme, place);

    expect(await readStatus(place)).toBe('DEPLOYING');
  });

  it('starts with each deployment, and causes no event if the deployment is deleted', async () => {
    const world = await resetTestServer(resettable);
    const place = await world.create(environment({ NV_AUTH_MOCK_DEPLOY_TIME: '2m' }));
    await deploy(world.acme, place);
    await world.acme(`DELETE deployments/${inPath(place)}`);
    expect((await world.call('POST /_mock/clock/advance', { body: { by: '5m' } })).body.events).toEqual([]);

    await deploy(world.acme, place);
    expect(await readStatus(place, world.acme)).toBe('DEPLOYING');
    await world.call('POST /_mock/clock/advance', { body: { by: '2m' } });
    expect(await readStatus(place, world.acme)).toBe('ACTIVE');
  });
});

describe('a deployment', () => {
  it('is updated by PUT', async () => {
    const world = await resetTestServer(resettable);
    const place = await world.deployed();
    const before = (await world.acme(`GET deployments/${inPath(place)}`)).body.deployment;
    const [{ gpuSpecificationId }] = before.deploymentSpecifications;
    world.clock.set(START + MINUTE);
    const request = `PUT deployments/${inPath(place)}`;
    const { status, body } = await world.acme(request, specify({ minInstances: 0, maxInstances: 5 }));

    expect(status).toBe(200);
    expect(body.deployment).toEqual({
      ...before,
      deploymentSpecifications: [{ ...SPECIFICATION, minInstances: 0, maxInstances: 5, gpuSpecificationId }],
      lastUpdatedAt: new Date(START + MINUTE).toISOString(),
    });
  });

  it('keeps its GPU and instance type, and an attempt to change them is a hint', async () => {
    const world = await resetTestServer(resettable);
    const place = await world.deployed();
    const request = `PUT deployments/${inPath(place)}`;
    const change = async (members: object) => {
      const update = specify({ minInstances: 0, maxInstances: 5, ...members });
      const { deployment } = (await world.acme(request, update)).body;
      return deployment.deploymentSpecifications[0];
    };
    const { gpu, instanceType } = await change({ gpu: SPECIFICATION.gpu, instanceType: SPECIFICATION.instanceType });
    expect(await listHints(world)).toEqual([]);

    expect(await change({ gpu: 'H100', instanceType: 'other' })).toMatchObject({ gpu, instanceType });

    const hints = await listHints(world);
    expect(hints).toMatchObject([
      { code: 'ignored_field', text: expect.stringContaining(`it stays \`${gpu}\``) },
      { code: 'ignored_field', text: expect.stringContaining(`it stays \`${instanceType}\``) },
    ]);
  });

  it('is not updated with `minInstances` above `maxInstances`', async () => {
    const place = await deployed();
    const before = await readDeployment(place);
    const request = `PUT deployments/${inPath(place)}`;

    expectInvalid(await acme(request, specify({ minInstances: 3, maxInstances: 2 })), request, TOO_FEW);
    expect(await readDeployment(place)).toEqual(before);
  });

  it('is not updated with two changes of the same specification', async () => {
    const place = await create();
    const both = specify(SPECIFICATION, { ...SPECIFICATION, gpu: 'H100' });
    await acme(`POST deployments/${inPath(place)}`, both);
    const before = await readDeployment(place);
    const [{ gpuSpecificationId }] = before.deploymentSpecifications;
    const request = `PUT deployments/${inPath(place)}`;
    const changes = [gpuSpecificationId, gpuSpecificationId.toUpperCase()].map((id, minInstances) => {
      return { ...SPECIFICATION, minInstances, maxInstances: 5, gpuSpecificationId: id };
    });

    expectProblem(await acme(request, specify(...changes)), request, 400, expect.stringContaining('must match'));
    expect(await readDeployment(place)).toEqual(before);
  });

  it('has specifications that are updated by PATCH', async () => {
    const world = await resetTestServer(resettable);
    const place = await world.create();
    const { body } = await world.acme(
      `POST deployments/${inPath(place)}`,
      specify(SPECIFICATION, { ...SPECIFICATION, gpu: 'H100' }),
    );
    const { deploymentId, deploymentSpecifications } = body.deployment;
    const [first, second] = deploymentSpecifications;
    const request = `PATCH deployments/${deploymentId}/gpu-specifications/${second.gpuSpecificationId}`;
    world.clock.set(START + MINUTE);
    const answer = await world.acme(request, {
      minInstances: 2,
      maxInstances: 4,
      autoscalingConfiguration: SCALING,
      gpu: 'GB200',
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      gpuSpecification: { ...second, minInstances: 2, maxInstances: 4, autoscalingConfiguration: SCALING },
    });
    const after = (await world.acme(`GET deployments/${deploymentId}`)).body.deployment;
    expect(after.deploymentSpecifications).toEqual([first, answer.body.gpuSpecification]);
    expect(after).toMatchObject({ createdAt: NOW, lastUpdatedAt: new Date(START + MINUTE).toISOString() });
  });

  it('keeps its autoscaling configuration until the policy is PLATFORM_CONFIGURATION', async () => {
    const { deploymentId, deploymentSpecifications } = await readDeployment(await deployed());
    const [before] = deploymentSpecifications;
    const request = `PATCH deployments/${deploymentId}/gpu-specifications/${before.gpuSpecificationId}`;
    const patch = async (body: object) => (await acme(request, body)).body.gpuSpecification;
    const custom = { autoscalingConfiguration: SCALING };
    const platform = { autoscalingConfigurationPolicy: 'PLATFORM_CONFIGURATION' };

    const policy = 'CUSTOM_CONFIGURATION';
    expect(await patch({ ...custom, autoscalingConfigurationPolicy: policy })).toEqual({ ...before, ...custom });
    expect(await patch({ autoscalingConfigurationPolicy: policy })).toEqual({ ...before, ...custom });
    expect(await patch(platform)).toEqual(before);
    expect(await patch({ ...platform, ...custom, maxInstances: 3 })).toEqual({ ...before, maxInstances: 3 });
    expectInvalid(await acme(request, { autoscalingConfigurationPolicy: 'MINE' }), request, 'PLATFORM_CONFIGURATION');
    expect(await listHints(server)).not.toContainEqual(expect.objectContaining({ code: 'undocumented_field' }));
  });

  it('is not updated to `minInstances` above `maxInstances`, if only one of them is sent', async () => {
    const place = await deployed();
    const { deploymentId, deploymentSpecifications } = await readDeployment(place);
    const request = `PATCH deployments/${deploymentId}/gpu-specifications/${deploymentSpecifications[0].gpuSpecificationId}`;

    for (const [body, min, max] of [
      [{ minInstances: 3 }, 3, 2],
      [{ minInstances: 2, maxInstances: 1 }, 2, 1],
    ] as const) {
      const text = `Invalid request: minInstances '${min}' must be lesser than or equal to maxInstances '${max}'`;
      expectProblem(await acme(request, body), request, 400, text);
    }
    expectInvalid(await acme(request, { maxInstances: 0 }), request, 'maxInstances');
    expect((await readDeployment(place)).deploymentSpecifications).toEqual(deploymentSpecifications);
    expect((await acme(request, { maxInstances: 1 })).body.gpuSpecification).toMatchObject({
      minInstances: 1,
      maxInstances: 1,
    });
  });

  it('is deleted by DELETE, which returns the function', async () => {
    const place = await deployed();
    const { deploymentId, deploymentSpecifications } = await readDeployment(place);
    const { status, body } = await acme(`DELETE deployments/${inPath(place)}?graceful=true`);

    expect(status).toBe(200);
    expect(body).toEqual({ function: expect.objectContaining({ versionId: place.versionId, status: 'INACTIVE' }) });
    expect(await readStatus(place)).toBe('INACTIVE');
    const id = deploymentSpecifications[0].gpuSpecificationId;
    for (const [request, sent] of [
      [`GET deployments/${deploymentId}`, undefined],
      [`PATCH deployments/${deploymentId}/gpu-specifications/${id}`, { maxInstances: 2 }],
    ] as const) {
      const detail = `Deployment id '${deploymentId}': Not found in account '${ACME}'`;
      expectProblem(await acme(request, sent), request, 404, detail);
    }
    expect((await deploy(acme, place)).body.deployment.deploymentId).not.toBe(deploymentId);
  });

  it('is deleted with its version', async () => {
    const place = await deployed();
    const { deploymentId } = await readDeployment(place);
    expect((await acme(`DELETE ${inPath(place)}`)).status).toBe(204);

    expect((await acme(`GET deployments/${deploymentId}`)).status).toBe(404);
    expect((await acme(`GET deployments/${inPath(place)}`)).status).toBe(404);
  });
});

describe('404 is returned:', () => {
  it.each([['GET'], ['DELETE']])('%s of a version that is not deployed', async (method) => {
    const place = await create();
    const request = `${method} deployments/${inPath(place)}`;

    expectProblem(await acme(request), request, 404, notDeployed(place));
  });

  it('a deployment or a specification that is unknown or of another account', async () => {
    const place = await deployed();
    const { deploymentId, deploymentSpecifications } = await readDeployment(place);
    const [{ gpuSpecificationId }] = deploymentSpecifications;
    const body = { maxInstances: 2 };
    const read = `GET deployments/${NOBODY}`;
    const change = `PATCH deployments/${deploymentId}/gpu-specifications/${NOBODY}`;

    expectProblem(await acme(read), read, 404, `Deployment id '${NOBODY}': Not found in account '${ACME}'`);
    expectProblem(await acme(change, body), change, 404, expect.stringContaining(`'${NOBODY}'`));
    for (const [request, sent] of [
      [`GET deployments/${deploymentId}`, undefined],
      [`PATCH deployments/${deploymentId}/gpu-specifications/${gpuSpecificationId}`, body],
    ] as const) {
      const answer = await globex(request, sent);
      expectProblem(answer, request, 404, `Deployment id '${deploymentId}': Not found in account 'nca-globex-0002'`);
    }
  });
});
