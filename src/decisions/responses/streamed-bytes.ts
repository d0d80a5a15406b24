/** Bytes, or texts in UTF-8. */
export type Parts = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

/** Content sent in parts that are produced on demand. Clients cannot tell the response from one with a Buffer. */
export class StreamedBytes {
  readonly parts: () => Parts;

  constructor(parts: () => Parts) {
    this.parts = parts;
  }
}
