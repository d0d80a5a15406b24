import { rfc3339 } from '../clock.ts';
import type { Decision } from '../decision.ts';
import type { Tables } from '../rule.ts';
import { type FindFixes, findFixes } from './fixes.ts';
import { explain } from './sentence.ts';

/** The decision as the switchboard shows it: what everybody asks first, first. */
export function describeDecision(decision: Decision, tables: Tables, mend?: FindFixes): Record<string, unknown> {
  const {
    evidence: _,
    id,
    at,
    service,
    operation,
    request,
    effect,
    principal,
    rule,
    reason,
    pending,
    ...more
  } = decision;
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
    ...more,
    ...(pending !== undefined && { pending: { ...pending, effectiveAt: rfc3339(pending.effectiveAt) } }),
    fixes: findFixes(decision, tables, mend),
    explanation: explain(decision),
  };
}
