import type { AccessRequest, Verdict } from './decide.ts';
import { REASONS_OF_RIGHTS } from './reasons.ts';

/** Whether requests that lack rights are refused (`enforce`), or allowed and recorded (`observe`). */
export const MODES = ['enforce', 'observe'] as const;
export type Mode = (typeof MODES)[number];

/** The switches of a world, which the control API can change. */
export interface Modes {
  readonly mode: Mode;
  /** Whether a request may ask for an error with `Prefer: code=`. */
  readonly prefer: boolean;
}

/**
 * Returns whether a denial is only about rights. The mode `observe` lets such requests pass. Rules that are closed to keys always refuse them, even if
 * the reported reason is another service.
 */
export function concernsRights({ rule }: AccessRequest, verdict: Verdict): boolean {
  return verdict.effect === 'deny' && rule.closed !== true && REASONS_OF_RIGHTS.has(verdict.reason);
}
