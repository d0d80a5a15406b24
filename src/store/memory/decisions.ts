import type { Decision } from '../../core/decision.ts';
import type { DecisionFilter, DecisionLog } from '../decisions.ts';

/** About 1 MB. */
const MOST = 2000;

/** Decisions are kept in memory: they explain what just happened, and writing each would cost more than the answer. */
export function memoryDecisions(): DecisionLog {
  const byId = new Map<string, Decision>();
  return {
    record: async (decision) => {
      if (byId.size >= MOST) byId.delete(byId.keys().next().value as string);
      byId.set(decision.id, decision);
    },
    list: async (filter, limit) => {
      const found: Decision[] = [];
      for (const decision of [...byId.values()].reverse()) {
        if (found.length === limit) break;
        if (fits(decision, filter)) found.push(decision);
      }
      return found;
    },
    byId: async (id) => byId.get(id) ?? null,
    clear: async () => byId.clear(),
  };
}

function fits(decision: Decision, { principal, effect, operation }: DecisionFilter): boolean {
  const who = decision.principal ?? decision.claimed;
  return (
    (effect === undefined || decision.effect === effect) &&
    (operation === undefined || decision.operation === operation) &&
    (principal === undefined || (who !== undefined && [who.id, who.name, who.clientId].includes(principal)))
  );
}
