/** Content that is sent in parts, which are made as fast as the reader reads. The answer is like one with a Buffer. */
export class StreamedBytes {
  readonly parts: () => Iterable<Uint8Array>;

  constructor(parts: () => Iterable<Uint8Array>) {
    this.parts = parts;
  }
}
