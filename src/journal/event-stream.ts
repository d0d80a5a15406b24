import { Readable } from 'node:stream';
import { clearInterval, setInterval } from '../lib/time.ts';

export type EventKind = 'request' | 'decision' | 'clock' | 'policy' | 'fault' | 'world';

export interface PublishedEvent {
  readonly kind: EventKind;
  read(): object | null | Promise<object | null>;
}

export interface EventListener {
  onEvent(event: PublishedEvent): void;
  onEnd(): void;
}

export class Events {
  readonly #listeners = new Set<EventListener>();
  #hasEnded = false;

  /** @param read called later or never, so it must not reference large objects */
  publish(kind: EventKind, read: PublishedEvent['read']): void {
    for (const { onEvent } of this.#listeners) onEvent({ kind, read });
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** @returns a function that removes the listener */
  listen(listener: EventListener): () => void {
    if (this.#hasEnded) listener.onEnd();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.#hasEnded = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const { onEnd } of listeners) onEnd();
  }
}

/** Interval of comments in milliseconds, which detect dead connections. */
const HEARTBEAT_MS = 15_000;

/** Maximum backlog of a reader in bytes. Beyond it the reader is disconnected. */
const MAX_BACKLOG_BYTES = 256 * 1024;

export function createEventStream(events: Events): Readable {
  const stream = new Readable({ read: () => {}, highWaterMark: MAX_BACKLOG_BYTES });
  // Sequential, because the data of some events is read asynchronously.
  let sending: Promise<void> = Promise.resolve();
  const push = (text: string) => {
    if (stream.destroyed || stream.readableLength > MAX_BACKLOG_BYTES) stream.destroy();
    else stream.push(text);
  };
  const heartbeat = setInterval(() => push(': still here\n\n'), HEARTBEAT_MS).unref();
  const unlisten = events.listen({
    onEvent: ({ kind, read }) => {
      sending = sending.then(async () => {
        if (stream.destroyed || stream.readableEnded) return;
        const data = await read();
        if (data !== null) push(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
      });
    },
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
  return stream;
}
