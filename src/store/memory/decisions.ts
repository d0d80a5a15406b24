import type { Decision } from '../../core/decision.ts';
import { Derived } from '../../core/derived.ts';
import { type Budget, bytesOf, Held } from '../../core/held.ts';
import { namesOf } from '../../core/principal.ts';
import type { DecisionFilter, DecisionLog } from '../decisions.ts';

const MOST = 2000;

/** The size of a decision that consists of names from tables and a path, as nearly all do. */
const PLAIN_BYTES = 1000;
/** A decision with larger evidence is kept without it: it can still be explained, but has fewer fixes. */
const MOST_EVIDENCE = 256 * 1024;

/** Decisions are kept in memory: they explain recent requests, and writing each would cost more than the answer. */
export function memoryDecisions(budget: Budget): DecisionLog {
  // The same standing is weighed again and again.
  const weights = new Derived<object, number>();
  const byId = new Held<Kept>(budget, ({ bytes }) => bytes, MOST);
  return {
    record: async (decision) => {
      byId.keep(decision.id, keptOf(decision, weights));
    },
    list: async (filter, limit) => {
      const found: Decision[] = [];
      for (const { decision } of byId.newestFirst()) {
        if (found.length === limit) break;
        if (fits(decision, filter)) found.push(decision);
      }
      return found;
    },
    byId: async (id) => byId.find(id)?.decision ?? null,
    clear: async () => byId.clear(),
  };
}

interface Kept {
  readonly decision: Decision;
  readonly bytes: number;
}

/** Weighs a decision by what can be large: the rights and the object that led to a refusal. */
function keptOf(decision: Decision, weights: Derived<object, number>): Kept {
  const { evidence, hints } = decision;
  const plain = hints === undefined ? PLAIN_BYTES : PLAIN_BYTES + bytesOf(hints);
  if (evidence === undefined) return { decision, bytes: plain };
  const bytes = weights.of(evidence.caller.standing, bytesOf) + bytesOf(evidence.sighting);
  if (bytes <= MOST_EVIDENCE) return { decision, bytes: plain + bytes };
  const { evidence: _, ...bare } = decision;
  return { decision: bare, bytes: plain };
}

function fits(decision: Decision, { principal, effect, operation }: DecisionFilter): boolean {
  const who = decision.principal ?? decision.claimed;
  return (
    (effect === undefined || decision.effect === effect) &&
    (operation === undefined || decision.operation === operation) &&
    (principal === undefined || (who !== undefined && namesOf(who).includes(principal)))
  );
}
