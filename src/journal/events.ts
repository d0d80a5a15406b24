/** The kinds of events of a world. */
const EVENT_KINDS = ['request', 'decision', 'finding', 'clock', 'policy', 'fault', 'world', 'restarted'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** An event. */
export interface HappenedEvent {
  readonly number: number;
  readonly kind: EventKind;
  /** Its data; null if it is no longer kept. */
  read(): object | null | Promise<object | null>;
}

/** The id of an event: the series and the number. */
const ID = /^([\w-]{1,40})-e(\d{1,15})$/;

/** How many events are kept for readers that reconnect. */
const MAX_EVENTS = 1000;

/** Receives events. */
export interface EventListener {
  onEvent(event: HappenedEvent): void;
  /** The world has ended. */
  onEnd(): void;
}

/** The events of one world, in order, since the first listener. The newest 1000 are kept, each without its data. */
export class Events {
  readonly #series: string;
  readonly #kept: HappenedEvent[] = [];
  readonly #listeners = new Set<EventListener>();
  #newest = 0;
  #isWatched = false;
  #isOver = false;

  /** @param series prefix of the ids, unique to the process */
  constructor(series: string) {
    this.#series = series;
  }

  /** The id of an event in streams. */
  idOf(number: number): string {
    return `${this.#series}-e${number}`;
  }

  /** The number of an event; null if its id is not of this world. */
  numberOf(id: string): number | null {
    const [, series, digits] = ID.exec(id) ?? [];
    return series === this.#series && Number(digits) <= this.#newest ? Number(digits) : null;
  }

  /** Does the id come from an earlier process, or from another world? */
  isOfOtherSeries(id: string): boolean {
    const [, series] = ID.exec(id) ?? [];
    return series !== undefined && series !== this.#series;
  }

  /**
   * Nothing happens as long as there never was a listener.
   *
   * @param read called later or never: it must not reference large objects
   */
  publish(kind: EventKind, read: HappenedEvent['read']): void {
    if (!this.#isWatched) return;
    this.#newest += 1;
    const event = { number: this.#newest, kind, read };
    this.#kept[this.#newest % MAX_EVENTS] = event;
    for (const { onEvent: happened } of this.#listeners) happened(event);
  }

  /** Was there ever a listener? Otherwise nothing needs to be published. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  /** The number of the last event; 0 if none. */
  get newest(): number {
    return this.#newest;
  }

  /** The kept events after a number, oldest first. */
  after(number: number): readonly HappenedEvent[] {
    return this.#kept.filter((event) => event.number > number).sort((one, other) => one.number - other.number);
  }

  /** The number of listeners. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** @returns a function that removes the listener */
  listen(listener: EventListener): () => void {
    this.#isWatched = true;
    if (this.#isOver) listener.onEnd();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.#isOver = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const { onEnd: ended } of listeners) ended();
  }
}
