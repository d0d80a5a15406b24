import type { Schema } from '../../../contract/documented.ts';
import type { Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { requestStatus } from '../../../ngc-keys/envelope.ts';
import { pick } from '../../../objects/pick.ts';
import { Collection } from '../../../store/collection.ts';
import { ANYONE } from '../../../store/collections.ts';
import { objectsOf } from '../objects.ts';

export const CLUSTER_GROUPS = new Collection<Schema<'nvcf', 'ClusterGroup'>>('nvcf.cluster-groups');
export const GPU_QUOTAS = new Collection<Schema<'nvcf', 'GpuQuota'>>('nvcf.gpu-quotas');
export const INSTANCE_TYPES = new Collection<Schema<'nvcf', 'InstanceType'>>('nvcf.instance-types');

type ClusterGroup = Schema<'nvcf', 'ClusterGroup'>;

const listClusterGroups: Handler<'nvcf', 'listClusterGroups'> = async (context) => ({
  status: 200,
  body: { clusterGroups: (await objectsOf(context, CLUSTER_GROUPS)).map(groupView) },
});

/** Renders a group without extra members of the seed. */
function groupView(group: ClusterGroup): ClusterGroup {
  const gpus = group.gpus?.map(({ instanceTypes: types, ...gpu }) => ({
    ...gpu,
    ...(types !== undefined && { instanceTypes: types.map((type) => pick(type, ['name', 'description', 'default'])) }),
  }));
  return { ...group, ...(gpus !== undefined && { gpus }) };
}

// Instance and cluster management (ICMS) does not check that an account is set up.

/** Returns the account's cluster groups, and others that it can see. */
async function listGroups(
  { store }: Pick<Context, 'store'>,
  account: string,
  isVisible: (group: ClusterGroup) => boolean = () => false,
): Promise<readonly ClusterGroup[]> {
  const rows = await CLUSTER_GROUPS.all(store.collections);
  return rows.filter(({ owner, body }) => owner === account || isVisible(body)).map(({ body }) => body);
}

/** With `includeAuthorizedClusters`, includes clusters shared with the account. */
const listClusters: Handler<'nvcf', 'listClusters'> = async (context) => {
  const { ncaId } = context.params;
  const isAuthorized = ({ authorizedNcaIds = [] }: ClusterGroup) =>
    authorizedNcaIds.includes(ncaId) || authorizedNcaIds.includes(ANYONE);
  const includesOthers = context.query.includeAuthorizedClusters === true;
  const groups = await listGroups(context, ncaId, (group) => includesOthers && isAuthorized(group));
  return { status: 200, body: groups.flatMap(clusterViews) };
};

function clusterViews(group: ClusterGroup): Schema<'nvcf', 'ManagedCluster'>[] {
  const { id, name, ncaId = '', authorizedNcaIds = [], gpus } = groupView(group);
  return (group.clusters ?? []).map((cluster) => ({
    clusterId: cluster.id ?? '',
    clusterName: cluster.name ?? '',
    ...(id !== undefined && { clusterGroupId: id }),
    ...(name !== undefined && { clusterGroupName: name }),
    ncaId,
    authorizedNCAIds: authorizedNcaIds,
    k8sVersion: cluster.k8sVersion ?? null,
    status: 'READY',
    gpus: gpus ?? null,
  }));
}

const USAGES = ['DEFAULT', 'CONTAINER'];

const listRegistered: Handler<'nvcf', 'listRegisteredClusterGroups'> = async (context) => {
  const { instanceTypeUsage = '' } = context.query;
  if (instanceTypeUsage !== '' && !USAGES.includes(instanceTypeUsage)) {
    const message = `Invalid ${instanceTypeUsage} value for instanceTypeUsage provided, expected values: DEFAULT | CONTAINER`;
    throw new Problem('bad_state', message);
  }
  return { status: 200, body: { clusterGroups: (await listGroups(context, context.params.ncaId)).map(groupView) } };
};

const getGpuQuotaRules: Handler<'nvcf', 'getGpuQuotaRules'> = async (context) => ({
  status: 200,
  body: { requestStatus: successStatus(context), gpus: await objectsOf(context, GPU_QUOTAS) },
});

/** Lists instance types with free capacity; `gpus` and `regions` are comma-separated lists. */
const listAvailable: Handler<'nvcf', 'listAvailableInstanceTypes'> = async (context) => {
  const { gpus, regions } = context.query;
  const matches = (filter: string | undefined, value: string | undefined) =>
    filter === undefined || (value !== undefined && filter.split(',').includes(value));
  const types = (await objectsOf(context, INSTANCE_TYPES)).filter(
    ({ gpu, region, available = 0 }) => available > 0 && matches(gpus, gpu) && matches(regions, region),
  );
  return { status: 200, body: { requestStatus: successStatus(context), instanceTypes: types } };
};

const listAll: Handler<'nvcf', 'listInstanceTypes'> = async (context) => ({
  status: 200,
  body: { requestStatus: successStatus(context), instanceTypes: await objectsOf(context, INSTANCE_TYPES) },
});

function successStatus({ random }: Pick<Context, 'random'>) {
  return requestStatus('SUCCESS', random.uuid());
}

export const clusterOperations = {
  listClusterGroups,
  listClusters,
  listRegisteredClusterGroups: listRegistered,
  getGpuQuotaRules,
  listAvailableInstanceTypes: listAvailable,
  listInstanceTypes: listAll,
};
