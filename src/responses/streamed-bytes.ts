/** Content sent in parts, which are produced as fast as the reader reads. The response looks like one with a Buffer. */
export class StreamedBytes {
  readonly parts: () => Iterable<Uint8Array>;

  constructor(parts: () => Iterable<Uint8Array>) {
    this.parts = parts;
  }
}
