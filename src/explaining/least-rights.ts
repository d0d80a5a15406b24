import { type AccessRequest, type Caller, decideOnResource, usedPermissions } from '../decisions/decide.ts';
import type { HeldRights } from '../decisions/policy.ts';
import type { Principal } from '../decisions/principal.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Use } from '../decisions/uses.ts';
import type { Fix } from './fixes.ts';

/** A principal with its uses and, if it still exists, its current rights. */
export interface PrincipalUses {
  readonly principal: Principal;
  readonly caller: Caller | null;
  readonly uses: readonly Use[];
}

/** A right that is broader than its uses require. */
export interface Broader {
  readonly what: 'resource' | 'services' | 'role';
  readonly held: unknown;
  readonly enough: unknown;
}

/** The least rights that allow all uses of a principal. */
export interface LeastRights {
  /** The current rights; null if the principal was deleted. */
  readonly held: Readonly<Record<string, unknown>> | null;
  readonly smallest: Readonly<Record<string, unknown>>;
  /** Rights that no use needs. */
  readonly unused: readonly string[];
  readonly broader: readonly Broader[];
  /** A seed entry with exactly the smallest rights. */
  readonly seed: Readonly<Record<string, unknown>>;
  /** The requests, in order, that create a credential with exactly the smallest rights; empty if none can. */
  readonly make: readonly NonNullable<Fix['request']>[];
  /** Uses that no rights of this kind of credential would allow. They were allowed in observe mode. */
  readonly beyond: readonly Use[];
  /** The smallest rights as held rights of a ruleset. */
  heldRights(ruleset: Ruleset): HeldRights;
}

/** Would these rights allow the use? */
export function isAllowed({ accessRequest, lookedUp }: Use, principal: Principal, heldRights: HeldRights): boolean {
  return decideOnResource(accessRequest, { principal, heldRights }, lookedUp).effect === 'allow';
}

/**
 * Removes items in order, as long as the rest is enough. No single item of the result can be removed.
 *
 * @param items are enough together
 */
export function leaveOut<Item>(items: readonly Item[], isEnough: (rest: readonly Item[]) => boolean): readonly Item[] {
  let kept = items;
  let before: readonly Item[];
  // Removing an item can make an earlier one redundant, so repeat until nothing changes.
  do {
    before = kept;
    for (const item of before) {
      const rest = kept.filter((one) => one !== item);
      if (isEnough(rest)) kept = rest;
    }
  } while (kept.length < before.length);
  return kept;
}

/** Returns which of these rights allow a use. */
export function grantsOf(
  { accessRequest, lookedUp }: Use,
  principal: Principal,
  heldRights: HeldRights,
): readonly string[] {
  const asked: AccessRequest = accessRequest;
  const reach = lookedUp?.found === 'object' ? (lookedUp.attributes ?? null) : null;
  return usedPermissions(asked, { principal, heldRights }, reach);
}
