/** Content sent in parts that are produced on demand. Clients cannot tell the response from one with a Buffer. */
export class StreamedBytes {
  readonly parts: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

  constructor(parts: StreamedBytes['parts']) {
    this.parts = parts;
  }
}
