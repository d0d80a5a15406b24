import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { eventLoopTurn } from '../../platform/time.ts';

/** More than a full queue of the system needs. */
const MAX_TURNS = 2000;

/**
 * Accepts the connections that the system has queued. To be called right before the listeners close: the system resets
 * queued connections, although their clients may have sent requests already.
 *
 * Node accepts one connection of a listener in a turn of the event loop. Requests are held meanwhile, so that turns are
 * short and no client goes on to open the next connection. They are handled once the listeners are closed. Neither
 * `server.close()` nor Fastify's `forceCloseConnections` looks at that queue.
 */
export async function acceptQueued(server: Server): Promise<void> {
  if (!server.listening) return;
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  const held: [IncomingMessage, ServerResponse][] = [];
  const hold: RequestListener = (...exchange) => held.push(exchange);
  // Only listeners of requests are registered for them.
  const handlers = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request').on('request', hold);
  server.on('connection', count).on('secureConnection', count);
  // The rest of this turn accepts nothing.
  await eventLoopTurn();
  for (let [turn, before] = [0, -1]; turn < MAX_TURNS && accepted !== before; turn += 1) {
    before = accepted;
    await eventLoopTurn();
  }
  server.off('connection', count).off('secureConnection', count);
  void eventLoopTurn().then(() => {
    server.off('request', hold);
    for (const handler of handlers) server.on('request', handler);
    for (const exchange of held) server.emit('request', ...exchange);
  });
}
