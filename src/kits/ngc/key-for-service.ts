import type { Context } from '../../contract/request.ts';
import { decideAndCover } from '../../core/decide.ts';
import type { Evidence } from '../../core/decision.ts';
import { callerOf, isInForce } from './key-bearer.ts';

/** How many keys of an organisation are tried. */
const MOST_TRIED = 100;

/**
 * A key of the same organisation with which a refused request would be allowed: the one that holds least. Null if none of
 * the oldest 100 would do.
 *
 * @returns its name
 */
export async function findOtherKey(
  { question, caller, sighting }: Evidence,
  { store, now }: Pick<Context, 'store' | 'now'>,
): Promise<string | null> {
  const { org } = caller.principal;
  const { law } = question;
  const keys = await store.ngcKeys.list({ org }, MOST_TRIED, now);
  const would = keys
    .filter((one) => isInForce(one, now))
    .map((one) => callerOf(one, law))
    .filter((other) => decideAndCover(question, other, sighting).effect === 'allow');
  const [first, ...others] = would;
  if (first === undefined) return null;
  const least = others.reduce((best, one) => (one.standing.held.size < best.standing.held.size ? one : best), first);
  return least.principal.name;
}
