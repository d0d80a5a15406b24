import { getHeapStatistics } from 'node:v8';

const MEGABYTE = 1024 * 1024;

/** The memory that a server needs at peak load for code, caches and journals besides its state. */
const RESERVED_BYTES = 96 * MEGABYTE;

/** The share of the other memory that state may use. The rest is for running requests and uncollected garbage. */
const STATE_SHARE = 2 / 3;

/** Returns how large the state of a server may become before Node runs out of memory, in bytes; at least a megabyte. */
export function computeMaxStateBytes(): number {
  const availableBytes = getHeapStatistics().heap_size_limit - RESERVED_BYTES;
  return Math.max(MEGABYTE, Math.floor(availableBytes * STATE_SHARE));
}
