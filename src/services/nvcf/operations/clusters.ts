import type { Schema } from '../../../contract/documented.ts';
import type { Context, Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { pick } from '../../../lib/members.ts';
import { Collection } from '../../../store/collection.ts';
import { ANYONE } from '../../../store/row.ts';
import { createSuccessStatus } from '../../ngc-keys/envelope.ts';
import { listObjects } from '../objects.ts';

type ClusterGroup = Schema<'nvcf', 'ClusterGroup'>;

// Only seeds create the objects of these collections.
export const CLUSTER_GROUPS = new Collection<ClusterGroup>('nvcf.cluster-groups');
export const GPU_QUOTAS = new Collection<Schema<'nvcf', 'GpuQuota'>>('nvcf.gpu-quotas');
export const INSTANCE_TYPES = new Collection<Schema<'nvcf', 'InstanceType'>>('nvcf.instance-types');

/** Renders a group without the additional members that a seed may set for instance types. */
function renderGroup(group: ClusterGroup): ClusterGroup {
  const gpus = group.gpus?.map(({ instanceTypes: types, ...gpu }) => ({
    ...gpu,
    ...(types !== undefined && { instanceTypes: types.map((type) => pick(type, ['name', 'description', 'default'])) }),
  }));
  return { ...group, ...(gpus !== undefined && { gpus }) };
}

/** Like instance and cluster management (ICMS), does not check that the account is set up. */
async function listGroups(
  { store }: Context,
  account: string,
  isVisible: (group: ClusterGroup) => boolean = () => false,
): Promise<readonly ClusterGroup[]> {
  const rows = await CLUSTER_GROUPS.all(store.collections);
  return rows.filter(({ owner, body }) => owner === account || isVisible(body)).map(({ body }) => body);
}

function renderClusters(group: ClusterGroup): Schema<'nvcf', 'ManagedCluster'>[] {
  const { id, name, ncaId = '', authorizedNcaIds = [], gpus } = renderGroup(group);
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

const INSTANCE_TYPE_USAGES = ['DEFAULT', 'CONTAINER'];

export const clusterOperations = {
  listClusterGroups: async (context) => ({
    status: 200,
    body: { clusterGroups: (await listObjects(context, CLUSTER_GROUPS)).map(renderGroup) },
  }),
  /** Lists the clusters of an account, and with `includeAuthorizedClusters` those that are shared with it. */
  listClusters: async (context) => {
    const { ncaId } = context.params;
    const isAuthorized = ({ authorizedNcaIds = [] }: ClusterGroup) =>
      authorizedNcaIds.includes(ncaId) || authorizedNcaIds.includes(ANYONE);
    const includesShared = context.query.includeAuthorizedClusters === true;
    const groups = await listGroups(context, ncaId, (group) => includesShared && isAuthorized(group));
    return { status: 200, body: groups.flatMap(renderClusters) };
  },
  listRegisteredClusterGroups: async (context) => {
    const { instanceTypeUsage = '' } = context.query;
    if (instanceTypeUsage !== '' && !INSTANCE_TYPE_USAGES.includes(instanceTypeUsage)) {
      const message = `Invalid ${instanceTypeUsage} value for instanceTypeUsage provided, expected values: DEFAULT | CONTAINER`;
      throw new Problem('bad_state', message);
    }
    return { status: 200, body: { clusterGroups: (await listGroups(context, context.params.ncaId)).map(renderGroup) } };
  },
  getGpuQuotaRules: async (context) => ({
    status: 200,
    body: { requestStatus: createSuccessStatus(context), gpus: await listObjects(context, GPU_QUOTAS) },
  }),
  /** Lists instance types with free capacity; `gpus` and `regions` are comma-separated lists. */
  listAvailableInstanceTypes: async (context) => {
    const { gpus, regions } = context.query;
    const matches = (filter: string | undefined, value: string | undefined) =>
      filter === undefined || (value !== undefined && filter.split(',').includes(value));
    const types = (await listObjects(context, INSTANCE_TYPES)).filter(
      ({ gpu, region, available = 0 }) => available > 0 && matches(gpus, gpu) && matches(regions, region),
    );
    return { status: 200, body: { requestStatus: createSuccessStatus(context), instanceTypes: types } };
  },
  listInstanceTypes: async (context) => ({
    status: 200,
    body: { requestStatus: createSuccessStatus(context), instanceTypes: await listObjects(context, INSTANCE_TYPES) },
  }),
} satisfies Partial<Operations<'nvcf'>>;
