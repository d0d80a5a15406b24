import { rfc3339 } from '../../lib/clock.ts';
import type { Decision } from '../decision.ts';
import type { Fix } from './fixes.ts';

/** Converts a decision to the form of the control API, most important members first. */
export function describeDecision(
  decision: Decision,
  { fixes, explanation }: { readonly fixes: readonly Fix[]; readonly explanation: string },
) {
  const { id, at, service, operation, request, effect, principal, rule, reason } = decision;
  const { basis, rights = {}, resources, credential, hints = [] } = decision;
  const { pending, held, ...compared } = rights;
  return {
    id,
    at: rfc3339(at),
    service,
    operation,
    request,
    effect,
    principal,
    rule,
    reason,
    ...basis,
    ...credential,
    ...compared,
    ...(held !== undefined && { held: [...held].sort() }),
    ...resources,
    ...(pending !== undefined && { pending: { ...pending, effectiveAt: rfc3339(pending.effectiveAt) } }),
    // Hints come first: they are about this request, while fixes are general.
    fixes: [...hints.map((text): Fix => ({ kind: 'hint', text })), ...fixes],
    explanation,
  };
}
