import type { LightMyRequestResponse } from 'fastify';

/** Returns the body of a response: bytes if it is complete, otherwise a stream. */
export function bodyOfAnswer(
  answer: LightMyRequestResponse,
  request: Request,
): Uint8Array<ArrayBuffer> | ReadableStream {
  const isWhole = answer.raw.res.writableEnded;
  if (!isWhole) return streamOf(answer, request);
  return new Uint8Array(answer.stream().read() ?? []);
}

/**
 * Reads a response on demand. If the reader cancels or aborts, the response is destroyed, which looks like a closed
 * connection to the server.
 */
function streamOf(answer: LightMyRequestResponse, request: Request): ReadableStream<Uint8Array> {
  const source = answer.stream();
  let isLeft = false;
  const leave = () => {
    isLeft = true;
    // A destroyed stream may still emit buffered chunks.
    source.removeAllListeners('data');
    answer.raw.res.destroy();
    source.destroy();
  };
  return new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      request.signal.addEventListener('abort', leave);
      source.on('data', (bytes: Buffer) => {
        // A copy, because the stream takes ownership of each chunk.
        controller.enqueue(new Uint8Array(bytes));
        source.pause();
      });
      source.on('error', () => {});
      source.once('close', () => {
        // Keep a reference to the request: its signal only follows the caller's signal while the request is alive.
        const { signal } = request;
        signal.removeEventListener('abort', leave);
        if (signal.aborted) controller.error(signal.reason);
        else if (!isLeft && source.readableEnded) end(controller);
        else if (!isLeft) controller.error(terminatedError());
      });
    },
    pull: () => {
      source.resume();
    },
    cancel: leave,
  });
}

function end(controller: ReadableByteStreamController): void {
  controller.close();
  // A BYOB reader is still waiting (Streams Standard, 4.7).
  controller.byobRequest?.respond(0);
}

/** The error of Node's `fetch` for a connection that breaks during the body. */
function terminatedError(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { name: 'SocketError', code: 'UND_ERR_SOCKET' });
  return new TypeError('terminated', { cause });
}
