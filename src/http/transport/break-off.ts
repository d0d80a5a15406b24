import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { BrokenAt } from '../../faults/fault.ts';
import { headBytes, type WireAnswer } from '../answer.ts';

/** An answer with its length in its headers. */
interface Framed extends Pick<WireAnswer, 'status' | 'headers'> {
  readonly body: Buffer;
}

/**
 * Breaks the connection in place of an answer, or within it, after the answers to earlier requests on the same
 * connection. Where there is no body, it breaks within the headers at the latest, so that nobody takes the answer for a
 * whole one.
 */
export function breakOff(response: ServerResponse, { status, headers, body }: Framed, where: BrokenAt): void {
  if (where === 'body' && body.length > 0) {
    response.writeHead(status, headers);
    response.write(halfOf(body), () => response.destroy());
    return;
  }
  inTurn(response, (line) => {
    // In process there is no connection on which half of the headers could arrive.
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
