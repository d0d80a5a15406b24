import type { Handler } from '../../../contract/request.ts';
import { eventStream } from '../../../journal/event-stream.ts';

/** What happens in the world, as it happens. */
const watch: Handler<'control', 'watch_events'> = ({ world, headerLines }) => {
  const [lastId = null] = headerLines('last-event-id');
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    body: eventStream(world.events, lastId),
  };
};

export const eventOperations = { watch_events: watch };
