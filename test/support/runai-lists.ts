import { SCOPE_TYPES, type ScopeType } from './runai-requests.ts';
import type { Answer } from './server.ts';

/** An operation that lists or counts only the objects in the caller's scope. */
export interface ScopedList {
  readonly operation: string;
  readonly query?: string;
  /** The scope types whose objects it lists. */
  readonly types: readonly ScopeType[];
  /** Returns the scopes in a response, or their number. */
  readonly readScopes: (body: Answer['body']) => readonly string[] | number;
}

/** The prefix of the subjects of the access rules in the test data. The rest is the name of the rule's scope. */
const RULE_SUBJECT_PREFIX = 'seen-in-';

const nameOf = ({ name }: { name: string }) => name;

/** The lists that all versions of the API have. `truth-table.test.ts` sends them with every scope. */
export const SCOPED_LISTS: readonly ScopedList[] = [
  { operation: 'get_clusters', types: ['cluster'], readScopes: (body) => body.map(nameOf) },
  { operation: 'get_clusters_minimal', types: ['cluster'], readScopes: (body) => body.map(nameOf) },
  { operation: 'get_departments', types: ['department'], readScopes: (body) => body.departments.map(nameOf) },
  { operation: 'count_departments', types: ['department'], readScopes: (body) => body.count },
  { operation: 'get_projects', types: ['project'], readScopes: (body) => body.projects.map(nameOf) },
  { operation: 'count_projects', types: ['project'], readScopes: (body) => body.count },
  { operation: 'count_workloads', query: '?search=train-', types: ['project'], readScopes: (body) => body.count },
  {
    operation: 'get_workloads',
    // Only the workloads of the seed.
    query: '?search=train-',
    types: ['project'],
    readScopes: (body) => body.workloads.map(({ projectName }: { projectName: string }) => projectName),
  },
  {
    operation: 'get_access_rules',
    query: `?filterBy=subjectId=^${RULE_SUBJECT_PREFIX}`,
    types: SCOPE_TYPES,
    readScopes: (body) =>
      body.accessRules.map(({ subjectId }: { subjectId: string }) => subjectId.slice(RULE_SUBJECT_PREFIX.length)),
  },
  {
    operation: 'count_access_rules',
    query: `?filterBy=subjectId=^${RULE_SUBJECT_PREFIX}`,
    types: SCOPE_TYPES,
    readScopes: (body) => body.count,
  },
];
