import type { RowIn, Section } from '../../../contract/sections.ts';
import type { ResourceTypeRow } from '../../../decisions/rule.ts';

/** Scope types of access rules. A wider scope contains the narrower scopes in it. */
export const SCOPE_TYPE_SECTIONS = [
  {
    reach: [],
    source: 'reference page "Access rules", 2.18 to 2.24',
    certainty: 'documented',
    rows: {
      system: { label: 'System', names: null, reach: ['owned'], encoding: { type: 'system' } },
      tenant: { label: 'Tenant', names: '<tenantId>', encoding: { type: 'tenant' } },
      cluster: { label: 'Cluster', names: '<clusterId>', encoding: { type: 'cluster' } },
      department: { label: 'Department', names: '<departmentId>', encoding: { type: 'department' } },
      project: { label: 'Project', names: '<projectId>', encoding: { type: 'project' } },
    },
  },
] as const satisfies readonly Section<ResourceTypeRow, 'id'>[];

export type ScopeType = RowIn<'id', (typeof SCOPE_TYPE_SECTIONS)[number]>['id'];
