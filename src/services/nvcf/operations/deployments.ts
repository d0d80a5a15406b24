import type { Schema } from '../../../contract/documented.ts';
import type { Answer, AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import { accountOf } from '../caller.ts';
import { type Deployment, type FunctionRow, type FunctionVersion, isPublic } from '../functions.ts';
import { pick, SPECIFICATION, type Specification } from '../members.ts';
import { deploymentOf, deploymentView, functionView } from '../view.ts';
import { amendTarget, publicGuard } from './functions.ts';

/** Parameters of paths that name a version or its deployment. */
interface Named {
  readonly functionId?: string;
  readonly versionId?: string;
}

const create: Handler<'nvcf', 'createDeployment', FunctionRow> = async (context) => {
  const { target, params, random, now } = context;
  if (isPublic(target)) throw publicGuard(params);
  const specifications = assignIds(checkSpecifications(context.body.deploymentSpecifications), context);
  const id = random.uuid();
  const row = await amendTarget(context, (version) => {
    if (version.deployment !== null) throw alreadyDeployed(params, version.deployment);
    const deployment = {
      id,
      specifications,
      createdAt: now,
      lastUpdatedAt: now,
      readyAt: now + version.behaviour.deployTime,
    };
    return { ...version, deployment };
  });
  return { status: 200, body: { deployment: deploymentView(row, now) } };
};

function alreadyDeployed({ functionId, versionId }: Named, { id }: Deployment): Problem {
  return new Problem(
    'bad_state',
    `Function id '${functionId}', version '${versionId}': Already deployed - Use PATCH /v2/nvcf/deployments/${id}/gpu-specifications/{gpuSpecId} to change the deployment`,
  );
}

function get({ target, params, now }: AuthenticatedContext<FunctionRow>): Answer<'nvcf', 'getDeployment'> {
  if (target.body.deployment === null) throw notDeployed(params);
  return { status: 200, body: { deployment: deploymentView(target, now) } };
}

/** A specification replaces the one with its id; without an id, it replaces the next one that no other names. */
const update: Handler<'nvcf', 'updateDeployment', FunctionRow> = async (context) => {
  const { now } = context;
  const given = checkSpecifications(context.body.deploymentSpecifications);
  const row = await amendTarget(context, (version) =>
    changeSpecifications(context, version, ({ specifications }) => {
      const named = new Set(given.map((one) => one.gpuSpecificationId));
      const known = new Map(specifications.map((one) => [one.gpuSpecificationId, one]));
      const unnamed = specifications.filter((one) => !named.has(one.gpuSpecificationId));
      const next = given.map((one) => {
        const id = one.gpuSpecificationId;
        const before = id === undefined ? unnamed.shift() : known.get(id);
        return whole({ ...before, ...pick(one, SPECIFICATION) });
      });
      return assignIds(next, context);
    }),
  );
  return { status: 200, body: { deployment: deploymentView(row, now) } };
};

type Replacement = Schema<'nvcf', 'GpuSpecificationReplacement'>;

/** @throws Problem if a specification that replaces no other lacks a required member */
function whole({ gpu, instanceType, ...rest }: Replacement): Specification {
  if (gpu !== undefined && instanceType !== undefined) return { gpu, instanceType, ...rest };
  throw new Problem('invalid_request', 'An additional specification requires the fields `gpu` and `instanceType`.');
}

const updateSpecification: Handler<'nvcf', 'updateGpuSpecification', FunctionRow> = async (context) => {
  const { params, body } = context;
  const { gpuSpecId: id, deploymentId } = params;
  const isIt = (specification: Specification) => specification.gpuSpecificationId === id;
  const row = await amendTarget(context, (version) =>
    changeSpecifications(context, version, ({ specifications }) => {
      if (!specifications.some(isIt)) {
        throw new Problem('not_found', `GPU specification id '${id}': Not found in deployment '${deploymentId}'`);
      }
      const changed = specifications.map((one) => (isIt(one) ? changedSpecification(one, body) : one));
      for (const specification of changed) checkInstances(specification);
      return changed;
    }),
  );
  const changed = deploymentOf(row.body).specifications.find(isIt);
  if (changed === undefined) throw new Error('the changed specification is missing');
  return { status: 200, body: { gpuSpecification: changed } };
};

function changedSpecification(before: Specification, body: Schema<'nvcf', 'GpuSpecificationUpdate'>): Specification {
  const changed = { ...before, ...pick(body, SPECIFICATION) };
  if (body.autoscalingConfigurationPolicy !== 'PLATFORM_CONFIGURATION') return changed;
  const { autoscalingConfiguration: _, ...rest } = changed;
  return rest;
}

const remove: Handler<'nvcf', 'deleteDeployment', FunctionRow> = async (context) => {
  const { target, params, now } = context;
  if (isPublic(target)) throw publicGuard(params);
  const row = await amendTarget(context, (version) => {
    if (version.deployment === null) throw notDeployed(params);
    return { ...version, deployment: null };
  });
  return { status: 200, body: { function: functionView(row, accountOf(context), now) } };
};

function changeSpecifications(
  { params, now }: Pick<AuthenticatedContext, 'params' | 'now'>,
  version: FunctionVersion,
  change: (deployment: Deployment) => readonly Specification[],
): FunctionVersion {
  const { deployment } = version;
  if (deployment === null) throw notDeployed(params);
  return {
    ...version,
    deployment: { ...deployment, specifications: change(deployment), lastUpdatedAt: now },
  };
}

function notDeployed({ functionId, versionId }: Named): Problem {
  return new Problem('not_found', `Function id '${functionId}', version '${versionId}': Deployment not found`);
}

function checkSpecifications<Given extends Replacement>(specifications: readonly Given[]): readonly Given[] {
  for (const specification of specifications) checkInstances(specification);
  return specifications;
}

function checkInstances({ minInstances, maxInstances }: Replacement): void {
  if (minInstances <= maxInstances) return;
  throw new Problem('invalid_request', 'Field `minInstances` must not be greater than `maxInstances`.');
}

/** Draws a new id for each specification without a unique one. */
function assignIds(
  specifications: readonly Specification[],
  { random }: Pick<AuthenticatedContext, 'random'>,
): readonly Specification[] {
  const taken = new Set<string>();
  return specifications.map((specification) => {
    const given = specification.gpuSpecificationId;
    const gpuSpecificationId = given === undefined || taken.has(given) ? random.uuid() : given;
    taken.add(gpuSpecificationId);
    return { ...pick(specification, SPECIFICATION), gpuSpecificationId };
  });
}

export const deploymentOperations = {
  createDeployment: create,
  getDeployment: get,
  updateDeployment: update,
  deleteDeployment: remove,
  getDeploymentById: get,
  updateGpuSpecification: updateSpecification,
};
