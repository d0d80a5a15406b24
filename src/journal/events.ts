export type EventKind = 'request' | 'decision' | 'clock' | 'policy' | 'fault' | 'world';

export interface PublishedEvent {
  readonly kind: EventKind;
  read(): object | null | Promise<object | null>;
}

export interface EventListener {
  onEvent(event: PublishedEvent): void;
  onEnd(): void;
}

export class Events {
  readonly #listeners = new Set<EventListener>();
  #hasEnded = false;

  /** @param read called later or never, so it must not reference large objects */
  publish(kind: EventKind, read: PublishedEvent['read']): void {
    for (const { onEvent } of this.#listeners) onEvent({ kind, read });
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** @returns a function that removes the listener */
  listen(listener: EventListener): () => void {
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
