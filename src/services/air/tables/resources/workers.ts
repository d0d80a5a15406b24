import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** A machine that simulations run on. */
export const WORKERS = {
  name: 'workers',
  path: '/api/v3/infra/workers/',
  required: ['fleet', 'fqdn', 'ip_address'],
  defaults: { cpu_arch: 'x86', cpu: 64, memory: 262144, storage: 2000, available: true },
  refers: { fleet: { to: 'fleets', onDelete: 'refuse' } },
  filters: ['fleet', 'fqdn', 'available', 'cpu_arch', 'ip_address'],
  search: ['fqdn'],
  operations: [
    { id: 'workers_list', needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'workers_create', needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'workers_get', item: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'workers_update', item: true, ownersOnly: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'workers_delete', item: true, ownersOnly: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
    {
      id: 'workers_issue_certificate',
      item: true,
      ownersOnly: true,
      needs: {},
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
