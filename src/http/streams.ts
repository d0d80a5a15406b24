import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** An answer whose body is still being sent. */
interface OpenStream {
  /** Ends it at once, with valid HTTP. */
  finish(): void;
  /** Breaks the connection. */
  cut(): void;
}

/**
 * The streams and slow bodies that a server is sending. Fastify pipes them, and waits for them when it stops, however
 * long they take.
 */
export class OpenStreams {
  readonly #open = new Set<OpenStream>();
  #isOver = false;

  get size(): number {
    return this.#open.size;
  }

  /**
   * Watches a body that Fastify is about to send.
   *
   * @param finish ends the body when the server stops. Default: it ends where it is
   * @returns false if the reader has left, or the body has ended without a reader
   */
  watch(response: ServerResponse, body: Readable, finish: () => void = () => endWithout(response, body)): boolean {
    const { socket } = response.req;
    if (response.destroyed || socket.destroyed || body.destroyed) return false;
    const stream = {
      finish: () => {
        // The headers may have promised to keep the connection.
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
      // Fastify sends headers with the first bytes. Readers of events wait for headers, and events may be rare.
      response.flushHeaders();
      // Not before: an answer that ends without its headers would be a whole one, of no bytes.
      this.#open.add(stream);
      if (this.#isOver) stream.finish();
    });
    return true;
  }

  /** The server stops: ends the open streams, and later ones as soon as they begin. */
  finish(): void {
    this.#isOver = true;
    for (const stream of [...this.#open]) stream.finish();
  }

  /** Breaks the connections of streams that were not read to their end. */
  cut(): void {
    for (const stream of [...this.#open]) stream.cut();
  }
}

/** Fastify takes a body that is destroyed for a failure, and would break the connection. */
function endWithout(response: ServerResponse, body: Readable): void {
  body.unpipe(response);
  response.end(() => body.destroy());
}
