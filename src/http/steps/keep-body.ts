import type { IncomingMessage } from 'node:http';
import { stopwatch } from '../../core/clock.ts';
import { type KeptBody, keptBytes, MOST_KEPT, NO_BODY } from '../../journal/entry.ts';
import { clearTimeout, setTimeout } from '../../platform/time.ts';
import { announcedLength, isSent, type ReceivedBody } from '../bodies.ts';
import type { InFlightRequest } from '../flight.ts';
import { waitsForContinue } from '../transport/expectations.ts';
import { reportForeignCredentials } from './select-world.ts';

/** Keeps the body of a request for its operation and for the journal. @param body null if its operation reads none */
export function keepBody(inFlight: InFlightRequest, body: ReceivedBody | null): void {
  inFlight.body = body;
  if (body === null || body.text === null) return;
  inFlight.sent = keptBytes(body.text);
  watchBody(inFlight, body.text);
}

/** How long after its arrival a request is refused at the latest, in milliseconds. */
const REFUSED_WITHIN = 1000;

/**
 * Receives the body of a request that is refused before its body is read. The journal records it, and nothing else
 * reads it: the client sent it, and tests of the client ask for it.
 */
export async function keepRefusedBody(inFlight: InFlightRequest): Promise<void> {
  const { server, route, raw, startedAt } = inFlight;
  if (!route.readsBody) return;
  inFlight.sent = await beginningOf(raw, server.limits.bodyBytes, REFUSED_WITHIN - (stopwatch() - startedAt));
  watchBody(inFlight, inFlight.sent.text ?? '');
}

/**
 * The beginning of a body: what arrives in time.
 *
 * @param most bytes
 * @param patience milliseconds
 */
async function beginningOf(raw: IncomingMessage, most: number, patience: number): Promise<KeptBody> {
  if (!isSent(raw)) return keptBytes('');
  if (waitsForContinue(raw)) return { ...NO_BODY, isNotSent: true };
  let text = '';
  let size = 0;
  const isWhole = await new Promise<boolean>((resolve) => {
    // The stream goes on flowing after it: a client that is still sending would not read its answer otherwise.
    const stop = (isEnd: boolean) => {
      clearTimeout(timer);
      raw.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(isEnd);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (text.length < MOST_KEPT) text += chunk.toString('latin1', 0, MOST_KEPT - text.length);
      if (size > most) stop(false);
    };
    const onEnd = () => stop(true);
    const onClose = () => stop(false);
    const timer = setTimeout(onClose, Math.max(0, patience));
    raw.on('data', onData).on('end', onEnd).on('close', onClose);
    if (raw.destroyed) onClose();
  });
  return { text, form: 'bytes', size: announcedLength(raw) ?? size, isCut: !isWhole || text.length < size };
}

/** A credential in a body may be real, whatever becomes of the request. Recorded traffic has such credentials. */
function watchBody(inFlight: InFlightRequest, text: string): void {
  const { server, route, context } = inFlight;
  if (route.row.readsTraffic !== true && reportForeignCredentials(server, context, text)) inFlight.isForeign = true;
}
