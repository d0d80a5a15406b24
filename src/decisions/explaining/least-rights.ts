import { type Caller, decideOnResource, listUsedPermissions } from '../decide.ts';
import type { HeldRights } from '../policy.ts';
import type { Principal } from '../principal.ts';
import type { Ruleset } from '../ruleset.ts';
import type { Use } from '../uses.ts';

export interface PrincipalUses {
  readonly principal: Principal;
  /** The principal with its current rights; null if it was deleted. */
  readonly caller: Caller | null;
  readonly uses: readonly Use[];
}

export interface LeastRights {
  /** The current rights; null if the principal was deleted. */
  readonly held: Readonly<Record<string, unknown>> | null;
  readonly smallest: Readonly<Record<string, unknown>>;
  readonly unused: readonly string[];
  /** Rights that are broader than their uses require, as in the report of `GET /_mock/least-privilege`. */
  readonly broader: readonly {
    readonly what: 'resource' | 'services' | 'role';
    readonly held: unknown;
    /** The smallest value that allows all uses. */
    readonly enough: unknown;
  }[];
  /** A seed entry with exactly the smallest rights. */
  readonly seedEntry: Readonly<Record<string, unknown>>;
  /** For NGC keys: uses that no scopes of a service key allow, and uses that no roles of a personal key allow. */
  readonly impossible?: { readonly scopes: readonly Use[]; readonly roles: readonly Use[] };
  toHeldRights(ruleset: Ruleset): HeldRights;
}

export function isAllowed({ accessRequest, lookedUp }: Use, principal: Principal, held: HeldRights): boolean {
  return decideOnResource(accessRequest, { principal, held }, lookedUp).effect === 'allow';
}

/** Removes items, first to last, as long as the rest is enough, as all of them are. A smaller set may exist. */
export function minimize<Item>(items: readonly Item[], isEnough: (rest: readonly Item[]) => boolean): readonly Item[] {
  let remaining = items;
  for (const item of items) {
    const rest = remaining.filter((candidate) => candidate !== item);
    if (isEnough(rest)) remaining = rest;
  }
  // Removing an item can make an earlier one redundant, so repeat until nothing changes.
  return remaining.length < items.length ? minimize(remaining, isEnough) : remaining;
}

export function listUsedRights(
  { accessRequest, lookedUp }: Use,
  principal: Principal,
  held: HeldRights,
): readonly string[] {
  const attributes = lookedUp?.found === 'object' ? (lookedUp.attributes ?? null) : null;
  return listUsedPermissions(accessRequest, { principal, held }, attributes);
}
