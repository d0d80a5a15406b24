import { Readable } from 'node:stream';
import { eventLoopTurn } from '../platform/time.ts';

/** A serialized body, as Fastify's hook `onSend` gets it. */
export type Payload = string | Buffer | Readable | null | undefined;

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

/** Calls back once a body no longer needs its world: now or, for a stream, when it closes. */
export function onceRead(payload: Payload, callback: () => void): void {
  if (payload instanceof Readable && !payload.closed) payload.once('close', callback);
  else callback();
}
