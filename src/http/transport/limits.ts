import { MEGABYTE } from '../../lib/memory.ts';
import type { ConnectionLimits } from './connections.ts';

/** Limits on request sizes and idle time. Times are in milliseconds. */
export interface Limits extends ConnectionLimits {
  readonly bodyBytes: number;
  /** The time within which the headers of a request must arrive. */
  readonly headersTimeout: number;
  /** Idle connections are closed after this time, unless the client is waiting for a response. */
  readonly idleTimeout: number;
  /** How often connections are checked for timeouts. */
  readonly checkingInterval: number;
}

/** Creates the limits of a server. @param overrides replace the defaults */
export function createLimits(overrides: Partial<Limits> = {}): Limits {
  return {
    bodyBytes: MEGABYTE,
    idleTimeout: 60_000,
    connections: 5000,
    unanswered: 100,
    headersTimeout: 60_000,
    checkingInterval: 5_000,
    ...overrides,
  };
}
