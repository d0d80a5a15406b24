import type { FindOther } from '../../contract/service.ts';
import { decideAndCover } from '../../core/decide.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { callerOf, isInForce } from './key-bearer.ts';

/** How many keys of an organisation are tried. */
const MOST_TRIED = 100;

/**
 * A key of the same organisation with which a refused request would be allowed: the one that holds least. Null if none of
 * the oldest 100 would do.
 *
 * @returns its name
 */
export const findOtherKey: FindOther = async ({ evidence }, { store, now }) => {
  if (evidence === undefined) return null;
  const { question, caller, sighting } = evidence;
  const { org } = caller.principal;
  const { law } = question;
  const keys = await ngcKeysIn(store).list({ org }, MOST_TRIED, now);
  const would = keys
    .filter((one) => isInForce(one, now))
    .map((one) => callerOf(one, law))
    .filter((other) => decideAndCover(question, other, sighting).effect === 'allow');
  const [first, ...others] = would;
  if (first === undefined) return null;
  const least = others.reduce((best, one) => (one.standing.held.size < best.standing.held.size ? one : best), first);
  return least.principal.name;
};
