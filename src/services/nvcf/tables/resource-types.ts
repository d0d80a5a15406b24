import type { ResourceTypeRow } from '../../../core/rule.ts';

const PAGE = 'service-keys page, resource types';
const CODE = 'published control-plane code, parser of key policies';

const FUNCTION = {
  id: 'function',
  label: 'Function',
  names: '<functionId>',
  reach: [],
  encoding: { type: 'function' },
  source: `${PAGE}; ${CODE}: \`<functionId>/*\``,
  certainty: 'documented',
} as const satisfies ResourceTypeRow;

const FUNCTION_VERSIONS = {
  id: 'function-versions',
  label: 'Function Versions',
  names: '<functionId>/<versionId>',
  reach: [],
  encoding: { type: 'function' },
  source: `${PAGE}; ${CODE}: \`<functionId>/<versionId>\`; the id is ours, the vendor writes \`function\``,
  certainty: 'documented',
} as const satisfies ResourceTypeRow;

const ALL_CLUSTERS = {
  id: 'account-clusters',
  label: 'All Clusters',
  aliases: ['All Cluster(s)'],
  names: null,
  reach: ['owned'],
  encoding: { type: 'account-clusters', id: '*' },
  source: `${PAGE}; no id is public, so this one is ours`,
  certainty: 'ours',
} as const satisfies ResourceTypeRow;

const ALL_ENTITY = {
  id: 'entity',
  label: 'All Entity',
  names: null,
  reach: ['owned', 'shared', 'public'],
  encoding: { type: 'entity', id: '*' },
  source: `${PAGE}, as the broadest type; no id is public, so this one is ours`,
  certainty: 'ours',
} as const satisfies ResourceTypeRow;

const AUTHORIZED_FUNCTIONS = {
  id: 'authorized-functions',
  label: 'Authorized Functions',
  names: null,
  reach: ['shared'],
  encoding: { type: 'authorized-functions', id: '*' },
  source: `${CODE}; not on the page, the label is ours`,
  certainty: 'observed',
} as const satisfies ResourceTypeRow;

const ALL_FUNCTIONS = {
  id: 'account-functions',
  label: 'All Functions',
  names: null,
  encoding: { type: 'account-functions', id: '*' },
} as const;

/** As the page has them. That All Functions counts for shared and public functions too is inferred: it says "all". */
export const DOCUMENTED_TYPES = [
  {
    ...ALL_FUNCTIONS,
    reach: ['owned', 'shared', 'public'],
    source: `${PAGE}; that it covers what others share is inferred`,
    certainty: 'inferred',
  },
  FUNCTION,
  FUNCTION_VERSIONS,
  ALL_CLUSTERS,
  ALL_ENTITY,
  AUTHORIZED_FUNCTIONS,
] as const satisfies readonly ResourceTypeRow[];

/** As the published code has them: All Functions covers what the account owns, and nothing that others share. */
export const OPEN_SOURCE_TYPES = [
  { ...ALL_FUNCTIONS, reach: ['owned'], source: CODE, certainty: 'documented' },
  FUNCTION,
  FUNCTION_VERSIONS,
  ALL_CLUSTERS,
  ALL_ENTITY,
  AUTHORIZED_FUNCTIONS,
] as const satisfies readonly ResourceTypeRow[];

export type ResourceTypeId = (typeof DOCUMENTED_TYPES)[number]['id'];
