import type { OperationRow } from '../../../core/rule.ts';

const OURS = 'interface of the switchboard';

/** Everything here is for whoever runs the mock: no credential, but only from this machine's own pages and tools. */
export const OPERATIONS = [
  { id: 'list_calls', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_health', rule: 'public', unguarded: true, source: OURS, certainty: 'ours' },
  { id: 'get_info', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_cast', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'reset_world', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_clock', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'advance_clock', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'list_decisions', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_decision', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'simulate_decision', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'create_key', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'list_keys', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_key', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'update_key', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'delete_key', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'rotate_key', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_propagation', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'set_propagation', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'flush_propagation', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'list_findings', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'list_worlds', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'create_world', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_world', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'delete_world', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'list_snapshots', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'take_snapshot', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_snapshot', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'delete_snapshot', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'download_snapshot', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'restore_snapshot', rule: 'public', source: OURS, certainty: 'ours' },
  { id: 'get_tables', rule: 'public', source: OURS, certainty: 'ours' },
] as const satisfies readonly OperationRow[];
