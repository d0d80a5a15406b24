import { LRUCache } from 'lru-cache';
import { bytesOfBodies, type Draft, dropBodies } from './entry.ts';
import type { PriorityPlaces } from './priority-ring.ts';

/**
 * The places of the requests of all worlds. Refusals with their bodies have up to half of the bytes, other requests
 * without bodies up to half, and the bodies of other requests what is left: they go first, the oldest ones before.
 *
 * @param bytes the limit of all together
 */
export function requestPlaces(bytes: number): PriorityPlaces<Draft> {
  // Limited by `dropOldestBodies`, which needs what is evicted.
  const bodies = new LRUCache<number, Draft>({ maxSize: Number.MAX_SAFE_INTEGER });
  const dropOldestBodies = () => {
    while (bodies.calculatedSize > bytes - refusals.calculatedSize - others.calculatedSize) {
      const oldest = bodies.pop();
      if (oldest !== undefined) dropBodies(oldest);
    }
  };
  const refusals = new LRUCache<number, Draft>({ maxSize: bytes / 2, onInsert: dropOldestBodies });
  const others = new LRUCache<number, Draft>({
    maxSize: bytes / 2,
    onInsert: (draft, key) => {
      const size = bytesOfBodies(draft);
      if (size > 0) bodies.set(key, draft, { size });
      else bodies.delete(key);
      dropOldestBodies();
    },
    // A replacement, too, gets to `onInsert`.
    noDisposeOnSet: true,
    dispose: (_draft, key) => bodies.delete(key),
  });
  return { refusals, others };
}
