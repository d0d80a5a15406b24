import { type Caller, decideAndCover, type Question, usedPermissions } from './decide.ts';
import type { Law } from './law.ts';
import type { Standing } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Use } from './uses.ts';

/** Somebody, what they did and, unless they are gone, what they hold now. */
export interface Doings {
  readonly principal: Principal;
  readonly caller: Caller | null;
  readonly uses: readonly Use[];
}

/** What somebody holds in a wider form than they used. */
export interface Broader {
  readonly what: 'resource' | 'services' | 'role';
  readonly held: unknown;
  readonly enough: unknown;
}

/** The least rights with which somebody could have done what they did. */
export interface LeastRights {
  /** What they hold now; null if they are gone. */
  readonly held: Readonly<Record<string, unknown>> | null;
  readonly smallest: Readonly<Record<string, unknown>>;
  /** What they hold, and could do without. */
  readonly unused: readonly string[];
  readonly broader: readonly Broader[];
  /** The entry of a seed that would have exactly the smallest rights. */
  readonly seed: Readonly<Record<string, unknown>>;
  /** Uses that no rights of this kind of credential would allow; they were let pass. */
  readonly beyond: readonly Use[];
  /** What they would hold with the smallest rights, as a law sees it. */
  standing(law: Law): Standing;
}

/** Would it have been allowed with these rights? */
export function isAllowed({ question, sighting }: Use, principal: Principal, standing: Standing): boolean {
  return decideAndCover(question, { principal, standing }, sighting).effect === 'allow';
}

/**
 * What is left when one after the other is left out, in this order, as long as the rest is enough. Nothing in the result
 * can be left out by itself.
 *
 * @param items are enough together
 */
export function leaveOut<Item>(items: readonly Item[], isEnough: (rest: readonly Item[]) => boolean): readonly Item[] {
  let kept = items;
  let before: readonly Item[];
  // Where something counts only together with something else, it can become superfluous later.
  do {
    before = kept;
    for (const item of before) {
      const rest = kept.filter((one) => one !== item);
      if (isEnough(rest)) kept = rest;
    }
  } while (kept.length < before.length);
  return kept;
}

/** The permissions that a use rests on, with certain rights. */
export function grantsOf({ question, sighting }: Use, principal: Principal, standing: Standing): readonly string[] {
  const asked: Question = question;
  const reach = sighting?.seen === 'object' ? (sighting.reach ?? null) : null;
  return usedPermissions(asked, { principal, standing }, reach);
}
