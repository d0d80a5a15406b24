import { type BodyLimits, BodyRoom } from '../bodies.ts';
import type { ConnectionLimits } from './connections.ts';

/** Limits on the size and the pace of requests. Times are in milliseconds. */
export interface Limits extends BodyLimits, ConnectionLimits {
  readonly headersTimeout: number;
  /** How often connections are checked for timeouts. */
  readonly checkingInterval: number;
}

const MEBIBYTE = 1024 * 1024;

/** The limits of one server. @param given replaces the defaults */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  return {
    bodyBytes: MEBIBYTE,
    bodySilence: 60_000,
    bodyPatience: 60_000,
    room: new BodyRoom(48 * MEBIBYTE),
    connections: 5000,
    unanswered: 100,
    headersTimeout: 60_000,
    checkingInterval: 5_000,
    ...given,
  };
}
