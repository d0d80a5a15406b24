import type { ConnectionLimits } from './connections.ts';

/** Limits on the size of requests, and on silence. Times are in milliseconds. */
export interface Limits extends ConnectionLimits {
  /** Bytes of a body. */
  readonly bodyBytes: number;
  readonly headersTimeout: number;
  /** A connection on which nothing is sent for so long is closed, unless its request waits for the answer. */
  readonly silence: number;
  /** How often connections are checked for timeouts. */
  readonly checkingInterval: number;
}

const MEBIBYTE = 1024 * 1024;

/** The limits of one server. @param given replaces the defaults */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  return {
    bodyBytes: MEBIBYTE,
    silence: 60_000,
    connections: 5000,
    unanswered: 100,
    headersTimeout: 60_000,
    checkingInterval: 5_000,
    ...given,
  };
}
