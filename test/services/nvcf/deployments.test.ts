import { describe, expect, it } from 'vitest';
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
  placeOf,
  SPECIFICATION,
} from '../../support/nvcf-client.ts';
import { afresh, START } from '../../support/server.ts';

const MINUTE = 60_000;
const NOW = new Date(START).toISOString();
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const server = await nvcfServer();
/** For tests that begin with the cast as it is. */
const another = await nvcfServer();
const { acme, globex, create, deployed } = server;
const [llama, translate, hidden] = [placeOf('llama'), placeOf('translate'), placeOf('private')];

const statusOf = async (place: Place, caller: Caller = acme) =>
  (await caller(`GET ${inPath(place)}`)).body.function.status;
const deploymentOf = async (place: Place) => (await acme(`GET deployments/${inPath(place)}`)).body.deployment;
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
const specifications = (...given: readonly object[]) => ({ deploymentSpecifications: given });
const absent = ({ functionId, versionId }: Place) =>
  `Function id '${functionId}', version '${versionId}': Not found in account '${ACME}'`;
const undeployed = ({ functionId, versionId }: Place) =>
  `Function id '${functionId}', version '${versionId}': Deployment not found`;

describe('deploying', () => {
  it('makes a version ACTIVE at once', async () => {
    const place = await create({ name: 'up' });
    expect(await statusOf(place)).toBe('INACTIVE');
    const { status, body, headers } = await acme(`POST deployments/${inPath(place)}`, specifications(SPECIFICATION));

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
    expect(await statusOf(place)).toBe('ACTIVE');
    expect(await deploymentOf(place)).toEqual(body.deployment);
  });

  it('keeps every documented member of a specification, and no other', async () => {
    const place = await create(HELM);
    const given = {
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
      ...given,
      color: 'red',
      autoscalingConfiguration: { ...SCALING, speed: 'high' },
      helmValidationPolicy: { ...given.helmValidationPolicy, mood: 'good' },
    };
    const { body } = await acme(
      `POST deployments/${inPath(place)}`,
      specifications(sent, { ...SPECIFICATION, gpu: 'H100', minInstances: 0, backend: 'acme-1' }),
    );
    const [first, second] = body.deployment.deploymentSpecifications;

    expect(first).toEqual({ ...given, gpuSpecificationId: expect.stringMatching(UUID) });
    expect(second).toMatchObject({ gpu: 'H100', minInstances: 0, backend: 'acme-1' });
    expect(first.gpuSpecificationId).not.toBe(second.gpuSpecificationId);
  });

  it.each([
    ['no specifications', {}, ['deploymentSpecifications']],
    ['an empty list', specifications(), ['deploymentSpecifications']],
    ['no GPU', specifications({ ...SPECIFICATION, gpu: undefined }), ['gpu']],
    ['an empty GPU', specifications({ ...SPECIFICATION, gpu: '' }), ['gpu']],
    ['no instance type', specifications({ ...SPECIFICATION, instanceType: undefined }), ['instanceType']],
    ['no `maxInstances`', specifications({ ...SPECIFICATION, maxInstances: undefined }), ['maxInstances']],
    ['no `minInstances`', specifications({ ...SPECIFICATION, minInstances: undefined }), ['minInstances']],
    ['at most 0 instances', specifications({ ...SPECIFICATION, minInstances: 0, maxInstances: 0 }), ['maxInstances']],
    ['a negative number', specifications({ ...SPECIFICATION, minInstances: -1 }), ['minInstances']],
    ['half an instance', specifications({ ...SPECIFICATION, maxInstances: 1.5 }), ['maxInstances']],
    ['a number as text', specifications({ ...SPECIFICATION, maxInstances: '2' }), ['maxInstances']],
    ['more at least than at most', specifications({ ...SPECIFICATION, minInstances: 3 }), [TOO_FEW]],
    [
      'more at least than at most, in the second specification',
      specifications(SPECIFICATION, { ...SPECIFICATION, minInstances: 3 }),
      [TOO_FEW],
    ],
    ['a concurrency of 0', specifications({ ...SPECIFICATION, maxRequestConcurrency: 0 }), ['maxRequestConcurrency']],
    [
      'a concurrency of 16385',
      specifications({ ...SPECIFICATION, maxRequestConcurrency: 16_385 }),
      ['maxRequestConcurrency', '16384'],
    ],
  ])('refuses %s', async (_what, body, words) => {
    const place = await create();
    const request = `POST deployments/${inPath(place)}`;
    const answer = await acme(request, body);

    expectInvalid(answer, request, ...words);
    expect(answer.decision).toBeNull();
    expect(await statusOf(place)).toBe('INACTIVE');
  });

  it('takes as many at least as at most', async () => {
    const place = await create();
    const { status } = await acme(
      `POST deployments/${inPath(place)}`,
      specifications({ ...SPECIFICATION, minInstances: 2 }),
    );

    expect(status).toBe(200);
  });

  it('is refused for what is deployed, naming the call that changes it', async () => {
    const place = await deployed();
    const { deploymentId } = await deploymentOf(place);
    const request = `POST deployments/${inPath(place)}`;
    const answer = await acme(request, specifications(SPECIFICATION));

    expectProblem(answer, request, 400, expect.stringContaining(`'${place.versionId}'`));
    expect(answer.body.detail).toContain(`PATCH /v2/nvcf/deployments/${deploymentId}/gpu-specifications/`);
  });

  it('never gives two specifications one id', async () => {
    const place = await create();
    const given = { ...SPECIFICATION, gpuSpecificationId: NOBODY };
    const { status, body } = await acme(`POST deployments/${inPath(place)}`, specifications(given, given));
    if (status === 400) return;

    const ids = body.deployment.deploymentSpecifications.map(
      (one: { gpuSpecificationId: string }) => one.gpuSpecificationId,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('happens once when it is asked for many times at once', async () => {
    const place = await create();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => acme(`POST deployments/${inPath(place)}`, specifications(SPECIFICATION))),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
  });

  it('a version leaves the other versions as they are', async () => {
    const { functionId } = await deployed();
    const { body } = await acme(`POST functions/${functionId}/versions`, {
      name: 'other',
      inferenceUrl: '/',
      containerImage: 'a',
    });

    expect(body.function.status).toBe('INACTIVE');
  });
});

describe('a deploy time', () => {
  it('is how long a version is DEPLOYING, to the millisecond', async () => {
    const world = await afresh(another);
    const place = await world.create(environment({ NV_AUTH_MOCK_DEPLOY_TIME: '2m' }));
    const { body } = await deploy(world.acme, place);

    expect(body.deployment.functionStatus).toBe('DEPLOYING');
    world.clock.set(START + 2 * MINUTE - 1);
    expect(await statusOf(place, world.acme)).toBe('DEPLOYING');
    expect((await world.acme(`GET deployments/${inPath(place)}`)).body.deployment.functionStatus).toBe('DEPLOYING');
    world.clock.set(START + 2 * MINUTE);
    expect(await statusOf(place, world.acme)).toBe('ACTIVE');
    expect((await world.acme(`GET deployments/${inPath(place)}`)).body.deployment.functionStatus).toBe('ACTIVE');
  });

  it('is told by the clock that passes it, once', async () => {
    const world = await afresh(another);
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

  it.each(['1000000d', '4000000000d', `P${'9'.repeat(30)}D`])('of %s breaks nothing', async (text) => {
    const { status, body } = await acme('POST functions', {
      ...DEFINITION,
      ...environment({ NV_AUTH_MOCK_DEPLOY_TIME: text }),
    });
    if (status === 400) return;
    const place = { functionId: body.function.id, versionId: body.function.versionId };
    await deploy(acme, place);

    expect(await statusOf(place)).toBe('DEPLOYING');
  });

  it('begins anew with each deployment, and is not told of one that was taken away', async () => {
    const world = await afresh(another);
    const place = await world.create(environment({ NV_AUTH_MOCK_DEPLOY_TIME: '2m' }));
    await deploy(world.acme, place);
    await world.acme(`DELETE deployments/${inPath(place)}`);
    expect((await world.call('POST /_mock/clock/advance', { body: { by: '5m' } })).body.events).toEqual([]);

    await deploy(world.acme, place);
    expect(await statusOf(place, world.acme)).toBe('DEPLOYING');
    await world.call('POST /_mock/clock/advance', { body: { by: '2m' } });
    expect(await statusOf(place, world.acme)).toBe('ACTIVE');
  });
});

describe('a deployment', () => {
  it('is read by its own id as by its version', async () => {
    const place = await deployed();
    const deployment = await deploymentOf(place);
    const { status, body } = await acme(`GET deployments/${deployment.deploymentId}`);

    expect({ status, body }).toEqual({ status: 200, body: { deployment } });
  });

  it('is changed as a whole: specifications by their id, or by their place', async () => {
    const world = await afresh(another);
    const place = await world.deployed();
    const before = (await world.acme(`GET deployments/${inPath(place)}`)).body.deployment;
    const [{ gpuSpecificationId }] = before.deploymentSpecifications;
    world.clock.set(START + MINUTE);
    const request = `PUT deployments/${inPath(place)}`;
    const { status, body } = await world.acme(request, specifications({ minInstances: 0, maxInstances: 5 }));

    expect(status).toBe(200);
    expect(body.deployment).toEqual({
      ...before,
      deploymentSpecifications: [{ ...SPECIFICATION, minInstances: 0, maxInstances: 5, gpuSpecificationId }],
      lastUpdatedAt: new Date(START + MINUTE).toISOString(),
    });
  });

  it('keeps its GPU and its instance type, and a change to another one is a finding', async () => {
    const world = await afresh(another);
    const place = await world.deployed();
    const request = `PUT deployments/${inPath(place)}`;
    const change = async (named: object) => {
      const given = specifications({ minInstances: 0, maxInstances: 5, ...named });
      const { deployment } = (await world.acme(request, given)).body;
      return deployment.deploymentSpecifications[0];
    };
    const { gpu, instanceType } = await change({ gpu: SPECIFICATION.gpu, instanceType: SPECIFICATION.instanceType });
    expect((await world.call('GET /_mock/findings')).body.findings).toEqual([]);

    expect(await change({ gpu: 'H100', instanceType: 'other' })).toMatchObject({ gpu, instanceType });

    const { findings } = (await world.call('GET /_mock/findings')).body;
    expect(findings).toMatchObject([
      { kind: 'ignored_field', message: expect.stringContaining(`it stays \`${instanceType}\``) },
      { kind: 'ignored_field', message: expect.stringContaining(`it stays \`${gpu}\``) },
    ]);
  });

  it.each([
    ['more at least than at most', specifications({ minInstances: 3, maxInstances: 2 }), [TOO_FEW]],
    ['no numbers', specifications({ gpu: 'L40S' }), ['maxInstances']],
    ['no specification', specifications(), ['deploymentSpecifications']],
  ])('is not changed to %s', async (_what, body, words) => {
    const place = await deployed();
    const before = await deploymentOf(place);
    const request = `PUT deployments/${inPath(place)}`;

    expectInvalid(await acme(request, body), request, ...words);
    expect(await deploymentOf(place)).toEqual(before);
  });

  it('is not changed by two changes of one specification', async () => {
    const place = await create();
    const two = specifications(SPECIFICATION, { ...SPECIFICATION, gpu: 'H100' });
    await acme(`POST deployments/${inPath(place)}`, two);
    const before = await deploymentOf(place);
    const [{ gpuSpecificationId }] = before.deploymentSpecifications;
    const request = `PUT deployments/${inPath(place)}`;
    const changes = [gpuSpecificationId, gpuSpecificationId.toUpperCase()].map((id, minInstances) => {
      return { ...SPECIFICATION, minInstances, maxInstances: 5, gpuSpecificationId: id };
    });

    expectProblem(await acme(request, specifications(...changes)), request, 400, expect.stringContaining('must match'));
    expect(await deploymentOf(place)).toEqual(before);
  });

  it('has single specifications that are changed', async () => {
    const world = await afresh(another);
    const place = await world.create();
    const { body } = await world.acme(
      `POST deployments/${inPath(place)}`,
      specifications(SPECIFICATION, { ...SPECIFICATION, gpu: 'H100' }),
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

  it('scales as it was told to, until the policy leaves that to the platform', async () => {
    const { deploymentId, deploymentSpecifications } = await deploymentOf(await deployed());
    const [before] = deploymentSpecifications;
    const request = `PATCH deployments/${deploymentId}/gpu-specifications/${before.gpuSpecificationId}`;
    const patched = async (body: object) => (await acme(request, body)).body.gpuSpecification;
    const custom = { autoscalingConfiguration: SCALING };
    const platform = { autoscalingConfigurationPolicy: 'PLATFORM_CONFIGURATION' };

    const policy = 'CUSTOM_CONFIGURATION';
    expect(await patched({ ...custom, autoscalingConfigurationPolicy: policy })).toEqual({ ...before, ...custom });
    expect(await patched({ autoscalingConfigurationPolicy: policy })).toEqual({ ...before, ...custom });
    expect(await patched(platform)).toEqual(before);
    expect(await patched({ ...platform, ...custom, maxInstances: 3 })).toEqual({ ...before, maxInstances: 3 });
    expectInvalid(await acme(request, { autoscalingConfigurationPolicy: 'MINE' }), request, 'PLATFORM_CONFIGURATION');
    expect((await server.call('GET /_mock/findings')).body.findings).not.toContainEqual(
      expect.objectContaining({ kind: 'undocumented_field' }),
    );
  });

  it('keeps at least as many at most, whichever of the two numbers is sent', async () => {
    const place = await deployed();
    const { deploymentId, deploymentSpecifications } = await deploymentOf(place);
    const request = `PATCH deployments/${deploymentId}/gpu-specifications/${deploymentSpecifications[0].gpuSpecificationId}`;

    for (const [body, min, max] of [
      [{ minInstances: 3 }, 3, 2],
      [{ minInstances: 2, maxInstances: 1 }, 2, 1],
    ] as const) {
      const text = `Invalid request: minInstances '${min}' must be lesser than or equal to maxInstances '${max}'`;
      expectProblem(await acme(request, body), request, 400, text);
    }
    expectInvalid(await acme(request, { maxInstances: 0 }), request, 'maxInstances');
    expect((await deploymentOf(place)).deploymentSpecifications).toEqual(deploymentSpecifications);
    expect((await acme(request, { maxInstances: 1 })).body.gpuSpecification).toMatchObject({
      minInstances: 1,
      maxInstances: 1,
    });
  });

  it('ends with a DELETE, which answers the function', async () => {
    const place = await deployed();
    const { deploymentId, deploymentSpecifications } = await deploymentOf(place);
    const { status, body } = await acme(`DELETE deployments/${inPath(place)}?graceful=true`);

    expect(status).toBe(200);
    expect(body).toEqual({ function: expect.objectContaining({ versionId: place.versionId, status: 'INACTIVE' }) });
    expect(await statusOf(place)).toBe('INACTIVE');
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

  it('goes with its version', async () => {
    const place = await deployed();
    const { deploymentId } = await deploymentOf(place);
    expect((await acme(`DELETE ${inPath(place)}`)).status).toBe(204);

    expect((await acme(`GET deployments/${deploymentId}`)).status).toBe(404);
    expect((await acme(`GET deployments/${inPath(place)}`)).status).toBe(404);
  });
});

describe('not found:', () => {
  it.each([['GET'], ['DELETE']])('%s of what is not deployed', async (method) => {
    const place = await create();
    const request = `${method} deployments/${inPath(place)}`;

    expectProblem(await acme(request), request, 404, undeployed(place));
  });

  it.each([
    ['GET', undefined],
    ['POST', specifications(SPECIFICATION)],
    ['PUT', specifications(SPECIFICATION)],
    ['DELETE', undefined],
  ])('%s of a version that is unknown or of another account', async (method, body) => {
    const places = [{ functionId: NOBODY, versionId: NOBODY }, hidden, translate, llama];
    for (const place of places) {
      const request = `${method} deployments/${inPath(place)}`;
      expectProblem(await acme(request, body), request, 404, absent(place));
    }
    expect(await statusOf(hidden, globex)).toBe('ACTIVE');
  });

  it('a deployment or a specification that is unknown or of another account', async () => {
    const place = await deployed();
    const { deploymentId, deploymentSpecifications } = await deploymentOf(place);
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

it.each([
  [`GET deployments/functions/x/versions/${NOBODY}`, undefined, 'functionId'],
  [`POST deployments/functions/${NOBODY}/versions/x`, specifications(SPECIFICATION), 'versionId'],
  [`PUT deployments/functions/${NOBODY}/versions/x`, specifications(SPECIFICATION), 'versionId'],
  [`DELETE deployments/functions/${NOBODY}/versions/x`, undefined, 'versionId'],
  ['GET deployments/x', undefined, 'deploymentId'],
  [`PATCH deployments/x/gpu-specifications/${NOBODY}`, { maxInstances: 1 }, 'deploymentId'],
  [`PATCH deployments/${NOBODY}/gpu-specifications/x`, { maxInstances: 1 }, 'gpuSpecId'],
])('%s has an id that is none', async (request, body, name) => {
  expectInvalid(await acme(request, body), request, name, 'uuid');
});

it('a public function is neither deployed nor undeployed', async () => {
  const detail = `Function id '${llama.functionId}': Public functions cannot be changed`;
  for (const [method, body] of [
    ['POST', specifications(SPECIFICATION)],
    ['DELETE', undefined],
  ] as const) {
    const request = `${method} deployments/${inPath(llama)}`;
    expectProblem(await globex(request, body), request, 400, detail);
  }
  expect(await statusOf(llama)).toBe('ACTIVE');
});
