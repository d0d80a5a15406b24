/** Stands where the entries come while the text around them is written. */
const MARK = '\u0000entries\u0000';

/** Smaller entries are sent together, in characters. */
const LEAST_CHUNK = 16 * 1024;

/** How many entries of a list are compared with its document. */
const SAMPLE = 10;

type Around = (entries: readonly unknown[]) => object;

/**
 * A JSON object with one list that is written entry by entry, as fast as its reader takes them. Of a long list with large
 * entries, only the entry that is being written is in memory in its final form.
 *
 * @typeParam Item stands for an entry, such as its number
 */
export class StreamedList<Item = unknown> {
  readonly #items: readonly Item[];
  readonly #render: (item: Item) => object | undefined;
  readonly #around: Around;

  /**
   * @param render makes the entry; undefined if there is none any more
   * @param around puts the entries where they belong. No text of a user comes before them
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

  /** The whole text, of which each part is made when it is asked for. */
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
      if (text.length < LEAST_CHUNK) continue;
      yield text;
      text = '';
    }
    yield text + after;
  }
}

/**
 * The same as the body of an answer.
 *
 * @typeParam Body the type of the whole in its document
 */
export function streamedList<Body extends object, Item>(
  items: readonly Item[],
  render: (item: Item) => object | undefined,
  around: (entries: never[]) => Body,
): Body {
  // The text that is sent is such a body, as `conform` checks; what `render` makes are its entries.
  return new StreamedList(items, render, (entries) => around(entries as never[])) as unknown as Body;
}
