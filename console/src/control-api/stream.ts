import { eventReader } from '../../../src/console-entry.ts';
import { type Connection, connection } from '../connection.ts';
import { adminToken, Refused, send } from './client.ts';
import type { MockEvent } from './types.ts';

let tryNow: () => void = () => {};

/** Asks a server that does not answer once more, without waiting for the next attempt. */
export function retry(): void {
  tryNow();
}

/** Continues with this admin token if it is the server's. @throws as `send` does */
export async function unlock(token: string): Promise<void> {
  adminToken.value = token;
  await send('GET', '/_mock/mode');
  retry();
}

type Listener = (event: MockEvent) => void;

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5000;

/** The state of the connection when the stream is refused, by status. */
const REFUSALS: ReadonlyMap<number, Connection> = new Map([
  [401, 'locked'],
  [404, 'gone'],
]);

/**
 * Tells what happens in the world, for as long as the page is looked at. A stream that breaks is opened again where it
 * broke, and so is one that was let go while the page was hidden.
 *
 * @param opened called whenever it is open, before the first event
 */
export function follow(listener: Listener, opened: () => void): void {
  let lastId = '';
  let pause = FIRST_PAUSE_MS;
  let reading: AbortController | null = null;

  const read = async (signal: AbortSignal) => {
    const headers = lastId === '' ? {} : { 'last-event-id': lastId };
    const { body } = await send('GET', '/_mock/events', { signal, headers });
    if (body === null) return;
    connection.value = 'live';
    pause = FIRST_PAUSE_MS;
    opened();
    const eventsIn = eventReader();
    const reader = body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      for (const event of eventsIn(part.value)) {
        lastId = event.id;
        listener(event);
      }
    }
  };

  const begin = async () => {
    while (!document.hidden) {
      reading = new AbortController();
      const ended = await read(reading.signal).catch((thrown: unknown) => thrown);
      if (document.hidden) return;
      connection.value = (ended instanceof Refused && REFUSALS.get(ended.status)) || 'lost';
      await new Promise<void>((resolve) => {
        tryNow = resolve;
        // Only another token changes what a locked server answers.
        if (connection.value !== 'locked') setTimeout(resolve, pause);
      });
      pause = Math.min(2 * pause, MAX_PAUSE_MS);
    }
  };

  document.addEventListener('visibilitychange', () => {
    // The field for the token stays, with what was typed into it.
    if (connection.value === 'locked') return;
    if (document.hidden) {
      connection.value = 'away';
      reading?.abort();
      // Also end a pause between attempts, otherwise two loops read the stream when the page is shown again.
      retry();
    } else if (connection.value === 'away') {
      connection.value = 'connecting';
      void begin();
    }
  });
  void begin();
}
