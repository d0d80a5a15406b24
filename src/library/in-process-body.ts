import type { LightMyRequestResponse } from 'fastify';

/** Returns the body of a response: bytes if it is complete, otherwise a stream. */
export function readBody(response: LightMyRequestResponse, request: Request): Uint8Array<ArrayBuffer> | ReadableStream {
  const isComplete = response.raw.res.writableEnded;
  if (!isComplete) return createBodyStream(response, request);
  return new Uint8Array(response.stream().read() ?? []);
}

/** Reads a response on demand. To the server, a reader that cancels or aborts has closed the connection. */
function createBodyStream(response: LightMyRequestResponse, request: Request): ReadableStream<Uint8Array> {
  const source = response.stream();
  let isCancelled = false;
  const cancel = () => {
    isCancelled = true;
    // A destroyed stream may still emit buffered chunks.
    source.removeAllListeners('data');
    response.raw.res.destroy();
    source.destroy();
  };
  return new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      request.signal.addEventListener('abort', cancel);
      source.on('data', (bytes: Buffer) => {
        // A copy, because the stream takes ownership of each chunk.
        controller.enqueue(new Uint8Array(bytes));
        source.pause();
      });
      // Reported by `close`, which follows.
      source.on('error', () => {});
      source.once('close', () => {
        // Keep a reference to the request: its signal only follows the caller's signal while the request is alive.
        const { signal } = request;
        signal.removeEventListener('abort', cancel);
        if (signal.aborted) controller.error(signal.reason);
        else if (!isCancelled && source.readableEnded) {
          controller.close();
          // A BYOB reader is still waiting (Streams Standard, 4.7).
          controller.byobRequest?.respond(0);
        } else if (!isCancelled) controller.error(createTerminatedError());
      });
    },
    pull: () => {
      source.resume();
    },
    cancel,
  });
}

/** Creates the error of Node's `fetch` for a connection that breaks during the body. */
function createTerminatedError(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { name: 'SocketError', code: 'UND_ERR_SOCKET' });
  return new TypeError('terminated', { cause });
}
