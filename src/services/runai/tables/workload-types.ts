import type { Section } from '../../../contract/sections.ts';
import type { Sourced } from '../../../decisions/rule.ts';

export interface WorkloadTypeRow extends Sourced {
  readonly id: string;
  readonly category: string;
  readonly priorityClassName: string;
}

const CATEGORIES = 'reference page "Workload properties" of 3.0 lists the categories';
const PRIORITIES = 'guides of 2.24 to 3.0, "Workload priority": the order of the classes and of the former names';

export const WORKLOAD_TYPE_SECTIONS = [
  {
    source: `${CATEGORIES}; ${PRIORITIES}`,
    certainty: 'inferred',
    rows: {
      Workspace: { category: 'Build', priorityClassName: 'high' },
      Training: { category: 'Train', priorityClassName: 'low' },
      Distributed: { category: 'Train', priorityClassName: 'low' },
    },
  },
  {
    source: `${CATEGORIES}; in the guides "Deploy inference workloads", the priority is very high`,
    certainty: 'implied',
    category: 'Deploy',
    priorityClassName: 'very-high',
    rows: ['Inference', 'DistributedInference'],
  },
] as const satisfies readonly Section<WorkloadTypeRow, 'id'>[];
