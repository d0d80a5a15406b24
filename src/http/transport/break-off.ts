import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { BrokenAt } from '../../faults/fault.ts';
import { headBytes, type WireAnswer } from '../answer.ts';

/** An answer with a `Content-Length` header. */
interface Framed extends Pick<WireAnswer, 'status' | 'headers'> {
  readonly body: Buffer;
}

/**
 * Breaks the connection before or within an answer, after the answers to earlier requests on it. Without a body it
 * breaks within the headers at the latest, so that no client takes the answer for complete.
 */
export function breakOff(response: ServerResponse, { status, headers, body }: Framed, where: BrokenAt): void {
  if (where === 'body' && body.length > 0) {
    response.writeHead(status, headers);
    response.write(halfOf(body), () => response.destroy());
    return;
  }
  inTurn(response, (line) => {
    // In process there is no connection that could carry half of the headers.
    if (!(line instanceof Socket)) response.destroy();
    else if (where === 'before') line.resetAndDestroy();
    else line.write(halfOf(headBytes(status, headers)), () => line.destroy());
  });
}

/** Answers that wait for earlier ones (pipelining) have no socket yet. */
function inTurn(response: ServerResponse, act: (line: unknown) => void): void {
  if (response.socket === null) response.once('socket', act);
  else act(response.socket);
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
