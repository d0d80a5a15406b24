import type { Principal } from '../core/principal.ts';
import { Problem } from '../core/problem.ts';
import type { InFlight } from './in-flight.ts';
import { findPresented } from './presented.ts';
import { bodyOf } from './steps/place.ts';

/**
 * The principal of a request, before its steps run: by its credential or, if it asks for a token, by the client that it
 * names. Null if the principal is unknown.
 */
export async function claimantOf(flight: InFlight): Promise<Principal | null> {
  const { route, context } = flight;
  if (route.rule !== null) {
    flight.authentication ??= route.service.authenticate(context);
    return principalUnless(flight.authentication.then(({ principal }) => principal));
  }
  if (route.row.selects === 'body') flight.body ??= await bodyOf(flight.server, route, flight.raw);
  const { presenters } = flight.server;
  const sent = { headerLines: context.headerLines, query: context.query, body: flight.body?.value };
  for (const one of findPresented(presenters, route, sent)) {
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
