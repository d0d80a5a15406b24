import type { Schema } from '../../../contract/documented.ts';
import type { Answer, AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { refuseIf } from '../../../ngc-keys/control-plane.ts';
import { pick } from '../../../objects/pick.ts';
import { type Instant, later } from '../../../time/clock.ts';
import { accountOf } from '../caller.ts';
import { type Deployment, type FunctionRow, type FunctionVersion, isPublic, statusAt } from '../functions.ts';
import { pickAutoscaling, pickSpecification, type Specification } from '../members.ts';
import { checkAutoscaling, checkSpecifications, replaceSpecifications } from '../specification-checks.ts';
import { FAULTS } from '../tables/texts.ts';
import { deploymentView, functionView, requireDeployment } from '../view.ts';
import { amendTarget, publicFunctionProblem } from './functions.ts';

/** Parameters of paths with a version or its deployment. */
interface VersionParams {
  readonly functionId?: string;
  readonly versionId?: string;
}

const create: Handler<'nvcf', 'createDeployment', FunctionRow> = async (context) => {
  const { target, params, random, now } = context;
  if (isPublic(target)) throw publicFunctionProblem(params);
  const { deploymentSpecifications: requested } = context.body;
  checkSpecifications(requested, target.body, versionSubject(params));
  const specifications = requested.map((specification) => ({
    ...pickSpecification(specification),
    gpuSpecificationId: random.uuid(),
  }));
  const id = random.uuid();
  const row = await amendTarget(context, (version) => {
    if (version.deployment !== null) throw alreadyDeployed(params, version.deployment);
    const deployment = {
      id,
      specifications,
      createdAt: now,
      lastUpdatedAt: now,
      readyAt: later(now, version.behaviour.deployTime),
    };
    return { ...version, deployment };
  });
  return { status: 200, body: { deployment: deploymentView(row, now) } };
};

function versionSubject({ functionId, versionId }: VersionParams): string {
  return `Function id '${functionId}', version '${versionId}'`;
}

function alreadyDeployed(named: VersionParams, { id }: Deployment): Problem {
  return new Problem(
    'bad_state',
    `${versionSubject(named)}: Already deployed - Use PATCH /v2/nvcf/deployments/${id}/gpu-specifications/{gpuSpecId} to change the deployment`,
  );
}

function get({ target, params, now }: AuthenticatedContext<FunctionRow>): Answer<'nvcf', 'getDeployment'> {
  if (target.body.deployment === null) throw notDeployed(params);
  return { status: 200, body: { deployment: deploymentView(target, now) } };
}

const update: Handler<'nvcf', 'updateDeployment', FunctionRow> = async (context) => {
  const { now, params, body } = context;
  const row = await amendTarget(context, (version) =>
    changeSpecifications(version, { ...params, now }, (specifications) =>
      replaceSpecifications(specifications, body.deploymentSpecifications, versionSubject(params)),
    ),
  );
  reportIgnored(context, requireDeployment(row.body).specifications);
  return { status: 200, body: { deployment: deploymentView(row, now) } };
};

/** Reports ignored changes: a specification keeps its GPU and instance type. */
function reportIgnored(
  { body, findings, now }: Parameters<typeof update>[0],
  specifications: readonly Specification[],
): void {
  for (const { gpuSpecificationId: id, ...requested } of body.deploymentSpecifications) {
    const stored =
      specifications.find((specification) => specification.gpuSpecificationId === id?.toLowerCase()) ??
      specifications[0];
    for (const member of ['gpu', 'instanceType'] as const) {
      if (stored === undefined || requested[member] === undefined || requested[member] === stored[member]) continue;
      const message = `Ignored a change to \`${member}\` of the specification \`${stored.gpuSpecificationId}\`: it stays \`${stored[member]}\` until the deployment is deleted.`;
      findings.report('ignored_field', message, now);
    }
  }
}

const updateSpecification: Handler<'nvcf', 'updateGpuSpecification', FunctionRow> = async (context) => {
  const { params, body, target, now } = context;
  const id = params.gpuSpecId;
  const hasId = (specification: Specification) => specification.gpuSpecificationId === id;
  const named = { functionId: target.parent, versionId: target.id };
  if (Object.keys(pick(body, UPDATABLE)).length === 0) throw emptyUpdateProblem(named);
  checkAutoscaling(body.autoscalingConfiguration);
  const row = await amendTarget(context, (version) =>
    changeSpecifications(version, { ...named, now }, (specifications) => {
      if (!specifications.some(hasId)) {
        throw new Problem('not_found', `Invalid request: Unknown gpu-specification-id '${id}'`);
      }
      return specifications.map((specification) =>
        hasId(specification) ? updateSpecificationMembers(specification, body) : specification,
      );
    }),
  );
  const changed = requireDeployment(row.body).specifications.find(hasId);
  if (changed === undefined) throw new Error('the changed specification is missing');
  return { status: 200, body: { gpuSpecification: changed } };
};

const UPDATABLE = [
  'maxInstances',
  'minInstances',
  'autoscalingConfiguration',
  'autoscalingConfigurationPolicy',
] as const;

function emptyUpdateProblem(named: VersionParams): Problem {
  const message = `${versionSubject(named)}: Empty update gpu specification request. At least one field should be provided.`;
  return new Problem('bad_state', message);
}

function updateSpecificationMembers(
  previous: Specification,
  body: Schema<'nvcf', 'GpuSpecificationUpdate'>,
): Specification {
  const { autoscalingConfiguration: scaling, autoscalingConfigurationPolicy: policy } = body;
  const changed = {
    ...previous,
    ...pick(body, ['maxInstances', 'minInstances']),
    ...(scaling !== undefined && { autoscalingConfiguration: pickAutoscaling(scaling) }),
  };
  const { minInstances, maxInstances } = changed;
  refuseIf(minInstances > maxInstances, FAULTS.tooFewAtMost, { minInstances, maxInstances });
  if (policy !== 'PLATFORM_CONFIGURATION') return changed;
  const { autoscalingConfiguration: _, ...rest } = changed;
  return rest;
}

const remove: Handler<'nvcf', 'deleteDeployment', FunctionRow> = async (context) => {
  const { target, params, now } = context;
  if (isPublic(target)) throw publicFunctionProblem(params);
  const row = await amendTarget(context, (version) => {
    if (version.deployment === null) throw notDeployed(params);
    return { ...version, deployment: null };
  });
  return { status: 200, body: { function: functionView(row, accountOf(context), now) } };
};

/** @throws Problem if the version is not deployed, or in an error state */
function changeSpecifications(
  version: FunctionVersion,
  { now, ...named }: VersionParams & { readonly now: Instant },
  change: (specifications: readonly Specification[]) => readonly Specification[],
): FunctionVersion {
  const { deployment } = version;
  const status = statusAt(version, now);
  if (deployment === null || status === 'ERROR') {
    throw new Problem('bad_state', `${versionSubject(named)}: Invalid status '${status}'`);
  }
  return {
    ...version,
    deployment: { ...deployment, specifications: change(deployment.specifications), lastUpdatedAt: now },
  };
}

function notDeployed(named: VersionParams): Problem {
  return new Problem('not_found', `${versionSubject(named)}: Deployment not found`);
}

export const deploymentOperations = {
  createDeployment: create,
  getDeployment: get,
  updateDeployment: update,
  deleteDeployment: remove,
  getDeploymentById: get,
  updateGpuSpecification: updateSpecification,
};
