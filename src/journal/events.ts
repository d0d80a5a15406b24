/** What is told about a world as it happens. */
export const EVENT_KINDS = ['request', 'decision', 'finding', 'clock', 'policy', 'fault', 'world'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Something that happened. */
export interface HappenedEvent {
  readonly number: number;
  readonly kind: EventKind;
  /** What is said of it; null if it has been forgotten meanwhile. */
  read(): object | null | Promise<object | null>;
}

/** How many are kept for those who come back. */
const MOST = 1000;

/** Is told what happens. */
export interface EventListener {
  happened(event: HappenedEvent): void;
  /** The world has ended. */
  ended(): void;
}

/**
 * What happens in one world, in order, from the moment when somebody first watches. The newest 1000 are kept, each without
 * what it is about.
 */
export class Events {
  readonly #series: string;
  readonly #kept: HappenedEvent[] = [];
  readonly #listeners = new Set<EventListener>();
  #newest = 0;
  #isWatched = false;
  #isOver = false;

  /** @param series begins the ids, so that no two processes give the same one */
  constructor(series: string) {
    this.#series = series;
  }

  /** The id of an event, as streams have it. */
  idOf(number: number): string {
    return `${this.#series}-e${number}`;
  }

  /** The number of an id; null if it was not given here. */
  numberOf(id: string): number | null {
    const [, series, digits] = /^(.{1,40})-e(\d{1,15})$/.exec(id) ?? [];
    return series === this.#series && Number(digits) <= this.#newest ? Number(digits) : null;
  }

  /**
   * @param read is called later, if at all: it must not hold on to anything large
   * @param number its place, which others gave it; default: the next one, if anybody has ever watched
   */
  publish(kind: EventKind, read: HappenedEvent['read'], number?: number): void {
    if (number === undefined && !this.#isWatched) return;
    this.#newest = number ?? this.#newest + 1;
    const event = { number: this.#newest, kind, read };
    this.#kept[this.#newest % MOST] = event;
    for (const { happened } of this.#listeners) happened(event);
  }

  /** Has anybody watched? If nobody has, nothing needs to be published. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  /** The number of the last one; 0 if there was none. */
  get newest(): number {
    return this.#newest;
  }

  /** Those after a number that are still kept, oldest first. */
  after(number: number): readonly HappenedEvent[] {
    return this.#kept.filter((event) => event.number > number).sort((one, other) => one.number - other.number);
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** @returns a function that ends it */
  listen(listener: EventListener): () => void {
    this.#isWatched = true;
    if (this.#isOver) listener.ended();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.#isOver = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const { ended } of listeners) ended();
  }
}
