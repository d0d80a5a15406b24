import type { Principal } from '../core/principal.ts';
import type { InFlight } from './in-flight.ts';

/**
 * Whose request it was: the caller, whom the credential claimed to be, the client that was given a token or, if a fault
 * came before that was known, whoever it would have been.
 */
export function principalOf(
  { decision, outcome, claimant }: Pick<InFlight, 'decision' | 'outcome' | 'claimant'>,
  { caller }: Pick<InFlight['context'], 'caller'>,
): Principal | null {
  return decision?.principal ?? decision?.claimed ?? outcome.principal ?? caller?.principal ?? claimant;
}
