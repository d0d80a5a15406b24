import type { ServiceDefinition, WorldEvent } from '../../service.ts';
import { type AirRow, collectionOf } from './objects.ts';
import { stateAt } from './states.ts';
import { SIMULATIONS } from './tables/resources/simulations.ts';

/** What happened by itself: simulations arrived where they were sent. */
export const events: NonNullable<ServiceDefinition['events']> = async ({ collections }, from, to) => {
  const due = (await collections.dueBetween(collectionOf(SIMULATIONS), from, to)) as readonly AirRow[];
  return due.map(
    (row): WorldEvent => ({
      at: row.dueAt ?? to,
      kind: 'simulation.arrived',
      simulationId: row.id,
      state: stateAt(row, to),
    }),
  );
};
