import type { AuthenticatedContext } from '../contract/request.ts';
import type { AccessRequest, LookupResult } from '../core/decide.ts';
import type { RequestContext } from './context.ts';
import type { InFlightRequest } from './flight.ts';

/** The result of the rule's lookup; null if the rule has none, or if a body that was not read yet names the object. */
export async function lookUp(
  { route, context }: InFlightRequest,
  { rule }: AccessRequest,
): Promise<LookupResult | null> {
  if (rule.cover === undefined || route.lookup === null || !isAuthenticated(context)) return null;
  const { param } = rule.cover;
  if (param === undefined && context.body === undefined) return null;
  return route.lookup(context, param === undefined ? '' : (context.params[param] ?? ''));
}

function isAuthenticated(context: RequestContext): context is RequestContext & AuthenticatedContext {
  return context.caller !== null;
}
