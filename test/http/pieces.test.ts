import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { receivePieces } from '../../src/http/pieces.ts';

/** A request whose body arrives in these chunks. */
function createRequest(chunks: readonly string[], isOver = true): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = ['Transfer-Encoding', 'chunked'];
  for (const chunk of chunks) request.push(chunk);
  if (isOver) request.push(null);
  return request;
}

async function receiveInPieces(chunks: readonly string[]) {
  const pieces: string[] = [];
  const size = await receivePieces(createRequest(chunks), { piece: 4, max: 12 }, async (piece) => {
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
    expect(await receiveInPieces(chunks)).toEqual({ size: chunks.join('').length, pieces });
  });

  it('is rejected if it is too large', async () => {
    await expect(receiveInPieces(['abcdefgh', 'ijklm'])).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('is not read further until a piece was handled', async () => {
    const request = createRequest(['abcd', 'efgh']);
    const taken: string[] = [];
    let resume = () => {};
    const receiving = receivePieces(request, { piece: 4, max: 12 }, (piece) => {
      taken.push(piece.toString());
      return new Promise<void>((resolve) => (resume = resolve));
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).toEqual(['abcd']);
    expect(request.isPaused()).toBe(true);

    resume();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).toEqual(['abcd', 'efgh']);
    resume();
    expect(await receiving).toBe(8);
  });

  it('rejects with the error of its handler and lets the client finish', async () => {
    const request = createRequest(['abcd', 'efgh']);
    const failing = receivePieces(request, { piece: 4, max: 12 }, async () => {
      throw new Error('the disk is full');
    });

    await expect(failing).rejects.toThrow('the disk is full');
    await new Promise(setImmediate);
    expect(request.isPaused()).toBe(false);
  });

  it('rejects only after the current piece if the client disconnects', async () => {
    const request = createRequest(['abcd'], false);
    const steps: string[] = [];
    let resume = () => {};
    const receiving = receivePieces(request, { piece: 4, max: 12 }, async () => {
      await new Promise<void>((resolve) => (resume = resolve));
      steps.push('taken');
    }).catch(({ kind }) => void steps.push(kind));
    await new Promise((resolve) => setTimeout(resolve, 20));
    request.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    resume();
    await receiving;

    expect(steps).toEqual(['taken', 'invalid_request']);
  });
});
