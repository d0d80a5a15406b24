import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll } from 'vitest';
import { Mutex } from '../../src/store/mutex.ts';

/**
 * In the tests of a suite, a task that waits for its own turn fails instead of hanging until the timeout. Only there, because
 * Node 20 slows down every promise as long as there is a storage.
 */
export function watchTurns(): void {
  const turns = new AsyncLocalStorage<ReadonlySet<Mutex>>();
  beforeAll(() => {
    Mutex.watch = turns;
  });
  afterAll(() => {
    Mutex.watch = null;
    turns.disable();
  });
}
