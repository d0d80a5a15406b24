import type { AccessRequest, Verdict } from './decide.ts';
import { REASONS_OF_RIGHTS } from './reasons.ts';

/** Are requests that lack rights refused (`enforce`), or allowed and recorded (`observe`)? */
export const MODES = ['enforce', 'observe'] as const;
export type Mode = (typeof MODES)[number];

/** How a world treats requests, which the control API can change. */
export interface Modes {
  readonly mode: Mode;
  /** May a request ask for an error with `Prefer: code=`? */
  readonly prefer: boolean;
}

/**
 * Is the denial about rights only? `observe` lets those pass. Rules that are closed to keys always refuse them, even if
 * the reported reason is another service.
 */
export function concernsRights({ rule }: AccessRequest, verdict: Verdict): boolean {
  return verdict.effect === 'deny' && rule.closed !== true && REASONS_OF_RIGHTS.has(verdict.reason);
}
