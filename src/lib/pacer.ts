import { readStopwatch } from './clock.ts';
import { awaitEventLoopTurn } from './time.ts';

/** How long work may run before it pauses, in milliseconds. */
const TURN_MS = 10;

/** Splits long work with pauses, in which requests are answered and signals handled. */
export class Pacer {
  #since = readStopwatch();

  get isLong(): boolean {
    return readStopwatch() - this.#since >= TURN_MS;
  }

  /** Visits the items in order, with pauses in between. */
  async each<Item>(items: Iterable<Item>, visit: (item: Item) => void | Promise<void>): Promise<void> {
    for (const item of items) {
      if (this.isLong) await this.pause();
      // Avoid awaiting, because most visits are synchronous.
      const visited = visit(item);
      if (visited !== undefined) await visited;
    }
  }

  async pause(): Promise<void> {
    await awaitEventLoopTurn();
    this.#since = readStopwatch();
  }
}
