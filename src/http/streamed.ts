import { Readable } from 'node:stream';
import type { Outcome } from '../core/outcome.ts';

/** Calls back once an outcome needs nothing of its world any more: now, or, if its body is a stream, when that closes. */
export function onceSent({ body }: Outcome, callback: () => void): void {
  if (body instanceof Readable && !body.closed) body.once('close', callback);
  else callback();
}

/** Closes the stream of an outcome that nobody will be sent. */
export function discardStream({ body }: Outcome): void {
  if (body instanceof Readable) body.destroy();
}
