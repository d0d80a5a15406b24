import { describe, expect, it } from 'vitest';
import {
  deploy,
  expectInvalid,
  expectProblem,
  inPath,
  NOBODY,
  nvcfServer,
  type Place,
  SPECIFICATION,
} from '../../support/nvcf-client.ts';

const { acme, create, deployed } = await nvcfServer();

const HELM = { containerImage: undefined, helmChart: 'chart.tgz', helmChartServiceName: 'entry' };
const windowOf = (stickiness: object) => ({ scaleUpDetails: { factor: 2, threshold: 80, stickiness } });
const specifications = (...given: readonly object[]) => ({ deploymentSpecifications: given });
const deploymentOf = async (place: Place) => (await acme(`GET deployments/${inPath(place)}`)).body.deployment;

describe('a specification', () => {
  it('keeps GPU and instance type, whatever an update says', async () => {
    const place = await deployed();
    const [before] = (await deploymentOf(place)).deploymentSpecifications;
    const sent = { ...SPECIFICATION, gpu: 'H100', instanceType: 'OTHER', maxInstances: 7, maxRequestConcurrency: 2 };
    const { body } = await acme(`PUT deployments/${inPath(place)}`, specifications(sent));

    expect(body.deployment.deploymentSpecifications).toEqual([
      { ...before, maxInstances: 7, maxRequestConcurrency: 2 },
    ]);
  });

  it('has several specifications that an update names', async () => {
    const place = await create();
    const { body } = await acme(
      `POST deployments/${inPath(place)}`,
      specifications(SPECIFICATION, { ...SPECIFICATION, clusters: ['b', 'a'] }),
    );
    const [first, second] = body.deployment.deploymentSpecifications;
    const numbers = { minInstances: 1, maxInstances: 9 };
    const request = `PUT deployments/${inPath(place)}`;
    const named = { ...numbers, gpuSpecificationId: first.gpuSpecificationId };
    const answer = await acme(
      request,
      specifications(
        { ...numbers, gpuSpecificationId: second.gpuSpecificationId.toUpperCase(), clusters: ['a', 'b'] },
        named,
      ),
    );

    expect(answer.body.deployment.deploymentSpecifications).toEqual([
      { ...first, ...numbers },
      { ...second, ...numbers },
    ]);
    const subject = `Function id '${place.functionId}', version '${place.versionId}'`;
    const several = `${subject}: Deployment has multiple GPU specifications. To update deployment use PATCH endpoint.`;
    expectProblem(await acme(request, specifications(named, numbers)), request, 400, several);
    const others = `${subject}: GPU / InstanceType specs must match the ones in the original deployment`;
    expectProblem(await acme(request, specifications(named)), request, 400, others);
    const unknown = { ...numbers, gpuSpecificationId: NOBODY };
    expectProblem(await acme(request, specifications(named, unknown)), request, 400, others);
    const moved = { ...numbers, gpuSpecificationId: second.gpuSpecificationId, clusters: ['a', 'c'] };
    const clusters = `${subject}: Provided clusters: '[a, c]' does not match clusters from original spec: '[a, b]'`;
    expectProblem(await acme(request, specifications(named, moved)), request, 400, clusters);
    const backend = `${subject}: Backend 'x' field does not match original deployment spec: ''.`;
    expectProblem(await acme(request, specifications({ ...named, backend: 'x' }, moved)), request, 400, backend);
  });

  it.each([
    ['a factor that adds none', { scaleUpDetails: { factor: 1, threshold: 80 } }, 'scaleUpDetails.factor'],
    ['no factor', { scaleUpDetails: { threshold: 80 } }, 'factor'],
    ['no threshold', { scaleUpDetails: { factor: 2 } }, 'threshold'],
    ['a factor that removes none', { scaleDownDetails: { factor: 1, threshold: 20 } }, 'scaleDownDetails.factor'],
    ['a factor of 0', { scaleDownDetails: { factor: 0, threshold: 20 } }, 'scaleDownDetails.factor'],
    ['a window that is none', windowOf({ size: '30m', threshold: 'PT5M' }), 'ISO 8601'],
    ['a window without a threshold', windowOf({ size: 'PT30M' }), 'threshold'],
    ['a window of more than an hour', windowOf({ size: 'PT1H1S', threshold: 'PT5M' }), 'PT1H'],
    ['a window as long as its threshold', windowOf({ size: 'PT5M', threshold: 'PT5M' }), 'shorter'],
  ])('does not scale with %s', async (_what, autoscalingConfiguration, said) => {
    const { deploymentId, deploymentSpecifications } = await deploymentOf(await deployed());
    const [{ gpuSpecificationId }] = deploymentSpecifications;
    const request = `PATCH deployments/${deploymentId}/gpu-specifications/${gpuSpecificationId}`;
    const place = await create();

    expectInvalid(await acme(request, { autoscalingConfiguration }), request, said);
    const made = `POST deployments/${inPath(place)}`;
    expectInvalid(await acme(made, specifications({ ...SPECIFICATION, autoscalingConfiguration })), made, said);
  });

  it('is changed only while it is deployed, and by something', async () => {
    const place = await create();
    const request = `PUT deployments/${inPath(place)}`;
    const subject = `Function id '${place.functionId}', version '${place.versionId}'`;
    const inactive = `${subject}: Invalid status 'INACTIVE'`;
    expectProblem(await acme(request, specifications({ minInstances: 1, maxInstances: 1 })), request, 400, inactive);

    const { body } = await deploy(acme, place);
    const { deploymentId, deploymentSpecifications } = body.deployment;
    const patch = `PATCH deployments/${deploymentId}/gpu-specifications/${deploymentSpecifications[0].gpuSpecificationId}`;
    const empty = `${subject}: Empty update gpu specification request. At least one field should be provided.`;
    for (const sent of [{}, { gpu: 'H100' }]) expectProblem(await acme(patch, sent), patch, 400, empty);
  });

  it.each([
    [
      'both a backend and clusters',
      { backend: 'acme-1', clusters: ['b', 'a'] },
      "Backend:['acme-1'] and Clusters:['[a, b]'] could not be specified at the same time.",
    ],
    [
      'values of a Helm chart',
      { configuration: { replicas: 2 } },
      'The configuration field in Gpu specification should be empty for container based functions.',
    ],
    [
      'a policy for Helm charts',
      { helmValidationPolicy: { name: 'Default' } },
      'The helmValidationPolicy field in Gpu specification should be empty for container based functions.',
    ],
  ])('is not made with %s', async (_what, given, said) => {
    const place = await create();
    const request = `POST deployments/${inPath(place)}`;
    const answer = await acme(request, specifications({ ...SPECIFICATION, ...given }));

    const text = `Function id '${place.functionId}', version '${place.versionId}': ${said}`;
    expectProblem(answer, request, 400, text);
  });

  it.each([
    ['without a name', {}, 'name'],
    ['with another name', { name: 'Loose' }, 'Unrestricted'],
    ['with no further kinds', { name: 'Default', extraKubernetesTypes: [] }, 'extraKubernetesTypes'],
    ['with an incomplete kind', { name: 'Default', extraKubernetesTypes: [{ group: 'apps', version: 'v1' }] }, 'kind'],
  ])('has no policy for Helm charts %s', async (_what, helmValidationPolicy, said) => {
    const request = `POST deployments/${inPath(await create(HELM))}`;

    expectInvalid(await acme(request, specifications({ ...SPECIFICATION, helmValidationPolicy })), request, said);
  });
});
