import type { Doings } from '../../core/least-rights.ts';
import type { Principal } from '../../core/principal.ts';

/** The services that a key was used for, as far as keys are made for services. */
export function servicesUsed({ uses }: Pick<Doings, 'uses'>): readonly string[] {
  const laws = new Set(uses.map(({ question }) => question.law));
  return [...laws].filter(({ tables }) => tables.product !== undefined).map(({ service }) => service);
}

/** A key with these rights as a seed writes it. */
export function seedOfKey({ kind, org, name, user }: Principal, rights: Readonly<Record<string, unknown>>) {
  const type = kind === 'personal-key' ? 'personal' : 'service';
  return { ngc: { keys: [{ org, name, type, ...(user !== undefined && { user }), ...rights }] } };
}

/** What a key was made for and not used for. */
export function broaderServices(held: readonly string[], used: readonly string[]) {
  if (used.length === 0 || held.every((service) => used.includes(service))) return [];
  return [{ what: 'services', held, enough: used } as const];
}
