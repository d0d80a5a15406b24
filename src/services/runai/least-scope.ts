import type { Resource } from '../../core/policy.ts';
import type { Principal } from '../../core/principal.ts';
import type { Use } from '../../core/uses.ts';
import { SCOPE_TYPES } from './tables/index.ts';

/** The scope that contains all others. */
export const SYSTEM: Resource = { type: 'system', ids: ['system'] };

/**
 * The scopes that could cover all uses, the narrowest first: those that everything which was touched lies in, the whole
 * tenant, and the system.
 */
export function candidateScopes({ tenant = '' }: Principal, uses: readonly Use[]): readonly Resource[] {
  const touched = uses.flatMap(({ sighting }) =>
    sighting?.seen === 'object' && sighting.reach !== undefined ? [sighting.reach.names] : [],
  );
  const [first = {}, ...others] = touched.filter((names) => Object.keys(names).length > 0);
  const shared = Object.entries(first).filter(([type, ids]) =>
    others.every((names) => ids.every((id) => names[type]?.includes(id) === true)),
  );
  const whole = { type: 'tenant', ids: [tenant] };
  const narrower = shared.filter(([type]) => type !== 'tenant').map(([type, ids]): Resource => ({ type, ids }));
  return [...narrower.reverse(), whole, SYSTEM];
}

/** Scope types are in the order of the table: a wider one before those that it contains. */
export function isWider(type: string, other: string): boolean {
  const place = (one: string) => SCOPE_TYPES.findIndex(({ id }) => id === one);
  return place(type) < place(other);
}
