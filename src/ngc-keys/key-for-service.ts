import type { FindOther } from '../contract/service.ts';
import { decideOnResource } from '../decisions/decide.ts';
import { ngcKeysIn } from './index.ts';
import { createCaller, isInForce } from './key-bearer.ts';

/** Keys of an organisation to try. */
const MAX_TRIED = 100;

/**
 * Finds a key of the same organisation that would be allowed: the one with the fewest rights among the oldest 100.
 *
 * @returns its name, or null
 */
export const findOtherKey: FindOther = async ({ input }, { store, now }) => {
  if (input === undefined) return null;
  const { accessRequest, caller, lookedUp } = input;
  const { org } = caller.principal;
  const { ruleset } = accessRequest;
  const keys = await ngcKeysIn(store).list({ org }, MAX_TRIED, now);
  const would = keys
    .filter((one) => isInForce(one, now))
    .map((one) => createCaller(one, ruleset))
    .filter((other) => decideOnResource(accessRequest, other, lookedUp).effect === 'allow');
  const [first, ...others] = would;
  if (first === undefined) return null;
  const min = others.reduce((best, one) => (one.heldRights.held.size < best.heldRights.held.size ? one : best), first);
  return min.principal.name;
};
