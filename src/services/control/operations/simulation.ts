import type { Schema } from '../../../contract/documented.ts';
import type { Handler } from '../../../contract/request.ts';
import type { Holding } from '../../../core/policy.ts';
import { Problem } from '../../../core/problem.ts';
import type { Ruleset } from '../../../core/ruleset.ts';
import { resolvePolicy } from '../key-checks.ts';
import type { Ports, Who } from '../ports.ts';
import { checkPrincipal } from '../principal-check.ts';
import { knownService } from './fidelity.ts';

/** Operations that evaluate access without calling a service. */
export function simulationOperations(ports: Ports) {
  const simulate: Handler<'control', 'simulate_decision'> = async (context) => {
    const { world, rulesets, body } = context;
    const { method, path, operations, service } = body;
    const who = whoOf(body, rulesets);
    // Any spelling that a service accepts is enough here, so the exact comparison comes second.
    const isNobody = body.principal !== undefined && (await ports.namesFound(world, body.principal)).length === 0;
    if (isNobody) await checkPrincipal(ports, world, body.principal, 'Field `principal`');
    if (operations === undefined) {
      if (service !== undefined)
        throw invalidRequest('Field `service` requires `operations`: send `"operations": "*"` with it.');
      const thought = { method: requireField(method, 'method'), path: requireField(path, 'path') };
      const simulated = await ports.simulate(world, who, thought);
      const describe = await ports.describer(context, [simulated]);
      const decision = describe(simulated);
      return {
        status: 200,
        body: who.principal === null ? { ...decision, fixes: withoutRequests(decision.fixes) } : decision,
      };
    }
    if (method !== undefined || path !== undefined) {
      throw invalidRequest('Field `operations` excludes `method` and `path`. Send one or the other.');
    }
    const only = service === undefined ? null : knownService(ports, service);
    return { status: 200, body: { operations: await ports.simulateOperations(world, who, only) } };
  };
  return { simulate_decision: simulate };
}

type Simulation = Schema<'control', 'Simulation'>;

function whoOf({ principal, holding, service }: Simulation, rulesets: readonly Ruleset[]): Who {
  if (principal === undefined && holding === undefined) {
    throw invalidRequest(
      'Fields `principal` and `holding` are missing. Send an id, name, client id or e-mail address, the rights to simulate, or both.',
    );
  }
  return {
    principal: principal ?? null,
    holding: holding === undefined ? null : holdingOf(holding, rulesets, [service ?? []].flat()),
  };
}

function holdingOf(
  given: NonNullable<Simulation['holding']>,
  rulesets: readonly Ruleset[],
  services: readonly string[],
): Holding {
  const { scopes, resource, roles } = given;
  const isPolicy = scopes !== undefined || resource !== undefined;
  if (isPolicy === (roles !== undefined)) {
    throw invalidRequest('Field `holding` must have either `scopes`, with an optional `resource`, or `roles`.');
  }
  return roles === undefined ? { policy: resolvePolicy(rulesets, given, null, services, 'holding') } : { roles };
}

function requireField<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw invalidRequest(`Field \`${name}\` is missing: send \`method\` and \`path\`, or \`"operations": "*"\`.`);
}

/** A simulated principal cannot be changed. */
function withoutRequests(fixes: Schema<'control', 'Decision'>['fixes']) {
  return fixes.map(({ request: _, ...fix }) => fix);
}

function invalidRequest(message: string): Problem {
  return new Problem('invalid_request', message);
}
