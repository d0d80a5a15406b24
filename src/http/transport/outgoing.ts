import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from '../../platform/time.ts';

/** A long-running answer. */
export interface Unfinished {
  /** Ends it at once, with valid HTTP. */
  finish(): void;
  /** Breaks the connection. */
  cut(): void;
}

/** The answers of a server that are on their way. */
export class Outgoing {
  /** Whole answers of this turn of the event loop. Their sockets are corked. */
  #whole: { readonly socket: Socket; readonly response: ServerResponse }[] = [];
  readonly #unfinished = new Set<Unfinished>();
  #isOver = false;

  /**
   * Sends an answer whose body has been written, together with the others of this turn: the first write wakes a client
   * that waits, which costs more than the write, and the others find it awake. Ended before it is sent, an answer would
   * be two pieces.
   */
  send(socket: Socket, response: ServerResponse): void {
    if (this.#whole.length === 0) setImmediate(() => this.#sendAll());
    this.#whole.push({ socket, response });
  }

  #sendAll(): void {
    const whole = this.#whole;
    this.#whole = [];
    for (const { socket, response } of whole) {
      socket.uncork();
      response.end();
    }
  }

  /** How many streams and slow bodies are in progress. */
  get size(): number {
    return this.#unfinished.size;
  }

  /** Adds a stream or a slow body. */
  add(answer: Unfinished): void {
    this.#unfinished.add(answer);
    if (this.#isOver) answer.finish();
  }

  remove(answer: Unfinished): void {
    this.#unfinished.delete(answer);
  }

  /** The server stops: ends these answers, and later ones as soon as they begin. */
  finish(): void {
    this.#isOver = true;
    for (const answer of [...this.#unfinished]) answer.finish();
  }

  /** Breaks the connections of answers that were not read to their end. */
  cut(): void {
    for (const answer of [...this.#unfinished]) answer.cut();
  }
}
