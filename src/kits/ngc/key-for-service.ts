import type { FindOther } from '../../contract/service.ts';
import { decideAndCover } from '../../core/decide.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { callerOf, isInForce } from './key-bearer.ts';

/** The most keys of an organisation that are tried. */
const MOST_TRIED = 100;

/**
 * Finds a key of the same organisation that would be allowed: of the oldest 100, the one with the fewest rights.
 *
 * @returns its name, or null
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
