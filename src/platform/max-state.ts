import { getHeapStatistics } from 'node:v8';

/**
 * Memory that a server needs at peak load besides its state, in bytes: for code, caches, journals and running requests.
 */
const BESIDE_STATE = 96 * 1024 * 1024;

/**
 * Returns how large the state of a server may become before Node runs out of memory, in bytes; at least a megabyte. The
 * rest of the heap is for running requests and uncollected garbage.
 */
export function computeMaxStateBytes(): number {
  return Math.max(1024 * 1024, Math.floor(((getHeapStatistics().heap_size_limit - BESIDE_STATE) * 2) / 3));
}
