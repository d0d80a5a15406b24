import type { ServiceState, WorldEvent } from '../../contract/service.ts';
import type { Store } from '../../store/index.ts';
import type { Instant } from '../../time/clock.ts';
import { grantsIn } from './collections/grants.ts';
import { phasesOf, readWorkloadPhases, WORKLOADS } from './workloads.ts';

/** Scheduled events: refresh tokens that expire unused, and phase changes of workloads. */
export const events: NonNullable<ServiceState['events']> = async (store, from, to, limit) => {
  const expired = await grantsIn(store).findExpiredBetween(from, to, limit);
  return [
    ...expired.map(({ subject, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'refresh-token.expired', subject })),
    ...(await listPhaseChanges(store, from, to, limit)),
  ];
};

async function listPhaseChanges(
  store: Store,
  from: Instant,
  to: Instant,
  limit: number,
): Promise<readonly WorldEvent[]> {
  const rows = await WORKLOADS.all(store.collections);
  if (rows.length === 0) return [];
  const phases = await readWorkloadPhases({ store });
  const changes = rows.flatMap(({ body }) =>
    phasesOf(body, phases)
      .filter(({ since }) => from < since && since <= to)
      .map(({ phase, since }): WorldEvent => ({ at: since, kind: 'workload.phase', workloadId: body.id, phase })),
  );
  return changes.sort((left, right) => left.at - right.at).slice(0, limit);
}
