import type { RowIn, Section } from '../../../contract/sections.ts';
import type { ResourceTypeRow } from '../../../decisions/rule.ts';

const PAGE = 'service-keys page, resource types';
const CODE = 'published control-plane code, parser of key policies';
const NO_ID = 'the vendor publishes no id, so this one is ours';

const ALL_FUNCTIONS = {
  names: null,
  rows: { 'account-functions': { label: 'All Functions', encoding: { type: 'account-functions', id: '*' } } },
} as const;

/** Types of both profiles. */
const OTHERS = [
  {
    reach: [],
    encoding: { type: 'function' },
    certainty: 'documented',
    rows: {
      function: {
        label: 'Function',
        names: '<functionId>',
        objects: { collection: 'nvcf.functions', parts: ['parent'] },
        source: `${PAGE}; ${CODE}: \`<functionId>/*\``,
      },
      'function-versions': {
        label: 'Function Versions',
        names: '<functionId>/<versionId>',
        objects: { collection: 'nvcf.functions', parts: ['parent', 'id'] },
        source: `${PAGE}; ${CODE}: \`<functionId>/<versionId>\`; the id is ours, the vendor writes \`function\``,
      },
    },
  },
  {
    names: null,
    certainty: 'ours',
    rows: {
      'account-clusters': {
        label: 'All Clusters',
        aliases: ['All Cluster(s)'],
        reach: ['owned'],
        encoding: { type: 'account-clusters', id: '*' },
        source: `${PAGE}; ${NO_ID}`,
      },
      entity: {
        label: 'All Entity',
        reach: ['owned', 'shared', 'public'],
        encoding: { type: 'entity', id: '*' },
        source: `${PAGE}, as the broadest type; ${NO_ID}`,
      },
    },
  },
  {
    names: null,
    reach: ['shared'],
    source: `${CODE}, and nvcf-cli, which sends it; not on the page, the label is ours`,
    certainty: 'observed',
    rows: {
      'authorized-functions': { label: 'Authorized Functions', encoding: { type: 'authorized-functions', id: '*' } },
    },
  },
] as const satisfies readonly Section<ResourceTypeRow, 'id'>[];

/** As on the page. That All Functions includes shared and public functions is inferred from the word "all". */
export const DOCUMENTED_TYPE_SECTIONS = [
  {
    ...ALL_FUNCTIONS,
    reach: ['owned', 'shared', 'public'],
    source: `${PAGE}; that it covers shared functions is inferred`,
    certainty: 'inferred',
  },
  ...OTHERS,
] as const satisfies readonly Section<ResourceTypeRow, 'id'>[];

/** As in the published code: All Functions covers only the functions that the account owns. */
export const OPEN_SOURCE_TYPE_SECTIONS = [
  { ...ALL_FUNCTIONS, reach: ['owned'], source: CODE, certainty: 'documented' },
  ...OTHERS,
] as const satisfies readonly Section<ResourceTypeRow, 'id'>[];

export type ResourceTypeId = RowIn<'id', (typeof DOCUMENTED_TYPE_SECTIONS)[number]>['id'];
