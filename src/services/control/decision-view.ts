import type { Schema } from '../../contract/documented.ts';
import type { RequestScope } from '../../contract/world.ts';
import type { Decision } from '../../decisions/decision.ts';
import { describeDecision, explain, type Fix, findFixes } from '../../decisions/explaining/index.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import type { ControlledServer } from './controlled-server.ts';

/** Describes a decision with its explanation and fixes, but without principals that can send their requests. */
export function describeWithFixes({ server: { rulesets, reasons, services } }: ControlledServer, decision: Decision) {
  // A decision always comes from a ruleset.
  const { tables } = rulesets.find(({ service }) => service === decision.service) as Ruleset;
  const service = services.find(({ name }) => name === decision.service);
  const fixes = findFixes(decision, tables, service?.decisionHelp?.findFixes);
  return describeDecision(decision, { fixes, explanation: explain(decision, reasons) });
}

/** A fix that is a request names a principal that may send it. */
export async function createDecisionDescriber(
  controlled: ControlledServer,
  world: RequestScope,
  decisions: readonly Decision[],
): Promise<(decision: Decision) => Schema<'control', 'Decision'>> {
  const refusingServices = new Set(decisions.flatMap(({ effect, service }) => (effect === 'deny' ? [service] : [])));
  const pending = controlled.server.services
    .filter(({ name }) => refusingServices.has(name))
    .map(async (service) => [service.name, await service.decisionHelp?.findSenders?.(world)] as const);
  const senderFinders = new Map(await Promise.all(pending));
  return (decision) => {
    const description = describeWithFixes(controlled, decision);
    const findSender = senderFinders.get(decision.service);
    if (findSender === undefined) return description;
    return { ...description, fixes: description.fixes.map((fix) => addSender(fix, findSender)) };
  };
}

/** Returns the fix unchanged if it has no request, or if no principal may send it. */
function addSender(fix: Fix, findSender: (request: NonNullable<Fix['request']>) => string | null): Fix {
  const { request } = fix;
  const principal = request === undefined ? null : findSender(request);
  if (request === undefined || principal === null) return fix;
  return { ...fix, request: { ...request, as: { principal } } };
}
