import type { Section } from '../../../contract/sections.ts';
import type { RoleRow } from '../../../decisions/rule.ts';
import type { Scope } from './scopes.ts';

/** The scopes of personal keys, by the role of the user in the organisation. */
export const ROLE_SECTIONS = [
  {
    certainty: 'inferred',
    rows: {
      'Cloud Functions Admin': {
        permissions: [
          'invoke_function',
          'list_functions',
          'list_functions_details',
          'queue_details',
          'register_function',
          'deploy_function',
          'update_function',
          'delete_function',
          'authorize_clients',
          'update_secrets',
          'manage_registry_credentials',
          'manage_telemetries',
          'list_clusters',
          'read_gpu_quota_rule',
          'gpu_capacity',
        ],
        source: 'account-access page mentions the role; that it may do everything is inferred',
      },
      'Cloud Functions User': {
        permissions: ['invoke_function', 'list_functions', 'queue_details'],
        source: 'function-permissions page: any user may invoke; the rest follows the code constant for account users',
      },
    },
  },
] as const satisfies readonly Section<RoleRow<Scope>, 'name'>[];
