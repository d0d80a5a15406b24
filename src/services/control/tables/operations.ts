import type { OperationRow } from '../../../core/rule.ts';

const OURS = 'interface of the switchboard';

/** Everything here is for whoever runs the mock: no credential, but only from this machine's own pages and tools. */
export const OPERATIONS = [
  { id: 'get_health', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_info', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_cast', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'reset_world', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_clock', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'advance_clock', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'list_decisions', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_decision', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'list_findings', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_tables', rule: 'public', source: OURS, certainty: 'ours' },
] as const satisfies readonly OperationRow[];
