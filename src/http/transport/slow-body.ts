import { Readable } from 'node:stream';
import { clearTimeout, setTimeout } from '../../lib/time.ts';

/** Approximate time between pieces, in milliseconds. */
const STEP_MS = 100;

/** A body that is sent in small pieces over a given time. Neither Node nor Fastify can throttle a response. */
export class SlowBody extends Readable {
  #rest: Buffer;
  readonly #pieceLength: number;
  readonly #pauseMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(body: Buffer, durationMs: number) {
    super();
    this.#rest = body;
    const steps = Math.max(1, Math.min(body.length, Math.ceil(durationMs / STEP_MS)));
    this.#pieceLength = Math.ceil(body.length / steps);
    // Pieces are whole bytes, so there may be fewer of them than steps.
    this.#pauseMs = durationMs / Math.ceil(body.length / this.#pieceLength);
  }

  override _read(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send(this.#pieceLength);
    }, this.#pauseMs);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    callback(error);
  }

  finish(): void {
    clearTimeout(this.#timer);
    if (!this.destroyed && this.#rest.length > 0) this.#send(this.#rest.length);
  }

  #send(length: number): void {
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.push(piece);
    if (this.#rest.length === 0) this.push(null);
  }
}
