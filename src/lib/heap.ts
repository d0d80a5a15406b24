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

/** How many times the size of its file a seed needs while it is read, as JSON and as YAML. */
const SEED_FACTORS = { json: 14, yaml: 40 };

/** Returns how large the file of a seed may be so that the heap can take it, in bytes. */
export function computeMaxSeedBytes(format: keyof typeof SEED_FACTORS): number {
  return Math.floor(computeMaxStateBytes() / SEED_FACTORS[format]);
}

/** The share of the heap that large responses may use together, so that they fit beside a full state. */
const ANSWER_SHARE = 1 / 8;

/** Returns how much memory large responses may use together, in bytes. */
export function computeMaxAnswerBytes(): number {
  return Math.floor(getHeapStatistics().heap_size_limit * ANSWER_SHARE);
}
