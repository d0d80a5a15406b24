import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** A certificate that a worker identifies itself by. */
export const WORKER_CERTIFICATES = {
  name: 'worker_certificates',
  path: '/api/v3/infra/workers/certificates/',
  part: 'worker',
  refers: { worker: { to: 'workers', onDelete: 'cascade' } },
  filters: ['worker', 'usable', 'revoked', 'worker_fqdn', 'fingerprint'],
  search: ['worker_fqdn'],
  operations: [
    { id: 'worker_certificates_list', needs: {}, source: ANALOGY, certainty: 'inferred' },
    {
      id: 'worker_certificates_revoke',
      item: true,
      ownersOnly: true,
      needs: {},
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
