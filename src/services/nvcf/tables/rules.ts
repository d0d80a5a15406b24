import type { RowIn } from '../../../core/sections.ts';
import {
  ASSET,
  DEPLOYMENT,
  FUNCTION_IN_MODEL,
  FUNCTIONS_IN_BODY,
  INVOCATION,
  OWN_FUNCTION,
  OWN_VERSION,
  REGISTRY_CREDENTIAL,
  TELEMETRY,
  VISIBLE_FUNCTION,
  VISIBLE_VERSION,
} from './covers.ts';
import {
  type Action,
  CODE,
  ENTITY_BY_BOTH,
  ENTITY_BY_PAGE,
  FUNCTIONS,
  FUNCTIONS_OF_PAGE,
  INVOCABLE_OF_PAGE,
  NO_ROW,
  OF_CODE,
  OF_PAGE,
  OF_SCOPE,
  ON_OWN_VERSION,
  OWNED,
  PAGE,
  PUBLIC_IS_FREE,
  READABLE,
  READABLE_OF_PAGE,
} from './readings.ts';

const TOKENS = { label: 'Invoke Function (invocation tokens)', needs: { all: ['invoke_function'] } } as const;

/** The rows of the page's table, then the actions that only the API has. */
export const ACTIONS = [
  {
    label: 'Create Function',
    needs: { all: ['register_function'] },
    documented: { on: ['account-functions', 'entity'], ...OF_PAGE },
    'open-source': { on: ['account-functions'], ...OF_CODE },
    rows: { 'create-function': {} },
  },
  {
    label: 'Deploy Function',
    needs: { all: ['deploy_function'] },
    documented: {
      needs: { all: ['deploy_function', 'list_functions'] },
      ...FUNCTIONS_OF_PAGE,
      source: `${PAGE}; the page names create and update, reading and deleting are placed here`,
      certainty: 'contradicted',
    },
    'open-source': OWNED,
    rows: {
      'deploy-function': { cover: OWN_VERSION },
      'deploy-function-by-deployment': {
        cover: DEPLOYMENT,
        documented: { source: `${PAGE}; the same row, on paths that name the deployment` },
      },
    },
  },
  {
    label: 'Invoke Function',
    needs: { all: ['invoke_function'] },
    documented: { ...INVOCABLE_OF_PAGE, ...OF_PAGE },
    'open-source': PUBLIC_IS_FREE,
    rows: {
      'invoke-function': {
        cover: VISIBLE_FUNCTION,
        documented: { versionless: 'refuse' },
        'open-source': { versionless: 'narrow' },
      },
      'invoke-function-version': { cover: VISIBLE_VERSION },
      'invoke-by-llm-gateway': {
        cover: FUNCTION_IN_MODEL,
        documented: { versionless: 'refuse', source: `${PAGE}; the same row, as the LLM gateway page says` },
        'open-source': { versionless: 'narrow' },
      },
      'poll-invocation': {
        cover: INVOCATION,
        documented: { source: `${PAGE}; that a poll needs what the invocation needed is in the published code` },
      },
    },
  },
  {
    label: 'Get / List Functions',
    needs: { any: ['list_functions', 'list_functions_details'] },
    documented: {
      ...READABLE_OF_PAGE,
      source: `${PAGE}; the comma between the scopes is read as "or", as the API document says`,
      certainty: 'contradicted',
    },
    'open-source': PUBLIC_IS_FREE,
    rows: {
      'list-functions': { versionless: 'narrow' },
      'list-function-versions': { cover: VISIBLE_FUNCTION, versionless: 'narrow' },
      'get-function-version': { cover: VISIBLE_VERSION },
    },
  },
  { ...ON_OWN_VERSION, label: 'Update Function', needs: { all: ['update_function'] }, rows: { 'update-function': {} } },
  { ...ON_OWN_VERSION, label: 'Delete Function', needs: { all: ['delete_function'] }, rows: { 'delete-function': {} } },
  {
    ...ON_OWN_VERSION,
    label: 'Update Function Secrets',
    needs: { all: ['update_secrets'] },
    rows: { 'update-function-secrets': {} },
  },
  {
    label: 'Authorize Clients (share access)',
    needs: { all: ['authorize_clients'] },
    documented: {
      on: ['account-functions'],
      source: `${PAGE}; the published code accepts Function too`,
      certainty: 'contradicted',
    },
    'open-source': OWNED,
    rows: {
      'authorize-clients': { cover: OWN_FUNCTION, 'open-source': { versionless: 'refuse' } },
      // The code refuses no key for its resource: it filters the list.
      'read-authorizations': {
        documented: { cover: OWN_FUNCTION, source: `${PAGE}; the published code filters instead of refusing` },
        'open-source': { open: [] },
      },
      'authorize-clients-version': {
        cover: OWN_VERSION,
        documented: { source: `${PAGE}; the published code accepts Function and Function Versions too` },
      },
    },
  },
  {
    label: 'List Clusters',
    needs: { all: ['list_clusters'] },
    documented: {
      on: ['account-clusters', 'entity'],
      source: `${PAGE}, which names no path; the published code refuses every key`,
      certainty: 'contradicted',
    },
    'open-source': { closed: true, source: `${CODE}: tokens only`, certainty: 'documented' },
    rows: { 'list-clusters': {} },
  },
  {
    ...ENTITY_BY_PAGE,
    label: 'Manage Registry Credentials',
    needs: { all: ['manage_registry_credentials'] },
    rows: { 'manage-registry-credentials': {}, 'manage-registry-credential': { cover: REGISTRY_CREDENTIAL } },
  },
  {
    ...ENTITY_BY_PAGE,
    label: 'Manage Telemetry Endpoints',
    needs: { all: ['manage_telemetries'] },
    rows: { 'manage-telemetries': {}, 'manage-telemetry': { cover: TELEMETRY } },
  },
  { ...ENTITY_BY_BOTH, label: 'GPU Quota', needs: { all: ['read_gpu_quota_rule'] }, rows: { 'gpu-quota': {} } },
  {
    ...ENTITY_BY_BOTH,
    label: 'GPU Instance Types / Capacity',
    needs: { all: ['gpu_capacity'] },
    rows: { 'gpu-capacity': {} },
  },
  {
    label: 'Create Function (new version)',
    needs: { all: ['register_function'] },
    cover: OWN_FUNCTION,
    versionless: 'refuse',
    documented: { on: FUNCTIONS, ...NO_ROW, source: `${NO_ROW.source}; All Entity as for creating a function` },
    'open-source': {
      ...OWNED,
      added: [
        {
          types: ['function-versions'],
          source: `${CODE}: an entry that names a version is no entry for the function`,
          certainty: 'inferred',
        },
      ],
    },
    rows: { 'create-function-version': {} },
  },
  {
    label: 'Queue Details',
    needs: { all: ['queue_details'] },
    documented: {
      on: READABLE,
      source: 'service-keys page lists the scope and has no row; types as for Get',
      certainty: 'inferred',
    },
    'open-source': PUBLIC_IS_FREE,
    rows: {
      'queue-details': { cover: VISIBLE_FUNCTION, versionless: 'narrow' },
      'queue-details-version': { cover: VISIBLE_VERSION },
      'queue-position': { cover: INVOCATION },
    },
  },
  {
    label: 'Update Function Secrets (of a telemetry endpoint)',
    needs: { all: ['update_secrets'] },
    // It belongs to none of the functions, so a key that is bound to some does not reach it.
    documented: { on: ['account-functions', 'entity'], ...OF_SCOPE },
    'open-source': OF_CODE,
    rows: { 'update-telemetry-secret': { cover: TELEMETRY } },
  },
  {
    label: 'Invoke Function (assets)',
    needs: { all: ['invoke_function'] },
    documented: {
      ...INVOCABLE_OF_PAGE,
      source: `${OF_SCOPE.source}; an invocation of a function needs its assets`,
      certainty: 'inferred',
    },
    'open-source': OF_CODE,
    rows: { 'list-assets': {}, 'manage-asset': { cover: ASSET } },
  },
  {
    ...TOKENS,
    documented: { ...INVOCABLE_OF_PAGE, ...OF_PAGE, source: `${PAGE}; a token invokes, so the row is Invoke Function` },
    'open-source': PUBLIC_IS_FREE,
    rows: {
      'issue-invocation-token': {
        cover: VISIBLE_FUNCTION,
        documented: { versionless: 'refuse' },
        'open-source': { versionless: 'narrow' },
      },
      'issue-invocation-token-version': { cover: VISIBLE_VERSION },
    },
  },
  {
    ...TOKENS,
    documented: {
      ...INVOCABLE_OF_PAGE,
      ...OF_PAGE,
      cover: FUNCTIONS_IN_BODY,
      source: `${PAGE}; a token invokes, so the row is Invoke Function`,
    },
    'open-source': OF_CODE,
    rows: { 'issue-multi-invocation-token': {} },
  },
] as const satisfies readonly Action[];

export type RuleId = RowIn<'id', (typeof ACTIONS)[number]>['id'];
