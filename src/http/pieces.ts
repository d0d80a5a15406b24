import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { awaitEventLoopTurn } from '../lib/time.ts';
import { receiveBody } from './bodies.ts';

/** The size of a piece, and the maximum total size, in bytes. */
export interface PieceSizes {
  readonly piece: number;
  readonly max: number;
}

/**
 * Receives a body in pieces of equal size, except for a smaller last one. The next piece is read once `take` has
 * finished, so a large body needs the memory of one piece, and other requests are answered in between.
 *
 * @returns the number of bytes
 * @throws Problem like `receiveBody`
 */
export async function receivePieces(
  request: IncomingMessage,
  sizes: PieceSizes,
  take: (piece: Buffer) => Promise<void>,
): Promise<number> {
  let parts: Buffer[] = [];
  let length = 0;
  let hasEnded = false;
  /** Frees the memory of the current piece. */
  const release = () => {
    parts = [];
    length = 0;
  };
  /** Adds bytes to the current piece. */
  const keep = (chunk: Buffer) => {
    parts.push(chunk);
    length += chunk.length;
  };
  /** Passes the current piece on, and begins the next. */
  const passOn = async () => {
    await take(Buffer.concat(parts, length));
    release();
    await awaitEventLoopTurn();
  };
  /** Divides a chunk into the rest of the current piece and further pieces. */
  const split = async (chunk: Buffer) => {
    let rest = chunk;
    while (length + rest.length >= sizes.piece) {
      const missingBytes = sizes.piece - length;
      keep(rest.subarray(0, missingBytes));
      rest = rest.subarray(missingBytes);
      await passOn();
      if (hasEnded) return;
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
    hasEnded = true;
    // The client may have left while `take` was running: the caller must not clean up before it ends.
    await splitting.catch(() => {});
    release();
  }
}

/** Returns the size of a body and its SHA-256 in hexadecimal, without keeping the bytes. */
export async function digestBody(request: IncomingMessage, max: number) {
  const digest = createHash('sha256');
  const size = await receiveBody(request, max, (chunk) => void digest.update(chunk));
  return { size, hash: digest.digest('hex') };
}
