/** Placeholder for the entries while the text around them is serialized. */
const PLACEHOLDER = '\u0000entries\u0000';

/** Minimum size of a chunk of entries, in characters. */
const MIN_CHUNK_LENGTH = 16 * 1024;

/** Number of entries of a list to validate. */
const SAMPLE_SIZE = 10;

type Envelope = (entries: readonly unknown[]) => object;

/** A JSON object with one list, serialized entry by entry as the client reads: only one rendered entry is in memory. */
export class StreamedList<Item = unknown> {
  readonly #items: readonly Item[];
  readonly #render: (item: Item) => object | undefined;
  readonly #envelope: Envelope;

  /** @param render undefined if it no longer exists @param envelope must not have user content before the entries */
  constructor(items: readonly Item[], render: (item: Item) => object | undefined, envelope: Envelope) {
    this.#items = items;
    this.#render = render;
    this.#envelope = envelope;
  }

  sample(): object {
    return this.#envelope(this.#items.slice(0, SAMPLE_SIZE).flatMap((item) => this.#render(item) ?? []));
  }

  *parts(): Generator<string> {
    const whole = JSON.stringify(this.#envelope([PLACEHOLDER]));
    const placeholder = JSON.stringify(PLACEHOLDER);
    const index = whole.indexOf(placeholder);
    const after = whole.slice(index + placeholder.length);
    let text = whole.slice(0, index);
    let separator = '';
    for (const item of this.#items) {
      const entry = this.#render(item);
      if (entry === undefined) continue;
      text += separator + JSON.stringify(entry);
      separator = ',';
      if (text.length < MIN_CHUNK_LENGTH) continue;
      yield text;
      text = '';
    }
    yield text + after;
  }
}

/** Creates a streamed list, typed as a response body. @typeParam Body the body's type in the document */
export function createStreamedList<Body extends object, Item>(
  items: readonly Item[],
  render: (item: Item) => object | undefined,
  envelope: (entries: never[]) => Body,
): Body {
  // `validateResponse` checks that the serialized text is such a body.
  return new StreamedList(items, render, (entries) => envelope(entries as never[])) as unknown as Body;
}
