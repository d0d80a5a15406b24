import type { Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { createEventStream } from '../../../journal/event-stream.ts';

/** Readers per world, limited because a slow reader keeps events in memory. */
const MAX_READERS = 50;

export const eventOperations = {
  watch_events: (context) => {
    const { world } = context;
    if (world.activityLog.events.listenerCount >= MAX_READERS) {
      const message = `The world has reached its limit of ${MAX_READERS} open event streams. Close one of them.`;
      throw new Problem('conflict', message);
    }
    const body = createEventStream(world.activityLog.events);
    return { status: 200, headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }, body };
  },
} satisfies Partial<Operations<'control'>>;
