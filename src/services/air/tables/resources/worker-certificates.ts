import { type AirResource, OWN } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** A certificate with which a worker identifies itself. */
export const WORKER_CERTIFICATES = {
  name: 'worker_certificates',
  path: '/api/v3/infra/workers/certificates/',
  part: 'worker',
  refers: { worker: { to: 'workers', onDelete: 'cascade' } },
  filters: ['worker', 'usable', 'revoked', 'worker_fqdn', 'fingerprint'],
  search: ['worker_fqdn'],
  operations: [{ ...ANALOGY, needs: [], rows: { list: {}, revoke: OWN } }],
} as const satisfies AirResource;
