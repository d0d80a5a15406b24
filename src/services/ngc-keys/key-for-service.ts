import type { FindCredential } from '../../contract/service.ts';
import { decideOnResource } from '../../decisions/decide.ts';
import { ngcKeysIn } from './index.ts';
import { createCaller, isInForce } from './key-bearer.ts';

/** Maximum number of keys to try per organisation. */
const MAX_TRIED_KEYS = 100;

/**
 * Finds a key of the same organisation that would be allowed: the one with the fewest rights among the oldest 100.
 *
 * @returns its name, or null
 */
export const findOtherKey: FindCredential = async ({ input }, { store, now }) => {
  if (input === undefined) return null;
  const { accessRequest, caller, lookedUp } = input;
  const { org } = caller.principal;
  const { ruleset } = accessRequest;
  const keys = await ngcKeysIn(store).list({ org }, MAX_TRIED_KEYS, now);
  const allowedCallers = keys
    .filter((key) => isInForce(key, now))
    .map((key) => createCaller(key, ruleset))
    .filter((other) => decideOnResource(accessRequest, other, lookedUp).effect === 'allow');
  const [first, ...others] = allowedCallers;
  if (first === undefined) return null;
  const smallest = others.reduce(
    (best, caller) => (caller.held.permissions.size < best.held.permissions.size ? caller : best),
    first,
  );
  return smallest.principal.name;
};
