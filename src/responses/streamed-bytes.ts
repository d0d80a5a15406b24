/** Content sent in parts that are produced on demand. Clients cannot tell the response from one with a Buffer. */
export class StreamedBytes {
  readonly parts: () => Iterable<Uint8Array>;

  constructor(parts: () => Iterable<Uint8Array>) {
    this.parts = parts;
  }
}
