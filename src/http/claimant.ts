import type { Principal } from '../core/principal.ts';
import { Problem } from '../core/problem.ts';
import type { InFlight } from './in-flight.ts';
import { findPresented } from './presented.ts';
import { bodyOf } from './steps/place.ts';

/**
 * Who a request will turn out to be from, before its steps: by its credential or, if it asks for a token, by the client
 * that it names. Null if that cannot be told.
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

/** A credential that is not accepted says whom it claims to be, if that is known. */
async function principalUnless(known: Promise<Principal | null>): Promise<Principal | null> {
  try {
    return await known;
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.claimed ?? null;
    throw thrown;
  }
}
