import type { AuthenticatedContext } from '../contract/request.ts';
import type { Question, Sighting } from '../core/decide.ts';
import type { RequestContext } from './context.ts';
import type { InFlight } from './in-flight.ts';

/**
 * What the rule's look-up sees; null if the rule has none, or if the object is named in a body that has not been read
 * yet.
 */
export async function lookUp({ route, context }: InFlight, { rule }: Question): Promise<Sighting | null> {
  if (rule.cover === undefined || route.lookup === null || !isAuthenticated(context)) return null;
  const { param } = rule.cover;
  if (param === undefined && context.body === undefined) return null;
  return route.lookup(context, param === undefined ? '' : (context.params[param] ?? ''));
}

function isAuthenticated(context: RequestContext): context is RequestContext & AuthenticatedContext {
  return context.caller !== null;
}
