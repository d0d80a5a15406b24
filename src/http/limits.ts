import type { BodyLimits } from './body.ts';
import type { LineLimits } from './lines.ts';

/** How much, and how slowly, may be sent. Times in milliseconds. */
export interface Limits extends BodyLimits, LineLimits {
  readonly headersTimeout: number;
  /** How often lines are looked at for the timeouts. */
  readonly checkingInterval: number;
}

export const LIMITS: Limits = {
  bodyBytes: 1024 * 1024,
  bodySilence: 60_000,
  bodyPatience: 60_000,
  connections: 5000,
  headersTimeout: 60_000,
  checkingInterval: 5_000,
};
