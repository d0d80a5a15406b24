import type { Question, Sighting } from '../core/decide.ts';
import type { RequestContext as Context } from './context.ts';
import { shortPath } from './explain.ts';
import type { Route } from './in-flight.ts';

/** What the rule's look-up sees; null where the rule has none, and before the body was read that names the object. */
export async function sightingOf(route: Route, context: Context, { rule }: Question): Promise<Sighting | null> {
  if (rule.cover === undefined || route.lookup === null) return null;
  const { param } = rule.cover;
  if (param === undefined && context.body === undefined) return null;
  return route.lookup(context, param === undefined ? '' : (context.params[param] ?? ''));
}

/** What the path is about: by its fullest name, where the object has names, or as the path says. */
export function targetOf({ params }: Context, { rule }: Question, sighting: Sighting): string {
  const names = sighting.seen === 'object' ? Object.values(sighting.reach?.names ?? {}).flat() : [];
  return shortPath(names.at(-1) ?? params[rule.cover?.param ?? ''] ?? '');
}
