import type { StoredBody } from './entry.ts';

/**
 * The bodies of the newest requests that succeeded, in all worlds: one buffer, written from its start again when it is
 * full. Thousands of buffers that live for a while would take three times the memory, until the garbage collector comes.
 */
export class BodyStore {
  readonly #size: number;
  /** Allocated on first use. Memory that was never written takes no room. */
  #buffer: Buffer | null = null;
  /** The bytes ever written, which are also the place of the next body. A body at a place is there for `#size` bytes. */
  #written = 0;

  /** @param size in bytes */
  constructor(size: number) {
    this.#size = size;
  }

  /** Copies a body. The result loses its bytes when newer ones need their room. */
  keep(body: StoredBody): StoredBody {
    const { bytes } = body;
    if (bytes === null || bytes.length === 0) return body;
    if (bytes.length > this.#size) return new KeptBody(this, body, Number.NEGATIVE_INFINITY);
    this.#buffer ??= Buffer.allocUnsafeSlow(this.#size);
    const start = this.#written % this.#size;
    // A body is in one piece.
    if (start + bytes.length > this.#size) this.#written += this.#size - start;
    const place = this.#written;
    bytes.copy(this.#buffer, place % this.#size);
    this.#written += bytes.length;
    return new KeptBody(this, body, place);
  }

  /** Returns a copy; null if newer bodies have its room. */
  read(place: number, length: number): Buffer | null {
    if (this.#buffer === null || this.#written - place > this.#size) return null;
    const start = place % this.#size;
    return Buffer.from(this.#buffer.subarray(start, start + length));
  }
}

class KeptBody implements StoredBody {
  readonly size: number | null;
  readonly #isCut: boolean | undefined;
  readonly #store: BodyStore;
  readonly #place: number;
  readonly #length: number;

  constructor(store: BodyStore, { bytes, size, isCut }: StoredBody, place: number) {
    this.#store = store;
    this.#place = place;
    this.#length = bytes?.length ?? 0;
    this.size = size;
    this.#isCut = isCut;
  }

  get bytes(): Buffer | null {
    return this.#store.read(this.#place, this.#length);
  }

  get isDropped(): boolean {
    return this.bytes === null;
  }

  get isCut(): boolean | undefined {
    return this.isDropped || this.#isCut;
  }
}
