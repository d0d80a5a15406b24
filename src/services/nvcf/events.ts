import type { ServiceDefinition, WorldEvent } from '../../service.ts';
import { FUNCTIONS } from './functions.ts';
import { INVOCATIONS } from './invocations.ts';

/** What happened by itself: functions came up, and invocations were answered. */
export const events: NonNullable<ServiceDefinition['events']> = async ({ collections }, from, to) => {
  const [functions, invocations] = await Promise.all([
    collections.dueBetween(FUNCTIONS, from, to),
    collections.dueBetween(INVOCATIONS, from, to),
  ]);
  return [
    ...functions.map(
      ({ id, parent, dueAt }): WorldEvent => ({
        at: dueAt ?? to,
        kind: 'function.deployed',
        functionId: parent,
        versionId: id,
      }),
    ),
    ...invocations.map(
      ({ id, dueAt }): WorldEvent => ({ at: dueAt ?? to, kind: 'invocation.fulfilled', requestId: id }),
    ),
  ];
};
