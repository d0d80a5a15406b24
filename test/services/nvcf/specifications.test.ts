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

const windowOf = (stickiness: object) => ({ scaleUpDetails: { factor: 2, threshold: 80, stickiness } });
const specify = (...items: readonly object[]) => ({ deploymentSpecifications: items });
const readDeployment = async (place: Place) => (await acme(`GET deployments/${inPath(place)}`)).body.deployment;

describe('a specification', () => {
  it('is selected by its id in an update of several specifications', async () => {
    const place = await create();
    const { body } = await acme(
      `POST deployments/${inPath(place)}`,
      specify(SPECIFICATION, { ...SPECIFICATION, clusters: ['b', 'a'] }),
    );
    const [first, second] = body.deployment.deploymentSpecifications;
    const numbers = { minInstances: 1, maxInstances: 9 };
    const request = `PUT deployments/${inPath(place)}`;
    const update = { ...numbers, gpuSpecificationId: first.gpuSpecificationId };
    const answer = await acme(
      request,
      specify(
        { ...numbers, gpuSpecificationId: second.gpuSpecificationId.toUpperCase(), clusters: ['a', 'b'] },
        update,
      ),
    );

    expect(answer.body.deployment.deploymentSpecifications).toEqual([
      { ...first, ...numbers },
      { ...second, ...numbers },
    ]);
    const subject = `Function id '${place.functionId}', version '${place.versionId}'`;
    const several = `${subject}: Deployment has multiple GPU specifications. To update deployment use PATCH endpoint.`;
    expectProblem(await acme(request, specify(update, numbers)), request, 400, several);
    const others = `${subject}: GPU / InstanceType specs must match the ones in the original deployment`;
    expectProblem(await acme(request, specify(update)), request, 400, others);
    const unknown = { ...numbers, gpuSpecificationId: NOBODY };
    expectProblem(await acme(request, specify(update, unknown)), request, 400, others);
    const withOtherClusters = { ...numbers, gpuSpecificationId: second.gpuSpecificationId, clusters: ['a', 'c'] };
    const clusters = `${subject}: Provided clusters: '[a, c]' does not match clusters from original spec: '[a, b]'`;
    expectProblem(await acme(request, specify(update, withOtherClusters)), request, 400, clusters);
    const backend = `${subject}: Backend 'x' field does not match original deployment spec: ''.`;
    expectProblem(await acme(request, specify({ ...update, backend: 'x' }, withOtherClusters)), request, 400, backend);
  });

  it.each([
    ['a scale-up factor of 1', { scaleUpDetails: { factor: 1, threshold: 80 } }, 'scaleUpDetails.factor'],
    ['a scale-down factor of 1', { scaleDownDetails: { factor: 1, threshold: 20 } }, 'scaleDownDetails.factor'],
    ['a scale-down factor of 0', { scaleDownDetails: { factor: 0, threshold: 20 } }, 'scaleDownDetails.factor'],
    ['an invalid window', windowOf({ size: '30m', threshold: 'PT5M' }), 'ISO 8601'],
    ['a window of more than an hour', windowOf({ size: 'PT1H1S', threshold: 'PT5M' }), 'PT1H'],
    ['a window as long as its threshold', windowOf({ size: 'PT5M', threshold: 'PT5M' }), 'shorter'],
  ])('is rejected with autoscaling with %s', async (_what, autoscalingConfiguration, message) => {
    const { deploymentId, deploymentSpecifications } = await readDeployment(await deployed());
    const [{ gpuSpecificationId }] = deploymentSpecifications;
    const request = `PATCH deployments/${deploymentId}/gpu-specifications/${gpuSpecificationId}`;
    const place = await create();

    expectInvalid(await acme(request, { autoscalingConfiguration }), request, message);
    const post = `POST deployments/${inPath(place)}`;
    expectInvalid(await acme(post, specify({ ...SPECIFICATION, autoscalingConfiguration })), post, message);
  });

  it('is not updated while it is not deployed, or with an empty update', async () => {
    const place = await create();
    const request = `PUT deployments/${inPath(place)}`;
    const subject = `Function id '${place.functionId}', version '${place.versionId}'`;
    const inactive = `${subject}: Invalid status 'INACTIVE'`;
    expectProblem(await acme(request, specify({ minInstances: 1, maxInstances: 1 })), request, 400, inactive);

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
  ])('is rejected with %s', async (_what, members, message) => {
    const place = await create();
    const request = `POST deployments/${inPath(place)}`;
    const answer = await acme(request, specify({ ...SPECIFICATION, ...members }));

    const text = `Function id '${place.functionId}', version '${place.versionId}': ${message}`;
    expectProblem(answer, request, 400, text);
  });
});
