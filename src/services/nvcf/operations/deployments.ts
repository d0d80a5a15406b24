import type { Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import type { Row } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import { type Deployment, type FunctionRow, type FunctionVersion, isPublic } from '../functions.ts';
import { picked, SPECIFICATION } from '../members.ts';
import { deploymentView, functionView } from '../view.ts';
import { amendTarget, publicGuard } from './functions.ts';

type Specification = Readonly<Record<string, unknown>>;

const create: Handler = async (context) => {
  const { target, random, now } = context;
  if (isPublic(target as Row)) throw publicGuard(context);
  const specifications = numbered(specificationsOf(context), context);
  const id = random.uuid();
  const row = await amendTarget(context, (version) => {
    if (version.deployment !== null) throw alreadyDeployed(context, version.deployment);
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

function alreadyDeployed({ params }: Context, { id }: Deployment): Problem {
  return new Problem(
    'bad_state',
    `Function id '${params['functionId']}', version '${params['versionId']}': Already deployed - Use PATCH /v2/nvcf/deployments/${id}/gpu-specifications/{gpuSpecId} to change the deployment`,
  );
}

const get: Handler = (context) => {
  const { target, now } = context;
  if ((target as FunctionRow).body.deployment === null) throw notDeployed(context);
  return { status: 200, body: { deployment: deploymentView(target as Row, now) } };
};

/** Replaces specifications: each takes the place of the one with its id; without an id, of the next that none names. */
const update: Handler = async (context) => {
  const { now } = context;
  const given = specificationsOf(context);
  const row = await amendTarget(context, (version) =>
    redeployed(context, version, ({ specifications }) => {
      const named = new Set(given.map((one) => one['gpuSpecificationId']));
      const known = new Map(specifications.map((one) => [one['gpuSpecificationId'], one]));
      const unnamed = specifications.filter((one) => !named.has(one['gpuSpecificationId']));
      const next = given.map((one) => {
        const id = one['gpuSpecificationId'];
        const before = id === undefined ? unnamed.shift() : known.get(id);
        return { ...before, ...picked(one, SPECIFICATION) };
      });
      if (next.some((one) => one['gpu'] === undefined || one['instanceType'] === undefined)) {
        throw new Problem('invalid_request', 'Fields `gpu` and `instanceType` are needed for a further specification.');
      }
      return numbered(next, context);
    }),
  );
  return { status: 200, body: { deployment: deploymentView(row, now) } };
};

const updateSpecification: Handler = async (context) => {
  const { params, body } = context;
  const id = params['gpuSpecId'];
  const isIt = (specification: Specification) => specification['gpuSpecificationId'] === id;
  const row = await amendTarget(context, (version) =>
    redeployed(context, version, ({ specifications }) => {
      if (!specifications.some(isIt)) {
        throw new Problem(
          'not_found',
          `GPU specification id '${id}': Not found in deployment '${params['deploymentId']}'`,
        );
      }
      const changed = specifications.map((one) => (isIt(one) ? { ...one, ...picked(body, SPECIFICATION) } : one));
      for (const specification of changed) checkInstances(specification);
      return changed;
    }),
  );
  const changed = (row as FunctionRow).body.deployment?.specifications.find(isIt);
  return { status: 200, body: { gpuSpecification: changed } };
};

const remove: Handler = async (context) => {
  const { target, now } = context;
  if (isPublic(target as Row)) throw publicGuard(context);
  const row = await amendTarget(context, (version) => {
    if (version.deployment === null) throw notDeployed(context);
    return { ...version, deployment: null };
  });
  return { status: 200, body: { function: functionView(row, accountOf(context), now) } };
};

function redeployed(
  context: Context,
  version: FunctionVersion,
  change: (deployment: Deployment) => readonly Specification[],
): FunctionVersion {
  const { deployment } = version;
  if (deployment === null) throw notDeployed(context);
  return {
    ...version,
    deployment: { ...deployment, specifications: change(deployment), lastUpdatedAt: context.now },
  };
}

function notDeployed({ params }: Context): Problem {
  return new Problem(
    'not_found',
    `Function id '${params['functionId']}', version '${params['versionId']}': Deployment not found`,
  );
}

function specificationsOf({ body }: Context): readonly Specification[] {
  const { deploymentSpecifications } = body as { deploymentSpecifications: readonly Specification[] };
  for (const specification of deploymentSpecifications) checkInstances(specification);
  return deploymentSpecifications;
}

function checkInstances({ minInstances, maxInstances }: Specification): void {
  if (Number(minInstances) <= Number(maxInstances)) return;
  throw new Problem('invalid_request', 'Field `minInstances` must not be greater than `maxInstances`.');
}

/** Each with an id of its own: a new one where it has none, or where another has it already. */
function numbered(specifications: readonly Specification[], { random }: Context): readonly Specification[] {
  const taken = new Set<unknown>();
  return specifications.map((specification) => {
    const given = specification['gpuSpecificationId'];
    const gpuSpecificationId = given === undefined || taken.has(given) ? random.uuid() : given;
    taken.add(gpuSpecificationId);
    return { ...picked(specification, SPECIFICATION), gpuSpecificationId };
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
