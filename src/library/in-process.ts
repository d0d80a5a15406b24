import { Readable } from 'node:stream';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';

/** Statuses of responses without a body (Fetch Standard, 2.2.3). */
export const BODILESS_STATUSES: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** The error code for a connection that breaks before the headers are complete. */
const CONNECTION_RESET = 'LIGHT_ECONNRESET';

/** Creates a `fetch` without a socket, which fails like Node's own, but returns redirects. @param base for paths */
export function createInProcessFetch(app: FastifyInstance, base: string) {
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const target = typeof input === 'string' ? new URL(input, base) : input;
    // A copy takes time, so a request is used as it is if nothing overrides its members.
    const request = target instanceof Request && init === undefined ? target : new Request(target, init);
    const { signal } = request;
    signal.throwIfAborted();
    const url = new URL(request.url);
    const bytes = request.body === null ? null : await readBytes(request);
    // Most requests have no signal, and a body that can be destroyed takes time.
    const canAbort = input instanceof Request || init?.signal != null;
    const body = bytes === null && !canAbort ? null : createBody(bytes);
    // The server sees a failed body as a closed connection, even if the body was already read.
    const abortBody = () => body?.destroy(new Error('the caller left'));
    if (canAbort) signal.addEventListener('abort', abortBody);
    try {
      const response = await app.inject({
        // `inject` accepts any method; its type only has the common ones.
        method: request.method as NonNullable<InjectOptions['method']>,
        url: `${url.pathname}${url.search}`,
        headers: {
          host: url.host,
          ...Object.fromEntries(request.headers),
          ...(bytes !== null && bytes.length > 0 && { 'content-length': String(bytes.length) }),
        },
        ...(body !== null && { payload: body }),
        payloadAsStream: true,
      });
      signal.throwIfAborted();
      const { statusCode: status } = response;
      const responseBody = BODILESS_STATUSES.has(status) ? null : readBody(response, request);
      return new Response(responseBody, { status, headers: toHeaders(response) });
    } catch (thrown) {
      signal.throwIfAborted();
      throw toFetchError(thrown);
    } finally {
      signal.removeEventListener('abort', abortBody);
    }
  };
}

/** Reads the body of a request. @throws like Node's `fetch`, if the body fails or, even if it never ends, is aborted */
export function readBytes(request: Request): Promise<Buffer> {
  const { signal } = request;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    request.arrayBuffer().then(
      (bytes) => resolve(Buffer.from(bytes)),
      (cause) => reject(new TypeError('fetch failed', { cause })),
    );
  });
}

/** Returns a body that can be destroyed even after it was read. */
function createBody(bytes: Buffer | null): Readable {
  const body = new Readable({ read: () => {}, autoDestroy: false });
  if (bytes !== null) body.push(bytes);
  body.push(null);
  return body;
}

/** Converts Node's headers, in which a name may have several values. */
export function toHeaders({ headers }: Pick<LightMyRequestResponse, 'headers'>): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const text of [value].flat()) if (text !== undefined) result.append(name, String(text));
  }
  return result;
}

/** Returns the error of Node's `fetch` if the connection was reset before the response, otherwise the same error. */
function toFetchError(thrown: unknown): unknown {
  if (!(thrown instanceof Error && 'code' in thrown && thrown.code === CONNECTION_RESET)) return thrown;
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
  return new TypeError('fetch failed', { cause });
}

/** Returns the body of a response: bytes if it is complete, otherwise a stream. */
function readBody(response: LightMyRequestResponse, request: Request): Uint8Array<ArrayBuffer> | ReadableStream {
  const isComplete = response.raw.res.writableEnded;
  const source = response.stream();
  if (!isComplete) return createBodyStream(source, request, () => response.raw.res.destroy());
  return new Uint8Array(source.read() ?? []);
}

/** Reads a response on demand. To the server, a reader that cancels or aborts has closed the connection. */
export function createBodyStream(
  source: Readable,
  request: Request,
  closeConnection = () => {},
): ReadableStream<Uint8Array> {
  let isCancelled = false;
  const cancel = () => {
    isCancelled = true;
    // A destroyed stream may still emit buffered chunks.
    source.removeAllListeners('data');
    closeConnection();
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
