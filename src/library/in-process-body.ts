import type { LightMyRequestResponse } from 'fastify';

/** The body of the answer to a request: its bytes if all of them are there, or else a stream. */
export function bodyOfAnswer(
  answer: LightMyRequestResponse,
  request: Request,
): Uint8Array<ArrayBuffer> | ReadableStream {
  const isWhole = answer.raw.res.writableEnded;
  if (!isWhole) return streamOf(answer, request);
  return new Uint8Array(answer.stream().read() ?? []);
}

/**
 * Reads an answer as its reader asks for it. If the reader leaves or aborts, the answer is destroyed, which the server
 * takes for a closed connection.
 */
function streamOf(answer: LightMyRequestResponse, request: Request): ReadableStream<Uint8Array> {
  const source = answer.stream();
  let isLeft = false;
  const leave = () => {
    isLeft = true;
    // A destroyed stream may still hand out its buffered chunks.
    source.removeAllListeners('data');
    answer.raw.res.destroy();
    source.destroy();
  };
  return new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      request.signal.addEventListener('abort', leave);
      source.on('data', (bytes: Buffer) => {
        // A copy, because the stream takes over the memory of each chunk.
        controller.enqueue(new Uint8Array(bytes));
        source.pause();
      });
      source.on('error', () => {});
      source.once('close', () => {
        // Its signal follows the caller's only while the request itself is referenced, so the request is kept here.
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
  // A reader that brought memory of its own is still waiting (Streams Standard, 4.7).
  controller.byobRequest?.respond(0);
}

/** The error of Node's `fetch` for a connection that broke within a body. */
function terminatedError(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { name: 'SocketError', code: 'UND_ERR_SOCKET' });
  return new TypeError('terminated', { cause });
}
