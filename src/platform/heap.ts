import { setFlagsFromString } from 'node:v8';
import { setTimeout } from './time.ts';

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

/** Milliseconds. */
const AFTER_THE_START = 1000;

/**
 * Limits how far the heap of this process grows before V8 collects garbage (decision 40).
 *
 * V8 rejects code that was compiled under other options, that of Node included, so these are not in force while the start
 * and the first requests load code, nor at the end of the process, when compiled code is kept for the next one.
 */
export function limitHeapGrowth(): void {
  setTimeout(() => {
    for (const { name, value } of GROWTH) setFlagsFromString(`--${name}=${value}`);
    process.prependOnceListener('exit', () => {
      for (const { name, preset } of GROWTH) setFlagsFromString(`--${name}=${preset}`);
    });
  }, AFTER_THE_START).unref();
}
