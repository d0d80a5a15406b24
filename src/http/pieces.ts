import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { eventLoopTurn } from '../platform/time.ts';
import { receiveBody } from './bodies.ts';

/** The size of the pieces, and the bytes that all of them may have together. */
export interface PieceSizes {
  readonly piece: number;
  readonly max: number;
}

/**
 * Receives a body in pieces of one size, the last of which may be smaller. The next piece is read once `take` has
 * finished, so even a large body needs the memory of one piece, and other requests are answered in between.
 *
 * @returns the number of bytes
 * @throws Problem as `receiveBody`
 */
export async function receivePieces(
  request: IncomingMessage,
  sizes: PieceSizes,
  take: (piece: Buffer) => Promise<void>,
): Promise<number> {
  let parts: Buffer[] = [];
  let length = 0;
  let isOver = false;
  const release = () => {
    parts = [];
    length = 0;
  };
  const keep = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  const passOn = async () => {
    await take(Buffer.concat(parts, length));
    release();
    await eventLoopTurn();
  };
  const split = async (chunk: Buffer) => {
    let rest = chunk;
    while (length + rest.length >= sizes.piece) {
      const missing = sizes.piece - length;
      keep(rest.subarray(0, missing));
      rest = rest.subarray(missing);
      await passOn();
      if (isOver) return;
    }
    if (rest.length > 0) keep(rest);
  };
  let splitting = Promise.resolve();
  try {
    const size = await receiveBody(request, sizes.max, (chunk) => {
      if (length + chunk.length < sizes.piece) return keep(chunk);
      splitting = split(chunk);
      return splitting;
    });
    if (length > 0) await passOn();
    return size;
  } finally {
    isOver = true;
    // The client may have left while a piece was taken: the caller must not clean up before that has ended.
    await splitting.catch(() => {});
    release();
  }
}

/** The size of a body and its SHA-256 in hexadecimal. The bytes are not kept. */
export async function digestOf(request: IncomingMessage, max: number) {
  const digest = createHash('sha256');
  const size = await receiveBody(request, max, (chunk) => void digest.update(chunk));
  return { size, hash: digest.digest('hex') };
}
