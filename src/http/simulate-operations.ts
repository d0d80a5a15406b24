import type { Schema } from '../contract/documented.ts';
import type { World } from '../contract/world.ts';
import { type Caller, decide } from '../decisions/decide.ts';
import { invalidRequest, Problem } from '../decisions/problem.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Server } from './server.ts';
import {
  assertRolesExist,
  createRequestWithoutOperation,
  findCaller,
  knowsRights,
  type SimulatedCaller,
} from './simulated-caller.ts';

type OperationEffect = Schema<'control', 'OperationEffect'>;

/** Decides which operations a principal could call. @param serviceName null for all services that know the caller */
export async function simulateOperations(
  server: Server,
  world: World,
  caller: SimulatedCaller,
  serviceName: string | null,
): Promise<readonly OperationEffect[]> {
  const request = createRequestWithoutOperation(server, world);
  await assertRolesExist(request, caller, serviceName);
  const selected = server.services.filter(({ name }) => serviceName === null || name === serviceName);
  // Rights without a principal and a service are decided only by the services that know such rights.
  const filteringRights = serviceName === null && caller.principal === null ? caller.held : null;
  const effects = await Promise.all(
    selected.map(async (service) => {
      if (filteringRights !== null && !(await knowsRights(request, service, filteringRights))) return [];
      const found = await findCaller(request, service, caller);
      return found === null ? [] : decideOperations(service.rules.selectRuleset(request.settings), found);
    }),
  );
  const operations = effects.flat();
  if (operations.length > 0) return operations;
  const titles = selected.map(({ title }) => title).join(', ');
  throw invalidRequest(
    `Field \`principal\` does not match any principal that can call ${titles}. \`GET /_mock/cast\` lists all principals.`,
  );
}

function decideOperations(ruleset: Ruleset, caller: Caller | Problem): OperationEffect[] {
  const rules = new Map(ruleset.tables.rules.map((rule) => [rule.id, rule]));
  return ruleset.tables.operations.map(({ id: operation, rule: name }) => {
    const rule = rules.get(name);
    const { service } = ruleset;
    if (rule === undefined) return { operation, service, effect: 'allow' };
    if (caller instanceof Problem) {
      // Without a subscription there is no reason, because that is not about rights.
      return { operation, service, effect: 'deny', ...(caller.reason !== undefined && { reason: caller.reason }) };
    }
    const verdict = decide({ rule, ruleset }, caller);
    if (verdict.effect === 'allow') return { operation, service, effect: 'allow' };
    const { effect, reason, missing, missingAnyOf } = verdict;
    return {
      operation,
      service,
      effect,
      reason,
      ...(missing.length > 0 && { missing }),
      ...(missingAnyOf !== undefined && { missingAnyOf }),
    };
  });
}
