import { MEGABYTE } from '../../lib/memory.ts';
import type { ConnectionLimits } from './connections.ts';

/** Times are in milliseconds. */
export interface Limits extends ConnectionLimits {
  readonly bodyBytes: number;
  readonly headersTimeout: number;
  /** Idle connections are closed after this time, unless the client is waiting for a response. */
  readonly idleTimeout: number;
  readonly checkingInterval: number;
}

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
