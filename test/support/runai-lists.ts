import { SCOPE_TYPES, type ScopeType } from './runai-requests.ts';
import type { Answer } from './server.ts';

/** A list limited to the caller's scope. */
export interface ScopedList {
  readonly operation: string;
  readonly query?: string;
  /** The scope types whose objects it lists. */
  readonly types: readonly ScopeType[];
  /** Returns the scopes in a response, or their number. */
  readonly shown: (body: Answer['body']) => readonly string[] | number;
}

const nameOf = ({ name }: { name: string }) => name;

/** The lists of all versions. `truth-table.test.ts` tries them with every scope. */
export const SCOPED_LISTS: readonly ScopedList[] = [
  { operation: 'get_clusters', types: ['cluster'], shown: (body) => body.map(nameOf) },
  { operation: 'get_clusters_minimal', types: ['cluster'], shown: (body) => body.map(nameOf) },
  { operation: 'get_departments', types: ['department'], shown: (body) => body.departments.map(nameOf) },
  { operation: 'count_departments', types: ['department'], shown: (body) => body.count },
  { operation: 'get_projects', types: ['project'], shown: (body) => body.projects.map(nameOf) },
  { operation: 'count_projects', types: ['project'], shown: (body) => body.count },
  { operation: 'count_workloads', query: '?search=train-', types: ['project'], shown: (body) => body.count },
  {
    operation: 'get_workloads',
    // Only objects of the seed.
    query: '?search=train-',
    types: ['project'],
    shown: (body) => body.workloads.map(({ projectName }: { projectName: string }) => projectName),
  },
  {
    operation: 'get_access_rules',
    query: '?filterBy=subjectId=^seen-in-',
    types: SCOPE_TYPES,
    shown: (body) => body.accessRules.map(({ subjectId }: { subjectId: string }) => subjectId.slice('seen-in-'.length)),
  },
  {
    operation: 'count_access_rules',
    query: '?filterBy=subjectId=^seen-in-',
    types: SCOPE_TYPES,
    shown: (body) => body.count,
  },
];
