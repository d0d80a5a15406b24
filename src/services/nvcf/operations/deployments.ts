import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, OutcomeOf } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { addMilliseconds, type Instant } from '../../../lib/clock.ts';
import { pick } from '../../../lib/members.ts';
import { refuseIf } from '../../ngc-keys/control-plane.ts';
import { requireAccount } from '../caller.ts';
import { type FunctionRow, type FunctionVersion, isPublic, statusAt } from '../functions.ts';
import { pickAutoscaling, pickSpecification, type Specification } from '../members.ts';
import { checkAutoscaling, checkSpecifications, replaceSpecifications } from '../specification-checks.ts';
import { FAULTS } from '../tables/texts.ts';
import { renderDeployment, renderFunction, requireDeployment } from '../view.ts';
import { amendTarget, createPublicFunctionProblem } from './functions.ts';

/** The ids of a version; undefined if the path has only the id of its deployment. */
interface VersionParams {
  readonly functionId?: string;
  readonly versionId?: string;
}

const createDeployment: Handler<'nvcf', 'createDeployment', FunctionRow> = async (context) => {
  const { target, params, random, now } = context;
  if (isPublic(target)) throw createPublicFunctionProblem(params);
  const { deploymentSpecifications: requested } = context.body;
  checkSpecifications(requested, target.body, describeVersion(params));
  const specifications = requested.map((specification) => ({
    ...pickSpecification(specification),
    gpuSpecificationId: random.uuid(),
  }));
  const id = random.uuid();
  const row = await amendTarget(context, (version) => {
    if (version.deployment !== null)
      throw new Problem(
        'bad_state',
        `${describeVersion(params)}: Already deployed - Use PATCH /v2/nvcf/deployments/${version.deployment.id}/gpu-specifications/{gpuSpecId} to change the deployment`,
      );
    const deployment = {
      id,
      specifications,
      createdAt: now,
      lastUpdatedAt: now,
      readyAt: addMilliseconds(now, version.behaviour.deployTime),
    };
    return { ...version, deployment };
  });
  return { status: 200, body: { deployment: renderDeployment(row, now) } };
};

function describeVersion({ functionId, versionId }: VersionParams): string {
  return `Function id '${functionId}', version '${versionId}'`;
}

function getDeployment({ target, params, now }: AuthenticatedContext<FunctionRow>): OutcomeOf<'nvcf', 'getDeployment'> {
  if (target.body.deployment === null) throw createNotDeployedProblem(params);
  return { status: 200, body: { deployment: renderDeployment(target, now) } };
}

const updateDeployment: Handler<'nvcf', 'updateDeployment', FunctionRow> = async (context) => {
  const { now, params, body } = context;
  const row = await amendTarget(context, (version) =>
    changeSpecifications(version, { ...params, now }, (specifications) =>
      replaceSpecifications(specifications, body.deploymentSpecifications, describeVersion(params)),
    ),
  );
  reportIgnoredChanges(context, requireDeployment(row.body).specifications);
  return { status: 200, body: { deployment: renderDeployment(row, now) } };
};

/** Reports changes to the GPU and the instance type of a specification, which the update ignored. */
function reportIgnoredChanges(
  { body, hints }: Parameters<typeof updateDeployment>[0],
  specifications: readonly Specification[],
): void {
  for (const { gpuSpecificationId: id, ...requested } of body.deploymentSpecifications) {
    const stored =
      specifications.find((specification) => specification.gpuSpecificationId === id?.toLowerCase()) ??
      specifications[0];
    for (const member of ['gpu', 'instanceType'] as const) {
      if (stored === undefined || requested[member] === undefined || requested[member] === stored[member]) continue;
      const message = `Ignored a change to \`${member}\` of the specification \`${stored.gpuSpecificationId}\`: it stays \`${stored[member]}\` until the deployment is deleted.`;
      hints.add('ignored_field', message);
    }
  }
}

const updateGpuSpecification: Handler<'nvcf', 'updateGpuSpecification', FunctionRow> = async (context) => {
  const { params, body, target, now } = context;
  const id = params.gpuSpecId;
  const isRequested = (specification: Specification) => specification.gpuSpecificationId === id;
  const ids = { functionId: target.parent, versionId: target.id };
  if (Object.keys(pick(body, UPDATABLE_MEMBERS)).length === 0) {
    const message = `${describeVersion(ids)}: Empty update gpu specification request. At least one field should be provided.`;
    throw new Problem('bad_state', message);
  }
  checkAutoscaling(body.autoscalingConfiguration);
  const row = await amendTarget(context, (version) =>
    changeSpecifications(version, { ...ids, now }, (specifications) => {
      if (!specifications.some(isRequested)) {
        throw new Problem('not_found', `Invalid request: Unknown gpu-specification-id '${id}'`);
      }
      return specifications.map((specification) =>
        isRequested(specification) ? updateSpecificationMembers(specification, body) : specification,
      );
    }),
  );
  const changed = requireDeployment(row.body).specifications.find(isRequested);
  if (changed === undefined) throw new Error('the changed specification is missing');
  return { status: 200, body: { gpuSpecification: changed } };
};

const UPDATABLE_MEMBERS = [
  'maxInstances',
  'minInstances',
  'autoscalingConfiguration',
  'autoscalingConfigurationPolicy',
] as const;

function updateSpecificationMembers(previous: Specification, body: Schema<'nvcf', 'GpuSpecificationUpdate'>) {
  const { autoscalingConfiguration: scaling, autoscalingConfigurationPolicy: policy } = body;
  const changed = {
    ...previous,
    ...pick(body, ['maxInstances', 'minInstances']),
    ...(scaling !== undefined && { autoscalingConfiguration: pickAutoscaling(scaling) }),
  };
  const { minInstances, maxInstances } = changed;
  refuseIf(minInstances > maxInstances, FAULTS.tooFewAtMost, { minInstances, maxInstances });
  // With this policy, the platform chooses the configuration.
  if (policy !== 'PLATFORM_CONFIGURATION') return changed;
  const { autoscalingConfiguration: _, ...rest } = changed;
  return rest;
}

const deleteDeployment: Handler<'nvcf', 'deleteDeployment', FunctionRow> = async (context) => {
  const { target, params, now } = context;
  if (isPublic(target)) throw createPublicFunctionProblem(params);
  const row = await amendTarget(context, (version) => {
    if (version.deployment === null) throw createNotDeployedProblem(params);
    return { ...version, deployment: null };
  });
  return { status: 200, body: { function: renderFunction(row, requireAccount(context), now) } };
};

function changeSpecifications(
  version: FunctionVersion,
  { now, ...params }: VersionParams & { readonly now: Instant },
  change: (specifications: readonly Specification[]) => readonly Specification[],
): FunctionVersion {
  const { deployment } = version;
  const status = statusAt(version, now);
  if (deployment === null || status === 'ERROR') {
    throw new Problem('bad_state', `${describeVersion(params)}: Invalid status '${status}'`);
  }
  return {
    ...version,
    deployment: { ...deployment, specifications: change(deployment.specifications), lastUpdatedAt: now },
  };
}

function createNotDeployedProblem(params: VersionParams): Problem {
  return new Problem('not_found', `${describeVersion(params)}: Deployment not found`);
}

export const deploymentOperations = {
  createDeployment,
  getDeployment,
  updateDeployment,
  deleteDeployment,
  getDeploymentById: getDeployment,
  updateGpuSpecification,
};
