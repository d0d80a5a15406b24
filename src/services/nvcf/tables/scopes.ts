import type { RowIn, Section } from '../../../contract/sections.ts';
import type { PermissionRow } from '../../../decisions/rule.ts';
import type { ResourceTypeId } from './resource-types.ts';
import { CODE, NEWER_CODE } from './sources.ts';

const PAGE = 'service-keys page, scope list';
const BOTH = `${PAGE}; id in the published code and API document`;

/**
 * The fifteen scopes of the service-keys page, then the scopes that only the published code has. `onlyOn`: the page
 * says that any other type results in a 403, so the control API refuses such a key. Other unlisted combinations of
 * scope and type are stored with a warning.
 */
export const SCOPE_SECTIONS = [
  {
    source: BOTH,
    certainty: 'documented',
    rows: {
      invoke_function: { label: 'Invoke Function' },
      list_functions: { label: 'List Functions' },
      list_functions_details: { label: 'List Function Details' },
      queue_details: { label: 'Queue Details' },
      register_function: { label: 'Register Function' },
      deploy_function: { label: 'Deploy Function' },
      update_function: { label: 'Update Function' },
      delete_function: { label: 'Delete Function' },
      // Page: with Function, Function Versions or All Entity, a call results in a 403.
      authorize_clients: { label: 'Authorize Clients', onlyOn: ['account-functions'] },
      update_secrets: { label: 'Update Function Secrets' },
      manage_registry_credentials: {
        label: 'Manage Registry Credentials',
        onlyOn: ['entity'],
        source: `${BOTH}, which also writes manage_registries`,
      },
      manage_telemetries: { label: 'Manage Telemetries', onlyOn: ['entity'] },
    },
  },
  {
    source: `${PAGE}; the vendor publishes no id, so this one is ours`,
    certainty: 'ours',
    rows: {
      list_clusters: { label: 'List Clusters' },
      read_gpu_quota_rule: { label: 'Read GPU Quota Rule', onlyOn: ['entity'] },
      gpu_capacity: { label: 'GPU Capacity', onlyOn: ['entity'] },
    },
  },
  {
    source: `${NEWER_CODE}: opens accounts to keys and tokens; the page does not mention it`,
    certainty: 'documented',
    rows: {
      list_accounts: { label: 'List Accounts' },
      account_setup: { label: 'Account Setup' },
    },
  },
  {
    source: `${CODE}: for tokens only, a key with it can do nothing; the page does not mention it`,
    certainty: 'documented',
    rows: {
      'admin:authorize_clients': { label: 'Authorize Clients of any account' },
      list_cluster_groups: { label: 'List Cluster Groups' },
      'cluster-management': { label: 'Cluster Management' },
      'read:cluster-management': { label: 'Read Clusters' },
      cluster_listing: { label: 'Cluster Listing' },
    },
  },
] as const satisfies readonly Section<PermissionRow<string, ResourceTypeId>, 'id'>[];

export type Scope = RowIn<'id', (typeof SCOPE_SECTIONS)[number]>['id'];
