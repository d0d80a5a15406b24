import type { Context, Handler } from '../../../contract/request.ts';
import { requestStatus } from '../../../kits/ngc/envelope.ts';
import { objectsOf } from '../objects.ts';

export const CLUSTER_GROUPS = 'nvcf.cluster-groups';
export const GPU_QUOTAS = 'nvcf.gpu-quotas';
export const INSTANCE_TYPES = 'nvcf.instance-types';

interface InstanceType {
  readonly gpu: string;
  readonly region?: string;
  readonly available?: number;
}

const listClusterGroups: Handler = async (context) => ({
  status: 200,
  body: { clusterGroups: await objectsOf(context, CLUSTER_GROUPS) },
});

const getGpuQuotaRules: Handler = async (context) => ({
  status: 200,
  body: { requestStatus: success(context), gpus: await objectsOf(context, GPU_QUOTAS) },
});

/** What could be deployed on now; narrowed by lists of GPUs and regions, split at commas. */
const listAvailable: Handler = async (context) => {
  const { gpus, regions } = context.query as { gpus?: string; regions?: string };
  const fits = (wanted: string | undefined, value: string | undefined) =>
    wanted === undefined || (value !== undefined && wanted.split(',').includes(value));
  const types = (await objectsOf<InstanceType>(context, INSTANCE_TYPES)).filter(
    ({ gpu, region, available = 0 }) => available > 0 && fits(gpus, gpu) && fits(regions, region),
  );
  return { status: 200, body: { requestStatus: success(context), instanceTypes: types } };
};

const listAll: Handler = async (context) => ({
  status: 200,
  body: { requestStatus: success(context), instanceTypes: await objectsOf(context, INSTANCE_TYPES) },
});

function success({ random }: Context) {
  return requestStatus('SUCCESS', random.uuid());
}

export const clusterOperations = {
  listClusterGroups,
  getGpuQuotaRules,
  listAvailableInstanceTypes: listAvailable,
  listInstanceTypes: listAll,
};
