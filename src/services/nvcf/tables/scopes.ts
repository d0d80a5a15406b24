import type { PermissionRow } from '../../../core/rule.ts';
import type { ResourceTypeId } from './resource-types.ts';

const PAGE = 'service-keys page, scope list';
const BOTH = `${PAGE}; id in the published code and API document`;
const NO_ID = `${PAGE}; no id is public, so this one is ours`;

/** The fifteen scopes of the service-keys page. */
export const SCOPES = [
  { id: 'invoke_function', label: 'Invoke Function', source: BOTH, certainty: 'documented' },
  { id: 'list_functions', label: 'List Functions', source: BOTH, certainty: 'documented' },
  { id: 'list_functions_details', label: 'List Function Details', source: BOTH, certainty: 'documented' },
  { id: 'queue_details', label: 'Queue Details', source: BOTH, certainty: 'documented' },
  { id: 'register_function', label: 'Register Function', source: BOTH, certainty: 'documented' },
  { id: 'deploy_function', label: 'Deploy Function', source: BOTH, certainty: 'documented' },
  { id: 'update_function', label: 'Update Function', source: BOTH, certainty: 'documented' },
  { id: 'delete_function', label: 'Delete Function', source: BOTH, certainty: 'documented' },
  { id: 'authorize_clients', label: 'Authorize Clients', source: BOTH, certainty: 'documented' },
  { id: 'update_secrets', label: 'Update Function Secrets', source: BOTH, certainty: 'documented' },
  {
    id: 'manage_registry_credentials',
    label: 'Manage Registry Credentials',
    onlyOn: ['entity'],
    source: `${BOTH}, which also writes manage_registries`,
    certainty: 'documented',
  },
  {
    id: 'manage_telemetries',
    label: 'Manage Telemetries',
    onlyOn: ['entity'],
    source: BOTH,
    certainty: 'documented',
  },
  { id: 'list_clusters', label: 'List Clusters', source: NO_ID, certainty: 'ours' },
  { id: 'read_gpu_quota_rule', label: 'Read GPU Quota Rule', onlyOn: ['entity'], source: NO_ID, certainty: 'ours' },
  { id: 'gpu_capacity', label: 'GPU Capacity', onlyOn: ['entity'], source: NO_ID, certainty: 'ours' },
] as const satisfies readonly PermissionRow<string, ResourceTypeId>[];

export type Scope = (typeof SCOPES)[number]['id'];
