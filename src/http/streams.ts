import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/**
 * The streams and slow bodies that a server is sending. Fastify pipes them and, on close, waits for them indefinitely.
 */
export class OpenStreams {
  /** `finish` ends the response immediately, with valid HTTP; `cut` drops the connection. */
  readonly #open = new Set<{ finish(): void; cut(): void }>();
  #isStopping = false;

  get size(): number {
    return this.#open.size;
  }

  /**
   * Watches a body that Fastify is about to send.
   *
   * @param finish ends the body when the server stops. Default: truncates it
   * @returns false if the reader has left, or the body ended without a reader
   */
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
      // Fastify sends headers with the first bytes, but readers wait for the headers of a stream whose first event may
      // be late.
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

  /** Drops the connections of streams that were not read to the end. */
  cut(): void {
    for (const stream of [...this.#open]) stream.cut();
  }
}

/**
 * Ends the response without destroying the body first, which Fastify would treat as a failure and drop the connection.
 */
function endWithoutRest(response: ServerResponse, body: Readable): void {
  body.unpipe(response);
  response.end(() => body.destroy());
}
