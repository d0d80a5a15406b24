import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { awaitEventLoopTurn } from '../../lib/time.ts';

/** The maximum number of event loop turns to wait. A full accept queue needs fewer. */
const MAX_TURNS = 2000;

/**
 * Accepts the connections in the system's accept queue. Call this right before the listeners close: the system resets
 * queued connections, although their clients may have sent requests already.
 *
 * Node accepts one connection per listener and event loop turn. In the meantime, requests are held, so that turns are short
 * and no client opens its next connection. They are handled once the listeners are closed. Neither `server.close()` nor
 * Fastify's `forceCloseConnections` considers the queue.
 */
export async function acceptQueuedConnections(server: Server): Promise<void> {
  if (!server.listening) return;
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  const heldRequests: [IncomingMessage, ServerResponse][] = [];
  const hold: RequestListener = (...exchange) => heldRequests.push(exchange);
  // Only request listeners are registered for this event.
  const handlers = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request').on('request', hold);
  server.on('connection', count).on('secureConnection', count);
  // The rest of the current turn accepts nothing.
  await awaitEventLoopTurn();
  let acceptedBefore = -1;
  for (let turn = 0; turn < MAX_TURNS && accepted !== acceptedBefore; turn += 1) {
    acceptedBefore = accepted;
    await awaitEventLoopTurn();
  }
  server.off('connection', count).off('secureConnection', count);
  void awaitEventLoopTurn().then(() => {
    server.off('request', hold);
    for (const handler of handlers) server.on('request', handler);
    for (const exchange of heldRequests) server.emit('request', ...exchange);
  });
}
