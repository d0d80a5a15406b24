import type { RequestFacts } from '../core/decision.ts';
import { shortenPath } from '../core/redact.ts';
import { hideInLine } from '../journal/secrets.ts';
import type { InFlightRequest } from './flight.ts';
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
