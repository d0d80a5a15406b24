/** A placeholder for the entries, while the text around them is serialized. */
const MARK = '\u0000entries\u0000';

/** Entries are sent in chunks of at least this many characters. */
const MIN_CHUNK = 16 * 1024;

/** How many entries of a list are validated. */
const SAMPLE = 10;

type Around = (entries: readonly unknown[]) => object;

/**
 * A JSON object with one list, which is serialized entry by entry, as fast as its reader reads. Of a long list with
 * large entries, only one entry is in memory in its final form. @typeParam Item identifies an entry, such as its number
 */
export class StreamedList<Item = unknown> {
  readonly #items: readonly Item[];
  readonly #render: (item: Item) => object | undefined;
  readonly #around: Around;

  /**
   * @param render makes the entry; undefined if it no longer exists
   * @param around the object around the entries. No user's text may precede them
   */
  constructor(items: readonly Item[], render: (item: Item) => object | undefined, around: Around) {
    this.#items = items;
    this.#render = render;
    this.#around = around;
  }

  /** The object with its first entries only. */
  sample(): object {
    return this.#around(this.#items.slice(0, SAMPLE).flatMap((item) => this.#render(item) ?? []));
  }

  /** The whole text, in parts that are made on demand. */
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

/** A streamed list, typed as the body of an answer. @typeParam Body the body's type in the document */
export function streamedList<Body extends object, Item>(
  items: readonly Item[],
  render: (item: Item) => object | undefined,
  around: (entries: never[]) => Body,
): Body {
  // The serialized text is such a body, as `validateResponse` checks, and `render` makes its entries.
  return new StreamedList(items, render, (entries) => around(entries as never[])) as unknown as Body;
}
