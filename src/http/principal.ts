import type { Principal } from '../core/principal.ts';
import type { InFlightRequest } from './flight.ts';

/**
 * The principal of a request: the caller, the one that the credential claims, the client that was granted a token or,
 * if a fault came first, the expected one.
 */
export function principalOf(
  { decision, outcome, claimant }: Pick<InFlightRequest, 'decision' | 'outcome' | 'claimant'>,
  { caller }: Pick<InFlightRequest['context'], 'caller'>,
): Principal | null {
  return decision?.principal ?? decision?.claimed ?? outcome.principal ?? caller?.principal ?? claimant;
}
