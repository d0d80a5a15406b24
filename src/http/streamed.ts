import { Readable } from 'node:stream';
import type { Outcome } from '../core/outcome.ts';
import { eventLoopTurn } from '../platform/time.ts';

/**
 * Streams parts that are made on demand. Between two parts the process answers other requests, and notices that the
 * reader has left: then no further part is made.
 */
export function streamOfParts(parts: AsyncIterable<Uint8Array> | Iterable<string>): Readable {
  return Readable.from(withTurns(parts), { objectMode: false });
}

async function* withTurns(parts: AsyncIterable<Uint8Array> | Iterable<string>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const part of parts) {
    if (!isFirst) await eventLoopTurn();
    isFirst = false;
    yield Buffer.from(part);
  }
}

/** Calls back once an outcome no longer needs its world: now or, for a stream, when it closes. */
export function onceSent({ body }: Outcome, callback: () => void): void {
  if (body instanceof Readable && !body.closed) body.once('close', callback);
  else callback();
}

/** Closes the stream of an outcome that will not be sent. */
export function discardStream({ body }: Outcome): void {
  if (body instanceof Readable) body.destroy();
}
