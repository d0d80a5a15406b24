import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import { eventStream } from '../../../journal/event-stream.ts';

/** How many may read along in one world: each may be behind by some of the memory. */
const MOST_READERS = 50;

/** What happens in the world, as it happens. */
const watch: Handler<'control', 'watch_events'> = ({ world, headerLines }) => {
  if (world.chronicle.events.listeners >= MOST_READERS) {
    throw new Problem(
      'conflict',
      `${MOST_READERS} streams of events are open in this world already, which is the limit; close one of them.`,
    );
  }
  const [lastId = null] = headerLines('last-event-id');
  const body = eventStream(world.chronicle.events, lastId);
  body.once('close', world.chronicle.follow());
  return { status: 200, headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }, body };
};

export const eventOperations = { watch_events: watch };
