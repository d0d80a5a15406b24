import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Options of V8 (`node --v8-options`), each with its default. By default, the part of the heap for young objects doubles
 * until it is three times 16 MB or more, and a small heap grows fourfold before its old objects are collected.
 */
const GROWTH = [
  // The young part stays as large as the start has made it.
  { name: 'semi-space-growth-factor', value: 1, preset: 2 },
  // Percent of what is alive.
  { name: 'heap-growing-percent', value: 150, preset: 0 },
] as const;

/**
 * Limits how far the heap of this process grows before V8 collects garbage (decision 40).
 *
 * V8 rejects code that was compiled under other options, that of Node included, so call it when the start has loaded and
 * kept its code. At the end of the process, when more is kept, the options are the defaults again.
 */
export function limitHeapGrowth(): void {
  for (const { name, value } of GROWTH) setFlagsFromString(`--${name}=${value}`);
  process.prependOnceListener('exit', () => {
    for (const { name, preset } of GROWTH) setFlagsFromString(`--${name}=${preset}`);
  });
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
