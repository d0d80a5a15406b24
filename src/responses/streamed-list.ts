/** Placeholder for the entries while the text around them is serialized. */
const MARK = '\u0000entries\u0000';

/** Minimum size of a chunk of entries, in characters. */
const MIN_CHUNK = 16 * 1024;

/** Number of entries of a list to validate. */
const SAMPLE = 10;

type Around = (entries: readonly unknown[]) => object;

/**
 * A JSON object with one list, serialized entry by entry as fast as the reader reads. Only one entry at a time is in
 * memory in its final form, which matters for long lists with large entries.
 *
 * @typeParam Item identifies an entry, such as its number
 */
export class StreamedList<Item = unknown> {
  readonly #items: readonly Item[];
  readonly #render: (item: Item) => object | undefined;
  readonly #around: Around;

  /**
   * @param render builds the entry; undefined if it no longer exists
   * @param around the object around the entries. It must not have user content before them
   */
  constructor(items: readonly Item[], render: (item: Item) => object | undefined, around: Around) {
    this.#items = items;
    this.#render = render;
    this.#around = around;
  }

  /** Returns the object with only its first entries. */
  sample(): object {
    return this.#around(this.#items.slice(0, SAMPLE).flatMap((item) => this.#render(item) ?? []));
  }

  /** Yields the whole text, in parts that are produced on demand. */
  *parts(): Generator<string> {
    const whole = JSON.stringify(this.#around([MARK]));
    const mark = JSON.stringify(MARK);
    const at = whole.indexOf(mark);
    const after = whole.slice(at + mark.length);
    let text = whole.slice(0, at);
    let separator = '';
    for (const item of this.#items) {
      const entry = this.#render(item);
      if (entry === undefined) continue;
      text += separator + JSON.stringify(entry);
      separator = ',';
      if (text.length < MIN_CHUNK) continue;
      yield text;
      text = '';
    }
    yield text + after;
  }
}

/** Returns a streamed list, typed as a response body. @typeParam Body the body's type in the document */
export function streamedList<Body extends object, Item>(
  items: readonly Item[],
  render: (item: Item) => object | undefined,
  around: (entries: never[]) => Body,
): Body {
  // The serialized text is such a body, as `validateResponse` checks, and `render` builds its entries.
  return new StreamedList(items, render, (entries) => around(entries as never[])) as unknown as Body;
}
