import type { ServiceState, WorldEvent } from '../../contract/service.ts';
import { stateAt } from './states.ts';
import { collectionOf } from './stored.ts';
import { SIMULATIONS } from './tables/simulations.ts';

/** Scheduled events: simulations that reach their final state. */
export const events: NonNullable<ServiceState['events']> = async ({ collections }, from, to, limit) => {
  const due = await collectionOf(SIMULATIONS).due(collections, { after: from, to, limit });
  return due.map(
    (row): WorldEvent => ({
      at: row.dueAt ?? to,
      kind: 'simulation.arrived',
      simulationId: row.id,
      name: row.body.members.name,
      state: stateAt(row, to),
    }),
  );
};
