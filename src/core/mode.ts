import type { Question, Verdict } from './decide.ts';
import { REASONS_OF_RIGHTS } from './explaining/fixes.ts';

/** Is what lacks rights refused, or is it let pass and only recorded? */
export const MODES = ['enforce', 'observe'] as const;
export type Mode = (typeof MODES)[number];

/**
 * Is it for rights alone that this would be refused? That is what `observe` lets pass. What no key may do stays
 * refused, although a key that was not made for the service is told that first.
 */
export function isForRights({ rule }: Question, verdict: Verdict): boolean {
  return verdict.effect === 'deny' && rule.closed !== true && REASONS_OF_RIGHTS.has(verdict.reason);
}
