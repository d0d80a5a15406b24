import type { ServiceState, WorldEvent } from '../../contract/service.ts';
import { FUNCTIONS } from './functions.ts';
import { INVOCATIONS } from './invocations.ts';

/** Returns the events in a span of the world's clock: functions that become active, and invocations that are fulfilled. */
export const listEvents: NonNullable<ServiceState['events']> = async ({ collections }, from, to, limit) => {
  const [functions, invocations] = await Promise.all([
    FUNCTIONS.due(collections, { after: from, to, limit }),
    INVOCATIONS.due(collections, { after: from, to, limit }),
  ]);
  return [
    ...functions.map(
      ({ id, parent, dueAt, body }): WorldEvent => ({
        at: dueAt ?? to,
        kind: 'function.deployed',
        functionId: parent,
        versionId: id,
        name: body.name,
      }),
    ),
    ...invocations.map(
      ({ id, dueAt }): WorldEvent => ({ at: dueAt ?? to, kind: 'invocation.fulfilled', requestId: id }),
    ),
  ];
};
