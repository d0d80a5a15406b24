import type { Principal } from '../core/principal.ts';
import type { InFlight } from './in-flight.ts';

/** Whose request it was: the caller, whom the credential claimed to be, or the client that was given a token. */
export function principalOf(
  { decision, outcome }: Pick<InFlight, 'decision' | 'outcome'>,
  { caller }: Pick<InFlight['context'], 'caller'>,
): Principal | null {
  return decision?.principal ?? decision?.claimed ?? outcome.principal ?? caller?.principal ?? null;
}
