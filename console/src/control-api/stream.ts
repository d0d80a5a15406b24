import { type Connection, connection } from '../connection.ts';
import { adminToken, type MockEvent, RefusalError, send } from './client.ts';

/** Ends the current pause between attempts. */
let endPause: () => void = () => {};

/** Connects to the stream now instead of after the pause between attempts. */
export function reconnectNow(): void {
  endPause();
}

/** Reconnects with this admin token. @throws RefusalError if it is wrong; otherwise like `send` */
export async function unlock(token: string): Promise<void> {
  adminToken.value = token;
  await send('GET', '/_mock/clock');
  reconnectNow();
}

type Listener = (event: MockEvent) => void;

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5000;

/** The connection states by the status of a refused stream. */
const STATES_BY_STATUS: ReadonlyMap<number, Connection> = new Map([
  [401, 'locked'],
  [404, 'gone'],
]);

/**
 * Reports the events of the world while the page is visible.
 *
 * @param onOpen called each time the stream opens, before the first event: earlier events may have been missed
 */
export function followEvents(listener: Listener, onOpen: () => void): void {
  let pauseMs = FIRST_PAUSE_MS;
  let reading: AbortController | null = null;

  const read = async (signal: AbortSignal) => {
    const { body } = await send('GET', '/_mock/events', { signal });
    if (body === null) return;
    connection.value = 'live';
    pauseMs = FIRST_PAUSE_MS;
    onOpen();
    await forwardEvents(body, listener);
  };

  const readWhileVisible = async () => {
    while (!document.hidden) {
      reading = new AbortController();
      // Undefined if the server ended the stream.
      const failure = await read(reading.signal).catch((thrown: unknown) => thrown);
      if (document.hidden) return;
      connection.value = (failure instanceof RefusalError && STATES_BY_STATUS.get(failure.status)) || 'lost';
      await new Promise<void>((resolve) => {
        endPause = resolve;
        // A locked server keeps refusing until another token is entered.
        if (connection.value !== 'locked') setTimeout(resolve, pauseMs);
      });
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    }
  };

  document.addEventListener('visibilitychange', () => {
    // Any other state would replace the token field, and lose its content.
    if (connection.value === 'locked') return;
    if (document.hidden) {
      connection.value = 'away';
      reading?.abort();
      // End a pause too, so that this loop ends. Otherwise two loops would read the stream once the page is visible again.
      endPause();
    } else if (connection.value === 'away') {
      connection.value = 'connecting';
      void readWhileVisible();
    }
  });
  if (document.hidden) connection.value = 'away';
  else void readWhileVisible();
}

/** An event in the form of the control API: two lines, of which the second is JSON. Its comments have one line. */
const EVENT = /^event: (.*)\ndata: (.*)$/;

/** Reads a stream to its end, and passes each event to the listener. @throws DOMException if the request is aborted */
async function forwardEvents(body: ReadableStream<Uint8Array<ArrayBuffer>>, listener: Listener): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const blocks = (text + chunk.value).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, kind, data = ''] = EVENT.exec(block) ?? [];
      if (kind !== undefined) listener({ kind, data: JSON.parse(data) } as MockEvent);
    }
  }
}
