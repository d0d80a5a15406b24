import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK } from '../sources.ts';

/** A certificate with which a worker identifies itself. */
export const WORKER_CERTIFICATES = {
  name: 'worker_certificates',
  path: '/api/v3/infra/workers/certificates/',
  part: 'worker',
  refers: { worker: { to: 'workers', onDelete: 'cascade' } },
  operations: [{ ...ANALOGY, ...OF_SDK, needs: [], rows: { list: {}, get: ITEM, revoke: OWN } }],
} as const satisfies AirResource;
