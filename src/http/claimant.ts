import type { Principal } from '../core/principal.ts';
import { Problem } from '../core/problem.ts';
import type { InFlightRequest } from './flight.ts';
import { findPresentedCredentials } from './steps/select-world.ts';

/**
 * The principal of a request, before its steps run: by its credential or, if it asks for a token, by the client that it
 * names. Null if the principal is unknown.
 */
export async function claimantOf(inFlight: InFlightRequest): Promise<Principal | null> {
  const { route, context } = inFlight;
  if (route.rule !== null) {
    inFlight.authentication ??= route.service.authenticate(context);
    return principalUnless(inFlight.authentication.then(({ principal }) => principal));
  }
  const { extractors } = inFlight.server;
  const sent = {
    headerLines: (name: string) => context.headerLines(name),
    query: context.query,
    body: inFlight.body?.value,
  };
  for (const one of findPresentedCredentials(extractors, route, sent)) {
    if (one.kind !== 'client') continue;
    const caller = route.service.impersonate?.(context, one.clientId, context.now) ?? Promise.resolve(null);
    const principal = await principalUnless(caller.then((found) => found?.principal ?? null));
    if (principal !== null) return principal;
  }
  return null;
}

/** A credential that is not accepted may still name the principal it claims. */
async function principalUnless(known: Promise<Principal | null>): Promise<Principal | null> {
  try {
    return await known;
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.claimed ?? null;
    throw thrown;
  }
}
