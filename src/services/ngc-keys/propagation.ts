import { END_OF_TIME, type Instant } from '../../lib/clock.ts';

export const PROPAGATION_MODES = ['off', 'fixed', 'jitter'] as const;

/** When an edited policy takes effect: at once, after the delay, or at a random time within the delay. */
export type PropagationMode = (typeof PROPAGATION_MODES)[number];

export interface Propagation {
  readonly mode: PropagationMode;
  /** Milliseconds. */
  readonly delay: number;
}

/** Capped at the end of time. @param drawn a random number in [0, 1), used only by `jitter` */
export function computeEffectiveTime(recordedAt: Instant, propagation: Propagation, drawn: number): Instant {
  return Math.min(recordedAt + delayOf(propagation, drawn), END_OF_TIME);
}

function delayOf({ mode, delay }: Propagation, drawn: number): number {
  switch (mode) {
    case 'off':
      return 0;
    case 'fixed':
      return delay;
    case 'jitter':
      return Math.floor(drawn * (delay + 1));
  }
}
