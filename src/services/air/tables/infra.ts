import { type AirResource, ITEM, OWN } from './resource.ts';
import { ANALOGY, OF_SDK } from './sources.ts';

/** A group of workers. */
export const FLEETS = {
  name: 'fleets',
  path: '/api/v3/infra/fleets/',
  required: ['name'],
  operations: [
    { ...ANALOGY, ...OF_SDK, needs: [], rows: { list: {}, create: {}, get: ITEM, update: OWN, delete: OWN } },
  ],
} as const satisfies AirResource;

/** A machine that runs simulations. */
export const WORKERS = {
  name: 'workers',
  path: '/api/v3/infra/workers/',
  required: ['fleet', 'fqdn', 'ip_address'],
  defaults: { cpu_arch: 'x86', cpu: 64, memory: 262144, storage: 2000, available: true },
  fixed: ['fleet', 'cpu_arch'],
  refers: { fleet: { to: 'fleets', onDelete: 'refuse' } },
  operations: [
    {
      ...ANALOGY,
      ...OF_SDK,
      needs: [],
      rows: { list: {}, create: {}, get: ITEM, update: OWN, delete: OWN, issue_certificate: OWN },
    },
  ],
} as const satisfies AirResource;

/** A client certificate of a worker. */
export const WORKER_CERTIFICATES = {
  name: 'worker_certificates',
  path: '/api/v3/infra/workers/certificates/',
  part: 'worker',
  refers: { worker: { to: 'workers', onDelete: 'cascade' } },
  operations: [{ ...ANALOGY, ...OF_SDK, needs: [], rows: { list: {}, get: ITEM, revoke: OWN } }],
} as const satisfies AirResource;
