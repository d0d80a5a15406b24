import { Readable } from 'node:stream';
import { clearTimeout, setTimeout } from '../../machine/time.ts';

/** About how long it is from one piece to the next, in milliseconds. */
const STEP_MS = 100;

/** A body that arrives in small pieces, the last of them when its time is over. */
export class SlowBody extends Readable {
  #rest: Buffer;
  readonly #pieceLength: number;
  readonly #pause: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param milliseconds that all of it takes */
  constructor(body: Buffer, milliseconds: number) {
    super();
    this.#rest = body;
    const steps = Math.max(1, Math.min(body.length, Math.ceil(milliseconds / STEP_MS)));
    this.#pieceLength = Math.ceil(body.length / steps);
    // Pieces are whole bytes, so there may be fewer of them than steps.
    this.#pause = milliseconds / Math.ceil(body.length / this.#pieceLength);
  }

  override _read(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send(this.#pieceLength);
    }, this.#pause);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    callback(error);
  }

  /** Sends what is left at once. */
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
