import type { ResourceTypeRow } from '../../../core/rule.ts';

const PAGE = 'reference page "Access rules", 2.18 to 2.24';

/** What an access rule can be for. A wider scope holds the narrower ones that are in it. */
export const SCOPE_TYPES = [
  {
    id: 'system',
    label: 'System',
    names: null,
    reach: ['owned'],
    encoding: { type: 'system' },
    source: PAGE,
    certainty: 'documented',
  },
  {
    id: 'tenant',
    label: 'Tenant',
    names: '<tenantId>',
    reach: [],
    encoding: { type: 'tenant' },
    source: PAGE,
    certainty: 'documented',
  },
  {
    id: 'cluster',
    label: 'Cluster',
    names: '<clusterId>',
    reach: [],
    encoding: { type: 'cluster' },
    source: PAGE,
    certainty: 'documented',
  },
  {
    id: 'department',
    label: 'Department',
    names: '<departmentId>',
    reach: [],
    encoding: { type: 'department' },
    source: PAGE,
    certainty: 'documented',
  },
  {
    id: 'project',
    label: 'Project',
    names: '<projectId>',
    reach: [],
    encoding: { type: 'project' },
    source: PAGE,
    certainty: 'documented',
  },
] as const satisfies readonly ResourceTypeRow[];

export type ScopeType = (typeof SCOPE_TYPES)[number]['id'];
