import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Limits how far the heap of this process grows before V8 collects garbage (decision 40). By default, the part for young
 * objects doubles until it is three times 16 MB or more, and a small heap grows fourfold before its old objects are collected.
 *
 * V8 rejects code that was compiled under other options, that of Node included, so call it when the start has loaded its code.
 */
export function limitHeapGrowth(): void {
  // The young part stays as large as the start has made it.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Percent of what is alive.
  setFlagsFromString('--heap-growing-percent=150');
}

/** What a server takes at its busiest besides its state: code, caches, journals and requests under way, in bytes. */
const BESIDE_STATE = 96 * 1024 * 1024;

/**
 * The bytes that the state of a server may take before Node ends the process for want of memory. The rest of the heap is
 * what requests need while they run, and what is not collected yet. At least a megabyte.
 */
export function roomForState(): number {
  return Math.max(1024 * 1024, Math.floor(((getHeapStatistics().heap_size_limit - BESIDE_STATE) * 2) / 3));
}
