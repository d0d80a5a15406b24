import type { PermissionRow } from '../../../core/rule.ts';
import type { RowIn, Section } from '../../../core/sections.ts';
import type { ResourceTypeId } from './resource-types.ts';

const PAGE = 'service-keys page, scope list';
const BOTH = `${PAGE}; id in the published code and API document`;

/**
 * The fifteen scopes of the service-keys page. `onlyOn`: the page says that any other type results in a 403, so the control
 * API refuses such a key. Other scopes that no row has with a type are stored with a warning.
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
      // The page: with Function, Function Versions or All Entity, a call results in a 403.
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
    source: `${PAGE}; no id is public, so this one is ours`,
    certainty: 'ours',
    rows: {
      list_clusters: { label: 'List Clusters' },
      read_gpu_quota_rule: { label: 'Read GPU Quota Rule', onlyOn: ['entity'] },
      gpu_capacity: { label: 'GPU Capacity', onlyOn: ['entity'] },
    },
  },
] as const satisfies readonly Section<PermissionRow<string, ResourceTypeId>, 'id'>[];

export type Scope = RowIn<'id', (typeof SCOPE_SECTIONS)[number]>['id'];
