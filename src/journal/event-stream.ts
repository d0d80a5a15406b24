import { Readable } from 'node:stream';
import { awaitEventLoopTurn, clearInterval, setInterval } from '../platform/time.ts';
import type { Events, PublishedEvent } from './events.ts';

/** Interval of comments in milliseconds, which detect dead connections. */
const HEARTBEAT_MS = 15_000;

/**
 * Maximum backlog of a reader in bytes. Beyond it the reader is disconnected, and may reconnect with its last event id.
 */
const MAX_BACKLOG_BYTES = 256 * 1024;

/**
 * Streams new events as server-sent events (HTML Standard, 9.2), until the world ends or the reader leaves.
 *
 * @param lastId the `Last-Event-ID` of a reader that reconnects, which also gets the missed events; null for a new
 * reader
 */
export function createEventStream(events: Events, lastId: string | null): Readable {
  const stream = new Readable({ read: () => {}, highWaterMark: MAX_BACKLOG_BYTES });
  // Sequential, because the data of some events is read asynchronously.
  let sending: Promise<void> = Promise.resolve();
  const send = (event: PublishedEvent, before: () => Promise<void> | void = () => {}) => {
    sending = sending.then(async () => {
      await before();
      if (stream.destroyed || stream.readableEnded) return;
      const data = await event.read();
      if (data !== null) push(renderEvent(events.idOf(event.number), event.kind, data));
    });
  };
  const push = (text: string) => {
    if (stream.destroyed || stream.readableLength > MAX_BACKLOG_BYTES) stream.destroy();
    else stream.push(text);
  };
  const heartbeat = setInterval(() => push(': still here\n\n'), HEARTBEAT_MS).unref();
  const unlisten = events.listen({
    onEvent: (event) => send(event),
    onEnd: () => {
      sending = sending.then(() => {
        stream.push(null);
      });
    },
  });
  stream.once('close', () => {
    unlisten();
    clearInterval(heartbeat);
  });
  push(': this is the beginning\n\n');
  if (lastId !== null) for (const missed of listMissedEvents(events, lastId)) send(missed, awaitEventLoopTurn);
  return stream;
}

/** Returns the events that a reader missed, preceded by a restart event, or by the number of evicted events. */
function listMissedEvents(events: Events, lastId: string): readonly PublishedEvent[] {
  const number = events.numberOf(lastId);
  const missed = events.listAfter(number ?? 0);
  // The id before the first event, so that a reader who reconnects with it gets all of them.
  const first = (missed[0]?.number ?? events.newestNumber + 1) - 1;
  if (events.isOfOtherSeries(lastId)) {
    return [{ number: first, kind: 'restarted', read: () => ({ lastEventId: lastId }) }, ...missed];
  }
  const lost = number === null ? null : events.newestNumber - number - missed.length;
  if (lost === 0) return missed;
  return [{ number: first, kind: 'world', read: () => ({ what: 'missed', events: lost }) }, ...missed];
}

function renderEvent(id: string, kind: string, data: object): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
