import type { Schema } from '../../../contract/documented.ts';
import type { Context, Handler } from '../../../contract/request.ts';
import { pick } from '../../../core/pick.ts';
import { requestStatus } from '../../../ngc-keys/envelope.ts';
import { Collection } from '../../../store/collection.ts';
import { objectsOf } from '../objects.ts';

export const CLUSTER_GROUPS = new Collection<Schema<'nvcf', 'ClusterGroup'>>('nvcf.cluster-groups');
export const GPU_QUOTAS = new Collection<Schema<'nvcf', 'GpuQuota'>>('nvcf.gpu-quotas');
export const INSTANCE_TYPES = new Collection<Schema<'nvcf', 'InstanceType'>>('nvcf.instance-types');

type ClusterGroup = Schema<'nvcf', 'ClusterGroup'>;

const listClusterGroups: Handler<'nvcf', 'listClusterGroups'> = async (context) => ({
  status: 200,
  body: { clusterGroups: (await objectsOf(context, CLUSTER_GROUPS)).map(groupView) },
});

/** A seed may have further members. */
function groupView(group: ClusterGroup): ClusterGroup {
  const gpus = group.gpus?.map(({ instanceTypes: types, ...gpu }) => ({
    ...gpu,
    ...(types !== undefined && { instanceTypes: types.map((one) => pick(one, ['name', 'description', 'default'])) }),
  }));
  return { ...group, ...(gpus !== undefined && { gpus }) };
}

const getGpuQuotaRules: Handler<'nvcf', 'getGpuQuotaRules'> = async (context) => ({
  status: 200,
  body: { requestStatus: success(context), gpus: await objectsOf(context, GPU_QUOTAS) },
});

/** Instance types with free capacity; `gpus` and `regions` are comma-separated lists. */
const listAvailable: Handler<'nvcf', 'listAvailableInstanceTypes'> = async (context) => {
  const { gpus, regions } = context.query;
  const fits = (wanted: string | undefined, value: string | undefined) =>
    wanted === undefined || (value !== undefined && wanted.split(',').includes(value));
  const types = (await objectsOf(context, INSTANCE_TYPES)).filter(
    ({ gpu, region, available = 0 }) => available > 0 && fits(gpus, gpu) && fits(regions, region),
  );
  return { status: 200, body: { requestStatus: success(context), instanceTypes: types } };
};

const listAll: Handler<'nvcf', 'listInstanceTypes'> = async (context) => ({
  status: 200,
  body: { requestStatus: success(context), instanceTypes: await objectsOf(context, INSTANCE_TYPES) },
});

function success({ random }: Pick<Context, 'random'>) {
  return requestStatus('SUCCESS', random.uuid());
}

export const clusterOperations = {
  listClusterGroups,
  getGpuQuotaRules,
  listAvailableInstanceTypes: listAvailable,
  listInstanceTypes: listAll,
};
