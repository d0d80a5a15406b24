import { type Caller, decideAndCover, type Question, usedPermissions } from './decide.ts';
import type { Law } from './law.ts';
import type { Standing } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Use } from './uses.ts';

/** A principal, its uses and, if it still exists, its current rights. */
export interface Doings {
  readonly principal: Principal;
  readonly caller: Caller | null;
  readonly uses: readonly Use[];
}

/** A right that is broader than its uses need. */
export interface Broader {
  readonly what: 'resource' | 'services' | 'role';
  readonly held: unknown;
  readonly enough: unknown;
}

/** The least rights that allow all uses of a principal. */
export interface LeastRights {
  /** Their current rights; null if the principal is gone. */
  readonly held: Readonly<Record<string, unknown>> | null;
  readonly smallest: Readonly<Record<string, unknown>>;
  /** Rights that no use needs. */
  readonly unused: readonly string[];
  readonly broader: readonly Broader[];
  /** A seed entry with exactly the smallest rights. */
  readonly seed: Readonly<Record<string, unknown>>;
  /** Uses that no rights of this kind of credential would allow. They were allowed in observe mode. */
  readonly beyond: readonly Use[];
  /** The smallest rights as held under a ruleset. */
  standing(law: Law): Standing;
}

/** Would these rights allow the use? */
export function isAllowed({ question, sighting }: Use, principal: Principal, standing: Standing): boolean {
  return decideAndCover(question, { principal, standing }, sighting).effect === 'allow';
}

/**
 * Removes items one after the other, in this order, as long as the rest is enough. No single item of the result can be
 * removed.
 *
 * @param items are enough together
 */
export function leaveOut<Item>(items: readonly Item[], isEnough: (rest: readonly Item[]) => boolean): readonly Item[] {
  let kept = items;
  let before: readonly Item[];
  // Removing an item can make an earlier one superfluous, so it repeats until nothing changes.
  do {
    before = kept;
    for (const item of before) {
      const rest = kept.filter((one) => one !== item);
      if (isEnough(rest)) kept = rest;
    }
  } while (kept.length < before.length);
  return kept;
}

/** The permissions that allow a use, of these rights. */
export function grantsOf({ question, sighting }: Use, principal: Principal, standing: Standing): readonly string[] {
  const asked: Question = question;
  const reach = sighting?.seen === 'object' ? (sighting.reach ?? null) : null;
  return usedPermissions(asked, { principal, standing }, reach);
}
