import type { About } from '../contract/service.ts';
import type { RequestFacts } from '../core/decision.ts';
import type { Principal } from '../core/principal.ts';
import { shortenPath } from '../core/redact.ts';
import { hideInLine } from '../journal/secrets.ts';
import type { Arrived, InFlightRequest } from './flight.ts';
import { pathOf } from './transport/arrival.ts';

/** The facts that all decisions about this request share. */
export function factsOf({ route, raw, context, decisionId }: InFlightRequest): RequestFacts {
  const path = shortenPath(hideInLine(pathOf(raw.url), context.world.activityLog.secrets));
  return {
    id: decisionId ?? context.world.nextDecisionId(),
    at: context.now,
    service: route.service.name,
    operation: route.operation.id,
    request: { method: context.method, path },
  };
}

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

/** The subject of a refusal. @param operation null if no operation has the path */
export function aboutOf({ context, raw }: Pick<Arrived, 'raw' | 'context'>, operation: string | null): About {
  const { settings, random, params, caller } = context;
  const headerLines: About['headerLines'] = (name) => context.headerLines(name);
  return { settings, random, path: pathOf(raw.url), params, headerLines, operation, caller, decision: null };
}
