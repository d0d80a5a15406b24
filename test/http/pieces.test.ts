import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { receivePieces } from '../../src/http/pieces.ts';

/** A request whose body arrives in these chunks. */
function sent(chunks: readonly string[], isOver = true): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = ['Transfer-Encoding', 'chunked'];
  for (const chunk of chunks) request.push(chunk);
  if (isOver) request.push(null);
  return request;
}

async function piecesOf(chunks: readonly string[]) {
  const pieces: string[] = [];
  const size = await receivePieces(sent(chunks), { piece: 4, max: 12 }, async (piece) => {
    pieces.push(piece.toString());
  });
  return { size, pieces };
}

describe('a body in pieces', () => {
  it.each([
    [['abcdefghij'], ['abcd', 'efgh', 'ij']],
    [
      ['a', 'bc', 'defgh'],
      ['abcd', 'efgh'],
    ],
    [['ab'], ['ab']],
    [[], []],
  ])('%j is passed on as %j', async (chunks, pieces) => {
    expect(await piecesOf(chunks)).toEqual({ size: chunks.join('').length, pieces });
  });

  it('is refused where it is too large', async () => {
    await expect(piecesOf(['abcdefgh', 'ijklm'])).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('is read no further before a piece was taken', async () => {
    const request = sent(['abcd', 'efgh']);
    const taken: string[] = [];
    let goOn = () => {};
    const receiving = receivePieces(request, { piece: 4, max: 12 }, (piece) => {
      taken.push(piece.toString());
      return new Promise<void>((resolve) => (goOn = resolve));
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).toEqual(['abcd']);
    expect(request.isPaused()).toBe(true);

    goOn();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).toEqual(['abcd', 'efgh']);
    goOn();
    expect(await receiving).toBe(8);
  });

  it('ends with the failure of its piece, and lets the client finish', async () => {
    const request = sent(['abcd', 'efgh']);
    const failing = receivePieces(request, { piece: 4, max: 12 }, async () => {
      throw new Error('the disk is full');
    });

    await expect(failing).rejects.toThrow('the disk is full');
    await new Promise(setImmediate);
    expect(request.isPaused()).toBe(false);
  });

  it('fails only after the piece in progress, where the client leaves', async () => {
    const request = sent(['abcd'], false);
    const steps: string[] = [];
    let goOn = () => {};
    const receiving = receivePieces(request, { piece: 4, max: 12 }, async () => {
      await new Promise<void>((resolve) => (goOn = resolve));
      steps.push('taken');
    }).catch(({ kind }) => void steps.push(kind));
    await new Promise((resolve) => setTimeout(resolve, 20));
    request.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    goOn();
    await receiving;

    expect(steps).toEqual(['taken', 'invalid_request']);
  });
});
