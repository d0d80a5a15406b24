import { eventLoopTurn } from '../platform/time.ts';
import { stopwatch } from './clock.ts';

/** How long work goes on before others are answered, in milliseconds. */
const TURN_MS = 10;

/** Divides long work by pauses, in which other requests are answered, and signals arrive. */
export class Pacer {
  #since = stopwatch();

  /** Has it gone on long enough to pause? */
  get isLong(): boolean {
    return stopwatch() - this.#since >= TURN_MS;
  }

  /** Visits one item after the other, with pauses in between. */
  async each<Item>(items: Iterable<Item>, visit: (item: Item) => void | Promise<void>): Promise<void> {
    for (const item of items) {
      if (this.isLong) await this.pause();
      // Most visits wait for nothing.
      const visited = visit(item);
      if (visited !== undefined) await visited;
    }
  }

  async pause(): Promise<void> {
    await eventLoopTurn();
    this.#since = stopwatch();
  }
}
