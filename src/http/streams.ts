import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** What a server is sending. Fastify pipes it and, on close, waits for it indefinitely. */
export class OpenStreams {
  /** `finish` ends the response immediately, with valid HTTP; `cut` drops the connection. */
  readonly #open = new Set<{ finish(): void; cut(): void }>();
  #isStopping = false;

  get size(): number {
    return this.#open.size;
  }

  /** @param finish on stop; default: truncates @returns false if the reader has left, or the body ended without one */
  watch(response: ServerResponse, body: Readable, finish: () => void = () => endWithoutRest(response, body)): boolean {
    const { socket } = response.req;
    if (response.destroyed || socket.destroyed || body.destroyed) return false;
    const stream = {
      finish: () => {
        // The headers may have promised keep-alive.
        response.once('finish', () => socket instanceof Socket && socket.destroySoon());
        finish();
      },
      cut: () => response.destroy(),
    };
    const onClose = () => {
      this.#open.delete(stream);
      body.destroy();
    };
    response.once('close', onClose);
    response.once('pipe', () => {
      // Fastify sends headers with the first bytes, but the first event of a stream may be late.
      response.flushHeaders();
      // Not earlier: a response that ends without headers would look like a complete, empty one.
      this.#open.add(stream);
      if (this.#isStopping) stream.finish();
    });
    return true;
  }

  /** Ends open streams because the server stops, and later streams as soon as they begin. */
  finish(): void {
    this.#isStopping = true;
    for (const stream of [...this.#open]) stream.finish();
  }

  cut(): void {
    for (const stream of [...this.#open]) stream.cut();
  }
}

/** Does not destroy the body first: Fastify would treat that as a failure, and drop the connection. */
function endWithoutRest(response: ServerResponse, body: Readable): void {
  body.unpipe(response);
  response.end(() => body.destroy());
}
