import type { RowIn } from '../../../contract/sections.ts';
import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../ngc-keys/remedies.ts';
import type { Action } from './readings.ts';
import { CODE, ICMS, NEWER_CODE, PAGE } from './sources.ts';

const ICMS_TOKENS = `${ICMS}: tokens only`;

const OTHER_CALLS_ON_DEPLOYMENTS = {
  source: `${PAGE}; the row is about creating and updating; reading and deleting are placed here`,
  certainty: 'inferred',
} as const;

const TOKEN_SOURCE =
  'published control-plane code: the scope; the page has no row, so the types are the same as for Invoke Function, because a token is for invoking';

/**
 * The rows of the table on the page, then the actions that only the API has. For functions of the account, the code
 * requires All Functions or an entry for the function. Anyone can use and read public functions; shared ones need
 * Authorized Functions or such an entry.
 */
export const ACTIONS = [
  {
    label: 'Create Function',
    needs: { all: ['register_function'] },
    documented: { on: ['account-functions', 'entity'] },
    'open-source': { on: ['account-functions'] },
    rows: { 'create-function': {} },
  },
  {
    label: 'Deploy Function',
    needs: { all: ['deploy_function'] },
    documented: {
      needs: { all: ['deploy_function', 'list_functions'] },
      on: ['account-functions', 'function', 'entity'],
      addsToPage: ['function-versions'],
      source: `${PAGE}; the published code needs Deploy Function alone`,
      certainty: 'contradicted',
    },
    'open-source': { on: ['account-functions', 'function', 'function-versions'] },
    rows: {
      'deploy-function': { cover: 'ownVersion' },
      'deploy-function-by-deployment': { cover: 'deployment' },
      'read-or-delete-deployment': { cover: 'ownVersion', documented: OTHER_CALLS_ON_DEPLOYMENTS },
      'read-deployment-by-id': { cover: 'deployment', documented: OTHER_CALLS_ON_DEPLOYMENTS },
    },
  },
  {
    label: 'Invoke Function',
    needs: { all: ['invoke_function'] },
    documented: {
      on: ['account-functions', 'function'],
      addsToPage: ['function-versions', 'authorized-functions'],
    },
    'open-source': {
      on: ['account-functions', 'function', 'function-versions', 'authorized-functions'],
      open: ['public'],
    },
    rows: {
      'invoke-function': {
        cover: 'visibleFunction',
        documented: { versionless: 'refuse' },
        'open-source': { versionless: 'narrow' },
      },
      'invoke-function-version': { cover: 'visibleVersion' },
      'invoke-by-llm-gateway': {
        cover: 'functionInModel',
        documented: { versionless: 'refuse', source: `${PAGE}; the LLM gateway page uses the same row` },
        'open-source': { versionless: 'narrow' },
      },
      'poll-invocation': {
        cover: 'invocation',
        documented: { source: `${PAGE}; in the published code, polling needs the same rights as the invocation` },
      },
    },
  },
  {
    label: 'Get / List Functions',
    needs: { any: ['list_functions', 'list_functions_details'] },
    documented: {
      on: ['account-functions', 'function', 'entity'],
      addsToPage: ['function-versions', 'authorized-functions'],
      source: `${PAGE}; the comma between the scopes is read as "or", as the API document says`,
      certainty: 'contradicted',
    },
    'open-source': {
      on: ['account-functions', 'function', 'function-versions', 'authorized-functions'],
      open: ['public'],
    },
    rows: {
      'list-functions': { versionless: 'narrow' },
      'list-function-versions': { cover: 'visibleFunction', versionless: 'narrow' },
      'get-function-version': { cover: 'visibleVersion' },
    },
  },
  {
    label: 'Update Function',
    needs: { all: ['update_function'] },
    cover: 'ownVersion',
    documented: { on: ['account-functions', 'function', 'entity'], addsToPage: ['function-versions'] },
    'open-source': { on: ['account-functions', 'function', 'function-versions'] },
    rows: { 'update-function': {} },
  },
  {
    label: 'Delete Function',
    needs: { all: ['delete_function'] },
    cover: 'ownVersion',
    documented: { on: ['account-functions', 'function', 'entity'], addsToPage: ['function-versions'] },
    'open-source': { on: ['account-functions', 'function', 'function-versions'] },
    rows: { 'delete-function': {} },
  },
  {
    label: 'Update Function Secrets',
    needs: { all: ['update_secrets'] },
    cover: 'ownVersion',
    documented: { on: ['account-functions', 'function', 'entity'], addsToPage: ['function-versions'] },
    'open-source': { on: ['account-functions', 'function', 'function-versions'] },
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
    'open-source': { on: ['account-functions', 'function', 'function-versions'] },
    rows: {
      'authorize-clients': {
        cover: 'ownFunction',
        'open-source': {
          versionless: 'refuse',
          source: `${CODE}: checks one version of the function, so whether an entry for a version is enough depends on their order; the mock refuses it (inferred)`,
        },
      },
      // The code filters the list instead of refusing a key for its resource.
      'read-authorizations': {
        documented: { cover: 'ownFunction', source: `${PAGE}; the published code filters instead of refusing` },
        'open-source': { open: [] },
      },
      // The code also filters this list.
      'list-authorizations': {
        documented: {
          source: `${NEWER_CODE}; the page has no row for the list, so the types are the same as for Authorize Clients`,
          certainty: 'inferred',
        },
        'open-source': { open: [], source: NEWER_CODE },
      },
      'authorize-clients-version': {
        cover: 'ownVersion',
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
    'open-source': { needs: { all: ['list_cluster_groups'] }, closed: true, source: `${CODE}: tokens only` },
    rows: { 'list-clusters': {} },
  },
  {
    label: 'Manage Registry Credentials',
    needs: { all: ['manage_registry_credentials'] },
    documented: {
      on: ['entity'],
      source: `${PAGE}; the published code makes no resource test`,
      certainty: 'contradicted',
    },
    // The code requires no resource.
    'open-source': {},
    rows: { 'manage-registry-credentials': {}, 'manage-registry-credential': { cover: 'registryCredential' } },
  },
  {
    label: 'Manage Telemetry Endpoints',
    needs: { all: ['manage_telemetries'] },
    documented: {
      on: ['entity'],
      source: `${PAGE}; the published code makes no resource test`,
      certainty: 'contradicted',
    },
    // The code requires no resource.
    'open-source': {},
    rows: { 'manage-telemetries': {}, 'manage-telemetry': { cover: 'telemetry' } },
  },
  {
    label: 'GPU Quota',
    needs: { all: ['read_gpu_quota_rule'] },
    documented: { on: ['entity'] },
    'open-source': { on: ['entity'], source: `${PAGE}; the published code lacks the action`, certainty: 'ours' },
    rows: { 'gpu-quota': {} },
  },
  {
    label: 'GPU Instance Types / Capacity',
    needs: { all: ['gpu_capacity'] },
    documented: { on: ['entity'] },
    'open-source': { on: ['entity'], source: `${PAGE}; the published code lacks the action`, certainty: 'ours' },
    rows: { 'gpu-capacity': {} },
  },
  {
    label: 'Create Function (new version)',
    needs: { all: ['register_function'] },
    cover: 'ownFunction',
    versionless: 'refuse',
    documented: {
      on: ['account-functions', 'function', 'entity'],
      source:
        'published control-plane code, where an entry for a version is not an entry for the function; the page has no row; All Entity as for creating a function',
      certainty: 'inferred',
    },
    'open-source': {
      on: ['account-functions', 'function'],
      source: `${CODE}: an entry for a version is not an entry for the function (inferred)`,
    },
    rows: { 'create-function-version': {} },
  },
  {
    label: 'Queue Details',
    needs: { all: ['queue_details'] },
    documented: {
      on: ['account-functions', 'function', 'function-versions', 'authorized-functions', 'entity'],
      source: 'service-keys page lists the scope and has no row; types as for Get',
      certainty: 'inferred',
    },
    'open-source': {
      on: ['account-functions', 'function', 'function-versions', 'authorized-functions'],
      open: ['public'],
    },
    rows: {
      'queue-details': { cover: 'visibleFunction', versionless: 'narrow' },
      'queue-details-version': { cover: 'visibleVersion' },
      'queue-position': { cover: 'invocation' },
    },
  },
  {
    label: 'Update Function Secrets (of a telemetry endpoint)',
    needs: { all: ['update_secrets'] },
    // Endpoints do not belong to functions, so a key for certain functions does not cover them.
    documented: {
      on: ['account-functions', 'entity'],
      source:
        'published control-plane code: the scope; the page has no row, so the types are the ones of Update Function Secrets without object ids',
      certainty: 'inferred',
    },
    'open-source': {},
    rows: { 'update-telemetry-secret': { cover: 'telemetry' } },
  },
  {
    label: 'Invoke Function (assets)',
    needs: { all: ['invoke_function'] },
    documented: {
      on: ['account-functions', 'function'],
      addsToPage: ['function-versions', 'authorized-functions'],
      source:
        'published control-plane code: the scope; the page has no row, so the types are the same as for Invoke Function, because an invocation needs its assets',
      certainty: 'inferred',
    },
    'open-source': {},
    rows: { 'list-assets': {}, 'manage-asset': { cover: 'asset' } },
  },
  {
    label: 'Invoke Function (invocation tokens)',
    needs: { all: ['invoke_function'] },
    documented: {
      on: ['account-functions', 'function'],
      addsToPage: ['function-versions', 'authorized-functions'],
      source: TOKEN_SOURCE,
      certainty: 'inferred',
    },
    'open-source': {
      on: ['account-functions', 'function', 'function-versions', 'authorized-functions'],
      open: ['public'],
    },
    rows: {
      'issue-invocation-token': {
        cover: 'visibleFunction',
        documented: { versionless: 'refuse' },
        'open-source': { versionless: 'narrow' },
      },
      'issue-invocation-token-version': { cover: 'visibleVersion' },
    },
  },
  {
    label: 'Invoke Function (invocation tokens)',
    needs: { all: ['invoke_function'] },
    documented: {
      on: ['account-functions', 'function'],
      addsToPage: ['function-versions', 'authorized-functions'],
      cover: 'functionsInBody',
      source: TOKEN_SOURCE,
      certainty: 'inferred',
    },
    'open-source': {},
    rows: { 'issue-multi-invocation-token': {} },
  },
  {
    label: 'List Accounts',
    needs: { any: ['list_accounts', 'account_setup'] },
    // The code requires no resource.
    documented: { source: `${NEWER_CODE}; the page has neither the row nor the scopes`, certainty: 'inferred' },
    'open-source': { source: NEWER_CODE },
    rows: { 'list-accounts': {} },
  },
  {
    label: 'Set up Accounts',
    needs: { all: ['account_setup'] },
    documented: { source: `${NEWER_CODE}; the page has neither the row nor the scope`, certainty: 'inferred' },
    'open-source': { source: NEWER_CODE },
    rows: { 'set-up-account': { closed: true }, 'change-account': {} },
  },
  {
    label: 'Authorize Clients of any account',
    needs: { all: ['admin:authorize_clients'] },
    documented: { closed: true, source: `${NEWER_CODE}: tokens only; the page has no row`, certainty: 'inferred' },
    'open-source': { closed: true, source: `${NEWER_CODE}: tokens only` },
    rows: { 'list-authorizations-of-account': {} },
  },
  {
    label: 'Read Clusters (ICMS)',
    needs: { any: ['cluster-management', 'read:cluster-management'] },
    documented: { closed: true, source: `${ICMS_TOKENS}; the page has no row`, certainty: 'inferred' },
    'open-source': { closed: true, source: ICMS_TOKENS },
    rows: { 'read-clusters': {} },
  },
  {
    label: 'List Cluster Groups (ICMS)',
    needs: { all: ['cluster_listing'] },
    documented: { closed: true, source: `${ICMS_TOKENS}; the page has no row`, certainty: 'inferred' },
    'open-source': { closed: true, source: ICMS_TOKENS },
    rows: { 'list-registered-cluster-groups': {} },
  },
] as const satisfies readonly Action[];

export type RuleId = RowIn<'id', (typeof ACTIONS)[number]>['id'];

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  closed_to_keys: {
    kind: 'identity',
    text: 'no key may do this, whatever its rights: use a token with the scope. With `--nvcf open-source`, the mock accepts tokens of the issuers in `--nvcf-trusted-issuer`',
  },
  missing_scope: {
    kind: 'credential',
    text: 'no role has the scope: create a service key that has it with `POST /_mock/keys`',
  },
  foreign_object: {
    kind: 'identity',
    text: 'use a key of the owner, or let the owner share the function (Authorize Clients)',
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
