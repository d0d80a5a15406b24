import { getHeapStatistics } from 'node:v8';

/** What a server takes at its busiest besides its state: code, caches, journals and requests under way, in bytes. */
const BESIDE_STATE = 96 * 1024 * 1024;

/**
 * The bytes that the state of a server may take before Node ends the process for want of memory. The rest of the heap is
 * what requests need while they run, and what is not collected yet. At least a megabyte.
 */
export function roomForState(): number {
  return Math.max(1024 * 1024, Math.floor(((getHeapStatistics().heap_size_limit - BESIDE_STATE) * 2) / 3));
}
