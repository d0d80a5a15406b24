import type { ServiceState, WorldEvent } from '../../contract/service.ts';
import type { Instant } from '../../lib/clock.ts';
import type { Store } from '../../store/index.ts';
import { grantsIn } from './collections/grants.ts';
import { phasesOf, readWorkloadPhases, WORKLOADS } from './workloads.ts';

/** Returns the events after `from`, up to `to`: refresh tokens that expire unused, and phase changes of workloads. */
export const events: NonNullable<ServiceState['events']> = async (store, from, to, limit) => {
  const expiredTokens = await grantsIn(store).findExpiredBetween(from, to, limit);
  const expirations = expiredTokens.map(
    ({ subject, expiresAt }): WorldEvent => ({ at: expiresAt, kind: 'refresh-token.expired', subject }),
  );
  return [...expirations, ...(await listPhaseChanges(store, from, to, limit))];
};

/** Returns the first `limit` phase changes in `(from, to]`, earliest first. */
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
