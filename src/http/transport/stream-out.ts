import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { WireAnswer } from '../answer.ts';
import type { Outgoing } from './outgoing.ts';

/** Status and headers. */
type Head = Pick<WireAnswer, 'status' | 'headers'>;

/**
 * Streams a body from its source; the headers are sent at once. If the reader leaves, the source is destroyed. If the
 * source is destroyed before its end, the connection breaks, so that no reader takes a part for the whole.
 *
 * @param finish ends the source when the server stops; the body may end there
 */
export function streamOut(
  response: ServerResponse,
  { status, headers }: Head,
  source: Readable,
  outgoing: Outgoing,
  finish: () => void = () => source.destroy(),
): void {
  const line = response.req.socket;
  if (line.destroyed || response.destroyed) {
    source.destroy();
    return;
  }
  let isFinishing = false;
  const answer = {
    finish: () => {
      isFinishing = true;
      // The headers may have promised to keep the connection.
      response.once('finish', () => line instanceof Socket && line.destroySoon());
      finish();
    },
    cut: () => response.destroy(),
  };
  const onClose = () => {
    response.off('close', onClose);
    line.off('close', onClose);
    outgoing.remove(answer);
    source.destroy();
  };
  response.once('close', onClose);
  // An answer that waits for earlier ones (pipelining) has no socket, and does not notice when the connection closes.
  // `ConnectionLimits` allows more of them than Node's warning threshold.
  if (response.socket === null) line.setMaxListeners(0).once('close', onClose);
  source.once('close', () => {
    if (source.readableEnded) return;
    if (isFinishing) response.end();
    else response.destroy();
  });
  // The maker of the source handles its error; the reader notices the broken connection.
  source.on('error', () => {});

  response.writeHead(status, headers);
  response.flushHeaders();
  source.pipe(response);
  outgoing.add(answer);
}
