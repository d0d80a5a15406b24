import { Readable } from 'node:stream';
import type { Outcome } from '../core/outcome.ts';

/** Calls back once an outcome no longer needs its world: now or, for a stream, when it closes. */
export function onceSent({ body }: Outcome, callback: () => void): void {
  if (body instanceof Readable && !body.closed) body.once('close', callback);
  else callback();
}

/** Closes the stream of an outcome that will not be sent. */
export function discardStream({ body }: Outcome): void {
  if (body instanceof Readable) body.destroy();
}
