import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { WireAnswer } from '../answer.ts';
import type { Outgoing } from './outgoing.ts';

/** Status and headers. */
type Head = Pick<WireAnswer, 'status' | 'headers'>;

/**
 * Sends a body as its source makes it; the headers go at once. If the reader leaves, the source is destroyed; if the
 * source is destroyed before it ends, the connection breaks, so that nobody takes a part for the whole.
 *
 * @param finish brings the source to its end when the server stops; the body may end there
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
      // The head may have promised to keep the connection.
      response.once('finish', () => line instanceof Socket && line.destroySoon());
      finish();
    },
    cut: () => response.destroy(),
  };
  const left = () => {
    response.off('close', left);
    line.off('close', left);
    outgoing.remove(answer);
    source.destroy();
  };
  response.once('close', left);
  // An answer that waits for earlier ones (pipelining) has no socket yet, and is not told when the connection closes. How
  // many may wait is limited (`ConnectionLimits`), at more than what Node warns of.
  if (response.socket === null) line.setMaxListeners(0).once('close', left);
  source.once('close', () => {
    if (source.readableEnded) return;
    if (isFinishing) response.end();
    else response.destroy();
  });
  // Whoever made the source knows why it failed; its reader is told by the broken connection.
  source.on('error', () => {});

  response.writeHead(status, headers);
  response.flushHeaders();
  source.pipe(response);
  outgoing.add(answer);
}
