import type { Decision } from '../../core/decision.ts';
import { Derived } from '../../core/derived.ts';
import { type Budget, bytesOf, Held } from '../../core/held.ts';
import type { DecisionFilter, DecisionLog } from '../decisions.ts';

const MOST = 2000;

/** What a decision takes that is made of names of tables and a path, as nearly all are. */
const PLAIN_BYTES = 1000;
/** A decision whose evidence is larger is kept without it: it explains itself, and knows fewer fixes. */
const MOST_EVIDENCE = 256 * 1024;

/** Decisions are kept in memory: they explain what just happened, and writing each would cost more than the answer. */
export function memoryDecisions(budget: Budget): DecisionLog {
  // The same standing is judged again and again.
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

/** Weighed by what can be long: the rights and the object that a refusal was decided by. */
function keptOf(decision: Decision, weights: Derived<object, number>): Kept {
  const { evidence } = decision;
  if (evidence === undefined) return { decision, bytes: PLAIN_BYTES };
  const bytes = weights.of(evidence.caller.standing, bytesOf) + bytesOf(evidence.sighting);
  if (bytes <= MOST_EVIDENCE) return { decision, bytes: PLAIN_BYTES + bytes };
  const { evidence: _, ...bare } = decision;
  return { decision: bare, bytes: PLAIN_BYTES };
}

function fits(decision: Decision, { principal, effect, operation }: DecisionFilter): boolean {
  const who = decision.principal ?? decision.claimed;
  return (
    (effect === undefined || decision.effect === effect) &&
    (operation === undefined || decision.operation === operation) &&
    (principal === undefined || (who !== undefined && [who.id, who.name, who.clientId].includes(principal)))
  );
}
