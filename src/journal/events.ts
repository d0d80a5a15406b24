const EVENT_KINDS = ['request', 'decision', 'finding', 'clock', 'policy', 'fault', 'world', 'restarted'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface HappenedEvent {
  readonly number: number;
  readonly kind: EventKind;
  /** The event's data; null if it was evicted. */
  read(): object | null | Promise<object | null>;
}

/** The id of an event: series and number. */
const ID = /^([\w-]{1,40})-e(\d{1,15})$/;

/** Maximum number of events kept for readers that reconnect. */
const MAX_EVENTS = 1000;

export interface EventListener {
  onEvent(event: HappenedEvent): void;
  /** The world has ended. */
  onEnd(): void;
}

/** The events of one world, in order, since the first listener was added. Keeps the newest 1000, without their data. */
export class Events {
  readonly #series: string;
  readonly #events: HappenedEvent[] = [];
  readonly #listeners = new Set<EventListener>();
  #newest = 0;
  #isWatched = false;
  #isOver = false;

  /** @param series prefix of the ids, unique to the process */
  constructor(series: string) {
    this.#series = series;
  }

  /** Returns the id of an event in streams. */
  idOf(number: number): string {
    return `${this.#series}-e${number}`;
  }

  /** Returns the number of an event; null for an id of another world. */
  numberOf(id: string): number | null {
    const [, series, digits] = ID.exec(id) ?? [];
    return series === this.#series && Number(digits) <= this.#newest ? Number(digits) : null;
  }

  /** Returns whether the id is from an earlier process or another world. */
  isOfOtherSeries(id: string): boolean {
    const [, series] = ID.exec(id) ?? [];
    return series !== undefined && series !== this.#series;
  }

  /**
   * Does nothing until there is a first listener.
   *
   * @param read called later or never, so it must not reference large objects
   */
  publish(kind: EventKind, read: HappenedEvent['read']): void {
    if (!this.#isWatched) return;
    this.#newest += 1;
    const event = { number: this.#newest, kind, read };
    this.#events[this.#newest % MAX_EVENTS] = event;
    for (const { onEvent } of this.#listeners) onEvent(event);
  }

  /** Whether there was ever a listener. If not, there is no need to publish. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  /** The number of the last event; 0 if there is none. */
  get newest(): number {
    return this.#newest;
  }

  /** Returns the kept events after a number, oldest first. */
  after(number: number): readonly HappenedEvent[] {
    return this.#events.filter((event) => event.number > number).sort((a, b) => a.number - b.number);
  }

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
    for (const { onEnd } of listeners) onEnd();
  }
}
