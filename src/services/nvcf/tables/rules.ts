import type { Rule } from '../../../core/rule.ts';
import type { ResourceTypeId } from './resource-types.ts';
import type { Scope } from './scopes.ts';

type NvcfRule = Rule<Scope, ResourceTypeId>;

const PAGE = 'service-keys page, scope requirements';
const NO_ROW = 'published control-plane code; the page has no row';
const CODE = 'published control-plane code (NVIDIA/nvcf, fadc0f81)';

/** How each action finds its object. */
const OWN_FUNCTION = { lookup: 'ownFunction', param: 'functionId' } as const;
const OWN_VERSION = { lookup: 'ownVersion', param: 'versionId' } as const;
const DEPLOYMENT = { lookup: 'deployment', param: 'deploymentId' } as const;
const VISIBLE_FUNCTION = { lookup: 'visibleFunction', param: 'functionId' } as const;
const VISIBLE_VERSION = { lookup: 'visibleVersion', param: 'versionId' } as const;
const INVOCATION = { lookup: 'invocation', param: 'requestId' } as const;
const REGISTRY_CREDENTIAL = { lookup: 'registryCredential', param: 'registryCredentialId' } as const;
const TELEMETRY = { lookup: 'telemetry', param: 'telemetryId' } as const;
const ASSET = { lookup: 'asset', param: 'assetId' } as const;

/** All Functions, Function and All Entity, as the page writes; Function Versions wherever Function is (inferred). */
const FUNCTIONS = ['account-functions', 'function', 'function-versions', 'entity'] as const;
/** The row of Invoke Function leaves All Entity out. */
const INVOCABLE = ['account-functions', 'function', 'function-versions', 'authorized-functions'] as const;
/** What reads take: also what other accounts share. */
const READABLE = ['account-functions', 'function', 'function-versions', 'authorized-functions', 'entity'] as const;

/** On the page's list of types, and in no row of its table. */
const VERSIONS_ADDED = {
  types: ['function-versions'],
  source: 'service-keys page lists the type and has no row for it; counted wherever Function is',
  certainty: 'inferred',
} as const;
/** Not on the page. */
const SHARED_ADDED = {
  types: ['authorized-functions'],
  source:
    'published control-plane code, where functions of other accounts are in play; the page does not know the type',
  certainty: 'inferred',
} as const;
const FUNCTIONS_OF_PAGE = { on: FUNCTIONS, added: [VERSIONS_ADDED] } as const;
const INVOCABLE_OF_PAGE = { on: INVOCABLE, added: [VERSIONS_ADDED, SHARED_ADDED] } as const;
const READABLE_OF_PAGE = { on: READABLE, added: [VERSIONS_ADDED, SHARED_ADDED] } as const;

const CREATE = { id: 'create-function', label: 'Create Function', needs: { all: ['register_function'] } } as const;
const CREATE_VERSION = {
  id: 'create-function-version',
  label: 'Create Function (new version)',
  needs: { all: ['register_function'] },
  cover: OWN_FUNCTION,
  versionless: 'refuse',
} as const;
const DEPLOY = { label: 'Deploy Function' } as const;
const INVOKE = { label: 'Invoke Function', needs: { all: ['invoke_function'] } } as const;
const READ = { label: 'Get / List Functions', needs: { any: ['list_functions', 'list_functions_details'] } } as const;
const QUEUES = { label: 'Queue Details', needs: { all: ['queue_details'] } } as const;
const UPDATE = {
  id: 'update-function',
  label: 'Update Function',
  needs: { all: ['update_function'] },
  cover: OWN_VERSION,
} as const;
const DELETE = {
  id: 'delete-function',
  label: 'Delete Function',
  needs: { all: ['delete_function'] },
  cover: OWN_VERSION,
} as const;
const SECRETS = {
  id: 'update-function-secrets',
  label: 'Update Function Secrets',
  needs: { all: ['update_secrets'] },
  cover: OWN_VERSION,
} as const;
const TELEMETRY_SECRET = {
  id: 'update-telemetry-secret',
  label: 'Update Function Secrets (of a telemetry endpoint)',
  needs: { all: ['update_secrets'] },
  cover: TELEMETRY,
} as const;
const AUTHORIZE = { label: 'Authorize Clients (share access)', needs: { all: ['authorize_clients'] } } as const;
const CLUSTERS = { id: 'list-clusters', label: 'List Clusters', needs: { all: ['list_clusters'] } } as const;
const REGISTRY = { label: 'Manage Registry Credentials', needs: { all: ['manage_registry_credentials'] } } as const;
const TELEMETRIES = { label: 'Manage Telemetry Endpoints', needs: { all: ['manage_telemetries'] } } as const;
const ASSETS = { label: 'Invoke Function (assets)', needs: { all: ['invoke_function'] } } as const;
const TOKENS = { label: 'Invoke Function (invocation tokens)', needs: { all: ['invoke_function'] } } as const;

/** Not in the published code, so the same in both profiles. */
const GPU = [
  {
    id: 'gpu-quota',
    label: 'GPU Quota',
    needs: { all: ['read_gpu_quota_rule'] },
    on: ['entity'],
    source: PAGE,
    certainty: 'documented',
  },
  {
    id: 'gpu-capacity',
    label: 'GPU Instance Types / Capacity',
    needs: { all: ['gpu_capacity'] },
    on: ['entity'],
    source: PAGE,
    certainty: 'documented',
  },
] as const satisfies readonly NvcfRule[];

/** The requirements table of the page, row by row, and after it the rows that only the API has. */
export const DOCUMENTED_RULES = [
  { ...CREATE, on: ['account-functions', 'entity'], source: PAGE, certainty: 'documented' },
  {
    ...DEPLOY,
    id: 'deploy-function',
    needs: { all: ['deploy_function', 'list_functions'] },
    ...FUNCTIONS_OF_PAGE,
    cover: OWN_VERSION,
    source: `${PAGE}; the page names create and update, reading and deleting are placed here`,
    certainty: 'contradicted',
  },
  {
    ...DEPLOY,
    id: 'deploy-function-by-deployment',
    needs: { all: ['deploy_function', 'list_functions'] },
    ...FUNCTIONS_OF_PAGE,
    cover: DEPLOYMENT,
    source: `${PAGE}; the same row, on paths that name the deployment`,
    certainty: 'contradicted',
  },
  {
    ...INVOKE,
    id: 'invoke-function',
    ...INVOCABLE_OF_PAGE,
    cover: VISIBLE_FUNCTION,
    versionless: 'refuse',
    source: PAGE,
    certainty: 'documented',
  },
  {
    ...INVOKE,
    id: 'invoke-function-version',
    ...INVOCABLE_OF_PAGE,
    cover: VISIBLE_VERSION,
    source: PAGE,
    certainty: 'documented',
  },
  {
    ...INVOKE,
    id: 'poll-invocation',
    ...INVOCABLE_OF_PAGE,
    cover: INVOCATION,
    source: `${PAGE}; that a poll needs what the invocation needed is in the published code`,
    certainty: 'documented',
  },
  {
    ...READ,
    id: 'list-functions',
    ...READABLE_OF_PAGE,
    versionless: 'narrow',
    source: `${PAGE}; the comma between the scopes is read as "or", as the API document says`,
    certainty: 'contradicted',
  },
  {
    ...READ,
    id: 'list-function-versions',
    ...READABLE_OF_PAGE,
    cover: VISIBLE_FUNCTION,
    versionless: 'narrow',
    source: `${PAGE}; the comma between the scopes is read as "or", as the API document says`,
    certainty: 'contradicted',
  },
  {
    ...READ,
    id: 'get-function-version',
    ...READABLE_OF_PAGE,
    cover: VISIBLE_VERSION,
    source: `${PAGE}; the comma between the scopes is read as "or", as the API document says`,
    certainty: 'contradicted',
  },
  { ...UPDATE, ...FUNCTIONS_OF_PAGE, source: PAGE, certainty: 'documented' },
  { ...DELETE, ...FUNCTIONS_OF_PAGE, source: PAGE, certainty: 'documented' },
  { ...SECRETS, ...FUNCTIONS_OF_PAGE, source: PAGE, certainty: 'documented' },
  {
    ...AUTHORIZE,
    id: 'authorize-clients',
    on: ['account-functions'],
    cover: OWN_FUNCTION,
    source: `${PAGE}; the published code accepts Function too`,
    certainty: 'contradicted',
  },
  {
    ...AUTHORIZE,
    id: 'read-authorizations',
    on: ['account-functions'],
    cover: OWN_FUNCTION,
    source: `${PAGE}; the published code filters instead of refusing`,
    certainty: 'contradicted',
  },
  {
    ...AUTHORIZE,
    id: 'authorize-clients-version',
    on: ['account-functions'],
    cover: OWN_VERSION,
    source: `${PAGE}; the published code accepts Function and Function Versions too`,
    certainty: 'contradicted',
  },
  {
    ...CLUSTERS,
    on: ['account-clusters', 'entity'],
    source: `${PAGE}; the published code refuses every key`,
    certainty: 'contradicted',
  },
  {
    ...REGISTRY,
    id: 'manage-registry-credentials',
    on: ['entity'],
    source: `${PAGE}; the published code makes no resource test`,
    certainty: 'contradicted',
  },
  {
    ...REGISTRY,
    id: 'manage-registry-credential',
    on: ['entity'],
    cover: REGISTRY_CREDENTIAL,
    source: `${PAGE}; the published code makes no resource test`,
    certainty: 'contradicted',
  },
  {
    ...TELEMETRIES,
    id: 'manage-telemetries',
    on: ['entity'],
    source: `${PAGE}; the published code makes no resource test`,
    certainty: 'contradicted',
  },
  {
    ...TELEMETRIES,
    id: 'manage-telemetry',
    on: ['entity'],
    cover: TELEMETRY,
    source: `${PAGE}; the published code makes no resource test`,
    certainty: 'contradicted',
  },
  ...GPU,
  {
    ...CREATE_VERSION,
    on: FUNCTIONS,
    source: `${NO_ROW}; All Entity as for creating a function`,
    certainty: 'inferred',
  },
  {
    ...QUEUES,
    id: 'queue-details',
    on: READABLE,
    cover: VISIBLE_FUNCTION,
    versionless: 'narrow',
    source: 'service-keys page lists the scope and has no row; types as for Get',
    certainty: 'inferred',
  },
  {
    ...QUEUES,
    id: 'queue-details-version',
    on: READABLE,
    cover: VISIBLE_VERSION,
    source: 'service-keys page lists the scope and has no row; types as for Get',
    certainty: 'inferred',
  },
  {
    ...QUEUES,
    id: 'queue-position',
    on: READABLE,
    cover: INVOCATION,
    source: 'service-keys page lists the scope and has no row; types as for Get',
    certainty: 'inferred',
  },
  { ...TELEMETRY_SECRET, source: NO_ROW, certainty: 'inferred' },
  { ...ASSETS, id: 'list-assets', source: NO_ROW, certainty: 'inferred' },
  { ...ASSETS, id: 'manage-asset', cover: ASSET, source: NO_ROW, certainty: 'inferred' },
  {
    ...TOKENS,
    id: 'issue-invocation-token',
    on: INVOCABLE,
    cover: VISIBLE_FUNCTION,
    versionless: 'refuse',
    source: NO_ROW,
    certainty: 'inferred',
  },
  {
    ...TOKENS,
    id: 'issue-invocation-token-version',
    on: INVOCABLE,
    cover: VISIBLE_VERSION,
    source: NO_ROW,
    certainty: 'inferred',
  },
  { ...TOKENS, id: 'issue-multi-invocation-token', source: NO_ROW, certainty: 'inferred' },
] as const satisfies readonly NvcfRule[];

/** What the code tests for an own function: All Functions or an entry that names it. */
const OWNED = ['account-functions', 'function', 'function-versions'] as const;
/** For functions of anybody: public ones are free, shared ones need Authorized Functions or an entry. */
const ANYBODYS = ['account-functions', 'function', 'function-versions', 'authorized-functions'] as const;
const PUBLIC_IS_FREE = { on: ANYBODYS, open: ['public'] } as const;
const OF_CODE = { source: CODE, certainty: 'documented' } as const;

/** What the published control plane does with a key. */
export const OPEN_SOURCE_RULES = [
  { ...CREATE, on: ['account-functions'], ...OF_CODE },
  {
    ...DEPLOY,
    id: 'deploy-function',
    needs: { all: ['deploy_function'] },
    on: OWNED,
    cover: OWN_VERSION,
    ...OF_CODE,
  },
  {
    ...DEPLOY,
    id: 'deploy-function-by-deployment',
    needs: { all: ['deploy_function'] },
    on: OWNED,
    cover: DEPLOYMENT,
    ...OF_CODE,
  },
  {
    ...INVOKE,
    id: 'invoke-function',
    ...PUBLIC_IS_FREE,
    cover: VISIBLE_FUNCTION,
    versionless: 'narrow',
    ...OF_CODE,
  },
  { ...INVOKE, id: 'invoke-function-version', ...PUBLIC_IS_FREE, cover: VISIBLE_VERSION, ...OF_CODE },
  { ...INVOKE, id: 'poll-invocation', ...PUBLIC_IS_FREE, cover: INVOCATION, ...OF_CODE },
  { ...READ, id: 'list-functions', ...PUBLIC_IS_FREE, versionless: 'narrow', ...OF_CODE },
  {
    ...READ,
    id: 'list-function-versions',
    ...PUBLIC_IS_FREE,
    cover: VISIBLE_FUNCTION,
    versionless: 'narrow',
    ...OF_CODE,
  },
  { ...READ, id: 'get-function-version', ...PUBLIC_IS_FREE, cover: VISIBLE_VERSION, ...OF_CODE },
  { ...UPDATE, on: OWNED, ...OF_CODE },
  { ...DELETE, on: OWNED, ...OF_CODE },
  { ...SECRETS, on: OWNED, ...OF_CODE },
  { ...AUTHORIZE, id: 'authorize-clients', on: OWNED, cover: OWN_FUNCTION, versionless: 'refuse', ...OF_CODE },
  // Refuses nobody for their resource: what the key does not cover is left out.
  { ...AUTHORIZE, id: 'read-authorizations', on: OWNED, open: [], ...OF_CODE },
  { ...AUTHORIZE, id: 'authorize-clients-version', on: OWNED, cover: OWN_VERSION, ...OF_CODE },
  { ...CLUSTERS, closed: true, source: `${CODE}: tokens only`, certainty: 'documented' },
  { ...REGISTRY, id: 'manage-registry-credentials', ...OF_CODE },
  { ...REGISTRY, id: 'manage-registry-credential', cover: REGISTRY_CREDENTIAL, ...OF_CODE },
  { ...TELEMETRIES, id: 'manage-telemetries', ...OF_CODE },
  { ...TELEMETRIES, id: 'manage-telemetry', cover: TELEMETRY, ...OF_CODE },
  ...GPU,
  {
    ...CREATE_VERSION,
    on: OWNED,
    added: [
      {
        types: ['function-versions'],
        source: `${CODE}: an entry that names a version is no entry for the function`,
        certainty: 'inferred',
      },
    ],
    ...OF_CODE,
  },
  { ...QUEUES, id: 'queue-details', ...PUBLIC_IS_FREE, cover: VISIBLE_FUNCTION, versionless: 'narrow', ...OF_CODE },
  { ...QUEUES, id: 'queue-details-version', ...PUBLIC_IS_FREE, cover: VISIBLE_VERSION, ...OF_CODE },
  { ...QUEUES, id: 'queue-position', ...PUBLIC_IS_FREE, cover: INVOCATION, ...OF_CODE },
  { ...TELEMETRY_SECRET, ...OF_CODE },
  { ...ASSETS, id: 'list-assets', ...OF_CODE },
  { ...ASSETS, id: 'manage-asset', cover: ASSET, ...OF_CODE },
  {
    ...TOKENS,
    id: 'issue-invocation-token',
    ...PUBLIC_IS_FREE,
    cover: VISIBLE_FUNCTION,
    versionless: 'narrow',
    ...OF_CODE,
  },
  { ...TOKENS, id: 'issue-invocation-token-version', ...PUBLIC_IS_FREE, cover: VISIBLE_VERSION, ...OF_CODE },
  { ...TOKENS, id: 'issue-multi-invocation-token', ...OF_CODE },
] as const satisfies readonly NvcfRule[];

export type RuleId = (typeof DOCUMENTED_RULES)[number]['id'];
