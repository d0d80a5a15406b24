import type { ServiceDefinition, WorldEvent } from '../../contract/service.ts';
import { type AirRow, collectionOf } from './objects.ts';
import { stateAt } from './states.ts';
import { SIMULATIONS } from './tables/resources/simulations.ts';

/** What happens by itself: simulations arrive where they were sent. */
export const events: NonNullable<ServiceDefinition['events']> = async ({ collections }, from, to, limit) => {
  const due = (await collections.dueBetween(collectionOf(SIMULATIONS), from, to, limit)) as readonly AirRow[];
  return due.map(
    (row): WorldEvent => ({
      at: row.dueAt ?? to,
      kind: 'simulation.arrived',
      simulationId: row.id,
      state: stateAt(row, to),
    }),
  );
};
