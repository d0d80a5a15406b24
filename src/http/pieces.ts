import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { awaitEventLoopTurn } from '../lib/time.ts';
import { receiveBody } from './bodies.ts';

export interface PieceSizes {
  readonly piece: number;
  readonly max: number;
}

/** Receives a body in pieces of equal size. The next is read once `take` has finished. @returns the number of bytes */
export async function receivePieces(
  request: IncomingMessage,
  sizes: PieceSizes,
  take: (piece: Buffer) => Promise<void>,
): Promise<number> {
  let parts: Buffer[] = [];
  let length = 0;
  let hasEnded = false;
  const release = () => {
    parts = [];
    length = 0;
  };
  const keep = (chunk: Buffer) => {
    parts.push(chunk);
    length += chunk.length;
  };
  const passOn = async () => {
    await take(Buffer.concat(parts, length));
    release();
    await awaitEventLoopTurn();
  };
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

export async function digestBody(request: IncomingMessage, max: number) {
  const digest = createHash('sha256');
  const size = await receiveBody(request, max, (chunk) => void digest.update(chunk));
  return { size, hash: digest.digest('hex') };
}
