const EVENT_KINDS = ['request', 'decision', 'finding', 'clock', 'policy', 'fault', 'world', 'restarted'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface PublishedEvent {
  readonly number: number;
  readonly kind: EventKind;
  /** The event's data; null if it was evicted. */
  read(): object | null | Promise<object | null>;
}

/** The id of an event: series and number. */
const EVENT_ID = /^([\w-]{1,40})-e(\d{1,15})$/;

/** Maximum number of events kept for readers that reconnect. */
const MAX_EVENTS = 1000;

export interface EventListener {
  onEvent(event: PublishedEvent): void;
  /** The world has ended. */
  onEnd(): void;
}

/** The events of one world, in order, since the first listener was added. Keeps the newest 1000, without their data. */
export class Events {
  readonly #series: string;
  readonly #events: PublishedEvent[] = [];
  readonly #listeners = new Set<EventListener>();
  #newestNumber = 0;
  #isWatched = false;
  #hasEnded = false;

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
    const [, series, digits] = EVENT_ID.exec(id) ?? [];
    return series === this.#series && Number(digits) <= this.#newestNumber ? Number(digits) : null;
  }

  /** Returns whether the id is from an earlier process or another world. */
  isOfOtherSeries(id: string): boolean {
    const [, series] = EVENT_ID.exec(id) ?? [];
    return series !== undefined && series !== this.#series;
  }

  /**
   * Does nothing until there is a first listener.
   *
   * @param read called later or never, so it must not reference large objects
   */
  publish(kind: EventKind, read: PublishedEvent['read']): void {
    if (!this.#isWatched) return;
    this.#newestNumber += 1;
    const event = { number: this.#newestNumber, kind, read };
    this.#events[this.#newestNumber % MAX_EVENTS] = event;
    for (const { onEvent } of this.#listeners) onEvent(event);
  }

  /** Whether there was ever a listener. If not, there is no need to publish. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  /** The number of the last event; 0 if there is none. */
  get newestNumber(): number {
    return this.#newestNumber;
  }

  /** Returns the kept events after a number, oldest first. */
  listAfter(number: number): readonly PublishedEvent[] {
    return this.#events.filter((event) => event.number > number).sort((a, b) => a.number - b.number);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** @returns a function that removes the listener */
  listen(listener: EventListener): () => void {
    this.#isWatched = true;
    if (this.#hasEnded) listener.onEnd();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.#hasEnded = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const { onEnd } of listeners) onEnd();
  }
}
